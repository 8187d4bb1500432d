import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import { diagnose, type Diagnosis } from '../../../src/core/doctor/diagnose.js'
import type { ServerFacts } from '../../../src/core/doctor/facts.js'
import type { Finding } from '../../../src/core/doctor/finding.js'
import { remedyOf } from '../../../src/core/doctor/remedy.js'
import type { PostgresServer } from '../../../src/ports/postgres.js'
import { bothOpen, configOf, connect, createLifeguard, endAll, startServer, until, watching } from './scratch.js'

/** Legal names for roles, all of them. */
const NAMES = ['site', 'quo"te', "apo'strophe", 'back\\slash', 'li\nne; DROP ROLE site; --', 'grüße']

let postgres: SandboxPostgres
let server: PostgresServer

before(async () => {
  postgres = await startServer({ maxConnections: 60, superuserReserved: 2 })
  await createLifeguard(postgres)
  await postgres.sql('REVOKE pg_signal_backend FROM lifeguard')
  if (postgres.versionNum >= 160000) await postgres.sql('REVOKE pg_use_reserved_connections FROM lifeguard')
  for (const name of NAMES) await postgres.sql(`CREATE ROLE ${quoted(name)} LOGIN PASSWORD 'p'`)
  await postgres.sql(`CREATE ROLE admin SUPERUSER LOGIN PASSWORD 'p'`)
  server = watching(configOf(postgres))
  await bothOpen(server)
})
after(async () => {
  await server?.close()
  await postgres?.stop()
})

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function as(user: string, applicationName = '', database = 'postgres') {
  return connect(postgres, { user, password: 'p', application_name: applicationName, database })
}

async function factsNow(): Promise<ServerFacts> {
  const setup = await server.setup()
  assert.ok(setup.kind === 'setup', JSON.stringify(setup))
  return setup.facts
}

async function examine(): Promise<Diagnosis> {
  const facts = await factsNow()
  const usable = facts.maxConnections - facts.superuserReserved - (facts.reserved ?? 0)
  return diagnose({ facts, budgets: [], usable })
}

function find<K extends Finding['kind']>({ findings }: Diagnosis, kind: K): readonly Extract<Finding, { kind: K }>[] {
  return findings.filter((finding): finding is Extract<Finding, { kind: K }> => finding.kind === kind)
}

/** Every statement for these findings, each pasted by itself as a superuser. */
async function mend(findings: readonly Finding[]): Promise<void> {
  assert.ok(findings.length > 0, 'there is something to mend')
  const facts = await factsNow()
  const statements = findings.flatMap((finding) => remedyOf(finding, facts).sql)
  assert.ok(statements.length > 0, 'there is a line that mends it')
  for (const statement of statements) await postgres.sql(statement)
}

async function mends(kind: Finding['kind']): Promise<void> {
  await mend(find(await examine(), kind))
  // A reload is a signal: the session learns of it a moment later.
  await until(examine, (seen) => find(seen, kind).length === 0)
}

test('a server as it was in 2020 has all that the post-mortem blames', async () => {
  const clients = [await as('site'), await as('site'), await as('admin', 'web')]
  const kinds = (await examine()).findings.map((finding) => finding.kind)
  const since14 = postgres.versionNum >= 140000
  assert.deepEqual(
    kinds.toSorted(),
    [
      'superuser application',
      'own weakness',
      'no connection limit',
      'small superuser reserve',
      'slow keep-alives',
      'no idle limit',
      ...(since14 ? ['no idle limit', 'no connection check'] : []),
      'empty application names',
      postgres.versionNum >= 160000 ? 'no reserved slots' : 'no reserve before 16',
    ].toSorted(),
  )
  await endAll(clients)
})

test('what a major lacks is null, said, and neither a finding nor fine', async () => {
  const facts = await factsNow()
  const { unseen, fine } = await examine()
  const major = Math.trunc(postgres.versionNum / 10_000)
  assert.equal(facts.reserved === null, major < 16)
  assert.equal(facts.connectionCheckMs === null, major < 14)
  assert.equal(facts.idleLimits.idle_session_timeout === null, major < 14)
  assert.equal(facts.idleLimits.idle_in_transaction_session_timeout, 0)
  const said = unseen.map(({ because }) => because).filter((because) => because.startsWith('PostgreSQL'))
  assert.equal(said.length, major < 14 ? 2 : 0)
  if (major < 14) assert.ok(!fine.includes('limits for idle sessions') && !fine.includes('connection checks'))
})

test('a superuser that is an application is one no more after its line; psql of an administrator is none', async () => {
  const people = [await as('admin', 'psql'), await as('admin', 'pg_dump')]
  assert.deepEqual(find(await examine(), 'superuser application'), [])
  const web = await as('admin', 'web')
  const [found] = find(await examine(), 'superuser application')
  assert.deepEqual(found, {
    kind: 'superuser application',
    role: 'admin',
    backends: 1,
    applications: ['web'],
    standing: 'ordinary',
  })
  await mends('superuser application')
  await endAll([...people, web])
})

test('the role that initdb made, and the last superuser, get words instead of a line that fails or locks everybody out', async () => {
  const web = await connect(postgres, { application_name: 'web' })
  const [found] = find(await examine(), 'superuser application')
  assert.equal(found?.role, postgres.superuser)
  assert.equal(found?.standing, 'bootstrap')
  assert.deepEqual(remedyOf(found, await factsNow()).sql, [])
  await endAll([web])
})

test('every role without a CONNECTION LIMIT gets one, whatever it is called, and all of them fit', async () => {
  const clients = await Promise.all(NAMES.map((name) => as(name)))
  const [found] = find(await examine(), 'no connection limit')
  assert.deepEqual(found?.roles.map((role) => role.name).toSorted(), NAMES.toSorted())
  await mends('no connection limit')
  const rows = await postgres.sql(
    'SELECT count(*)::int AS roles, sum(rolconnlimit)::int AS sum FROM pg_roles WHERE rolconnlimit > 0 AND rolname = ANY ($1)',
    [NAMES],
  )
  assert.equal(rows[0]?.['roles'], NAMES.length)
  assert.ok(Number(rows[0]?.['sum']) <= 58)
  await endAll(clients)
})

test('limits that promise more than there is shrink until they fit', async () => {
  await postgres.sql('CREATE ROLE greedy LOGIN CONNECTION LIMIT 500')
  assert.equal(find(await examine(), 'limits over usable').length, 1)
  await mends('limits over usable')
  await postgres.sql('DROP ROLE greedy')
})

test('slow keep-alives and missing connection checks are mended with a reload', async () => {
  const before2h = (await factsNow()).keepAlives
  assert.ok(before2h !== null && before2h.idleS >= 7_200, 'the operating system’s own')
  await mends('slow keep-alives')
  assert.deepEqual((await factsNow()).keepAlives, { idleS: 60, intervalS: 10, count: 6 })
  if (postgres.versionNum >= 140000) await mends('no connection check')
})

test('idle limits are set per role, where they are missing, and old sessions keep what they have', async () => {
  const clients = await Promise.all(NAMES.map((name) => as(name)))
  const kinds = find(await examine(), 'no idle limit').map((finding) => finding.limit)
  assert.deepEqual(kinds, [
    'idle_in_transaction_session_timeout',
    ...(postgres.versionNum >= 140000 ? ['idle_session_timeout'] : []),
  ])
  await mends('no idle limit')
  await endAll(clients)
  const again = await as('site')
  const { rows } = await again.query<{ value: string }>(
    `SELECT current_setting('idle_in_transaction_session_timeout') AS value`,
  )
  assert.equal(rows[0]?.value, '1min')
  await endAll([again])
})

test('a limit that is switched off for a role in one database is mended there', async () => {
  await postgres.sql('CREATE DATABASE metricity')
  await postgres.sql('ALTER ROLE site IN DATABASE metricity SET idle_in_transaction_session_timeout = 0')
  const client = await as('site', 'web', 'metricity')
  const [found] = find(await examine(), 'no idle limit')
  assert.deepEqual(found?.roles, [{ name: 'site', database: 'metricity', backends: 1 }])
  await mends('no idle limit')
  await endAll([client])
})

test('a value for everybody, for a database or by hand in any unit is a limit', async () => {
  const setTo = async (value: string) => {
    await postgres.sql(`ALTER DATABASE metricity SET idle_in_transaction_session_timeout = '${value}'`)
    return (await factsNow()).roleSettings?.flatMap((one) =>
      one.role === null && one.database === 'metricity' && one.name !== 'application_name' ? [one.ms] : [],
    )
  }
  assert.deepEqual(await setTo('90000'), [90_000])
  assert.deepEqual(await setTo('1.5 min'), [90_000])
  assert.deepEqual(await setTo('1d'), [86_400_000])
  assert.deepEqual(await setTo('0x10'), [null])
  await postgres.sql('ALTER DATABASE metricity RESET idle_in_transaction_session_timeout')
})

test('an idle limit of our own role hides what everybody has, and that is said instead of guessed', async (t) => {
  if (postgres.versionNum < 140000) return t.skip('PostgreSQL 13 has no idle_session_timeout')
  await postgres.sql('ALTER SYSTEM SET idle_session_timeout = 123456')
  await postgres.sql('SELECT pg_reload_conf()')
  await until(factsNow, (facts) => facts.idleLimits.idle_session_timeout === 123_456)
  await postgres.sql('ALTER ROLE lifeguard SET idle_session_timeout = 0')
  assert.equal((await factsNow()).idleLimits.idle_session_timeout, 'hidden')
  await postgres.sql('ALTER ROLE site RESET ALL')
  const client = await as('site', 'web')
  const hidden = find(await examine(), 'no idle limit').filter((one) => one.limit === 'idle_session_timeout')
  assert.deepEqual(
    hidden.map((one) => [one.mayHaveGlobal, one.roles.map((role) => role.name)]),
    [[true, ['site']]],
  )
  await postgres.sql('ALTER ROLE lifeguard RESET idle_session_timeout')
  await endAll([client])
})

test('empty application names get one from the role, for new sessions', async () => {
  const clients = await Promise.all(NAMES.map((name) => as(name)))
  const [found] = find(await examine(), 'empty application names')
  assert.deepEqual(found?.roles.map((role) => role.name).toSorted(), NAMES.toSorted())
  await mends('empty application names')
  await endAll(clients)
  const again = await as('back\\slash')
  const { rows } = await again.query<{ value: string }>(`SELECT current_setting('application_name') AS value`)
  assert.equal(rows[0]?.value, 'back\\slash')
  await endAll([again])
})

test('grants that Lifeguard lacks are mended by their lines; without pg_monitor nothing is guessed of backends', async () => {
  await mends('own weakness')
  await postgres.sql('REVOKE pg_monitor FROM lifeguard')
  const blind = await examine()
  assert.equal((await factsNow()).backends, null)
  assert.ok(find(blind, 'own weakness').some(({ weakness }) => weakness.sql[0] === 'GRANT pg_monitor TO "lifeguard";'))
  assert.ok(!blind.fine.includes('superuser applications'))
  assert.ok(blind.unseen.some(({ check }) => check === 'superuser applications'))
  await mends('own weakness')
})

test('a closed catalog of role settings is said, and the rest is still examined', async () => {
  await postgres.sql('REVOKE SELECT ON pg_db_role_setting FROM PUBLIC')
  const client = await as('site', 'web')
  assert.equal((await factsNow()).roleSettings, null)
  const { unseen, fine } = await examine()
  assert.ok(unseen.some(({ because }) => because.includes('pg_db_role_setting')))
  assert.ok(fine.includes('keep-alives'))
  await postgres.sql('GRANT SELECT ON pg_db_role_setting TO PUBLIC')
  await endAll([client])
})

test('a setting on the command line is not promised to change by a statement', async () => {
  const facts = await factsNow()
  assert.deepEqual(facts.onCommandLine.toSorted(), ['max_connections', 'superuser_reserved_connections'])
  const [found] = find(await examine(), 'small superuser reserve')
  assert.ok(found !== undefined)
  assert.deepEqual(remedyOf(found, facts), {
    sql: [],
    effect: 'after a restart',
    onCommandLine: [{ setting: 'superuser_reserved_connections', value: '3' }],
  })
  // Elsewhere the line is one that the server takes; here it has no effect, and is not said to wait for anything.
  for (const statement of remedyOf(found, { ...facts, onCommandLine: [] }).sql) await postgres.sql(statement)
  await until(
    () => postgres.sql(`SELECT FROM pg_settings WHERE name = 'superuser_reserved_connections' AND pending_restart`),
    (rows) => rows.length === 1,
  )
  assert.equal(find(await examine(), 'small superuser reserve')[0]?.isWaiting, false)
})

test('a reserve comes with its lines and a restart, and until then it says what it waits for', async (t) => {
  if (postgres.versionNum < 160000) return t.skip('PostgreSQL 16 is the first with reserved_connections')
  await mend(find(await examine(), 'no reserved slots'))
  await until(examine, (seen) => find(seen, 'no reserved slots')[0]?.isWaiting === true)
  await postgres.restart()
  await until(
    () => server.setup(),
    (setup) => setup.kind === 'setup',
  )
  assert.deepEqual(find(await examine(), 'no reserved slots'), [])
  assert.deepEqual((await factsNow()).own.weaknesses, [])
})

test('a server that does not answer is a failure with its reason', async () => {
  postgres.pause()
  try {
    const setup = await server.setup()
    assert.equal(setup.kind === 'failed' && setup.detail, 'no answer within 2 s')
  } finally {
    postgres.resume()
  }
})
