import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backends } from '../fakes/postgres.js'
import { boot, operator, world } from '../fakes/world.js'

test('a server is examined when it is asked for, and nothing is written down', async () => {
  const on = world()
  on.cluster.backends = backends(3, 1_000, { applicationName: 'web' })
  const bot = await boot(on)
  const before = on.disk.events.length
  const answer = await bot.desk.doctor(operator(on), undefined)
  assert.ok(answer.kind === 'examined')
  assert.deepEqual(answer.diagnosis.findings, [])
  assert.equal(answer.facts.at, on.clock.now())
  assert.equal(on.disk.events.length, before)
})

test('budgets of the configuration are judged against the usable slots of the server', async () => {
  const on = world()
  const services = [{ name: 'web', pods: 1, workers: 4, threads: 8, aliases: 2, isRolling: true }]
  const bot = await boot(on, { services })
  const answer = await bot.desk.doctor(operator(on), 'production')
  assert.ok(answer.kind === 'examined')
  const [found] = answer.diagnosis.findings
  assert.ok(found?.kind === 'over budget')
  assert.deepEqual([found.peak, found.usable, found.isObserved], [128, 95, false])
})

test('a server that cannot be read is answered with what was found before, or with nothing', async () => {
  const on = world()
  on.cluster.backends = backends(48, 1_000, { applicationName: 'web' })
  const bot = await boot(on)
  on.cluster.state = 'hung'
  assert.deepEqual(await bot.desk.doctor(operator(on), undefined), {
    kind: 'unreadable',
    server: 'production',
    detail: 'no answer in 2 s',
  })
  on.cluster.state = 'up'
  const examined = await bot.desk.doctor(operator(on), undefined)
  assert.ok(examined.kind === 'examined')
  on.cluster.state = 'unreachable'
  await on.clock.advance(60_000)
  const answer = await bot.desk.doctor(operator(on), undefined)
  assert.ok(answer.kind === 'unreadable')
  assert.deepEqual(answer.last, { facts: examined.facts, diagnosis: examined.diagnosis })
  assert.equal(answer.last?.facts.at, on.clock.now() - 60_000)
})

test('an unknown server is answered with the names there are', async () => {
  const on = world()
  const bot = await boot(on)
  assert.deepEqual(await bot.desk.doctor(operator(on), 'staging'), {
    kind: 'unknown server',
    asked: 'staging',
    servers: ['production'],
  })
})
