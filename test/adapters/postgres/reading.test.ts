import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import type { BackendGroup, Reading } from '../../../src/core/watch/look.js'
import type { PostgresServer } from '../../../src/ports/postgres.js'
import { bothOpen, configOf, connect, createLifeguard, endAll, pidOf, startServer, until, watching } from './scratch.js'

let postgres: SandboxPostgres
let server: PostgresServer

before(async () => {
  postgres = await startServer({ maxConnections: 40 })
  await createLifeguard(postgres)
  await postgres.sql(`CREATE ROLE site LOGIN PASSWORD 'p' CONNECTION LIMIT 7`)
  await postgres.sql(`CREATE ROLE parked NOLOGIN CONNECTION LIMIT 0`)
  await postgres.sql(`CREATE ROLE big LOGIN SUPERUSER PASSWORD 'p' CONNECTION LIMIT 3`)
  await postgres.sql('CREATE DATABASE metricity')
  await postgres.sql('ALTER DATABASE metricity CONNECTION LIMIT 9')
  server = watching(
    configOf(postgres, { stale: { idleMs: 200, idleInTransactionMs: 100_000, protectedApplications: [] } }),
  )
  await bothOpen(server)
})
after(async () => {
  await server?.close()
  await postgres?.stop()
})

async function read(): Promise<Reading> {
  const look = await server.look()
  assert.ok(look.kind === 'reading', JSON.stringify(look))
  return look
}

function groupOf(reading: Reading, applicationName: string): readonly BackendGroup[] {
  return reading.groups.filter((group) => group.applicationName === applicationName)
}

test('a reading carries the limits of server, roles and databases, without superusers, our own role and roles that cannot log in', async () => {
  const clients = [
    await connect(postgres, { user: 'site', password: 'p' }),
    await connect(postgres, { user: 'site', password: 'p', database: 'metricity' }),
  ]
  const reading = await read()
  assert.deepEqual(reading.limits, { maxConnections: 40, superuserReserved: 3, reserved: 0 })
  assert.equal(reading.versionNum, postgres.versionNum)
  assert.deepEqual(reading.roleLimits, [{ name: 'site', limit: 7, used: 2 }])
  assert.deepEqual(reading.databaseLimits, [{ name: 'metricity', limit: 9, used: 1 }])
  await endAll(clients)
})

test('client backends are grouped by application, role, database, address and state, and nothing else is counted', async () => {
  const clients = [
    await connect(postgres, { user: 'site', password: 'p', application_name: 'web' }),
    await connect(postgres, { user: 'site', password: 'p', application_name: 'web' }),
    await connect(postgres, { user: 'site', password: 'p', application_name: 'web', database: 'metricity' }),
    await connect(postgres, { user: 'big', password: 'p', application_name: 'web' }),
  ]
  await clients[1]?.query('BEGIN')
  const aborted = clients[2]
  await aborted?.query('BEGIN')
  await assert.rejects(async () => aborted?.query('SELECT 1/0'))
  const groups = await until(read, (reading) =>
    groupOf(reading, 'web').every((group) => group.state !== 'unknown'),
  ).then((reading) => groupOf(reading, 'web'))
  const keys = groups.map(({ role, database, clientAddr, state, isSuperuser, count }) =>
    [role, database, clientAddr, state, isSuperuser, count].join(' '),
  )
  assert.deepEqual(keys.sort(), [
    'big postgres 127.0.0.1 idle true 1',
    'site metricity 127.0.0.1 idle in transaction (aborted) false 1',
    'site postgres 127.0.0.1 idle false 1',
    'site postgres 127.0.0.1 idle in transaction false 1',
  ])
  const open = groups.find((group) => group.state === 'idle in transaction')
  assert.ok(open?.longestTransactionMs !== null && open !== undefined && open.longestTransactionMs >= 0)
  assert.equal(groups.find((group) => group.state === 'idle')?.longestTransactionMs, null)
  await endAll(clients)
  // Checkpointer, launcher and the like have rows as well: the total is what we can account for.
  const quiet = await until(read, (reading) => reading.groups.every((group) => group.isOwn))
  assert.equal(
    quiet.groups.reduce((sum, group) => sum + group.count, 0),
    2,
  )
})

test('a role and a database made a moment ago have their names and limits in the next look', async () => {
  await read()
  await postgres.sql("CREATE ROLE newcomer LOGIN PASSWORD 'p' CONNECTION LIMIT 3")
  await postgres.sql('CREATE DATABASE newplace CONNECTION LIMIT 4')
  const client = await connect(postgres, { user: 'newcomer', password: 'p', database: 'newplace' })
  const reading = await read()
  assert.ok(reading.groups.some((group) => group.role === 'newcomer' && group.database === 'newplace'))
  assert.ok(reading.roleLimits.some(({ name, limit, used }) => name === 'newcomer' && limit === 3 && used === 1))
  assert.ok(reading.databaseLimits.some(({ name, limit, used }) => name === 'newplace' && limit === 4 && used === 1))
  await endAll([client])
  await until(read, (seen) => seen.groups.every((group) => group.isOwn))
  await postgres.sql('DROP DATABASE newplace')
  await postgres.sql('DROP ROLE newcomer')
})

test('near a limit a lowered or a lifted one is seen by the next look', async () => {
  const clients = [await connect(postgres, { user: 'site', password: 'p' })]
  await postgres.sql('ALTER ROLE site CONNECTION LIMIT 1')
  await postgres.sql("CREATE ROLE passing LOGIN PASSWORD 'p'")
  const passing = await connect(postgres, { user: 'passing', password: 'p' })
  assert.ok((await read()).roleLimits.some(({ name, limit }) => name === 'site' && limit === 1))
  await postgres.sql('ALTER ROLE site CONNECTION LIMIT 7')
  assert.ok((await read()).roleLimits.some(({ name, limit }) => name === 'site' && limit === 7))
  await endAll([...clients, passing])
  await postgres.sql('DROP ROLE passing')
})

test('what is older than the rule is counted as stale, by the state that the rule has a limit for', async () => {
  const idle = await connect(postgres, { user: 'site', password: 'p', application_name: 'old' })
  const inTransaction = await connect(postgres, { user: 'site', password: 'p', application_name: 'old' })
  await inTransaction.query('BEGIN')
  const young = groupOf(await read(), 'old').find((group) => group.state === 'idle')
  const reading = await until(read, (seen) => groupOf(seen, 'old').some((group) => group.staleCount === 1))
  const groups = groupOf(reading, 'old')
  const old = groups.find((group) => group.state === 'idle')
  assert.equal(old?.staleCount, 1)
  assert.ok((old?.oldestStateAgeMs ?? 0) >= 200)
  assert.ok((young?.oldestStateAgeMs ?? 0) <= (old?.oldestStateAgeMs ?? 0))
  assert.equal(groups.find((group) => group.state === 'idle in transaction')?.staleCount, 0)
  await endAll([idle, inTransaction])
})

test('only our own role under our own names counts as ours', async () => {
  const impostor = await connect(postgres, { user: 'site', password: 'p', application_name: 'lifeguard monitor' })
  const reading = await read()
  assert.deepEqual(
    reading.groups
      .filter((group) => group.isOwn)
      .map((group) => [group.applicationName, group.role, group.count])
      .sort((a, b) => String(a).localeCompare(String(b))),
    [
      ['lifeguard actor', 'lifeguard', 1],
      ['lifeguard monitor', 'lifeguard', 1],
    ],
  )
  assert.equal(groupOf(reading, 'lifeguard monitor').find((group) => group.role === 'site')?.isOwn, false)
  await endAll([impostor])
})

test('a hundred looks open no session and keep the same two', async () => {
  const pidsBefore = await postgres.sql(`SELECT pid FROM pg_stat_activity WHERE usename = 'lifeguard' ORDER BY pid`)
  const dials = server.sessions().monitor.dials + server.sessions().actor.dials
  for (let look = 0; look < 100; look += 1) await read()
  const sessions = server.sessions()
  assert.equal(sessions.monitor.dials + sessions.actor.dials, dials)
  assert.deepEqual(
    await postgres.sql(`SELECT pid FROM pg_stat_activity WHERE usename = 'lifeguard' ORDER BY pid`),
    pidsBefore,
  )
})

test('the list of backends names locks, blockers and starts to the microsecond, and no query text', async () => {
  await postgres.sql('CREATE TABLE IF NOT EXISTS guarded (id int)')
  const holder = await connect(postgres, { application_name: 'holder' })
  const waiter = await connect(postgres, { application_name: 'waiter' })
  const [holderPid, waiterPid] = [await pidOf(holder), await pidOf(waiter)]
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE guarded')
  const waiting = waiter.query('SELECT count(*) FROM guarded')
  const list = await until(
    () => server.backends(),
    (seen) => seen.kind === 'backends' && seen.backends.some((b) => b.pid === waiterPid && b.blockedBy.length > 0),
  )
  assert.ok(list.kind === 'backends')
  const held = list.backends.find((backend) => backend.pid === holderPid)
  const blocked = list.backends.find((backend) => backend.pid === waiterPid)
  assert.deepEqual(blocked?.blockedBy, [holderPid])
  assert.equal(blocked?.waitEventType, 'Lock')
  assert.equal(held?.state, 'idle in transaction')
  assert.ok((held?.locksHeld ?? 0) >= 1)
  assert.ok(held?.transactionAgeMs !== null)
  const [row] = await postgres.sql(
    `SELECT count(*)::int AS same FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz AND state_change = $3::timestamptz`,
    [holderPid, held?.backendStart, held?.stateChange],
  )
  assert.equal(row?.['same'], 1)
  assert.equal(JSON.stringify(list).includes('guarded'), false)
  await holder.query('ROLLBACK')
  await waiting
  await endAll([holder, waiter])
})

test('a role that may not see others is denied with the grant, and sees again as soon as it is given', async () => {
  await postgres.sql('REVOKE pg_monitor FROM lifeguard')
  const stranger = await connect(postgres, { user: 'site', password: 'p' })
  const look = await server.look()
  assert.equal(look.kind, 'denied')
  assert.equal(look.kind === 'denied' && look.remedy, 'GRANT pg_monitor TO "lifeguard";')
  assert.equal((await server.backends()).kind, 'failed')
  assert.ok(server.sessions().degraded.some((sentence) => sentence.includes('GRANT pg_monitor TO "lifeguard";')))
  await postgres.sql('GRANT pg_monitor TO lifeguard')
  assert.equal((await server.look()).kind, 'reading')
  assert.ok(!server.sessions().degraded.some((sentence) => sentence.includes('pg_monitor')))
  await endAll([stranger])
})

test('two questions at once are answered by the two sessions', async () => {
  const answers = await Promise.all([server.look(), server.look(), server.look(), server.backends()])
  assert.deepEqual(
    answers.map((answer) => answer.kind),
    ['reading', 'reading', 'reading', 'backends'],
  )
})
