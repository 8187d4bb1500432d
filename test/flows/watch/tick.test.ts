import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, backends } from '../../fakes/postgres.js'
import {
  boot,
  eventsOf,
  HOLD_DOWN_MS,
  incidentsOf,
  onlyIncident,
  operator,
  SERVER,
  TICK_MS,
  world,
  type World,
} from '../../fakes/world.js'

const HOLD_DOWN_TICKS = HOLD_DOWN_MS / TICK_MS

function typesOf(on: World): readonly string[] {
  return on.disk.events.map((event) => event.body.type).filter((type) => type.startsWith('incident.'))
}

test('a surge opens one incident at the second reading above, rises with it, and resolves after the hold-down', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick()
  assert.deepEqual(incidentsOf(bot), [], 'one reading confirms nothing')
  await bot.tick()
  assert.equal(onlyIncident(bot).severity, 'warning')
  on.cluster.backends = backends(95)
  await bot.tick(2)
  assert.equal(onlyIncident(bot).severity, 'page')
  on.cluster.backends = backends(5)
  await bot.tick(HOLD_DOWN_TICKS)
  assert.equal(onlyIncident(bot).resolved, undefined, 'the hold-down runs')
  await bot.tick()
  assert.equal(onlyIncident(bot).resolved?.by, 'watch')
  assert.deepEqual(typesOf(on), ['incident.opened', 'incident.changed', 'incident.resolved'])
})

test('the peak between two changes is told when it is over', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  on.cluster.backends = backends(70)
  await bot.tick(2)
  on.cluster.backends = backends(5)
  await bot.tick(HOLD_DOWN_TICKS + 1)
  assert.equal(onlyIncident(bot).peak?.used, 70)
})

test('the peak between two changes is told when a person ends it, too', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  on.cluster.backends = backends(70)
  await bot.tick(2)
  on.cluster.backends = backends(5)
  await bot.tick()
  await on.clock.finish(bot.desk.resolve(operator(on), onlyIncident(bot).id, 'rolled back'))
  assert.equal(onlyIncident(bot).peak?.used, 70)
})

test('the canary logs in at the first reading, then every 30 s, and at once when use crosses 90 %', async () => {
  const on = world()
  const bot = await boot(on)
  const canaries = () => bot.power.passed.filter((point) => point === 'postgres canary').length
  await bot.tick()
  assert.equal(canaries(), 1)
  await bot.tick(5)
  assert.equal(canaries(), 1)
  await bot.tick()
  assert.equal(canaries(), 2)
  on.cluster.backends = backends(95)
  await bot.tick()
  assert.equal(canaries(), 3)
  await bot.tick()
  assert.equal(canaries(), 3, 'crossing is once')
})

test('a look that somebody asked for does not hide from the canary that use crossed 90 %', async () => {
  const on = world()
  const bot = await boot(on)
  await bot.tick()
  on.cluster.backends = backends(95)
  await on.clock.finish(bot.watch.lookNow())
  await bot.tick()
  assert.equal(bot.power.passed.filter((point) => point === 'postgres canary').length, 2)
})

test('a refused canary is repeated at every tick, until it passes', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.canary = 'refused'
  await bot.tick(3)
  assert.equal(bot.power.passed.filter((point) => point === 'postgres canary').length, 3)
  assert.equal(onlyIncident(bot).severity, 'page')
  on.cluster.canary = 'passed'
  await bot.tick(1 + HOLD_DOWN_TICKS)
  assert.equal(onlyIncident(bot).resolved?.by, 'watch')
})

test('no canary is sent to a server that does not answer', async () => {
  const on = world()
  on.cluster.state = 'hung'
  const bot = await boot(on)
  await bot.tick(8)
  assert.ok(!bot.power.passed.includes('postgres canary'))
})

test('a hung server keeps its last reading with its age, and becomes an incident of its own when it lasts', async () => {
  const on = world()
  on.cluster.backends = backends(12)
  const bot = await boot(on)
  await bot.tick()
  const readAt = on.clock.now()
  on.cluster.state = 'hung'
  await bot.tick(6)
  assert.equal(bot.watch.live().reading?.at, readAt)
  assert.equal(bot.watch.live().look?.kind, 'hung')
  assert.deepEqual(incidentsOf(bot), [])
  await bot.tick()
  assert.equal(onlyIncident(bot).subject, 'data')
})

test('an incident does not fall silent while nobody can see', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  on.cluster.backends = backends(5)
  on.cluster.state = 'unreachable'
  await bot.tick(60)
  const connections = incidentsOf(bot).find((incident) => incident.subject === 'connections')
  assert.equal(connections?.resolved, undefined)
})

test('a look that throws does not end the watch', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.state = 'broken driver'
  await bot.tick(3)
  on.cluster.state = 'up'
  on.cluster.backends = backends(40)
  await bot.tick(2)
  assert.equal(onlyIncident(bot).severity, 'warning')
})

test('a restart goes on with the incident that the journal has open, and resolves it after a hold-down of its own', async () => {
  const on = world()
  const before = await boot(on)
  on.cluster.backends = backends(40)
  await before.tick(2)
  before.power.cut()
  const bot = await boot(on)
  await bot.tick(2)
  assert.equal(onlyIncident(bot).resolved, undefined)
  on.cluster.backends = backends(5)
  await bot.tick(HOLD_DOWN_TICKS)
  assert.equal(onlyIncident(bot).resolved, undefined)
  await bot.tick()
  assert.equal(onlyIncident(bot).resolved?.by, 'watch')
  assert.equal(eventsOf(on, 'incident.opened').length, 1)
})

test('an incident that a person ends during the hold-down does not come back by itself', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  on.cluster.backends = backends(5)
  await bot.tick()
  const answer = await on.clock.finish(bot.desk.resolve(operator(on), onlyIncident(bot).id, 'rolled back'))
  assert.equal(answer.kind, 'resolved')
  await bot.tick(HOLD_DOWN_TICKS * 2)
  assert.equal(eventsOf(on, 'incident.opened').length, 1)
  assert.equal(eventsOf(on, 'incident.resolved').length, 1)
})

test('an incident whose numbers breach cannot be ended by hand', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  const answer = await on.clock.finish(bot.desk.resolve(operator(on), onlyIncident(bot).id, 'wishful'))
  assert.equal(answer.kind, 'still firing')
  assert.equal(onlyIncident(bot).resolved, undefined)
})

test('a tick that decides while a person ends the incident leaves the end to the person', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  on.cluster.backends = backends(5)
  await bot.tick(HOLD_DOWN_TICKS)
  await on.clock.advance(TICK_MS)
  // Both at once: the tick that would resolve it, and the press, whose record is on its way when the tick decides.
  const pressed = bot.desk.resolve(operator(on), onlyIncident(bot).id, 'rolled back')
  const [answer] = await on.clock.finish(Promise.all([pressed, bot.watch.tick()]))
  assert.equal(answer.kind, 'resolved')
  assert.equal(eventsOf(on, 'incident.resolved').length, 1)
  assert.deepEqual(onlyIncident(bot).resolved?.by, { id: 'joe', name: 'joe' })
})

test('who acknowledges at the same moment as somebody else is told who was first', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(40)
  await bot.tick(2)
  const { id } = onlyIncident(bot)
  const answers = await on.clock.finish(
    Promise.all([bot.desk.acknowledge(operator(on), id), bot.desk.acknowledge(operator(on, 'lemon'), id)]),
  )
  assert.deepEqual(
    answers.map((answer) => answer.kind),
    ['acknowledged', 'already acknowledged'],
  )
  assert.equal(onlyIncident(bot).acknowledged?.by.name, 'joe')
})

test('an acknowledgement given after things got better does not take back one given when they were worse', async () => {
  const on = world()
  const bot = await boot(on)
  on.cluster.backends = backends(95)
  await bot.tick(2)
  const { id } = onlyIncident(bot)
  await on.clock.finish(bot.desk.acknowledge(operator(on), id))
  on.cluster.backends = backends(40)
  await bot.tick(HOLD_DOWN_TICKS + 1)
  assert.equal(onlyIncident(bot).severity, 'warning')
  assert.equal((await on.clock.finish(bot.desk.acknowledge(operator(on, 'lemon'), id))).kind, 'already acknowledged')
  on.cluster.backends = backends(95)
  await bot.tick(2)
  assert.equal(onlyIncident(bot).pages.length, 1, 'who has it in hand is not paged again')
})

test('while the journal refuses, the watch opens and resolves all the same, and the journal has it all when it heals', async () => {
  const on = world()
  const bot = await boot(on)
  on.disk.fault = 'full'
  on.cluster.backends = [...backends(39), backend(9_999, { applicationName: 'site-web' })]
  await bot.tick(2)
  assert.equal(onlyIncident(bot).severity, 'warning')
  on.cluster.backends = backends(5)
  await bot.tick(HOLD_DOWN_TICKS)
  on.disk.fault = 'none'
  await bot.tick()
  assert.deepEqual(typesOf(on), ['incident.opened', 'incident.resolved'])
})

test('a rule with its own patience waits for it', async () => {
  const on = world()
  const bot = await boot(on, { rules: SERVER.rules.map((rule) => ({ ...rule, forMs: 30_000 })) })
  on.cluster.backends = backends(40)
  await bot.tick(6)
  assert.deepEqual(incidentsOf(bot), [])
  await bot.tick()
  assert.equal(onlyIncident(bot).severity, 'warning')
})
