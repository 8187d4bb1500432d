import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { Client } from 'pg'
import type { ClientConfig } from 'pg'

import { startPostgres } from '../../../sandbox/postgres/start.js'
import type { PostgresOptions, SandboxPostgres } from '../../../sandbox/postgres/start.js'
import { postgresServer } from '../../../src/adapters/postgres/server.js'
import type { Clock } from '../../../src/ports/clock.js'
import type { ConnectionConfig, Secret, ServerConfig } from '../../../src/ports/config.js'
import type { PostgresServer } from '../../../src/ports/postgres.js'

/** A real server; of another major when LIFEGUARD_TEST_PG_BIN names the folder of its programs. */
export function startServer(options: PostgresOptions = {}): Promise<SandboxPostgres> {
  const binDir = process.env['LIFEGUARD_TEST_PG_BIN']
  return startPostgres({ ...options, ...(binDir === undefined ? {} : { binDir }) })
}

/** The system's clock: these tests meet real servers, which have no other. */
const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
}

export function secret(text: string): Secret {
  return { reveal: () => text }
}

export const LIFEGUARD = 'lifeguard'
const PASSWORD = 'held'

/** Makes our own role as the setup page has it. */
export async function createLifeguard(
  postgres: SandboxPostgres,
  grants = 'pg_monitor, pg_signal_backend',
): Promise<void> {
  await postgres.sql(`CREATE ROLE ${LIFEGUARD} LOGIN PASSWORD '${PASSWORD}'`)
  if (grants !== '') await postgres.sql(`GRANT ${grants} TO ${LIFEGUARD}`)
  if (postgres.versionNum >= 160000 && grants !== '') {
    await postgres.sql(`GRANT pg_use_reserved_connections TO ${LIFEGUARD}`)
  }
}

export type Overrides = Partial<Omit<ServerConfig, 'connection'>> & { readonly connection?: Partial<ConnectionConfig> }

export function configOf(postgres: Pick<SandboxPostgres, 'host' | 'port'>, overrides: Overrides = {}): ServerConfig {
  return {
    name: 'test',
    canary: { kind: 'off' },
    schedule: '*/5 * * * * *',
    rules: [],
    stale: { idleMs: 900_000, idleInTransactionMs: 300_000, protectedApplications: [] },
    noDataAfterMs: 30_000,
    ...overrides,
    connection: {
      host: postgres.host,
      port: postgres.port,
      user: LIFEGUARD,
      password: secret(PASSWORD),
      database: 'postgres',
      tls: { mode: 'disable' },
      ...overrides.connection,
    },
  }
}

export type LogLine = { readonly level: string; readonly fields: unknown; readonly sentence: string }

/** The adapter under test, opened, with its log kept in `lines`. */
export function watching(config: ServerConfig, lines: LogLine[] = []): PostgresServer {
  const at =
    (level: string) =>
    (fields: unknown, sentence: string): void =>
      void lines.push({ level, fields, sentence })
  const server = postgresServer(config, {
    clock: systemClock,
    random: () => 0.5,
    log: { info: at('info'), warn: at('warn'), error: at('error') },
  })
  server.open()
  return server
}

/** Waits until `isSo`, and fails with what it saw last. Generous: a slow machine only takes longer. */
export async function until<T>(look: () => T | Promise<T>, isSo: (seen: T) => boolean, limitMs = 30_000): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain; last seen: ${JSON.stringify(seen)}`)
    await sleep(20)
  }
}

export async function bothOpen(server: PostgresServer): Promise<void> {
  await until(
    () => server.sessions(),
    ({ monitor, actor }) => monitor.state === 'open' && actor.state === 'open',
  )
}

/** Somebody's session, whose end is nobody's problem. */
export async function connect(postgres: SandboxPostgres, overrides: ClientConfig = {}): Promise<Client> {
  const client = new Client({
    host: postgres.host,
    port: postgres.port,
    user: postgres.superuser,
    password: postgres.password,
    database: 'postgres',
    ssl: false,
    application_name: 'somebody',
    ...overrides,
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

export async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return rows[0]?.pid ?? 0
}

/** Logs in as `role` until the server refuses; gives the sessions back. */
export async function fill(postgres: SandboxPostgres, user: string, password: string): Promise<Client[]> {
  const clients: Client[] = []
  for (;;) {
    try {
      clients.push(await connect(postgres, { user, password, application_name: 'flood' }))
    } catch {
      return clients
    }
  }
}

export async function endAll(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
}

/** A peer on loopback that does what `meet` does with each connection. */
export async function peer(
  meet: (socket: Socket) => void,
): Promise<{ host: string; port: number; connections: () => number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    meet(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server's ErrorResponse. Source: PostgreSQL manual, "Message Formats". */
export function errorResponse(code: string, routine: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mno\0R${routine}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(4 + fields.length, 1)
  return Buffer.concat([head, fields])
}
