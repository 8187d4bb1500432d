import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import type { Client } from 'pg'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import type { Backend, Victim } from '../../../src/core/terminate/backend.js'
import type { PostgresServer } from '../../../src/ports/postgres.js'
import { bothOpen, configOf, connect, createLifeguard, endAll, pidOf, startServer, until, watching } from './scratch.js'

let postgres: SandboxPostgres
let server: PostgresServer

before(async () => {
  postgres = await startServer({ maxConnections: 400, settings: { max_wal_senders: '3' } })
  await createLifeguard(postgres)
  await postgres.sql(`CREATE ROLE site LOGIN PASSWORD 'p'`)
  await postgres.sql(`CREATE ROLE replica LOGIN REPLICATION PASSWORD 'p'`)
  server = watching(configOf(postgres))
  await bothOpen(server)
})
after(async () => {
  await server?.close()
  await postgres?.stop()
})

function site(applicationName = 'site'): Promise<Client> {
  return connect(postgres, { user: 'site', password: 'p', application_name: applicationName })
}

async function listed(): Promise<readonly Backend[]> {
  const list = await server.backends()
  assert.ok(list.kind === 'backends', JSON.stringify(list))
  return list.backends
}

/** What the preview would bind to. */
function victimOf({ pid, backendStart, state, stateChange }: Backend): Victim {
  return { pid, backendStart, state, stateChange: stateChange ?? '' }
}

/** The victims as a fresh list shows those pids, once none of them is busy. */
async function victims(clients: readonly Client[]): Promise<readonly Victim[]> {
  const pids = await Promise.all(clients.map(pidOf))
  const backends = await until(listed, (seen) =>
    pids.every((pid) => seen.some((backend) => backend.pid === pid && backend.state.startsWith('idle'))),
  )
  return pids.flatMap((pid) => backends.filter((backend) => backend.pid === pid).map(victimOf))
}

async function isAlive({ pid, backendStart }: Victim): Promise<boolean> {
  const rows = await postgres.sql('SELECT FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz', [
    pid,
    backendStart,
  ])
  return rows.length > 0
}

async function gone(...dead: readonly Victim[]): Promise<void> {
  await until(
    async () => Promise.all(dead.map(isAlive)),
    (alive) => !alive.includes(true),
  )
}

test('an empty list signals nobody and does not even ask the server', async () => {
  postgres.pause()
  try {
    assert.deepEqual(await server.terminate([], []), { kind: 'signalled', pids: [] })
  } finally {
    postgres.resume()
  }
})

test('the very backends that were shown are ended, in all three terminable states', async () => {
  const clients = [await site(), await site(), await site()]
  await clients[1]?.query('BEGIN')
  await clients[2]?.query('BEGIN')
  await assert.rejects(async () => clients[2]?.query('SELECT 1/0'))
  const shown = await listed()
  const mine = shown.filter((backend) => backend.applicationName === 'site').map(victimOf)
  assert.deepEqual(mine.map((victim) => victim.state).sort(), [
    'idle',
    'idle in transaction',
    'idle in transaction (aborted)',
  ])
  const signalled = await server.terminate(mine, [])
  assert.ok(signalled.kind === 'signalled')
  assert.deepEqual(new Set(signalled.pids), new Set(mine.map((victim) => victim.pid)))
  await gone(...mine)
})

test('a pid that was reused, a state that changed and a moment that moved protect the backend', async () => {
  const client = await site()
  const [victim] = await victims([client])
  assert.ok(victim !== undefined)
  const others: readonly Victim[] = [
    { ...victim, backendStart: victim.backendStart.replace(/\d(?=\+)/, (digit) => String((Number(digit) + 1) % 10)) },
    { ...victim, state: 'idle in transaction' },
    { ...victim, stateChange: victim.stateChange.replace(/\d(?=\+)/, (digit) => String((Number(digit) + 1) % 10)) },
  ]
  for (const other of others) {
    assert.notDeepEqual(other, victim)
    assert.deepEqual(await server.terminate([other], []), { kind: 'signalled', pids: [] })
  }
  await client.query('SELECT 1') // it worked between preview and act
  assert.deepEqual(await server.terminate([victim], []), { kind: 'signalled', pids: [] })
  assert.equal(await isAlive(victim), true)
  await endAll([client])
})

test('a backend that went active is not ended, even when the victim claims that state', async () => {
  const client = await site()
  const [victim] = await victims([client])
  assert.ok(victim !== undefined)
  const working = client.query('SELECT pg_sleep(60)').catch(() => undefined)
  const active = await until(listed, (seen) => seen.some((b) => b.pid === victim.pid && b.state === 'active'))
  const now = active.filter((backend) => backend.pid === victim.pid).map(victimOf)
  assert.deepEqual(await server.terminate([victim, ...now], []), { kind: 'signalled', pids: [] })
  assert.equal(await isAlive(victim), true)
  await postgres.sql('SELECT pg_terminate_backend($1)', [victim.pid])
  await working
})

test('of superusers, ours, replication, protected ones, backups and five good ones exactly the five die', async () => {
  const good = [await site(), await site(), await site(''), await site('pg_dum'), await site(`o'%_\\ "{}`)]
  const kept = [
    await connect(postgres, { application_name: 'superuser' }),
    await site('pg_dump'),
    await site('pg_dumpall'),
    await site('pg_basebackup'),
    await site('bitwarden'),
    await site('kafka_42'),
    await site('100%'),
    await site('lifeguard actor'),
  ]
  const replication = await connect(postgres, {
    user: 'replica',
    password: 'p',
    application_name: 'standby',
    options: '-c wal_sender_timeout=0',
    ...({ replication: 'database' } as object),
  })
  const goodVictims = await victims(good)
  const keptVictims = await victims(kept)
  const own = (await listed()).filter((backend) => backend.isOwn).map(victimOf)
  const walsenders = (await postgres.sql(
    `SELECT pid, backend_start::text AS "backendStart", state, state_change::text AS "stateChange"
       FROM pg_stat_activity WHERE backend_type = 'walsender'`,
  )) as unknown as Victim[]
  assert.equal(own.length, 2)
  assert.equal(walsenders.length, 1)
  const signalled = await server.terminate(
    [...own, ...keptVictims, ...walsenders, ...goodVictims, ...goodVictims],
    ['bitwarden', 'kafka_*', '100%'],
  )
  assert.ok(signalled.kind === 'signalled', JSON.stringify(signalled))
  assert.equal(signalled.pids.length, 5)
  assert.deepEqual(new Set(signalled.pids), new Set(goodVictims.map((victim) => victim.pid)))
  await gone(...goodVictims)
  for (const victim of [...own, ...keptVictims, ...walsenders]) assert.equal(await isAlive(victim), true)
  await endAll([...kept, replication])
})

test('a protected name is a name and no pattern, unless it ends in a star', async () => {
  const clients = [await site('worker1'), await site('work%'), await site('web_1'), await site('web-2')]
  const shown = await victims(clients)
  const signalled = await server.terminate(shown, ['work%', 'web_*'])
  assert.ok(signalled.kind === 'signalled')
  assert.deepEqual(new Set(signalled.pids), new Set([shown[0]?.pid, shown[3]?.pid]))
  assert.deepEqual(await server.terminate(shown, ['*']), { kind: 'signalled', pids: [] })
  await endAll(clients)
})

test('without pg_signal_backend the act is denied with the grant, and nobody dies', async () => {
  await postgres.sql('REVOKE pg_signal_backend FROM lifeguard')
  const client = await site()
  const [victim] = await victims([client])
  assert.ok(victim !== undefined)
  const signalled = await server.terminate([victim], [])
  assert.equal(signalled.kind, 'denied')
  assert.equal(signalled.kind === 'denied' && signalled.remedy, 'GRANT pg_signal_backend TO "lifeguard";')
  assert.equal(await isAlive(victim), true)
  await server.look()
  assert.ok(server.sessions().degraded.some((sentence) => sentence.includes('GRANT pg_signal_backend TO "lifeguard";')))
  await postgres.sql('GRANT pg_signal_backend TO lifeguard')
  assert.equal((await server.terminate([victim], [])).kind, 'signalled')
  await gone(victim)
})

test('three hundred are ended by one statement, within its time limit', async () => {
  const clients = await Promise.all(Array.from({ length: 300 }, () => site('crowd')))
  const crowd = await until(
    async () => (await listed()).filter((backend) => backend.applicationName === 'crowd' && backend.state === 'idle'),
    (seen) => seen.length === 300,
  )
  const signalled = await server.terminate(crowd.map(victimOf), [])
  assert.ok(signalled.kind === 'signalled', JSON.stringify(signalled))
  assert.equal(signalled.pids.length, 300)
  await until(
    async () => (await listed()).filter((backend) => backend.applicationName === 'crowd').length,
    (left) => left === 0,
  )
  await endAll(clients)
})
