import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { postgresAccount } from './account.js'
import { findBinaries } from './binaries.js'
import { createCluster, SUPERUSER } from './cluster.js'
import type { ServerTls } from './cluster.js'
import { keep } from './keeper.js'
import { PortTaken, startServer } from './server.js'
import type { Server } from './server.js'

export type PostgresOptions = {
  readonly maxConnections?: number
  readonly superuserReserved?: number
  /** `reserved_connections`: PostgreSQL 16 and later; older servers refuse to start with it. */
  readonly reserved?: number
  /** 0 or absent: any free one. */
  readonly port?: number
  /** Further settings, each passed as `-c name=value`; they win over the sandbox's own. */
  readonly settings?: Readonly<Record<string, string>>
  /** Programs of another major: a platform package's folder, or one with `initdb` and `postgres` in it or its `bin`. */
  readonly binDir?: string
  /** The superuser's; absent: a random one. */
  readonly password?: string
  readonly tls?: ServerTls
  /** Lines of pg_hba.conf that come before the sandbox's own. */
  readonly hba?: readonly string[]
}

/** A real PostgreSQL on loopback, in a temporary folder that goes with it. */
export type SandboxPostgres = {
  readonly host: string
  readonly port: number
  readonly superuser: string
  readonly password: string
  /** The postmaster; another one after `restart` or `up`. */
  readonly pid: number
  /** `server_version_num`, for example 180004. */
  readonly versionNum: number
  readonly dataDir: string
  /** What `stop` removes: the data folder and all around it. */
  readonly folder: string
  /** Runs as superuser in a session of its own (so it needs a free slot); rows of the last statement. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** Nobody answers, nothing is closed: SIGSTOP to the whole family. */
  pause(): void
  resume(): void
  /** Shuts down (fast) and keeps the data; `up` starts again on the same port. */
  down(): Promise<void>
  up(): Promise<void>
  restart(): Promise<void>
  /** Ends the server and removes its folder. May be called twice. */
  stop(): Promise<void>
}

const HOST = '127.0.0.1'

/** Starts a server and returns when it takes logins. On failure nothing is left behind. */
export async function startPostgres(options: PostgresOptions = {}): Promise<SandboxPostgres> {
  const account = postgresAccount()
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-postgres-'))
  const dataDir = join(folder, 'data')
  const password = options.password ?? randomBytes(12).toString('hex')
  try {
    if (account.uid !== undefined && account.gid !== undefined) await chown(folder, account.uid, account.gid)
    const binaries = await findBinaries(options.binDir, account, folder)
    const tls = options.tls === undefined ? {} : { tls: options.tls }
    const tlsSettings = await createCluster(binaries, account, folder, dataDir, {
      password,
      hba: options.hba ?? [],
      ...tls,
    })
    const settings = { ...settingsOf(options), ...tlsSettings, ...options.settings }
    const start = (port: number): Promise<Server> =>
      startServer(binaries.postgres, account, dataDir, { ...settings, port: String(port) })
    return await running(options.port ?? 0, start)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }

  async function running(wanted: number, start: (port: number) => Promise<Server>): Promise<SandboxPostgres> {
    const first = await startOnPort(wanted, start)
    const port = first.port
    let server = first.server
    let isUp = true
    keep(server, folder)

    const sql: SandboxPostgres['sql'] = async (text, values) => {
      const client = new pg.Client({
        host: HOST,
        port,
        user: SUPERUSER,
        password,
        database: 'postgres',
        ssl: false,
        application_name: 'sandbox',
      })
      client.on('error', () => undefined) // a query that fails says so itself
      try {
        await client.connect()
        const result: unknown = values === undefined ? await client.query(text) : await client.query(text, [...values])
        return (Array.isArray(result) ? (result.at(-1) as pg.QueryResult) : (result as pg.QueryResult)).rows as Record<
          string,
          unknown
        >[]
      } finally {
        await client.end().catch(() => undefined)
      }
    }

    const down = async (): Promise<void> => {
      if (!isUp) return
      isUp = false
      await server.stop()
    }
    const up = async (): Promise<void> => {
      if (isUp) return
      server = await start(port)
      isUp = true
      keep(server, folder)
    }
    const stop = async (): Promise<void> => {
      await down()
      await rm(folder, { recursive: true, force: true })
    }
    const versionNum = await sql('SHOW server_version_num').then(
      (rows) => Number(rows[0]?.['server_version_num']),
      async (error: unknown) => {
        await stop()
        throw error
      },
    )

    return {
      host: HOST,
      port,
      superuser: SUPERUSER,
      password,
      versionNum,
      dataDir,
      folder,
      sql,
      down,
      up,
      stop,
      get pid() {
        return server.pid
      },
      pause: () => server.pause(),
      resume: () => server.resume(),
      async restart() {
        await down()
        await up()
      },
    }
  }
}

function settingsOf(options: PostgresOptions): Record<string, string> {
  return {
    listen_addresses: HOST,
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: String(options.maxConnections ?? 100),
    superuser_reserved_connections: String(options.superuserReserved ?? 3),
    ...(options.reserved === undefined ? {} : { reserved_connections: String(options.reserved) }),
  }
}

// A free port may be taken by somebody else between our look and the server's bind.
async function startOnPort(
  wanted: number,
  start: (port: number) => Promise<Server>,
): Promise<{ port: number; server: Server }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted === 0 ? await freePort() : wanted
    try {
      return { port, server: await start(port) }
    } catch (error) {
      if (!(error instanceof PortTaken) || wanted !== 0 || attempt === 5) throw error
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, HOST, () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('No free port on loopback.')),
      )
    })
  })
}
