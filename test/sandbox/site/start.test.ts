import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '../../../sandbox/postgres/start.js'
import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import { createRoles } from '../../../sandbox/site/roles.js'
import { startSite } from '../../../sandbox/site/start.js'
import type { Site, SiteOptions } from '../../../sandbox/site/start.js'

let postgres: SandboxPostgres
let site: Site | undefined

before(async () => {
  postgres = await startPostgres()
  await createRoles(
    (text) => postgres.sql(text),
    [
      { role: 'site', password: `it's` },
      { role: 'chief', password: 'chief', superuser: true },
    ],
    [
      { database: 'site', owner: 'site' },
      { database: 'metricity', owner: 'site' },
    ],
  )
})
afterEach(async () => {
  site?.stop()
  // As the superuser's own slots may be taken too, the server's restart is the sure way back to an empty one.
  await postgres.restart()
})
after(() => postgres.stop())

async function open(options: Partial<SiteOptions> = {}): Promise<Site> {
  const databases = ['site', 'metricity']
  site = await startSite({ postgres, role: 'site', password: `it's`, databases, trafficEveryMs: 50, ...options })
  return site
}

async function backends(where = 'true'): Promise<readonly Record<string, unknown>[]> {
  return postgres.sql(
    `SELECT pid, datname, application_name, host(client_addr) AS addr, state FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND application_name <> 'sandbox' AND (${where})`,
  )
}

/** Nobody while the logins that are being refused hold the superuser's slots, too. */
async function backendsIfLetIn(): Promise<readonly Record<string, unknown>[]> {
  return await backends().catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === '53300') return []
    throw error
  })
}

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await sleep(20)
}

test('a pod holds 4 workers x 8 threads x 2 databases from an address of its own', async () => {
  const one = await open()
  await one.rollout()
  const [pod] = one.pods()
  assert.equal(one.openSessions(), 64)
  assert.match(pod?.name ?? '', /^site-[a-z0-9]{5}-[a-z0-9]{5}$/)
  const rows = await backends()
  assert.equal(rows.length, 64)
  assert.equal(rows.filter((row) => row['datname'] === 'metricity').length, 32)
  if (one.addresses === 'bound') {
    assert.equal(pod?.address, '127.0.1.1')
    assert.deepEqual(
      new Set(rows.map((row) => `${String(row['application_name'])} ${String(row['addr'])}`)),
      new Set(['site 127.0.1.1']),
    )
  }
})

test('a rollout leaves the old sessions open and meets the limit of the server', async () => {
  const one = await open()
  await one.rollout()
  await one.rollout()
  // A login that is being refused holds a slot until it has ended, and may cost another one its turn: the pod tries again.
  await until(() => one.counts().living >= 33)
  const { leftBehind, living, refusals } = one.counts()
  assert.deepEqual({ leftBehind, living }, { leftBehind: 64, living: 33 }) // 97 usable slots of 100
  assert.ok(refusals >= 31)
  await until(async () => (await backendsIfLetIn()).length === 97)
  assert.deepEqual(
    one.pods().map((pod) => pod.isAlive),
    [false, true],
  )
})

test('what is left behind stays idle, and a living pod keeps working', async () => {
  const one = await open({ workers: 1, threads: 3 })
  await one.rollout()
  await one.rollout()
  const changes = async (): Promise<Map<unknown, unknown>> =>
    new Map(
      (
        await postgres.sql(`SELECT pid, state_change::text AS at FROM pg_stat_activity WHERE application_name = 'site'`)
      ).map((row) => [row['pid'], row['at']]),
    )
  await until(async () => (await backends(`state = 'idle'`)).length >= 6) // the old pod's last query has ended
  const first = await changes()
  let second = first
  await until(async () => {
    second = await changes()
    return [...first].filter(([pid, at]) => second.get(pid) !== at).length >= 6
  })
  assert.equal([...first].filter(([pid, at]) => second.get(pid) === at).length, 6)
})

test('terminated sessions come back only where a living pod wants them', async () => {
  const one = await open({ workers: 1, threads: 4, trafficEveryMs: 60_000 })
  await one.rollout()
  await one.rollout()
  await postgres.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'site'`)
  await until(() => one.counts().leftBehind === 0)
  await until(() => one.counts().living === 8)
  await until(async () => (await backends()).length === 8)
})

test('a crash drops the sockets of living pods and no others', async () => {
  const one = await open({ workers: 1, threads: 5 })
  await one.rollout()
  await one.rollout({ pods: 2 })
  assert.equal(one.openSessions(), 30)
  one.crash()
  assert.deepEqual(
    one.pods().map((pod) => [pod.isAlive, pod.sessions]),
    [
      [false, 10],
      [false, 0],
      [false, 0],
    ],
  )
  await until(async () => (await backends()).length === 10)
})

test('a leak of a given size is opened exactly, idle, and owned by no living pod', async () => {
  const one = await open()
  assert.equal(await one.leak(25), 25)
  assert.equal(one.refusals(), 0)
  const rows = await backends()
  assert.equal(rows.length, 25)
  assert.ok(rows.every((row) => row['state'] === 'idle'))
  let taken = await one.leak(100)
  assert.equal(one.refusals(), 100 - taken)
  // A login that is being refused holds a slot until it has ended: the last ones may be had a moment later only.
  await until(async () => (taken += await one.leak(1)) >= 72)
  assert.equal(taken, 72)
  assert.equal(await one.leak(1), 0)
})

test('a site that is superuser takes the reserved slots too', async () => {
  const one = await open({ role: 'chief', password: 'chief' })
  assert.equal(await one.leak(120), 100)
  await assert.rejects(postgres.sql('SELECT 1'), { code: '53300', routine: 'InitProcess' })
})

test('requests wait for locks that others hold, and finish when those are ended', async () => {
  const one = await open()
  assert.equal(await one.holdLocks(6), 6)
  await one.sendRequests(10, 1)
  await until(async () => (await backends(`wait_event_type = 'Lock'`)).length === 10)
  assert.equal((await backends(`state = 'idle in transaction'`)).length, 6)
  await postgres.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'`)
  await until(async () => one.openSessions() === 0 && (await backends()).length === 0)
})

test('where no address can be bound, pods are told apart by application_name', async () => {
  const one = await open({ addresses: 'named', workers: 1, threads: 1 })
  await one.rollout({ pods: 2 })
  assert.equal(one.addresses, 'named')
  const names = (await backends()).map((row) => row['application_name'])
  assert.deepEqual(new Set(names), new Set(one.pods().map((pod) => pod.name)))
  assert.ok((await backends()).every((row) => row['addr'] === '127.0.0.1'))
})
