import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold, openIncidents, toldKey } from '../../src/core/incident/incident.js'
import { markerOf } from '../../src/core/incident/cadence.js'
import { standing, type Fault, type Stored } from '../fakes/discord.js'
import { backends } from '../fakes/postgres.js'
import { boot, eventsOf, operator, TICK_MS, world, type Bot, type World } from '../fakes/world.js'

type Step =
  | { readonly kind: 'use'; readonly count: number }
  | { readonly kind: 'ticks'; readonly times: number }
  | { readonly kind: 'acknowledge' | 'preview' | 'act' | 'act twice' | 'resolve' | 'delete card' | 'refuse edits' }
  | { readonly kind: 'discord'; readonly fault: Fault; readonly every: number }
  | { readonly kind: 'server'; readonly state: 'up' | 'hung' }
  | { readonly kind: 'signals'; readonly terminating: 'as asked' | 'lost signal' }
  | { readonly kind: 'die'; readonly point: string }
  | { readonly kind: 'restart'; readonly pauseMs: number }

const POINTS = [
  'before journal told',
  'after journal told',
  'before journal incident.opened',
  'after journal incident.opened',
  'after journal not told',
  'after discord send card',
  'after discord send page',
  'after discord send outcome',
  'after discord send evidence',
  'after discord thread',
  'after discord edit card',
  'before journal terminate.intended',
  'after journal terminate.intended',
  'before postgres terminate',
  'after postgres terminate',
  'before journal terminate.finished',
  'after evidence save',
]

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('use' as const), count: fc.constantFrom(5, 40, 95, 97) }),
  fc.record({ kind: fc.constant('ticks' as const), times: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    kind: fc.constantFrom(
      ...(['acknowledge', 'preview', 'act', 'act twice', 'resolve', 'delete card', 'refuse edits'] as const),
    ),
  }),
  fc.record({
    kind: fc.constant('discord' as const),
    fault: fc.constantFrom<Fault>(undefined, 'away', 'lost answer', 'refused'),
    every: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('server' as const), state: fc.constantFrom('up' as const, 'hung' as const) }),
  fc.record({
    kind: fc.constant('signals' as const),
    terminating: fc.constantFrom('as asked' as const, 'lost signal' as const),
  }),
  fc.record({ kind: fc.constant('die' as const), point: fc.constantFrom(...POINTS) }),
  fc.record({ kind: fc.constant('restart' as const), pauseMs: fc.constantFrom(1_000, 90_000, 150_000, 900_000) }),
)

/** One world under a list of steps. Nothing of the bot is awaited: what it began goes on while the next step comes. */
async function live(steps: readonly Step[]): Promise<{ readonly on: World; readonly bot: Bot }> {
  const on = world()
  let bot = await boot(on)
  let previews: readonly string[] = []
  let nextPid = 1_000
  const joe = operator(on)
  on.cluster.onTerminate = (victims) => {
    const open = new Set(eventsOf(on, 'terminate.intended').flatMap((event) => event.pids))
    for (const victim of victims)
      assert.ok(open.has(victim.pid), `${victim.pid} is signalled without an intent on disk`)
  }

  const take = async (one: Step): Promise<void> => {
    switch (one.kind) {
      case 'use': {
        const missing = one.count - on.cluster.backends.length
        on.cluster.backends = [...on.cluster.backends.slice(0, one.count), ...backends(Math.max(0, missing), nextPid)]
        nextPid += Math.max(0, missing)
        return
      }
      case 'ticks':
        return await bot.tick(one.times)
      case 'acknowledge':
        for (const incident of openIncidents(bot.ledger.book())) void bot.desk.acknowledge(joe, incident.id)
        return
      case 'resolve':
        for (const incident of openIncidents(bot.ledger.book())) void bot.desk.resolve(joe, incident.id, 'by hand')
        return
      case 'preview': {
        const filter = { role: 'site', states: ['idle'] } as const
        void bot.desk.preview(joe, { kind: 'filter', server: undefined, filter }).then((answer) => {
          if (answer.kind === 'preview') previews = [...previews, answer.preview]
          return answer
        })
        return await on.clock.settle()
      }
      case 'act':
      case 'act twice':
        for (const preview of previews.slice(one.kind === 'act' ? -1 : -2)) {
          void bot.desk.act(joe, preview)
          if (one.kind === 'act twice') void bot.desk.act(joe, preview)
        }
        return await on.clock.settle()
      case 'delete card': {
        // Nobody looks after the card of an incident that is over, and what Discord says of the nonce of a deleted
        // message is not known: both stay out of it.
        const book = fold(on.disk.events)
        const open = new Set(openIncidents(book).map((incident) => incident.id))
        const known = new Set([...book.told.values()].map((told) => told.messageId))
        const card = standing(on.guild, 'card').findLast(
          ({ id, message }) => message.kind === 'card' && open.has(message.incident.id) && known.has(id),
        )
        if (card !== undefined) card.isDeleted = true
        return
      }
      case 'refuse edits': {
        const old = new Set(on.guild.messages.map((message) => message.id))
        on.guild.refusesEditsOf = (stored) => old.has(stored.id)
        return
      }
      case 'discord': {
        let calls = 0
        on.guild.fault = () => {
          calls += 1
          return calls % one.every === 0 ? one.fault : undefined
        }
        return
      }
      case 'server':
        on.cluster.state = one.state
        return
      case 'signals':
        on.cluster.terminating = one.terminating
        return
      case 'die':
        bot.power.dieAt(one.point)
        return
      case 'restart':
        bot.power.cut()
        await on.clock.advance(one.pauseMs)
        bot = await boot(on)
    }
  }

  for (const one of steps) {
    await take(one)
    const open = openIncidents(bot.ledger.book()).map((incident) => incident.subject)
    assert.equal(new Set(open).size, open.length, 'a subject has one open incident at most')
  }
  // In the end the world is well, and there is time.
  on.guild.fault = () => undefined
  on.guild.refusesEditsOf = () => false
  on.cluster.state = 'up'
  bot.power.cut()
  bot = await boot(on)
  await bot.tick(300_000 / TICK_MS)
  return { on, bot }
}

function ofIncident(messages: readonly Stored[], marker: string): readonly Stored[] {
  return messages.filter((one) => one.message.marker === marker)
}

test('whatever comes in whatever order: one card, each page once, no act without an intent, nobody signalled twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
      const { on, bot } = await live(steps)
      const book = fold(on.disk.events)

      for (const incident of book.incidents.values()) {
        const cards = standing(on.guild).filter(
          (one) =>
            (one.message.kind === 'card' || one.message.kind === 'replaced card') &&
            one.message.incident.id === incident.id,
        )
        const current = cards.filter((one) => one.message.kind === 'card')
        assert.equal(current.length, 1, `${current.length} cards of ${incident.id} stand`)
        const shown = current[0]?.message
        assert.ok(shown?.kind === 'card')
        assert.equal(shown.incident.resolved?.at, incident.resolved?.at, `the card of ${incident.id} is behind`)
        assert.equal(shown.incident.acknowledged?.at, incident.acknowledged?.at)
        for (const { message } of cards) {
          if (message.kind === 'replaced card') assert.equal(message.next?.messageId, current[0]?.id)
        }

        incident.pages.forEach((_page, index) => {
          const key = `page:${index + 1}`
          const sent = ofIncident(on.guild.messages, markerOf(incident.id, key))
          const isDropped = book.notTold.has(toldKey(incident.id, key))
          assert.ok(sent.length === 1 || (sent.length === 0 && isDropped), `${key} of ${incident.id}: ${sent.length}`)
        })
      }
      for (const one of [...standing(on.guild, 'outcome'), ...standing(on.guild, 'evidence')]) {
        assert.equal(ofIncident(on.guild.messages, one.message.marker).length, 1, `${one.message.marker} is told twice`)
      }
      for (const act of book.acts.values()) {
        assert.equal(act.intended === undefined, act.finished === undefined, 'every intent has an outcome')
      }
      assert.equal(new Set(on.cluster.signalled).size, on.cluster.signalled.length, 'somebody was signalled twice')
      assert.deepEqual(bot.teller.problems(), [])
    }),
    { numRuns: 60, includeErrorInReport: true },
  )
})
