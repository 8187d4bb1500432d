import { existsSync, readFileSync } from 'node:fs'
import { systemClock } from '../../src/adapters/clock/system.js'
import { postgresServer } from '../../src/adapters/postgres/server.js'
import type { Log } from '../../src/ports/log.js'
import { hold, release, serverConfig, startBenchServer } from './load.js'
import { startExporter } from './exporter.js'
import { barred, figure, stats, timed, type Bar } from './stats.js'

const RUNS = 210
const WARM_UP = 20
/** Clock ticks a second in /proc/PID/stat on Linux. */
const TICKS_PER_SECOND = 100
const SIZES = [
  { backends: 50, bar: 15, goal: 20 },
  { backends: 400, bar: 4, goal: 5 },
  { backends: 900, bar: 3, goal: 4 },
] as const

const QUIET: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => QUIET,
}

/** One full reading at three sizes, wall and CPU, beside the exporter's scrape in the same run; and what it opens. */
export async function benchReading(say: (line: string) => void): Promise<readonly Bar[]> {
  const postgres = await startBenchServer()
  const exporter = await startExporter(postgres)
  say(
    exporter === undefined
      ? 'prometheus-postgres-exporter is not installed: no comparison'
      : `exporter ${exporter.version}`,
  )
  const server = postgresServer(serverConfig(postgres, 'bench'), {
    clock: systemClock,
    random: Math.random,
    log: QUIET,
  })
  server.open()
  const bars: Bar[] = []
  let held: Awaited<ReturnType<typeof hold>> = []
  try {
    for (const { backends, bar, goal } of SIZES) {
      held = [...held, ...(await hold(postgres, backends - held.length))]
      const look = async () => {
        const found = await server.look()
        if (found.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(found)}`)
      }
      for (let n = 0; n < WARM_UP; n += 1) await look()
      const pids = await postgres.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'lifeguard monitor'")
      const pid = Number(pids[0]?.['pid'])
      const ours: number[] = []
      const theirs: number[] = []
      let botCpuMs = 0
      const serverCpuBefore = cpuMsOf(pid)
      for (let n = 0; n < RUNS; n += 1) {
        const before = process.cpuUsage()
        ours.push(await timed(look))
        const used = process.cpuUsage(before)
        botCpuMs += (used.user + used.system) / 1_000
        if (exporter !== undefined) theirs.push(await timed(() => exporter.scrape()))
      }
      const serverCpu = cpuMsOf(pid)
      const name = `reading, ${backends} backends`
      const median = stats(ours).median
      bars.push(figure(`${name}, wall`, median, 'ms'), figure(`${name}, wall p95`, stats(ours).p95, 'ms'))
      bars.push(figure(`${name}, CPU of the bot`, botCpuMs / RUNS, 'ms'))
      if (serverCpu !== undefined && serverCpuBefore !== undefined) {
        bars.push(figure(`${name}, CPU of the server`, (serverCpu - serverCpuBefore) / RUNS, 'ms'))
      }
      if (exporter !== undefined) {
        bars.push(figure(`exporter's scrape, ${backends} backends, wall`, stats(theirs).median, 'ms'))
        bars.push(
          barred(`${name}, times faster than the exporter`, stats(theirs).median / median, '×', {
            kind: 'at least',
            limit: bar,
            goal,
          }),
        )
      }
    }
    bars.push(
      barred('sessions opened per 100 readings', await sessionsOpened(postgres, server), '', {
        kind: 'at most',
        limit: 0,
      }),
    )
  } finally {
    await server.close()
    await exporter?.stop()
    await release(held)
    await postgres.stop()
  }
  return bars
}

/** By Postgres' own count: sessions of Lifeguard's role that began while 100 looks were taken. */
async function sessionsOpened(
  postgres: Awaited<ReturnType<typeof startBenchServer>>,
  server: ReturnType<typeof postgresServer>,
): Promise<number> {
  const began = async () =>
    (await postgres.sql("SELECT pid, backend_start::text FROM pg_stat_activity WHERE usename = 'lifeguard'")).map(
      (row) => JSON.stringify(row),
    )
  const dials = () => server.sessions().monitor.dials + server.sessions().actor.dials
  const [before, dialsBefore] = [await began(), dials()]
  for (let n = 0; n < 100; n += 1) await server.look()
  const after = await began()
  return after.filter((row) => !before.includes(row)).length + (dials() - dialsBefore)
}

/** User and system time of one process, where /proc tells; whole ticks, so only a sum over many runs means anything. */
function cpuMsOf(pid: number): number | undefined {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return undefined
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000
}
