import assert from 'node:assert/strict'
import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'

/** Real parts at their own pace: a limit for what hangs, not a measure. */
export const WITHIN_MS = 60_000

/** A person in front of the page, in a browser profile of their own. */
export type Reader = {
  readonly page: Page
  /** The first message of the open channel that is a card, whatever it says. */
  readonly card: Locator
  /** The newest answer that only this person sees. */
  readonly answer: Locator
  readonly actAs: (name: string) => Promise<void>
  /** Presses, and again when the bot's answer came too late for Discord's three seconds, until `wanted` is there. */
  readonly press: (button: Locator, wanted: Locator) => Promise<void>
  /** Opens the panel at a tab. */
  readonly open: (tab: 'People' | 'Faults' | 'Clock' | 'Wire') => Promise<void>
  /** The page has said nothing to the console, thrown nothing, and nothing sticks out at its side. */
  readonly assertWell: () => Promise<void>
}

type Look = {
  readonly width: 1280 | 390
  readonly scheme?: 'light' | 'dark'
  /** Device pixels for each of the page's. */
  readonly scale?: number
}

/** Debian's Chromium from CHROMIUM or PATH; undefined when there is none. */
export function findChromium(): string | undefined {
  if (process.env['CHROMIUM']) return process.env['CHROMIUM']
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'chromium'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export function launch(executablePath: string): Promise<Browser> {
  // Chromium refuses its own sandbox to root; it opens no page but ours, on loopback.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args })
}

/** Where the pictures go: LIFEGUARD_SHOTS, or a temporary folder (`isKept` false, the caller's to remove). */
export function shotsFolder(): { readonly folder: string; readonly isKept: boolean } {
  const wanted = process.env['LIFEGUARD_SHOTS']
  if (!wanted) return { folder: mkdtempSync(join(tmpdir(), 'lifeguard-shots-')), isKept: false }
  mkdirSync(wanted, { recursive: true })
  return { folder: wanted, isKept: true }
}

export async function openReader(browser: Browser, url: string, look: Look): Promise<Reader> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width === 390 ? 844 : 900 },
    colorScheme: look.scheme ?? 'light',
    deviceScaleFactor: look.scale ?? 1,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`))
  await page.goto(url)
  const controls = page.getByRole('button', { name: /^Controls/ })
  return {
    page,
    card: page.locator('#log article:not(.ephemeral):has(.container)').first(),
    answer: page.locator('#log article.ephemeral').last(),
    actAs: async (name) => {
      const select = page.getByRole('combobox', { name: 'Act as' })
      const option = select.locator('option', { hasText: new RegExp(`^${name}`) })
      await select.selectOption((await option.getAttribute('value')) ?? '')
      await page.getByLabel(`Messages as ${name} sees them`).waitFor()
    },
    press: async (button, wanted) => {
      const failed = page.getByText('This interaction failed')
      for (let tries = 0; tries < 5; tries += 1) {
        const before = await failed.count()
        await button.click()
        await wanted.or(failed.nth(before)).first().waitFor({ timeout: WITHIN_MS })
        if ((await wanted.count()) > 0) return
      }
      throw new Error('five presses in a row were answered too late')
    },
    open: async (tab) => {
      if ((await controls.getAttribute('aria-expanded')) !== 'true') await controls.click()
      await page.getByRole('tab', { name: tab }).click()
    },
    assertWell: async () => {
      assert.deepEqual(complaints, [])
      const widest = await page.evaluate<number>('document.documentElement.scrollWidth')
      assert.equal(widest, look.width, `the page is ${widest} wide`)
    },
  }
}
