import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTIONS, type Action, type Presser } from '../../../src/core/access/tier.js'
import type { Lifeguard } from '../../../src/ports/lifeguard.js'
import { T0 } from '../../fakes/clock.js'
import { backends } from '../../fakes/postgres.js'
import { boot, eventsOf, operator, presser, world } from '../../fakes/world.js'

/** How each action is asked for. */
const ASK: Readonly<
  Record<Action, (desk: Lifeguard, who: Presser) => Promise<{ readonly kind: string; readonly ref?: string }>>
> = {
  'connections.show': (desk, who) => desk.connections(who, undefined),
  'status.show': (desk, who) => desk.status(who),
  'doctor.show': (desk, who) => desk.doctor(who, undefined),
  'incident.list': (desk, who) => desk.listIncidents(who),
  'incident.show': (desk, who) => desk.showIncident(who, 'AAAAA'),
  'incident.acknowledge': (desk, who) => desk.acknowledge(who, 'AAAAA'),
  'incident.resolve': (desk, who) => desk.resolve(who, 'AAAAA', 'a note'),
  'terminate.preview': (desk, who) =>
    desk.preview(who, { kind: 'filter', server: undefined, filter: { role: 'site', states: ['idle'] } }),
  'terminate.act': (desk, who) => desk.act(who, 'AAAAA'),
}

const PRESSERS: Readonly<Record<string, { readonly who: Presser; readonly tier: 'none' | 'view' | 'operate' }>> = {
  'a stranger': { who: presser('eve', []), tier: 'none' },
  'somebody with a role of no tier': { who: presser('eve', ['gardeners']), tier: 'none' },
  'a viewer': { who: presser('vera', ['viewers']), tier: 'view' },
  'an operator': { who: presser('joe', ['devops']), tier: 'operate' },
  'an operator whose roles Discord did not send': { who: presser('joe', undefined), tier: 'none' },
  'an operator in another server': { who: presser('joe', ['devops'], { guildId: 'elsewhere' }), tier: 'none' },
  'an operator in a direct message': { who: presser('joe', ['devops'], { guildId: undefined }), tier: 'none' },
  'a bot with the role': { who: presser('r2d2', ['devops'], { isBot: true }), tier: 'none' },
  'an operator who is timed out': {
    who: presser('joe', ['devops'], { timedOutUntil: T0 + 3_600_000 }),
    tier: 'none',
  },
  'an operator whose time-out is over': { who: presser('joe', ['devops'], { timedOutUntil: T0 - 1 }), tier: 'operate' },
}

function isEntitled(tier: 'none' | 'view' | 'operate', action: Action): boolean {
  return tier === 'operate' || tier === ACTIONS[action].tier
}

for (const [name, { who, tier }] of Object.entries(PRESSERS)) {
  for (const action of Object.keys(ACTIONS) as readonly Action[]) {
    const may = isEntitled(tier, action)
    test(`${name} ${may ? 'may' : 'may not'} ask for ${action}`, async () => {
      const on = world()
      on.cluster.backends = backends(3)
      const bot = await boot(on)
      await on.clock.settle()
      const before = bot.power.passed.length
      const answer = await on.clock.finish(ASK[action](bot.desk, who))
      assert.equal(answer.kind !== 'refused', may)
      if (may) return
      const refusals = eventsOf(on, 'access.refused')
      assert.deepEqual(
        refusals.map((event) => [event.action, event.by.name, event.ref]),
        [[action, who.name, answer.ref]],
      )
      const touched = bot.power.passed.slice(before).filter((point) => !point.endsWith('journal access.refused'))
      assert.deepEqual(touched, [], 'nothing is asked of the world before the answer is no')
    })
  }
}

test('a refusal stands even while the journal refuses', async () => {
  const on = world()
  const bot = await boot(on)
  on.disk.fault = 'full'
  assert.equal((await on.clock.finish(bot.desk.status(presser('eve', [])))).kind, 'refused')
})

test('who may not view is offered nothing while typing, and no record is made of it', async () => {
  const on = world()
  on.cluster.backends = backends(3)
  const bot = await boot(on)
  await bot.tick()
  assert.deepEqual(bot.desk.suggest(presser('eve', []), undefined, 'role', ''), [])
  assert.deepEqual(bot.desk.suggest(presser('vera', ['viewers']), undefined, 'role', 'SI'), ['site'])
  assert.deepEqual(eventsOf(on, 'access.refused'), [])
})

test('what is offered while typing is at most 25 values, each once, from the last reading', async () => {
  const on = world()
  on.cluster.backends = Array.from({ length: 60 }, (_, n) =>
    backends(1, n, { applicationName: `web-${n % 30}` }),
  ).flat()
  const bot = await boot(on)
  await bot.tick()
  const looks = bot.power.passed.filter((point) => point === 'postgres look').length
  assert.equal(bot.desk.suggest(operator(on), undefined, 'application', 'web').length, 25)
  assert.equal(bot.power.passed.filter((point) => point === 'postgres look').length, looks)
})

test('the status names what is owed and cannot be told', async () => {
  const on = world()
  on.guild.fault = () => 'away'
  on.cluster.backends = backends(95)
  const bot = await boot(on)
  await bot.tick(3)
  const answer = await on.clock.finish(bot.desk.status(operator(on)))
  assert.ok(
    answer.kind === 'status' && answer.degraded.some((sentence) => sentence.startsWith('Still owed to Discord')),
  )
})
