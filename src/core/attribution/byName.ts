import { living, orphan, unknown } from './answer.js'
import type { Attribution, Caller } from './attribution.js'
import type { Pod } from './picture.js'
import { earliestStart, type PictureIndex } from './pictureIndex.js'
import type { Place } from './place.js'
import { isAddedByPooler, isNamedOnce, namedOnce, namesIn } from './podName.js'
import { lineageOf } from './rollouts.js'
import { isListedAfter, onlyPod, type Margins } from './sighted.js'

/**
 * The answer for a backend that names its pod in `application_name`; undefined when it does not, when it names several, or when
 * the name is not enough and its address must speak.
 *
 * A name tells for whom a session speaks, not who holds it: a pooler keeps its session, and the last client's name on it, when
 * the client is gone. So a name never makes a session stale where the address shows another holder.
 */
export function byName(caller: Caller, place: Place, index: PictureIndex, margins: Margins): Attribution | undefined {
  const name = nameOf(caller.applicationName, index)
  if (name === undefined) return undefined
  const pods = index.podsByName.get(name) ?? []
  const alive = pods.filter(({ uid }) => index.livingByUid.has(uid))
  if (alive.length > 0) return ofLiving(caller, alive, place, index)
  return isBorrowed(caller, place) ? undefined : ofGone(caller, name, pods, index, margins)
}

/** The one name of a pod, seen now or before, in an application_name; undefined where there is none, or several. */
export function nameOf(
  applicationName: string,
  index: Pick<PictureIndex, 'podsByName' | 'sightingsByName'>,
): string | undefined {
  const names = namesIn(applicationName).filter((name) => index.podsByName.has(name) || index.sightingsByName.has(name))
  return names.length === 1 ? names[0] : undefined
}

function ofLiving(caller: Caller, alive: readonly Pod[], place: Place, index: PictureIndex): Attribution | undefined {
  const atAddress = place.kind === 'pods' ? place.pods.filter((pod) => alive.includes(pod)) : []
  const candidates = atAddress.length > 0 ? atAddress : alive
  const [pod] = candidates
  // The same name in two namespaces is two pods.
  if (pod === undefined || candidates.length > 1) return undefined
  const isThere = atAddress.length > 0
  const workload = lineageOf(pod, index.lineages).workload
  // `psql` may be what somebody called a bare pod, and what every psql calls itself.
  if (workload === null && !isThere) return undefined
  // Of a name that comes again, an older backend may be of the pod that had it before.
  if (!isNamedOnce(pod.name, workload?.kind) && caller.startedAt < earliestStart(pod)) return undefined
  if (pod.isTerminating && !isThere && isBorrowed(caller, place)) return undefined
  const kind = pod.isTerminating && !isThere ? 'named itself, from elsewhere' : 'named itself'
  return living(pod, index, 'exact', { kind })
}

function ofGone(
  caller: Caller,
  name: string,
  finished: readonly Pod[],
  index: PictureIndex,
  margins: Margins,
): Attribution | undefined {
  if (index.listBegunAt === null) return undefined
  const sightings = namedOnce(index.sightingsByName.get(name) ?? [])
  const ended = finished.filter((pod) => isNamedOnce(name, lineageOf(pod, index.lineages).workload?.kind))
  // A name that comes once has one pod, which was there before its sessions; else the name is not what it seems.
  if (new Set([...sightings.map(({ podUid }) => podUid), ...ended.map(({ uid }) => uid)]).size !== 1) return undefined
  const seen = onlyPod(sightings)
  const [pod] = ended
  const createdAt = seen?.podCreatedAt ?? pod?.createdAt ?? Number.POSITIVE_INFINITY
  if (caller.startedAt < createdAt - margins.ageMs) return undefined
  if (!isListedAfter(caller.startedAt, index, margins)) return unknown({ kind: 'list too old' })
  if (seen !== undefined) return orphan(seen, 'exact', { kind: 'named pod is gone' })
  const { workload, rollout } = pod === undefined ? { workload: null, rollout: null } : lineageOf(pod, index.lineages)
  const because = { kind: 'named pod is gone' } as const
  return { kind: 'orphan', pod: { name, workload, rollout }, goneSince: null, confidence: 'exact', because }
}

/** Whether the session is shown to be held by something other than the pod it names. */
function isBorrowed({ applicationName }: Caller, { kind }: Place): boolean {
  const isHeldElsewhere = kind === 'pooler' || kind === 'known host' || kind === 'unix socket' || kind === 'pods'
  return isHeldElsewhere || isAddedByPooler(applicationName)
}
