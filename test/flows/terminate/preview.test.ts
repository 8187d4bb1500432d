import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PreviewAnswer, PreviewTarget } from '../../../src/ports/lifeguard.js'
import { backend, backends } from '../../fakes/postgres.js'
import { boot, eventsOf, onlyIncident, operator, world, type Bot, type World } from '../../fakes/world.js'

const SITE: PreviewTarget = {
  kind: 'filter',
  server: undefined,
  filter: { role: 'site', states: ['idle', 'idle in transaction'] },
}

async function preview(on: World, bot: Bot, target: PreviewTarget): Promise<PreviewAnswer> {
  return await on.clock.finish(bot.desk.preview(operator(on), target))
}

test('a preview is on record with exactly the backends it shows, and does nothing', async () => {
  const on = world()
  on.cluster.backends = [...backends(3), backend(7_000, { state: 'active' }), backend(7_001, { isSuperuser: true })]
  const bot = await boot(on)
  const answer = await preview(on, bot, SITE)
  assert.equal(answer.kind, 'preview')
  if (answer.kind !== 'preview') return
  const pids = answer.selection.victims.map((victim) => victim.pid)
  assert.deepEqual(pids, [1_000, 1_001, 1_002])
  const [recorded] = eventsOf(on, 'terminate.previewed')
  assert.deepEqual(
    recorded?.victims.map((victim) => victim.pid),
    pids,
  )
  assert.equal(answer.validUntil, on.clock.now() + 60_000)
  assert.deepEqual(on.cluster.signalled, [])
})

test('a filter that names nobody selects nobody, and the server is not even asked', async () => {
  const on = world()
  on.cluster.backends = backends(3)
  const bot = await boot(on)
  for (const filter of [{}, { role: '' }, { applicationName: '' }, { role: '', applicationName: '' }]) {
    const target = { kind: 'filter', server: undefined, filter: { ...filter, states: ['idle'] } } as const
    assert.equal((await preview(on, bot, target)).kind, 'empty filter')
  }
  assert.ok(!bot.power.passed.includes('postgres backends'))
})

test('an unknown server is named, with those that are known', async () => {
  const on = world()
  const bot = await boot(on)
  const answer = await preview(on, bot, { ...SITE, server: 'staging' })
  assert.deepEqual(answer, { kind: 'unknown server', asked: 'staging', servers: ['production'] })
})

test('nobody fits: it says so, and who was left alone, and there is nothing to press', async () => {
  const on = world()
  on.cluster.backends = [backend(1, { stateAgeMs: 1_000 })]
  const bot = await boot(on)
  const answer = await preview(on, bot, SITE)
  assert.equal(answer.kind, 'nobody')
  if (answer.kind === 'nobody') assert.equal(answer.selection.spared[0]?.because, 'too young')
  assert.deepEqual(eventsOf(on, 'terminate.previewed'), [])
})

test('a server that cannot be read has no preview', async () => {
  const on = world()
  on.cluster.state = 'hung'
  const bot = await boot(on)
  assert.equal((await preview(on, bot, SITE)).kind, 'unreadable')
})

test('while the journal refuses there is no preview: what is not on record cannot be acted on', async () => {
  const on = world()
  on.cluster.backends = backends(3)
  const bot = await boot(on)
  on.disk.fault = 'full'
  assert.equal((await preview(on, bot, SITE)).kind, 'not recorded')
  assert.equal(bot.ledger.book().acts.size, 0)
})

test('from a card, the suspect is found on the server as it is now, not as the card showed it', async () => {
  const on = world()
  on.cluster.backends = backends(95)
  const bot = await boot(on)
  await bot.tick(2)
  on.cluster.backends = backends(4, 5_000, { role: 'metricity' })
  const answer = await preview(on, bot, { kind: 'incident', incident: onlyIncident(bot).id })
  assert.equal(answer.kind, 'preview')
  if (answer.kind === 'preview') assert.equal(answer.filter.role, 'metricity')
})

test('from a card whose server cannot be read, or where nobody is stale, there is nothing to press', async () => {
  const on = world()
  on.cluster.backends = backends(95)
  const bot = await boot(on)
  await bot.tick(2)
  const target = { kind: 'incident', incident: onlyIncident(bot).id } as const
  on.cluster.state = 'hung'
  assert.equal((await preview(on, bot, target)).kind, 'unreadable')
  on.cluster.state = 'up'
  on.cluster.backends = backends(95, 1_000, { state: 'active' })
  assert.equal((await preview(on, bot, target)).kind, 'no suspect')
})

test('a card of an incident that is over, or of none, has nothing to press', async () => {
  const on = world()
  on.cluster.backends = backends(95)
  const bot = await boot(on)
  await bot.tick(2)
  const { id } = onlyIncident(bot)
  on.cluster.backends = backends(3)
  await bot.tick(8)
  assert.equal((await preview(on, bot, { kind: 'incident', incident: id })).kind, 'already resolved')
  assert.equal((await preview(on, bot, { kind: 'incident', incident: 'ZZZZZ' })).kind, 'unknown incident')
})
