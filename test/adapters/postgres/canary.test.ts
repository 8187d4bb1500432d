import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import type { PostgresServer } from '../../../src/ports/postgres.js'
import type { CanaryConfig } from '../../../src/ports/config.js'
import {
  bothOpen,
  configOf,
  connect,
  createLifeguard,
  endAll,
  fill,
  LIFEGUARD,
  peer,
  secret,
  startServer,
  until,
  watching,
} from './scratch.js'

let postgres: SandboxPostgres

before(async () => {
  postgres = await startServer({ maxConnections: 14 })
  await createLifeguard(postgres)
  await postgres.sql(`CREATE ROLE canary LOGIN PASSWORD 'c'`)
  await postgres.sql(`CREATE ROLE site LOGIN PASSWORD 'p'`)
  await postgres.sql('CREATE DATABASE narrow')
})
after(async () => {
  await postgres?.stop()
})

async function withCanary(canary: CanaryConfig, use: (server: PostgresServer) => Promise<void>): Promise<void> {
  const server = watching(configOf(postgres, { canary }))
  await bothOpen(server)
  try {
    await use(server)
  } finally {
    await server.close()
  }
}

const PLAIN: CanaryConfig = { kind: 'role', user: 'canary', password: secret('c') }

test('a plain role logs in and is gone again', async () => {
  await withCanary(PLAIN, async (server) => {
    assert.equal((await server.canary()).kind, 'passed')
    const leftovers = () => postgres.sql(`SELECT FROM pg_stat_activity WHERE application_name = 'lifeguard canary'`)
    await until(leftovers, (rows) => rows.length === 0)
  })
})

test('where users are refused it is refused, and names the limit: usable slots, its role, its database', async () => {
  await withCanary(PLAIN, async (server) => {
    const users = await fill(postgres, 'site', 'p')
    const refused = await server.canary()
    assert.equal(refused.kind === 'refused' && `${refused.role}: ${refused.limit}`, 'canary: usable slots')
    await endAll(users)
    await until(
      () => server.canary(),
      (canary) => canary.kind === 'passed',
    )
    await postgres.sql('ALTER ROLE canary CONNECTION LIMIT 0')
    const atRole = await server.canary()
    assert.equal(atRole.kind === 'refused' && atRole.limit, 'role limit')
    await postgres.sql('ALTER ROLE canary CONNECTION LIMIT -1')
  })
  await withCanary({ ...PLAIN, database: 'narrow' }, async (server) => {
    const held = await connect(postgres, { database: 'narrow' })
    await postgres.sql('ALTER DATABASE narrow CONNECTION LIMIT 0')
    const atDatabase = await server.canary()
    assert.equal(atDatabase.kind === 'refused' && atDatabase.limit, 'database limit')
    await endAll([held])
  })
})

test('a canary that fails for another reason is no sign of a full server', async () => {
  await withCanary({ kind: 'role', user: 'canary', password: secret('wrong') }, async (server) => {
    const canary = await server.canary()
    assert.ok(canary.kind === 'failed', JSON.stringify(canary))
    assert.match(canary.detail, /28P01/)
    assert.equal(canary.detail.includes('wrong'), false)
  })
})

test('switched off it logs nobody in', async () => {
  await withCanary({ kind: 'off' }, async (server) => {
    assert.equal((await server.canary()).kind, 'off')
  })
})

test('our own role serves as the canary while it has no privilege, and not once it has one', async () => {
  await withCanary({ kind: 'own' }, async (server) => {
    assert.equal((await server.canary()).kind, 'passed')
    await postgres.sql(`ALTER ROLE ${LIFEGUARD} SUPERUSER`)
    await server.look()
    const canary = await server.canary()
    assert.ok(canary.kind === 'off')
    assert.match(canary.because, /superuser/)
    await postgres.sql(`ALTER ROLE ${LIFEGUARD} NOSUPERUSER`)
  })
})

test('a canary that could use reserved slots proves nothing, and says so', async (t) => {
  if (postgres.versionNum < 160000) return t.skip('reserved slots for roles came with PostgreSQL 16')
  await postgres.sql('ALTER SYSTEM SET reserved_connections = 2')
  await postgres.restart()
  await postgres.sql('GRANT pg_use_reserved_connections TO canary')
  for (const canary of [PLAIN, { kind: 'own' }] as const) {
    await withCanary(canary, async (server) => {
      const result = await server.canary()
      assert.ok(result.kind === 'off', JSON.stringify(result))
      assert.match(result.because, /reserved slots/)
    })
  }
  await postgres.sql('REVOKE pg_use_reserved_connections FROM canary')
  await withCanary(PLAIN, async (server) => assert.equal((await server.canary()).kind, 'passed'))
})

test('a silent peer ends it within 5 s, although another login is under way', async () => {
  const silent = await peer(() => undefined)
  const server = watching(configOf(silent, { canary: PLAIN }))
  const startedAt = Date.now()
  const canary = await server.canary()
  assert.equal(canary.kind, 'failed')
  assert.ok(Date.now() - startedAt < 6_000)
  await server.close()
  await silent.close()
})
