import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { SandboxPostgres } from '../../sandbox/postgres/start.js'

const PROGRAM = 'prometheus-postgres-exporter'
const TRIES = 100

/** The peer, as Debian ships it: one scrape is one GET of /metrics over a kept connection. */
export type Exporter = { readonly version: string; scrape(): Promise<void>; stop(): Promise<void> }

/** Undefined when it is not installed: the bench then says so and compares with nothing. */
export async function startExporter(postgres: SandboxPostgres): Promise<Exporter | undefined> {
  const version = versionOf()
  if (version === undefined) return undefined
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const { host, superuser, password } = postgres
  const child = spawn(PROGRAM, [`--web.listen-address=127.0.0.1:${port}`, '--log.level=error'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATA_SOURCE_NAME: `postgresql://${superuser}:${password}@${host}:${postgres.port}/postgres?sslmode=disable`,
    },
    stdio: 'ignore',
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const scrape = () =>
    new Promise<void>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: '/metrics', agent }, (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => (bytes += chunk.length))
        response.on('end', () =>
          response.statusCode === 200 && bytes > 1_000
            ? resolve()
            : reject(new Error(`exporter: ${response.statusCode}`)),
        )
      })
      request.on('error', reject)
    })
  for (let tries = 1; ; tries += 1) {
    try {
      await scrape()
      break
    } catch (error) {
      if (tries === TRIES) throw error
      await pause(100)
    }
  }
  return {
    version,
    scrape,
    async stop() {
      agent.destroy()
      child.kill()
      await once(child, 'exit')
    },
  }
}

function versionOf(): string | undefined {
  try {
    const words = execFileSync(PROGRAM, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return /version (\S+),/.exec(words)?.[1] ?? 'unknown'
  } catch {
    return undefined
  }
}
