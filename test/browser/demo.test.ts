import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type RunningDemo, startDemo } from './demo.js'
import { findChromium, launch, openReader, type Reader, shotsFolder, WITHIN_MS } from './reader.js'

const executable = findChromium()

describe('the demo in a real browser', { skip: executable === undefined ? 'needs chromium' : false }, () => {
  const shots = shotsFolder()
  let demo: RunningDemo
  let browser: Browser
  /** Olga, at a desk. */
  let desk: Reader
  /** Vera, on a phone in the dark. */
  let phone: Reader

  const shoot = (reader: Reader, name: string) => reader.page.screenshot({ path: join(shots.folder, `${name}.png`) })
  const terminate = (reader: Reader) => reader.card.getByRole('button', { name: /^Terminate \d+ orphaned/ })
  const alertOf = (reader: Reader, text: RegExp) =>
    reader.card.filter({ hasText: text }).waitFor({ timeout: WITHIN_MS })

  before(async () => {
    demo = await startDemo()
    browser = await launch(executable ?? '')
    desk = await openReader(browser, demo.url, { width: 1280 })
    phone = await openReader(browser, demo.url, { width: 390, scheme: 'dark' })
    await phone.actAs('Vera')
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
    if (!shots.isKept) rmSync(shots.folder, { recursive: true, force: true })
  })

  test('while Discord answers 503 the card is owed, and it arrives once the fault is switched off', async () => {
    await desk.page.getByText('Demo:').waitFor()
    await desk.open('Faults')
    await desk.page.getByRole('button', { name: 'Discord is down: 503 to everything' }).click()
    await desk.open('Wire')
    const refused = desk.page.locator('.wire .refused', { hasText: 'POST #incidents/messages' })
    await refused.first().waitFor({ timeout: WITHIN_MS })
    assert.match(await refused.first().innerText(), /503/)
    const colors = 'getComputedStyle(document.querySelector(".wire .refused .wire-status")).color'
    assert.equal(await desk.page.evaluate(colors), 'rgb(172, 53, 39)')
    await refused.first().getByRole('button').click()
    await refused.first().getByText('A fault that was switched on here did it').waitFor()
    await shoot(desk, 'outage-1280')
    assert.equal(await desk.card.count(), 0)

    await desk.page
      .locator('#armed')
      .getByRole('button', { name: /^Switch off/ })
      .click()
    await desk.card.waitFor({ timeout: WITHIN_MS })
    assert.equal(await desk.page.locator('#armed button').count(), 0)
    await desk.assertWell()
  })

  test('the alert arrives by itself, on the desk and on the phone, in light and dark', async () => {
    await desk.page.keyboard.press('Escape')
    await desk.page.getByRole('tab', { name: 'Wire' }).waitFor({ state: 'hidden' })
    await Promise.all([desk, phone].map((reader) => alertOf(reader, /PAGE — production: 95 of 95 usable connections/)))
    await desk.page.getByText('is out of connections').waitFor({ timeout: WITHIN_MS })
    await Promise.all(
      [desk, phone].map((reader) => alertOf(reader, /60 of \d+ site backends come from pods that no longer exist/)),
    )
    await shoot(desk, 'alert-1280')
    await shoot(phone, 'alert-390')
    await takeCard(browser, demo.url, join(shots.folder, 'card.png'))
    await desk.assertWell()
    await phone.assertWell()
  })

  test('a viewer who presses is refused in words', async () => {
    await phone.press(terminate(phone), phone.answer.getByText('needs the operate tier'))
    assert.match(await phone.answer.innerText(), /Nothing was done/)
    assert.equal(await desk.answer.count(), 0)
    await shoot(phone, 'refused-390')
    await phone.open('People')
    await shoot(phone, 'people-390')
    await phone.assertWell()
    await phone.page.getByRole('button', { name: 'Close' }).click()
  })

  test('an operator whose role is taken away in the panel is refused from the next press on', async () => {
    await desk.open('People')
    const role = (pressed: boolean) =>
      desk.page.getByRole('group', { name: 'Roles of Omar' }).getByRole('button', { name: 'DevOps', pressed })
    await role(true).press('Enter')
    await role(false).waitFor()
    await desk.page.getByRole('button', { name: 'Act as Omar' }).click()
    await desk.page.getByLabel('Messages as Omar sees them').waitFor()
    await desk.press(terminate(desk), desk.answer.getByText('needs the operate tier'))
    await shoot(desk, 'role-taken-1280')
    await role(false).press('Space')
    await role(true).waitFor()
    await desk.actAs('Olga')
    await desk.page.keyboard.press('Escape')
  })

  test('an operator previews, terminates, and sees the incident resolve', async () => {
    const confirm = desk.answer.getByRole('button', { name: /^Terminate \d+ backends$/ })
    await desk.press(terminate(desk), confirm)
    const preview = await desk.answer.innerText()
    assert.match(preview, /Terminate 60 backends on production\? Nothing has been done yet/)
    assert.match(preview, /16 of site-\w+: each has an address that Lifeguard saw on a pod that is gone/)
    assert.match(preview, /Left alone: \d+ of living pods/)
    await shoot(desk, 'preview-1280')
    await confirm.click()
    await desk.page
      .locator('#log article', { hasText: /Olga terminated 60 of 60 orphaned backends of role site/ })
      .first()
      .waitFor({ timeout: WITHIN_MS })
    await shoot(desk, 'terminated-1280')
    await Promise.all([desk, phone].map((reader) => alertOf(reader, /RESOLVED — production/)))
    await shoot(desk, 'resolved-1280')
    await shoot(phone, 'resolved-390')
    await desk.assertWell()
    await phone.assertWell()
  })

  test('the thread of the card is in the list, unread until it is opened', async () => {
    const thread = desk.page.locator('#channels .sub').first()
    await thread.getByRole('img', { name: 'unread' }).waitFor({ timeout: WITHIN_MS })
    await thread.click()
    await desk.page.locator('#log article').first().waitFor()
    assert.equal(await thread.getByRole('img', { name: 'unread' }).count(), 0)
    await shoot(desk, 'thread-1280')
    await desk.assertWell()
  })
})

/** The README's picture: the card alone, as it stands on the page. */
async function takeCard(browser: Browser, url: string, path: string): Promise<void> {
  const reader = await openReader(browser, url, { width: 1280, scale: 2 })
  await reader.card.locator('.container').screenshot({ path })
  await reader.page.context().close()
}
