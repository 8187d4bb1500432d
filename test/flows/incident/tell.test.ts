import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHANNEL, standing, type Call, type Fault } from '../../fakes/discord.js'
import { backends } from '../../fakes/postgres.js'
import {
  boot,
  eventsOf,
  HOLD_DOWN_MS,
  onlyIncident,
  operator,
  TICK_MS,
  world,
  type Bot,
  type World,
} from '../../fakes/world.js'

const MINUTE_TICKS = 60_000 / TICK_MS
const HOLD_DOWN_TICKS = HOLD_DOWN_MS / TICK_MS

async function surging(on: World): Promise<Bot> {
  const bot = await boot(on)
  on.cluster.backends = backends(95)
  await bot.tick(2)
  return bot
}

/** The used slots of production, as a number that changes the card's looks. */
function use(on: World, count: number): void {
  on.cluster.backends = backends(count)
}

function cardOf(on: World) {
  const [card, ...others] = standing(on.guild, 'card')
  if (card === undefined || others.length > 0) throw new Error(`${standing(on.guild, 'card').length} cards, not one`)
  return card
}

function editsOf(on: World): number {
  return on.guild.calls.filter((call) => call.method === 'edit' && call.message?.kind === 'card').length
}

/** Everything fails in this way, as long as `isOn` says so. */
function outage(on: World, fault: Fault, only: (call: Call) => boolean = () => true): { isOn: boolean } {
  const switched = { isOn: true }
  on.guild.fault = (call) => (switched.isOn && only(call) ? fault : undefined)
  return switched
}

async function terminateAll(on: World, bot: Bot): Promise<void> {
  const joe = operator(on)
  const preview = await on.clock.finish(bot.desk.preview(joe, { kind: 'incident', incident: onlyIncident(bot).id }))
  assert.equal(preview.kind, 'preview')
  if (preview.kind !== 'preview') return
  const answer = await on.clock.finish(bot.desk.act(joe, preview.preview))
  assert.equal(answer.kind, 'acted')
  if (answer.kind === 'acted') await on.clock.finish(answer.followUp)
}

test('an incident has one card and one page, however many ticks it lasts', async () => {
  const on = world()
  const bot = await surging(on)
  await bot.tick(20)
  assert.equal(standing(on.guild, 'card').length, 1)
  assert.equal(standing(on.guild, 'page').length, 1)
  assert.equal(eventsOf(on, 'told').filter((told) => told.key === 'page:1').length, 1)
})

test('a card whose numbers change at every tick is edited every 15 s, and at once for an acknowledgement', async () => {
  const on = world()
  const bot = await surging(on)
  for (let n = 1; n <= MINUTE_TICKS; n += 1) {
    use(on, 91 + (n % 5))
    await bot.tick()
  }
  assert.equal(editsOf(on), 4)
  use(on, 96)
  await on.clock.finish(bot.desk.acknowledge(operator(on), onlyIncident(bot).id))
  await on.clock.settle()
  assert.equal(editsOf(on), 5)
})

test('a card that looks the same is not edited', async () => {
  const on = world()
  const bot = await surging(on)
  await bot.tick(20)
  assert.equal(editsOf(on), 0)
})

test('after 55 minutes a card is edited once a minute', async () => {
  const on = world()
  const bot = await surging(on)
  await bot.tick(55 * MINUTE_TICKS)
  const before = editsOf(on)
  for (let n = 1; n <= 5 * MINUTE_TICKS; n += 1) {
    use(on, 91 + (n % 5))
    await bot.tick()
  }
  assert.equal(editsOf(on) - before, 5)
})

test('an outage of Discord ends in one card and one page, with the words of now', async () => {
  const on = world()
  const discord = outage(on, 'away')
  const bot = await surging(on)
  await bot.tick(2 * MINUTE_TICKS)
  assert.deepEqual(standing(on.guild), [])
  assert.ok(bot.teller.problems().length > 0)
  discord.isOn = false
  await bot.tick(MINUTE_TICKS)
  assert.ok(cardOf(on).edits <= 1, 'once more, for nobody knows what an earlier try has left there')
  assert.equal(standing(on.guild, 'page').length, 1)
  assert.deepEqual(bot.teller.problems(), [])
})

test('changes during an outage end in one edit', async () => {
  const on = world()
  const bot = await surging(on)
  const discord = outage(on, 'away')
  await on.clock.finish(bot.desk.acknowledge(operator(on), onlyIncident(bot).id))
  use(on, 5)
  await bot.tick(HOLD_DOWN_TICKS + 2)
  discord.isOn = false
  await bot.tick(MINUTE_TICKS)
  assert.equal(cardOf(on).edits, 1)
  const { message } = cardOf(on)
  assert.ok(message.kind === 'card' && message.incident.resolved !== undefined)
})

test('a page that was owed when somebody acknowledged is dropped, noted, and not called owed', async () => {
  const on = world()
  const discord = outage(on, 'away')
  const bot = await surging(on)
  await on.clock.finish(bot.desk.acknowledge(operator(on), onlyIncident(bot).id))
  discord.isOn = false
  await bot.tick(MINUTE_TICKS)
  assert.equal(standing(on.guild, 'page').length, 0)
  assert.deepEqual(
    eventsOf(on, 'not told').map((event) => [event.key, event.because]),
    [['page:1', 'it was acknowledged before the page could be sent']],
  )
  assert.deepEqual(bot.teller.problems(), [])
})

test('a page that was owed when all was over is dropped and noted', async () => {
  const on = world()
  const discord = outage(on, 'away')
  const bot = await surging(on)
  use(on, 5)
  await bot.tick(HOLD_DOWN_TICKS + 1)
  discord.isOn = false
  await bot.tick(MINUTE_TICKS)
  assert.equal(standing(on.guild, 'page').length, 0)
  assert.equal(eventsOf(on, 'not told').length, 1)
})

test('a page is not sent when the acknowledgement came while the card was being told', async () => {
  const on = world()
  const bot = await boot(on)
  let pressed: Promise<unknown> | undefined
  on.guild.fault = (call) => {
    if (call.method === 'send' && call.message?.kind === 'card') {
      pressed ??= bot.desk.acknowledge(operator(on), onlyIncident(bot).id)
    }
    return undefined
  }
  use(on, 95)
  await bot.tick(3)
  assert.ok(pressed !== undefined)
  assert.equal(standing(on.guild, 'page').length, 0)
  assert.equal(eventsOf(on, 'not told').length, 1)
})

test('an answer that was lost after Discord stored the message does not make a second one', async () => {
  const on = world()
  const lost = new Set<string>()
  on.guild.fault = ({ method, message }) => {
    if (method !== 'send' || message === undefined || lost.has(message.marker)) return undefined
    lost.add(message.marker)
    return 'lost answer'
  }
  const bot = await surging(on)
  await bot.tick(MINUTE_TICKS)
  assert.equal(standing(on.guild, 'card').length, 1)
  assert.equal(standing(on.guild, 'page').length, 1)
  assert.deepEqual(bot.teller.problems(), [])
})

test('a message that Discord had stored without our knowing is brought up to date when its nonce meets it', async () => {
  const on = world()
  const discord = outage(on, 'lost answer', ({ method }) => method === 'send')
  const bot = await surging(on)
  await on.clock.finish(bot.desk.acknowledge(operator(on), onlyIncident(bot).id))
  discord.isOn = false
  await bot.tick(MINUTE_TICKS / 2)
  const { message } = cardOf(on)
  assert.ok(message.kind === 'card' && message.incident.acknowledged !== undefined)
})

for (const point of [
  'before journal told',
  'after journal told',
  'before discord send card',
  'after discord send card',
  'before discord send page',
  'after discord send page',
  'before journal incident.opened',
  'after journal incident.opened',
]) {
  for (const [within, pauseMs] of [
    ['while Discord remembers the nonce', 20_000],
    ['long after Discord forgot the nonce', 3_600_000],
  ] as const) {
    test(`the power going ${point}, and coming back ${within}, leaves one card and one page`, async () => {
      const on = world()
      const before = await boot(on)
      before.power.dieAt(point)
      use(on, 95)
      await before.tick(3)
      assert.equal(before.power.isOn(), false, 'the point was met')
      await on.clock.advance(pauseMs)
      const bot = await boot(on)
      await bot.tick(MINUTE_TICKS)
      assert.equal(standing(on.guild, 'card').length, 1)
      assert.equal(standing(on.guild, 'page').length, 1)
      assert.equal(eventsOf(on, 'incident.opened').length, 1)
    })
  }
}

test('a message that was found again is brought up to date', async () => {
  const on = world()
  const before = await boot(on)
  before.power.dieAt('after discord send card')
  use(on, 95)
  await before.tick(3)
  await on.clock.advance(600_000)
  use(on, 97)
  const bot = await boot(on)
  await bot.tick(2)
  const { message } = cardOf(on)
  assert.ok(message.kind === 'card' && message.live?.reading?.groups.length === 97)
})

test('a restart does not take the numbers off a card before it has read new ones', async () => {
  const on = world()
  const before = await surging(on)
  before.power.cut()
  await boot(on)
  await on.clock.settle()
  assert.equal(editsOf(on), 0)
})

test('a deleted card gets a successor that names it, and the thread stays with the first', async () => {
  const on = world()
  const bot = await surging(on)
  await terminateAll(on, bot)
  use(on, 95)
  await bot.tick(2)
  const first = cardOf(on)
  const thread = eventsOf(on, 'told').find((told) => told.key === 'thread')
  assert.equal(thread?.messageId, first.id)
  first.isDeleted = true
  use(on, 96)
  await bot.tick(4)
  const { message } = cardOf(on)
  assert.ok(message.kind === 'card')
  assert.equal(message.previous?.messageId, first.id)
  assert.equal(message.threadId, first.id)
  assert.equal(eventsOf(on, 'told').filter((told) => told.key === 'thread').length, 1)
  assert.equal(standing(on.guild, 'page').length, 1, 'nobody is paged for it')
})

test('a card that Discord lets nobody edit any more points to its successor, as soon as it can', async () => {
  const on = world()
  const bot = await surging(on)
  const first = cardOf(on)
  on.guild.refusesEditsOf = (stored) => stored.id === first.id
  use(on, 92)
  await bot.tick(4)
  const second = standing(on.guild, 'card').find((card) => card.id !== first.id)
  assert.ok(second?.message.kind === 'card')
  assert.equal(second.message.previous?.messageId, first.id)
  on.guild.refusesEditsOf = () => false
  await bot.tick(2 * MINUTE_TICKS)
  assert.ok(first.message.kind === 'replaced card')
  assert.equal(first.message.next?.messageId, second.id)
})

test('posts whose thread was deleted go to the channel, also when Discord has forgotten their nonces', async () => {
  for (const pauseMs of [0, 600_000]) {
    const on = world()
    const bot = await surging(on)
    await terminateAll(on, bot)
    const sent = standing(on.guild, 'outcome').length
    on.guild.threads.clear()
    use(on, 95)
    await bot.tick(2)
    const discord = outage(on, 'away')
    await terminateAll(on, bot)
    await bot.tick(pauseMs / TICK_MS)
    discord.isOn = false
    await bot.tick(2 * MINUTE_TICKS)
    const outcomes = standing(on.guild, 'outcome')
    assert.equal(outcomes.length, sent + 1)
    assert.equal(outcomes.at(-1)?.channelId, CHANNEL)
    assert.deepEqual(bot.teller.problems(), [], 'the posts in the deleted thread are nobody’s worry')
  }
})

test('where Discord refuses a thread, what belongs there goes to the channel', async () => {
  const on = world()
  const bot = await surging(on)
  outage(on, 'refused', (call) => call.method === 'thread')
  await terminateAll(on, bot)
  await bot.tick(2)
  assert.deepEqual(
    standing(on.guild).map((one) => [one.message.kind, one.channelId]),
    [
      ['card', CHANNEL],
      ['page', CHANNEL],
      ['evidence', CHANNEL],
      ['outcome', CHANNEL],
    ],
  )
})

test('messages that Discord always refuses do not hold up a page', async () => {
  const on = world()
  outage(on, 'refused', (call) => call.message?.kind === 'card')
  await surging(on)
  assert.equal(standing(on.guild, 'page').length, 1)
})

test('two cards in a row that Discord refuses do not hold up the pages behind them', async () => {
  const on = world()
  outage(on, 'away')
  const before = await boot(on)
  on.cluster.state = 'hung'
  await before.tick(8)
  on.cluster.state = 'up'
  use(on, 95)
  await before.tick(2)
  before.power.cut()
  outage(on, 'refused', (call) => call.message?.kind === 'card')
  const bot = await boot(on)
  await on.clock.settle()
  assert.equal(bot.ledger.book().incidents.size, 2)
  assert.equal(standing(on.guild, 'page').length, 2, 'in the very first pass')
})

test('a post whose thread was deleted is not edited in vain', async () => {
  const on = world()
  const bot = await surging(on)
  const joe = operator(on)
  const preview = await on.clock.finish(bot.desk.preview(joe, { kind: 'incident', incident: onlyIncident(bot).id }))
  assert.ok(preview.kind === 'preview')
  const answer = await on.clock.finish(bot.desk.act(joe, preview.preview))
  await on.clock.settle()
  on.guild.threads.clear()
  assert.ok(answer.kind === 'acted')
  await on.clock.finish(answer.followUp)
  await bot.tick(2)
  assert.deepEqual(bot.teller.problems(), [])
})

test('when another channel is configured, an open card goes on there', async () => {
  const on = world()
  const before = await surging(on)
  before.power.cut()
  // As if the journal were of a time when the alerts went to a channel that is deleted by now.
  on.disk.events = on.disk.events.map((event) =>
    event.body.type === 'told' ? { ...event, body: { ...event.body, channelId: 'alerts of before' } } : event,
  )
  on.guild.messages = []
  const bot = await boot(on)
  await bot.tick(4)
  assert.equal(cardOf(on).channelId, CHANNEL)
  assert.deepEqual(bot.teller.problems(), [])
})

test('after a restart an open card is told again even where the journal knows the same words from an earlier time', async () => {
  const on = world()
  const before = await surging(on)
  use(on, 96)
  await before.tick(4)
  before.power.cut()
  use(on, 95)
  const bot = await boot(on)
  await bot.tick(2)
  const { message } = cardOf(on)
  assert.ok(message.kind === 'card' && message.live?.reading?.groups.length === 95)
})

test('a message that cannot be made does not hold up a page', async () => {
  const on = world()
  const bot = await boot(on)
  on.guild.fault = (call) => {
    if (call.message?.kind === 'card') throw new Error('a bug in the words')
    return undefined
  }
  use(on, 95)
  await bot.tick(2)
  assert.equal(standing(on.guild, 'page').length, 1)
  assert.equal(bot.teller.problems().length, 1)
})

test('while Discord is away it is asked less and less often, down to once a minute for each message', async () => {
  const on = world()
  outage(on, 'away')
  const bot = await surging(on)
  await bot.tick(10 * MINUTE_TICKS)
  const before = on.guild.calls.length
  await bot.tick(10 * MINUTE_TICKS)
  const perMinute = (on.guild.calls.length - before) / 10
  assert.ok(perMinute <= 2, `${perMinute} calls a minute for a card and a page`)
})

test('a storm of pokes is one pass more, not a storm of passes', async () => {
  const on = world()
  const bot = await surging(on)
  const before = on.guild.calls.length
  for (let n = 0; n < 1_000; n += 1) bot.teller.poke()
  await bot.teller.settled()
  assert.equal(on.guild.calls.length, before)
})

test('while the journal refuses, the card and the page are told all the same, once', async () => {
  const on = world()
  on.disk.fault = 'full'
  const bot = await surging(on)
  await bot.tick(MINUTE_TICKS)
  assert.equal(standing(on.guild, 'card').length, 1)
  assert.equal(standing(on.guild, 'page').length, 1)
  const { message } = cardOf(on)
  assert.deepEqual(message.kind === 'card' ? message.degraded : undefined, ['the disk is full'])
})

test('an outcome says later, in the same message, who came back', async () => {
  const on = world()
  const bot = await surging(on)
  await terminateAll(on, bot)
  await bot.tick(2)
  const outcomes = standing(on.guild, 'outcome')
  assert.equal(outcomes.length, 1)
  assert.ok(outcomes[0]?.message.kind === 'outcome' && outcomes[0].message.act.followedUp !== undefined)
  assert.equal(standing(on.guild, 'evidence').length, 1)
})
