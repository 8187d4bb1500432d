import { existsSync, readFileSync } from 'node:fs'
import { systemClock } from '../../src/adapters/clock/system.js'
import { postgresServer } from '../../src/adapters/postgres/server.js'
import { hold, QUIET, release, serverConfig, startBenchServer } from './load.js'
import { startExporter } from './exporter.js'
import { barred, figure, stats, timed, type Bar } from './stats.js'

/** In turn, a round of ours and a round of theirs: strictly alternating, the tail of each scrape would be timed as ours. */
const ROUNDS = 5
const RUNS_PER_ROUND = 42
const RUNS = ROUNDS * RUNS_PER_ROUND
/** A bot runs for months: what is measured is warm on both sides, prepared statement and compiled code. */
const WARM_UP = 2_000
/** Clock ticks a second in /proc/PID/stat on Linux. */
const TICKS_PER_SECOND = 100
/** Each number of backends on a server of the size that has it in real life: Postgres reads every slot, used or not. */
const SIZES = [
  { maxConnections: 100, backends: 50, bar: 15, goal: 20 },
  { maxConnections: 500, backends: 400, bar: 4, goal: 5 },
  { maxConnections: 1_000, backends: 900, bar: 3, goal: 4 },
] as const

/** One full reading at three sizes, wall and CPU, beside the exporter's scrape in the same run; and what it opens. */
export async function benchReading(say: (line: string) => void): Promise<readonly Bar[]> {
  const bars: Bar[] = []
  for (const size of SIZES) bars.push(...(await benchSize(size, say)))
  return bars
}

async function benchSize(
  { maxConnections, backends, bar, goal }: (typeof SIZES)[number],
  say: (line: string) => void,
): Promise<readonly Bar[]> {
  const postgres = await startBenchServer(maxConnections)
  const exporter = await startExporter(postgres)
  say(
    exporter === undefined
      ? 'prometheus-postgres-exporter is not installed: no comparison'
      : `${backends} backends of ${maxConnections}, exporter ${exporter.version}`,
  )
  const server = postgresServer(serverConfig(postgres, 'bench'), {
    clock: systemClock,
    random: Math.random,
    log: QUIET,
  })
  server.open()
  const held = await hold(postgres, backends)
  try {
    const look = async () => {
      const found = await server.look()
      if (found.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(found)}`)
    }
    for (let n = 0; n < WARM_UP; n += 1) {
      await look()
      if (n % 20 === 0) await exporter?.scrape()
    }
    const pids = await postgres.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'lifeguard monitor'")
    const pid = Number(pids[0]?.['pid'])
    const ours: number[] = []
    const theirs: number[] = []
    let botCpuMs = 0
    const serverCpuBefore = cpuMsOf(pid)
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = process.cpuUsage()
      for (let n = 0; n < RUNS_PER_ROUND; n += 1) ours.push(await timed(look))
      const used = process.cpuUsage(before)
      botCpuMs += (used.user + used.system) / 1_000
      if (exporter === undefined) continue
      for (let n = 0; n < RUNS_PER_ROUND; n += 1) theirs.push(await timed(() => exporter.scrape()))
    }
    const serverCpu = cpuMsOf(pid)
    const name = `reading, ${backends} backends`
    const { median, p95 } = stats(ours)
    const hasCpu = serverCpu !== undefined && serverCpuBefore !== undefined
    const opened = await sessionsOpened(postgres, server)
    return [
      figure(`${name}, wall`, median, 'ms'),
      figure(`${name}, wall p95`, p95, 'ms'),
      figure(`${name}, CPU of the bot`, botCpuMs / RUNS, 'ms'),
      ...(hasCpu ? [figure(`${name}, CPU of the server`, (serverCpu - serverCpuBefore) / RUNS, 'ms')] : []),
      ...(exporter === undefined
        ? []
        : [
            figure(`exporter's scrape, ${backends} backends, wall`, stats(theirs).median, 'ms'),
            barred(`${name}, times faster than the exporter`, stats(theirs).median / median, '×', {
              kind: 'at least',
              limit: bar,
              goal,
            }),
          ]),
      barred(`${name}, sessions opened per 100`, opened, '', { kind: 'at most', limit: 0 }),
    ]
  } finally {
    await server.close()
    await exporter?.stop()
    await release(held)
    await postgres.stop()
  }
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
