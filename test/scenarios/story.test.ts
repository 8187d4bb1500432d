import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startScenario, until, type Scenario } from './world.js'

describe('the surge of 2020-12-11, from the first breach to the resolved card', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario()
  })
  after(async () => {
    await world.close()
  })

  test('a quiet server is told to nobody', async () => {
    await world.tick(2)
    assert.equal(world.messages().length, 0)
  })

  test('site above its limit becomes one warning card, and nobody is pinged', async () => {
    await world.open('metricity', 3)
    await world.open('site', 12)
    await world.tick(2)
    await until('the card is there', () => world.cards().length === 1)
    const [card] = world.cards()
    assert.match(card?.text ?? '', /WARNING — `production`: \d+ of 25 usable connections/)
    assert.match(card?.text ?? '', /Over its limit of 10: rule `site`/)
    assert.equal(world.pages().length, 0)
    assert.deepEqual(card?.pings.roles, [])
  })

  test('the last usable slot is gone: the same card turns into a page, and one message pings the role', async () => {
    await world.open('site', 8) // 23 services and our two sessions: 25 of 25 usable
    await world.tick(2)
    await until('the page is there', () => world.pages().length === 1)
    await until('the card says so', () => world.cards()[0]?.text.includes('PAGE — `production`: 25 of 25') === true)
    assert.equal(world.cards().length, 1)
    assert.deepEqual(world.pages()[0]?.pings.roles, [world.discord.ids.roles['On call']])
    assert.match(world.pages()[0]?.text ?? '', /is out of connections \(25 of 25 usable\)/)
  })

  test('a person without the tier is refused in words, and nothing is done', async () => {
    const card = world.cards()[0]
    const answer = await (await world.discord.as('vera').click(card?.id ?? '', { label: /Terminate/ })).wait()
    assert.match(answer.text(), /You can't preview a termination: it needs the operate tier/)
    assert.match(answer.text(), /Nothing was done/)
    assert.equal(answer.isEphemeral(), true)
  })

  test('a responder sees exactly who would be ended, confirms, and the stale backends are gone', async () => {
    await pause(1_100) // stale after one second, by the server's clock
    await world.tick()
    const card = world.cards()[0]
    const preview = await (await world.discord.as('olga').click(card?.id ?? '', { label: /Terminate/ })).wait()
    assert.match(preview.text(), /Terminate 20 backends on `production`\? Nothing has been done yet/)
    assert.match(preview.text(), /role `site`/)
    assert.equal(preview.message()?.attachments.length, 1)
    const outcome = await (
      await world.discord.as('olga').click(preview.message()?.id ?? '', { label: 'Terminate 20 backends' })
    ).wait()
    await until('the outcome is shown', () => /20 gone/.test(outcome.text()))
    assert.match(outcome.text(), /20 gone · 0 still alive · 0 already gone before · 0 changed/)
  })

  test('the outcome and the evidence stand in the incident’s thread', async () => {
    await until('outcome and evidence are posted', () => world.threadPosts().length >= 2)
    const [evidence, outcome] = world.threadPosts()
    assert.match(evidence?.text ?? '', /Evidence from before the first act:\*\* 2\d backends/)
    assert.equal(evidence?.attachments.length, 1)
    assert.match(outcome?.text ?? '', /terminated 20 of 20 stale backends of role `site`/)
    await until('who came back is told', () =>
      /nobody of role `site` came back/.test(world.threadPosts()[1]?.text ?? ''),
    )
  })

  test('after the hold-down the card says how long it took and how high it was, and loses its buttons', async () => {
    await world.tick()
    await pause(2_100)
    await world.tick()
    await until('the card is resolved', () => world.cards()[0]?.text.includes('RESOLVED — `production`') === true)
    const [card] = world.cards()
    assert.match(card?.text ?? '', /Peak 25 of 25/)
    assert.match(card?.text ?? '', /terminated 20 stale backends of role `site`/)
    assert.equal(JSON.stringify(card?.components).includes('custom_id'), false)
    assert.equal(world.cards().length, 1)
    assert.equal(world.pages().length, 1)
  })

  test('the page says that it is over, and pings nobody again', async () => {
    await until('the page says so', () => /\*\*Over:\*\* resolved/.test(world.pages()[0]?.text ?? ''))
    assert.equal(world.pages().length, 1)
  })

  test('Discord never refused anything the bot sent, and no secret left the process', () => {
    assert.deepEqual(world.discord.wire.errors(), [])
    const everything = JSON.stringify([world.logged, world.messages(), world.threadPosts()])
    for (const secret of ['bot-canary-secret-1', 'canary-secret-2', 'site-secret-3'])
      assert.equal(everything.includes(secret), false)
  })
})
