import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import type { PostgresServer } from '../../../src/ports/postgres.js'
import {
  bothOpen,
  configOf,
  connect,
  createLifeguard,
  endAll,
  fill,
  LIFEGUARD,
  startServer,
  until,
  watching,
} from './scratch.js'
import type { LogLine } from './scratch.js'

const MAX_CONNECTIONS = 16
const OUR_PIDS = `SELECT application_name, pid FROM pg_stat_activity WHERE usename = '${LIFEGUARD}' ORDER BY 1`

let postgres: SandboxPostgres
let server: PostgresServer
const lines: LogLine[] = []

function isReserving(): boolean {
  return postgres.versionNum >= 160000
}

before(async () => {
  postgres = await startServer({ maxConnections: MAX_CONNECTIONS })
  if (isReserving()) {
    await postgres.sql('ALTER SYSTEM SET reserved_connections = 2')
    await postgres.restart()
  }
  await createLifeguard(postgres)
  await postgres.sql(`CREATE ROLE site LOGIN PASSWORD 'p'`)
  await postgres.sql(`CREATE ROLE canary LOGIN PASSWORD 'c'`)
  server = watching(
    configOf(postgres, { canary: { kind: 'role', user: 'canary', password: { reveal: () => 'c' } } }),
    lines,
  )
  await bothOpen(server)
})
after(async () => {
  await server?.close()
  await postgres?.stop()
})

async function ourPids(): Promise<readonly unknown[]> {
  return (await postgres.sql(OUR_PIDS)).map((row) => row['pid'])
}

async function endOurs(applicationName: string): Promise<void> {
  await postgres.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${LIFEGUARD}' AND application_name LIKE $1`,
    [applicationName],
  )
}

test('full to the last slot, the superuser reserve too, the held sessions still read, list and terminate', async () => {
  const users = await fill(postgres, 'site', 'p')
  const superusers = await fill(postgres, postgres.superuser, postgres.password)
  const reading = await server.look()
  assert.ok(reading.kind === 'reading', JSON.stringify(reading))
  assert.equal(
    reading.groups.reduce((sum, group) => sum + group.count, 0),
    MAX_CONNECTIONS,
  )
  const canary = await server.canary()
  assert.equal(canary.kind === 'refused' && canary.limit, 'every slot', JSON.stringify(canary))
  const list = await server.backends()
  assert.ok(list.kind === 'backends')
  const flood = list.backends.filter((backend) => backend.applicationName === 'flood')
  const signalled = await server.terminate(
    flood.map(({ pid, backendStart, state, stateChange }) => ({
      pid,
      backendStart,
      state,
      stateChange: stateChange ?? '',
    })),
    [],
  )
  assert.ok(signalled.kind === 'signalled', JSON.stringify(signalled))
  assert.equal(signalled.pids.length, users.length)
  const emptied = await until(
    () => server.look(),
    (look) => look.kind === 'reading' && look.groups.every((group) => group.role !== 'site'),
  )
  assert.equal(emptied.kind, 'reading')
  assert.equal((await server.canary()).kind, 'passed')
  await endAll([...users, ...superusers])
})

test('both sessions ended while idle are back, and the process lives', async () => {
  const [pidsBefore, dials] = [await ourPids(), server.sessions().monitor.dials]
  await endOurs('lifeguard %')
  const look = await server.look()
  assert.equal(look.kind, 'reading', JSON.stringify(look))
  await bothOpen(server)
  const pidsNow = await ourPids()
  assert.equal(pidsNow.length, 2)
  assert.ok(pidsNow.every((pid) => !pidsBefore.includes(pid)))
  assert.equal(server.sessions().monitor.dials, dials + 1)
  const reasons = lines.filter((line) => line.sentence === 'session lost').map((line) => JSON.stringify(line.fields))
  assert.equal(reasons.length, 2)
  for (const reason of reasons) assert.match(reason, /57P01/)
})

test('a session lost while full is read around, and comes back by the reserve where there is one', async () => {
  await bothOpen(server)
  const witness = await connect(postgres)
  const users = await fill(postgres, 'site', 'p')
  await witness.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lifeguard monitor'`,
  )
  users.push(...(await fill(postgres, 'site', 'p'))) // somebody else is quicker than we are
  assert.equal((await server.look()).kind, 'reading')
  if (!isReserving()) {
    const { monitor } = await until(
      () => server.sessions(),
      (sessions) => sessions.monitor.refusedBy !== undefined || sessions.monitor.state === 'open',
    )
    if (monitor.state !== 'open') assert.equal(monitor.refusedBy, 'usable slots')
    await users.pop()?.end()
  }
  await bothOpen(server)
  assert.equal(server.sessions().monitor.refusedBy, undefined)
  await endAll([...users, witness])
})

test('locked out of a full server, a look says refused and by which limit, and the sessions return when there is room', async () => {
  await bothOpen(server)
  if (isReserving()) await postgres.sql(`REVOKE pg_use_reserved_connections FROM ${LIFEGUARD}`)
  const witness = await connect(postgres)
  // Nobody but superusers may log in: what the flood would do to us, without the race for the slot.
  const users = await fill(postgres, 'site', 'p')
  await witness.query(`ALTER ROLE ${LIFEGUARD} CONNECTION LIMIT 0`)
  await witness.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${LIFEGUARD}'`)
  const first = await until(
    () => server.look(),
    (look) => look.kind === 'refused',
  )
  assert.equal(first.kind === 'refused' && first.limit, 'role limit')
  assert.equal(first.kind === 'refused' && first.versionNum, postgres.versionNum)
  assert.deepEqual(await server.terminate([{ pid: 1, backendStart: 'x', state: 'idle', stateChange: 'x' }], []), {
    kind: 'unknown',
    detail: 'no session: refused: role limit',
  })
  assert.equal((await server.backends(500)).kind, 'failed')
  users.push(...(await fill(postgres, 'site', 'p')))
  await witness.query(`ALTER ROLE ${LIFEGUARD} CONNECTION LIMIT -1`)
  const second = await until(
    () => server.look(),
    (look) => look.kind === 'refused' && look.limit !== 'role limit',
  )
  assert.equal(second.kind === 'refused' && second.limit, 'usable slots')
  const dials = server.sessions().monitor.dials
  await until(
    () => server.sessions().monitor.dials,
    (now) => now >= dials + 3,
  )
  await endAll(users)
  await bothOpen(server)
  assert.equal((await server.look()).kind, 'reading')
  if (isReserving()) await postgres.sql(`GRANT pg_use_reserved_connections TO ${LIFEGUARD}`)
  await witness.end()
})

test('a server that hangs is hung within 2 s, keeps its sessions, and answers on them when it goes on', async () => {
  await bothOpen(server)
  const pidsBefore = await ourPids()
  postgres.pause()
  try {
    const startedAt = Date.now()
    const first = await server.look()
    assert.equal(first.kind, 'hung')
    assert.ok(Date.now() - startedAt < 5_000)
    const list = await server.backends(100)
    assert.equal(list.kind, 'failed')
    assert.deepEqual([server.sessions().monitor.state, server.sessions().actor.state], ['hung', 'hung'])
    // With both hung nothing more is queued: the answer comes at once, long before any limit.
    const againAt = Date.now()
    assert.equal((await server.look()).kind, 'hung')
    assert.ok(Date.now() - againAt < 1_500)
    assert.equal(
      (await server.terminate([{ pid: 1, backendStart: 'x', state: 'idle', stateChange: 'x' }], [])).kind,
      'unknown',
    )
  } finally {
    postgres.resume()
  }
  await until(
    () => server.look(),
    (look) => look.kind === 'reading',
  )
  await bothOpen(server)
  assert.deepEqual(await ourPids(), pidsBefore)
})

test('one session that hangs for long is replaced, and only then ended', async () => {
  await bothOpen(server)
  const [row] = await postgres.sql(`SELECT pid FROM pg_stat_activity WHERE application_name = 'lifeguard monitor'`)
  const stopped = Number(row?.['pid'])
  process.kill(stopped, 'SIGSTOP')
  try {
    assert.equal((await server.look()).kind, 'hung')
    assert.equal(server.sessions().monitor.state, 'hung')
    assert.equal((await server.look()).kind, 'reading') // by the other one
    await until(
      () => server.sessions(),
      ({ monitor }) => monitor.state === 'open',
    )
    assert.equal((await server.look()).kind, 'reading')
    const pids = (await postgres.sql(OUR_PIDS)).filter((our) => our['application_name'] === 'lifeguard monitor')
    assert.ok(pids.some((our) => our['pid'] !== stopped))
  } finally {
    process.kill(stopped, 'SIGCONT')
  }
  await until(ourPids, (pids) => pids.length === 2 && !pids.includes(stopped))
})

test('a server that goes down is told apart from a full or hung one, and is read again when it is back', async () => {
  await bothOpen(server)
  await postgres.down()
  const down = await until(
    () => server.look(),
    (look) => look.kind === 'unreachable' && look.why === 'refused',
  )
  assert.equal(down.kind === 'unreachable' && down.detail, 'ECONNREFUSED')
  await postgres.up()
  await until(
    () => server.look(),
    (look) => look.kind === 'reading',
  )
  await bothOpen(server)
})

test('settings of our role that would harm us do not: idle sessions live on, times keep their form', async () => {
  const harm = [
    `ALTER ROLE ${LIFEGUARD} SET DateStyle = 'German'`,
    `ALTER ROLE ${LIFEGUARD} SET TimeZone = 'Asia/Kolkata'`,
    `ALTER ROLE ${LIFEGUARD} SET search_path = 'public'`,
    `ALTER ROLE ${LIFEGUARD} SET statement_timeout = '1ms'`,
    ...(postgres.versionNum >= 140000 ? [`ALTER ROLE ${LIFEGUARD} SET idle_session_timeout = '200ms'`] : []),
  ]
  for (const setting of harm) await postgres.sql(setting)
  const other = watching(configOf(postgres))
  await bothOpen(other)
  const { dials } = other.sessions().monitor
  await sleep(600) // three times the server's limit, by the server's own clock
  assert.equal((await other.look()).kind, 'reading')
  assert.equal(other.sessions().monitor.dials, dials)
  const list = await other.backends()
  assert.ok(list.kind === 'backends')
  for (const backend of list.backends)
    assert.match(backend.backendStart, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/)
  await other.close()
  await postgres.sql(`ALTER ROLE ${LIFEGUARD} RESET ALL`)
})

test('closing ends both sessions, and everything asked after that is answered', async () => {
  const other = watching(configOf(postgres))
  await bothOpen(other)
  await other.close()
  assert.equal((await other.look()).kind, 'unreachable')
  assert.equal((await other.backends()).kind, 'failed')
  await until(ourPids, (pids) => pids.length === 2)
})

test('no log line carries the password', () => {
  assert.ok(lines.length > 0)
  assert.equal(JSON.stringify(lines).includes('held'), false)
})
