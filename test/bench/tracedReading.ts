import { systemClock } from '../../src/adapters/clock/system.js'
import { postgresServer } from '../../src/adapters/postgres/server.js'
import type { Picture } from '../../src/core/attribution/picture.js'
import { pictureIndex } from '../../src/core/attribution/pictureIndex.js'
import { originsOf } from '../../src/core/attribution/summary.js'
import { ADDRESSES, hold, QUIET, release, serverConfig, startBenchServer } from './load.js'
import { barred, figure, stats, timed, type Bar } from './stats.js'

const ROUNDS = 5
const RUNS_PER_ROUND = 42
const WARM_UP = 500
const SIZES = [
  { maxConnections: 100, backends: 50 },
  { maxConnections: 500, backends: 400 },
  { maxConnections: 1_000, backends: 900 },
] as const
const LIMIT = { kind: 'at most', limit: 1.3 } as const

/** What attribution adds to a reading: the ages of the sessions on the wire, and whose they are; in turn, round by round. */
export async function benchTracedReading(): Promise<readonly Bar[]> {
  const bars: Bar[] = []
  for (const size of SIZES) bars.push(...(await benchSize(size)))
  return bars
}

async function benchSize({ maxConnections, backends }: (typeof SIZES)[number]): Promise<readonly Bar[]> {
  const postgres = await startBenchServer(maxConnections)
  const deps = { clock: systemClock, random: Math.random, log: QUIET }
  const plain = postgresServer(serverConfig(postgres, 'plain'), deps)
  const traced = postgresServer(serverConfig(postgres, 'traced'), { ...deps, withSessionAges: true })
  plain.open()
  traced.open()
  const held = await hold(postgres, backends)
  const index = pictureIndex({ picture: pictureOf(), sightings: [], ranges: NOTHING_DECLARED })
  try {
    const look = async () => {
      const found = await plain.look()
      if (found.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(found)}`)
    }
    const lookAndTrace = async () => {
      const found = await traced.look()
      if (found.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(found)}`)
      const { all } = originsOf(found, index)
      if (all.current < backends) throw new Error(`${all.current} of ${backends} traced`)
    }
    for (let n = 0; n < WARM_UP; n += 1) {
      await look()
      await lookAndTrace()
    }
    const without: number[] = []
    const withIt: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let n = 0; n < RUNS_PER_ROUND; n += 1) without.push(await timed(look))
      for (let n = 0; n < RUNS_PER_ROUND; n += 1) withIt.push(await timed(lookAndTrace))
    }
    const [plainMs, tracedMs] = [stats(without).median, stats(withIt).median]
    return [
      figure(`reading with attribution, ${backends} backends, wall`, tracedMs, 'ms'),
      barred(`reading with attribution over one without, ${backends} backends`, tracedMs / plainMs, '×', LIMIT),
    ]
  } finally {
    await plain.close()
    await traced.close()
    await release(held)
    await postgres.stop()
  }
}

const NOTHING_DECLARED = { podRanges: [], poolers: [], knownHosts: [] }

/** One living pod for each address that the held sessions come from. */
function pictureOf(): Picture {
  const now = Date.now()
  return {
    listBegunAt: now,
    replicaSets: [],
    deployments: [],
    nodes: [],
    pods: ADDRESSES.map((address, which) => ({
      uid: `pod-${which}`,
      namespace: 'default',
      name: `service-${which}`,
      phase: 'Running',
      addresses: [address],
      isHostNetwork: false,
      node: 'node-1',
      createdAt: now - 3_600_000,
      isTerminating: false,
      owner: null,
    })),
  }
}
