import { Socket } from 'node:net'
import pg from 'pg'
import { startPostgres, type SandboxPostgres } from '../../sandbox/postgres/start.js'
import { secret } from '../../src/config/secret.js'
import { watchDefaults } from '../../src/config/defaults.js'
import type { Rule } from '../../src/core/watch/rule.js'
import type { ServerConfig } from '../../src/ports/config.js'
import type { Log } from '../../src/ports/log.js'

export const QUIET: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => QUIET,
}

const PASSWORD = 'bench'
const ROLES = ['site', 'metricity', 'bitwarden', 'keycloak']
const APPLICATIONS = 12
/** Where the held sessions come from, where the system has all of 127/8. */
export const ADDRESSES: readonly string[] = Array.from({ length: 6 }, (_, which) => `127.0.0.${2 + which}`)
const IDLE_IN_TRANSACTION_EVERY = 50

/** A server with Lifeguard's role, and the services' roles. */
export async function startBenchServer(maxConnections = 1_000): Promise<SandboxPostgres> {
  const postgres = await startPostgres({ maxConnections, superuserReserved: 3, reserved: 2 })
  for (const role of [...ROLES, 'lifeguard']) await postgres.sql(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`)
  await postgres.sql('GRANT pg_monitor, pg_signal_backend, pg_use_reserved_connections TO lifeguard')
  return postgres
}

/** Opens sessions as a mixed house has them: 4 roles, 12 applications, 6 addresses, one in fifty idle in transaction. */
export async function hold(postgres: SandboxPostgres, count: number, role?: string): Promise<readonly pg.Client[]> {
  const clients: pg.Client[] = []
  for (let n = 0; n < count; n += 1) {
    const client = new pg.Client({
      host: postgres.host,
      port: postgres.port,
      user: role ?? ROLES[n % ROLES.length] ?? 'site',
      password: PASSWORD,
      database: 'postgres',
      application_name: role ?? `application-${n % APPLICATIONS}`,
      stream: () => socketFrom(ADDRESSES[n % ADDRESSES.length] ?? '127.0.0.2'),
    })
    client.on('error', () => undefined)
    await client.connect()
    if (role === undefined && n % IDLE_IN_TRANSACTION_EVERY === 0) await client.query('BEGIN')
    clients.push(client)
  }
  return clients
}

export async function release(clients: readonly pg.Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
}

/** Binds an own loopback address where the system has all of 127/8 (Linux); elsewhere the address is left to it. */
function socketFrom(localAddress: string): Socket {
  const socket = new Socket()
  if (process.platform !== 'linux') return socket
  const connect = socket.connect.bind(socket)
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, localAddress }),
  })
}

const NOTHING_SET = {
  schedule: undefined,
  totalAbove: undefined,
  siteAbove: undefined,
  confirm: undefined,
  holdDownMs: undefined,
  idleMs: undefined,
  idleInTransactionMs: undefined,
  protectedApplications: undefined,
  noDataAfterMs: undefined,
} as const

export function serverConfig(postgres: SandboxPostgres, name: string, rules?: readonly Rule[]): ServerConfig {
  const defaults = watchDefaults(NOTHING_SET)
  return {
    name,
    connection: {
      host: postgres.host,
      port: postgres.port,
      user: 'lifeguard',
      password: secret(PASSWORD),
      database: 'postgres',
      tls: { mode: 'disable' },
    },
    canary: { kind: 'off' },
    schedule: defaults.schedule,
    rules: rules ?? defaults.rules,
    stale: defaults.stale,
    noDataAfterMs: defaults.noDataAfterMs,
  }
}
