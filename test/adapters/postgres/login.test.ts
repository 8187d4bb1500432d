import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { after, before, test } from 'node:test'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import type { Look } from '../../../src/core/watch/look.js'
import {
  bothOpen,
  configOf,
  connect,
  createLifeguard,
  endAll,
  errorResponse,
  peer,
  secret,
  startServer,
  until,
  watching,
} from './scratch.js'
import type { Overrides } from './scratch.js'

let postgres: SandboxPostgres

before(async () => {
  postgres = await startServer({ maxConnections: 20, hba: ['host all outsider 127.0.0.1/32 reject'] })
  await createLifeguard(postgres)
  await postgres.sql(`CREATE ROLE outsider LOGIN PASSWORD 'p'`)
  await postgres.sql(`CREATE ROLE asleep NOLOGIN PASSWORD 'p'`)
  await postgres.sql('CREATE DATABASE closed')
  await postgres.sql('REVOKE CONNECT ON DATABASE closed FROM PUBLIC')
  await postgres.sql('CREATE DATABASE narrow')
})
after(async () => {
  await postgres?.stop()
})

/** The first look of a bot that starts against `where`, which must come within 5 s. */
async function firstLook(where: { host: string; port: number }, overrides: Overrides = {}): Promise<Look> {
  const server = watching(configOf(where, overrides))
  const startedAt = Date.now()
  const look = await server.look()
  const tookMs = Date.now() - startedAt
  await server.close()
  assert.ok(tookMs < 6_000, `${tookMs} ms`) // 5 s by the bot's own limits, the rest for a slow machine
  return look
}

const DENIALS: readonly { what: string; connection: Overrides['connection']; remedy: RegExp; since?: number }[] = [
  {
    what: 'a wrong password',
    connection: { password: secret('wrong') },
    remedy: /ALTER ROLE "lifeguard" LOGIN PASSWORD/,
  },
  { what: 'a role that does not exist', connection: { user: 'nobody"x' }, remedy: /"nobody""x"/ },
  {
    what: 'a role that may not log in',
    connection: { user: 'asleep', password: secret('p') },
    remedy: /ALTER ROLE "asleep" LOGIN/,
  },
  {
    what: 'a pg_hba.conf that rejects us',
    connection: { user: 'outsider', password: secret('p') },
    remedy: /pg_hba\.conf/,
  },
  { what: 'a database that does not exist', connection: { database: 'nowhere' }, remedy: /instead of "nowhere"/ },
  {
    what: 'a database we may not connect to',
    connection: { database: 'closed' },
    remedy: /^GRANT CONNECT ON DATABASE "closed" TO "lifeguard";$/,
  },
]

for (const { what, connection, remedy } of DENIALS) {
  test(`${what} is denied, with what to do`, async () => {
    const look = await firstLook(postgres, connection === undefined ? {} : { connection })
    assert.ok(look.kind === 'denied', JSON.stringify(look))
    assert.match(look.remedy, remedy)
    assert.equal(JSON.stringify(look).includes('wrong'), false)
  })
}

test('what is not configured is not taken from the environment', async () => {
  const environment = {
    PGPASSWORD: 'held',
    PGUSER: 'postgres',
    PGOPTIONS: '-c lock_timeout=1',
    PGSSLMODE: 'require',
    PGAPPNAME: 'x',
  }
  const environmentBefore = { ...process.env }
  Object.assign(process.env, environment)
  try {
    const { connection, ...config } = configOf(postgres)
    const { password: _, ...rest } = connection
    const server = watching({ ...config, connection: rest })
    const look = await server.look()
    await server.close()
    assert.ok(look.kind === 'denied', JSON.stringify(look))
    assert.match(look.detail, /asks for a password/)
  } finally {
    for (const name of Object.keys(environment)) {
      if (environmentBefore[name] === undefined) delete process.env[name]
      else process.env[name] = environmentBefore[name]
    }
  }
})

test('a database at its own limit refuses by that name', async () => {
  const held = await connect(postgres, { database: 'narrow' })
  await postgres.sql('ALTER DATABASE narrow CONNECTION LIMIT 0')
  const look = await firstLook(postgres, { connection: { database: 'narrow' } })
  assert.equal(look.kind === 'refused' && look.limit, 'database limit', JSON.stringify(look))
  await endAll([held])
})

test('a flood of half-open logins is named as such', async (t) => {
  if (postgres.versionNum >= 160000 && postgres.versionNum < 180000)
    return t.skip('PostgreSQL 16 and 17 let this many wait')
  const halfOpen = Array.from({ length: 300 }, () => createConnection(postgres.port, postgres.host))
  for (const socket of halfOpen) socket.on('error', () => undefined)
  const server = watching(configOf(postgres))
  const look = await until(
    () => server.look(),
    (seen) => seen.kind === 'refused' && seen.limit === 'half-open logins',
  )
  assert.equal(look.kind, 'refused')
  for (const socket of halfOpen) socket.destroy()
  await bothOpen(server)
  await server.close()
})

test('a peer that accepts and says nothing is silent', async () => {
  const silent = await peer(() => undefined)
  const look = await firstLook(silent)
  assert.equal(look.kind === 'unreachable' && look.why, 'silent', JSON.stringify(look))
  await silent.close()
})

test('a peer that accepts and says nothing is silent with TLS as well', async () => {
  const silent = await peer(() => undefined)
  const look = await firstLook(silent, { connection: { tls: { mode: 'prefer' } } })
  assert.equal(look.kind === 'unreachable' && look.why, 'silent', JSON.stringify(look))
  await silent.close()
})

test('a port where nobody listens refuses', async () => {
  const gone = await peer(() => undefined)
  await gone.close()
  const look = await firstLook(gone)
  assert.equal(look.kind === 'unreachable' && look.why, 'refused', JSON.stringify(look))
})

test('a peer that hangs up resets', async () => {
  const rude = await peer((socket) => socket.end())
  const look = await firstLook(rude)
  assert.equal(look.kind === 'unreachable' && look.why, 'reset', JSON.stringify(look))
  await rude.close()
})

test('a server that is starting up or shutting down says so', async () => {
  const starting = await peer((socket) =>
    socket.once('data', () => socket.end(errorResponse('57P03', 'BackendInitialize'))),
  )
  assert.equal((await firstLook(starting)).kind, 'starting')
  await starting.close()
})

test('a server asked for TLS that it does not have is unreachable for that reason', async () => {
  const look = await firstLook(postgres, { connection: { tls: { mode: 'require' } } })
  assert.deepEqual(look.kind === 'unreachable' && [look.why, look.detail], ['tls', 'the server does not offer TLS'])
})

test('a full server meets one login at a time, again and again, with the canary in turn', async () => {
  let open = 0
  let most = 0
  const full = await peer((socket) => {
    open += 1
    most = Math.max(most, open)
    socket.once('data', () =>
      setTimeout(() => {
        open -= 1
        socket.end(errorResponse('53300', 'InitProcess'))
      }, 100),
    )
  })
  const server = watching(configOf(full, { canary: { kind: 'role', user: 'canary', password: secret('c') } }))
  const looks = await Promise.all([server.look(), server.look()])
  for (const look of looks) assert.equal(look.kind === 'refused' && look.limit, 'every slot', JSON.stringify(look))
  for (let login = 0; login < 6; login += 1) {
    const canary = await server.canary()
    assert.equal(canary.kind === 'refused' && canary.role, 'canary', JSON.stringify(canary))
  }
  await until(full.connections, (connections) => connections >= 8)
  assert.equal(most, 1)
  await server.close()
  await full.close()
})

test('nothing waits for the first login: a silent server delays neither open nor close', async () => {
  const silent = await peer(() => undefined)
  const server = watching(configOf(silent))
  assert.equal(server.sessions().monitor.state, 'dialing')
  assert.equal(server.sessions().actor.state, 'closed')
  await server.close()
  await silent.close()
})

test('the same server opened twice is still two sessions', async () => {
  const server = watching(configOf(postgres)) as ReturnType<typeof watching> & { open(): void }
  server.open()
  await bothOpen(server)
  assert.deepEqual([server.sessions().monitor.dials, server.sessions().actor.dials], [1, 1])
  await server.close()
})
