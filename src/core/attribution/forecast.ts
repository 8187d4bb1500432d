import type { Deployment, Workload } from './picture.js'
import { isRollingOut, workloadKey, workloadOf } from './rollouts.js'
import type { Origins, PodLoad } from './summary.js'

/** Most connections one pod of each workload was seen to hold, by `workloadKey`. */
export type PerPod = ReadonlyMap<string, number>

/** What a rollout of a Deployment would need of the server at its peak. */
export type Forecast = {
  readonly workload: Workload
  /** Pods that may be there at once: wanted and surge. Terminating ones come on top, which Kubernetes does not bound. */
  readonly podsAtPeak: number
  readonly perPod: number
  /** Backends at the peak: all of these pods', and everybody else's as of now, orphans too. */
  readonly need: number
  readonly usable: number
  /** How far the need goes beyond the usable slots; 0: it fits. */
  readonly exceedsBy: number
  readonly isRollingOut: boolean
}

/** Folds a reading into what is remembered; the same map when it told nothing new. Only of Deployments: each run of a CronJob is a Job by a new name. */
export function rememberPerPod(previous: PerPod, { loads }: Pick<Origins, 'loads'>): PerPod {
  const more = loads.filter(
    ({ workload, connections }) =>
      workload.kind === 'Deployment' && connections > (previous.get(workloadKey(workload)) ?? 0),
  )
  if (more.length === 0) return previous
  return new Map([
    ...previous,
    ...more.map(({ workload, connections }) => [workloadKey(workload), connections] as const),
  ])
}

/**
 * Forecasts a rolling update; undefined while no pod of the Deployment was seen to hold a connection. `used` is all client
 * backends of the reading, our own among them.
 */
export function forecastRollout(
  deployment: Deployment,
  perPod: PerPod,
  now: { readonly loads: readonly PodLoad[]; readonly used: number; readonly usable: number },
): Forecast | undefined {
  const workload = workloadOf(deployment)
  const key = workloadKey(workload)
  const most = perPod.get(key)
  if (most === undefined) return undefined
  const own = now.loads.find((load) => workloadKey(load.workload) === key)?.total ?? 0
  const podsAtPeak = peakPods(deployment)
  const need = podsAtPeak * most + now.used - own
  return {
    workload,
    podsAtPeak,
    perPod: most,
    need,
    usable: now.usable,
    exceedsBy: Math.max(0, need - now.usable),
    isRollingOut: isRollingOut(deployment),
  }
}

/**
 * Pods at the peak of a rollout. Kubernetes rounds a share of surge up; one that cannot be read counts as its default, 25 %.
 *
 * Source: Kubernetes API, RollingUpdateDeployment.maxSurge.
 */
export function peakPods({ replicas, strategy }: Pick<Deployment, 'replicas' | 'strategy'>): number {
  if (strategy.kind === 'Recreate' || replicas === 0) return replicas
  return replicas + surge(strategy.maxSurge, replicas)
}

function surge(maxSurge: number | string, replicas: number): number {
  const [, digits, percent] = /^(\d{1,6})(%?)$/.exec(String(maxSurge)) ?? []
  if (digits === undefined) return Math.ceil(replicas / 4)
  // Whole numbers throughout: 0.07 * 100 is more than 7.
  return percent === '%' ? Math.ceil((Number(digits) * replicas) / 100) : Number(digits)
}
