import { addressKey, parseAddress } from './address.js'
import type { Pod, Sighting } from './picture.js'
import { isLiving } from './pictureIndex.js'
import { lineageOf, type Lineage } from './rollouts.js'
import { SIGHTING_SAVED_EVERY_MS } from './sighted.js'

export const FORGET_AFTER_MS = 30 * 24 * 60 * 60_000
const MOST_SIGHTINGS = 50_000

/** What became of the sightings by one look at the pods. */
export type Noted = {
  /** All that are known from now on, newest knowledge; the same array when nothing changed. */
  readonly sightings: readonly Sighting[]
  /** Those to save: new, or saved last more than a minute before. */
  readonly toSave: readonly Sighting[]
}

/**
 * Adds what a look at pods shows to what was seen before. `seenAt` is when the API server confirmed what the pods show (epoch ms,
 * the bot's clock), not when it was looked at: a frozen picture sees nothing. `known` must be what was saved: `lastSeenAt` moves
 * with each saving only, and readers allow for that.
 *
 * Host-network pods have no address of their own, and a static pod's mirror has no life of its own: neither is seen. A
 * terminating pod may have lost its address already: it is noted when it is new, and not seen again after.
 */
export function noteSightings(
  known: readonly Sighting[],
  pods: readonly Pod[],
  lineages: ReadonlyMap<string, Lineage>,
  seenAt: number,
): Noted {
  const byKey = new Map(known.map((sighting) => [keyOf(sighting), sighting]))
  const changed = new Map<string, Sighting>()
  for (const pod of pods) {
    if (pod.isHostNetwork || pod.owner?.kind === 'Node' || !isLiving(pod)) continue
    for (const text of pod.addresses) {
      const address = parseAddress(text)
      if (address === undefined) continue
      const key = keyOf({ address: addressKey(address), podUid: pod.uid })
      const before = byKey.get(key)
      const isDue =
        before === undefined || (!pod.isTerminating && seenAt - before.lastSeenAt >= SIGHTING_SAVED_EVERY_MS)
      if (isDue) changed.set(key, sightingOf(pod, addressKey(address), lineageOf(pod, lineages), seenAt, before))
    }
  }
  if (changed.size === 0) return { sightings: known, toSave: [] }
  const toSave = [...changed.values()]
  return { sightings: [...new Map([...byKey, ...changed]).values()], toSave }
}

/** Which sightings to keep and the time before which all are forgotten: those of 30 days, and of them the 50,000 seen last. */
export function forget(
  known: readonly Sighting[],
  now: number,
  most: number = MOST_SIGHTINGS,
): { readonly sightings: readonly Sighting[]; readonly before: number } {
  const times = known.map(({ lastSeenAt }) => lastSeenAt).sort((a, b) => b - a)
  // Many may have been seen last at one time: they go together, so that one time tells the disk what memory does.
  const overflow = times[most]
  const before = Math.max(now - FORGET_AFTER_MS, overflow === undefined ? 0 : overflow + 1)
  const sightings = known.filter(({ lastSeenAt }) => lastSeenAt >= before)
  return { sightings: sightings.length === known.length ? known : sightings, before }
}

/**
 * Whether a LIST can be of the cluster that the sightings are of: it shows one of those pods at least, or one `lately` seen and
 * not noted yet. A uid is given once in the world. A kubeconfig that names another cluster now would otherwise make all pods of
 * the first one dead. Nothing seen, or nothing listed, tells neither.
 */
export function isOfTheirCluster(listed: readonly Pod[], known: readonly Sighting[], lately: readonly Pod[]): boolean {
  if (listed.length === 0 || (known.length === 0 && lately.length === 0)) return true
  const uids = new Set(listed.map(({ uid }) => uid))
  return known.some(({ podUid }) => uids.has(podUid)) || lately.some(({ uid }) => uids.has(uid))
}

function sightingOf(
  pod: Pod,
  address: string,
  { workload, rollout }: Lineage,
  seenAt: number,
  before: Sighting | undefined,
): Sighting {
  return {
    address,
    podUid: pod.uid,
    podName: pod.name,
    // A ReplicaSet that is not listed (any more) must not take away what was known of its pod.
    workload: rollout === null ? (before?.workload ?? workload) : workload,
    rollout: rollout ?? before?.rollout ?? null,
    podCreatedAt: pod.createdAt,
    firstSeenAt: Math.min(before?.firstSeenAt ?? seenAt, seenAt),
    lastSeenAt: Math.max(before?.lastSeenAt ?? seenAt, seenAt),
  }
}

function keyOf({ address, podUid }: Pick<Sighting, 'address' | 'podUid'>): string {
  return `${podUid} ${address}`
}
