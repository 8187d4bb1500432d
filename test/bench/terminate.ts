import pg from 'pg'
import { systemClock } from '../../src/adapters/clock/system.js'
import { postgresServer } from '../../src/adapters/postgres/server.js'
import type { Victim } from '../../src/core/terminate/backend.js'
import type { Log } from '../../src/ports/log.js'
import { hold, release, serverConfig, startBenchServer } from './load.js'
import { barred, figure, stats, type Bar } from './stats.js'

const VICTIMS = 300
const ROUNDS = 9
const QUIET: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => QUIET,
}

/** Ending 300 idle backends: the guarded statement against one bare statement, in turn, in one run. */
export async function benchTerminate(say: (line: string) => void): Promise<readonly Bar[]> {
  const postgres = await startBenchServer()
  const server = postgresServer(serverConfig(postgres, 'bench'), {
    clock: systemClock,
    random: Math.random,
    log: QUIET,
  })
  server.open()
  const bare = new pg.Client({
    host: postgres.host,
    port: postgres.port,
    user: 'lifeguard',
    password: 'bench',
    database: 'postgres',
  })
  await bare.connect()
  const guardedMs: number[] = []
  const bareMs: number[] = []
  const ratios: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = await endThemGuarded(postgres, server)
      const second = await endThemBare(postgres, bare)
      guardedMs.push(first)
      bareMs.push(second)
      ratios.push(first / second)
      say(`round ${round + 1} of ${ROUNDS}: guarded ${first.toFixed(0)} ms, bare ${second.toFixed(0)} ms`)
    }
  } finally {
    await bare.end()
    await server.close()
    await postgres.stop()
  }
  return [
    figure(`terminate ${VICTIMS} idle, guarded`, stats(guardedMs).median, 'ms'),
    figure(`terminate ${VICTIMS} idle, one bare statement`, stats(bareMs).median, 'ms'),
    barred(`terminate ${VICTIMS} idle, guarded over bare`, stats(ratios).median, '×', { kind: 'at most', limit: 1.25 }),
  ]
}

async function endThemGuarded(
  postgres: Awaited<ReturnType<typeof startBenchServer>>,
  server: ReturnType<typeof postgresServer>,
): Promise<number> {
  const clients = await hold(postgres, VICTIMS, 'site')
  const read = await server.backends()
  if (read.kind !== 'backends') throw new Error(read.detail)
  const victims = read.backends.flatMap((backend): Victim[] =>
    backend.role === 'site' && backend.stateChange !== null
      ? [
          {
            pid: backend.pid,
            backendStart: backend.backendStart,
            state: backend.state,
            stateChange: backend.stateChange,
          },
        ]
      : [],
  )
  const started = performance.now()
  const signalled = await server.terminate(victims, [])
  const took = performance.now() - started
  if (signalled.kind !== 'signalled' || signalled.pids.length !== VICTIMS) throw new Error(JSON.stringify(signalled))
  await gone(postgres)
  await release(clients)
  return took
}

async function endThemBare(postgres: Awaited<ReturnType<typeof startBenchServer>>, bare: pg.Client): Promise<number> {
  const clients = await hold(postgres, VICTIMS, 'site')
  await gone(postgres, VICTIMS)
  const started = performance.now()
  const { rowCount } = await bare.query(
    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'site' AND state = 'idle'",
  )
  const took = performance.now() - started
  if (rowCount !== VICTIMS) throw new Error(`bare: ${rowCount}`)
  await gone(postgres)
  await release(clients)
  return took
}

/** Until so many idle backends of site are left: a login that just ended may still be on its way to idle. */
async function gone(postgres: Awaited<ReturnType<typeof startBenchServer>>, left = 0): Promise<void> {
  for (;;) {
    const rows = await postgres.sql(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'site' AND state = 'idle'",
    )
    if (rows[0]?.['n'] === left) return
  }
}
