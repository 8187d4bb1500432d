import { cluster } from '../adapters/kubernetes/cluster.js'
import { openSightings } from '../adapters/sqlite/sightings.js'
import { DependencyError } from '../core/errors.js'
import { openTracer, type Tracer } from '../flows/tracer.js'
import type { Clock } from '../ports/clock.js'
import type { SightingStore } from '../ports/cluster.js'
import type { Config } from '../ports/config.js'
import type { Log } from '../ports/log.js'
import type { ShutdownStack } from './shutdown.js'

/** Whose backends are, where a cluster is configured. Waits for the disk alone, never for the API server. */
export async function openTracing(
  config: Config,
  deps: { readonly log: Log; readonly shutdown: ShutdownStack; readonly clock: Clock },
): Promise<Tracer | undefined> {
  if (config.cluster === undefined) return undefined
  const { log, shutdown, clock } = deps
  const sightings = await openOrForgetful(config.dataDir, log)
  shutdown.push('sightings', () => sightings.close())
  let tracer: Tracer | undefined
  const kubernetes = cluster(config.cluster, {
    clock,
    random: Math.random,
    log,
    pod: { host: process.env['KUBERNETES_SERVICE_HOST'], port: process.env['KUBERNETES_SERVICE_PORT'] },
    onPods: (pods) => tracer?.sawPods(pods),
  })
  shutdown.push('the cluster', async () => {
    await kubernetes.close()
    await tracer?.settled()
  })
  const { margins } = config.timings
  tracer = await openTracer({
    cluster: kubernetes,
    sightings,
    ranges: config.cluster,
    clock,
    log,
    ...(margins === undefined ? {} : { margins }),
  })
  return tracer
}

/** A history at fault costs names of pods that are gone, and nothing else: the watch goes on without it. */
async function openOrForgetful(dataDir: string, log: Log): Promise<SightingStore> {
  try {
    return await openSightings(dataDir, { log })
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error
    const refuse = () => Promise.reject(error)
    return { read: refuse, save: refuse, forgetBefore: refuse, close: () => Promise.resolve() }
  }
}
