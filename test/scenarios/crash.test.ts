import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { onWatch, startProcess, type BotProcess } from './process.js'
import { startScenario, until, type Scenario } from './world.js'

/** The bot as a process of its own, on a schedule of one second. */
const SETTINGS = { SCHEDULE: '* * * * * *', HOLD_DOWN: '2s' }
const CARD_POSTS = /^\/channels\/\d+\/messages$/

describe('the bot killed (SIGKILL) at the worst moments', () => {
  let world: Scenario
  let bot: BotProcess

  beforeEach(async () => {
    world = await startScenario({ env: SETTINGS, withoutBot: true })
    bot = startProcess(world.env)
    await onWatch(bot)
  })
  afterEach(async () => {
    await bot.kill()
    await world.close()
  })

  const posts = () =>
    world.discord.wire
      .entries()
      .filter((entry) => entry.kind === 'rest' && entry.method === 'POST' && CARD_POSTS.test(entry.path))

  test('between journal and send: after the restart there is one card and one page', async () => {
    // The request reaches Discord, and Discord never gets to it: the journal has the incident, the channel has nothing.
    world.discord.faults.add({ match: { method: 'POST', path: CARD_POSTS }, kind: 'no answer', times: 1 })
    await world.fill('site')
    await until('the card is on its way', () => posts().length > 0)
    await bot.kill()
    assert.equal(world.messages().length, 0)
    world.discord.faults.clear()

    bot = startProcess(world.env)
    await until('card and page are there', () => world.cards().length === 1 && world.pages().length === 1)
    await pause(3_000) // two more ticks, in which a second one would appear
    assert.equal(world.cards().length, 1)
    assert.equal(world.pages().length, 1)
    assert.deepEqual(world.pages()[0]?.pings.roles, [world.discord.ids.roles['On call']])
  })

  test('between send and journal: the message that stands is found to be ours, and stays the only one', async () => {
    world.discord.faults.add({ match: { method: 'POST', path: CARD_POSTS }, kind: 'no answer after storing', times: 1 })
    await world.fill('site')
    await until('the card stands', () => world.messages().length === 1)
    await bot.kill()
    world.discord.faults.clear()

    bot = startProcess(world.env)
    await until('the page is there', () => world.pages().length === 1)
    await pause(3_000)
    assert.equal(world.cards().length, 1)
    assert.equal(world.pages().length, 1)
  })

  test('in the middle of an incident: the card goes on, and its buttons work for a colleague', async () => {
    await world.fill('site')
    await until('card and page are there', () => world.cards().length === 1 && world.pages().length === 1)
    await bot.kill()
    // Restarted while full: on 16 and later it gets in through the reserved slots.
    bot = startProcess(world.env)
    await onWatch(bot)
    const card = world.cards()[0]?.id ?? ''
    await until('the card offers to terminate', () =>
      /Terminate \d+ stale…/.test(JSON.stringify(world.cards()[0]?.components)),
    )
    const preview = await (await world.discord.as('omar').click(card, { label: /Terminate/ })).wait()
    assert.match(preview.text(), /Terminate 23 backends|Terminate 2\d backends/)
    const outcome = await (
      await world.discord.as('omar').click(preview.message()?.id ?? '', { label: /^Terminate \d+ backends$/ })
    ).wait()
    await until('the outcome is shown', () => /\d+ gone/.test(outcome.text()))
    await until(
      'the same card is resolved',
      () => world.discord.world.message(card)?.text.includes('RESOLVED') === true,
    )
    assert.equal(world.cards().length, 1)
    assert.equal(world.pages().length, 1)
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})

describe('starting and stopping', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario({ env: SETTINGS, withoutBot: true })
  })
  after(async () => {
    await world.close()
  })

  test('SIGTERM ends it within seconds and with code 0', async () => {
    const bot = startProcess(world.env)
    await onWatch(bot)
    assert.equal(await bot.stop(), 0)
  })

  test('a second bot on the same journal is refused, and says what to do', async () => {
    const first = startProcess(world.env)
    await onWatch(first)
    const second = startProcess(world.env)
    assert.equal(await second.ended, 1)
    assert.match(second.output(), /lifeguard: Another Lifeguard holds .*journal\.db/)
    assert.equal(await first.stop(), 0)
  })

  test('a token that Discord refuses ends it with a sentence, not a zombie', async () => {
    const bot = startProcess({ ...world.env, DISCORD_TOKEN: 'another-token', DATA_DIR: `${world.dataDir}/other` })
    assert.equal(await bot.ended, 1)
    assert.match(bot.output(), /lifeguard: Discord does not accept DISCORD_TOKEN/)
    assert.doesNotMatch(bot.output(), /another-token/)
  })
})
