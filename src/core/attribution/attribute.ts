import { ambiguous, living, orphan, unknown } from './answer.js'
import type { Attribution, Because, Caller } from './attribution.js'
import { byName, nameOf } from './byName.js'
import { earliestStart, type PictureIndex } from './pictureIndex.js'
import { placeOf, type Place } from './place.js'
import { isListedAfter, MARGINS, sightedAt, type Margins, type Sighted } from './sighted.js'

/**
 * Whose connection a backend is. Never throws, never guesses.
 *
 * What is asked in turn: the name it gives itself · Unix socket · declared ranges, the most specific first · the address of a
 * node · the pods that have the address, unless the backend is older than they are · who had it before. An orphan needs
 * positive evidence, a LIST begun after the backend started, and that nothing living can be its other end; all comparisons keep
 * `margins`, because four clocks (ours, the server's, the API server's, the kubelet's lag) took part in them.
 *
 * Source: DESIGN.md, the words; Kubernetes, Pod lifecycle.
 */
export function attribute(caller: Caller, index: PictureIndex, margins: Margins = MARGINS): Attribution {
  return attributor(caller, index, margins)(caller.startedAt)
}

/**
 * The same for many backends of one name and address, which differ in their start alone: what does not depend on it is found
 * out once, and equal answers are one object.
 */
export function attributor(
  caller: Pick<Caller, 'applicationName' | 'clientAddr'>,
  index: PictureIndex,
  margins: Margins = MARGINS,
): (startedAt: number) => Attribution {
  const { applicationName, clientAddr } = caller
  const place = placeOf(clientAddr, index)
  const isNamed = nameOf(applicationName, index) !== undefined
  const known = new Map<number, Attribution>()
  const shared = isNamed ? undefined : unlessOlder(place, index)
  return (startedAt) => {
    if (shared !== undefined && startedAt >= shared.from) return shared.attribution
    const before = known.get(startedAt)
    if (before !== undefined) return before
    const one = { applicationName, clientAddr, startedAt }
    const named = isNamed ? byName(one, place, index, margins) : undefined
    const answer = named === undefined ? byPlace(one, place, index, margins) : borne(named, one, place, index, margins)
    known.set(startedAt, answer)
    return answer
  }
}

/** An orphan by its name, as far as its address bears it out: a pooler that nobody declared keeps the name of its last client. */
function borne(named: Attribution, caller: Caller, place: Place, index: PictureIndex, margins: Margins): Attribution {
  if (named.kind !== 'orphan' || byPlace(caller, place, index, margins).kind === 'orphan') return named
  return { ...named, because: { kind: 'named pod is gone, from elsewhere' } }
}

/** The one answer for every backend that is not older than the only pod at its address, when that pod is there to stay. */
function unlessOlder(
  place: Place,
  index: PictureIndex,
): { readonly from: number; readonly attribution: Attribution } | undefined {
  if (place.kind !== 'pods' || place.pods.length > 1 || place.pods[0].isTerminating) return undefined
  const [pod] = place.pods
  return { from: earliestStart(pod), attribution: living(pod, index, 'high', ADDRESS_OF_POD) }
}

const ADDRESS_OF_POD: Because = { kind: 'address of pod' }

function byPlace(caller: Caller, place: Place, index: PictureIndex, margins: Margins): Attribution {
  switch (place.kind) {
    case 'unix socket':
      return unknown({ kind: 'unix socket' })
    case 'no address':
      return unknown({ kind: 'never seen' })
    case 'pooler':
    case 'known host':
      return { kind: place.kind, name: place.name, confidence: 'medium', because: { kind: 'range' } }
    case 'node': {
      const { node, candidates } = place
      return { kind: 'node address', node, candidates, confidence: 'none', because: { kind: 'node' } }
    }
    case 'pods':
      return ofPods(caller, place, index, margins)
    case 'no pod':
      return ofNoPod(caller, place, index, margins)
  }
}

function ofPods(
  { startedAt }: Caller,
  { key, family, pods }: Extract<Place, { kind: 'pods' }>,
  index: PictureIndex,
  margins: Margins,
): Attribution {
  const [pod, ...others] = pods
  if (others.length > 0) return ambiguous(pods)
  const sighted = sightedAt(key, startedAt, index, margins)
  const olderByMs = earliestStart(pod) - startedAt
  if (olderByMs <= 0) {
    // A terminating pod may have lost its address to a pod that does not show it yet, and its sessions may be ended.
    const because = pod.isTerminating ? doubt(startedAt, family, sighted, index, margins) : undefined
    return because === undefined ? living(pod, index, 'high', { kind: 'address of pod' }) : unknown(because)
  }
  if (olderByMs < margins.ageMs) return unknown({ kind: 'ages too close', podNow: pod.name })
  const earlier = sighted.living.filter(({ uid }) => uid !== pod.uid)
  if (earlier.length > 0) return ambiguous([pod, ...earlier])
  return orphan(sighted.pod, 'high', { kind: 'older than the pod', podNow: pod.name })
}

function ofNoPod(
  { startedAt }: Caller,
  { key, family, isPodRange }: Extract<Place, { kind: 'no pod' }>,
  index: PictureIndex,
  margins: Margins,
): Attribution {
  if (index.listBegunAt === null) return unknown({ kind: 'no picture' })
  const sighted = sightedAt(key, startedAt, index, margins)
  const because = doubt(startedAt, family, sighted, index, margins)
  const [pod] = sighted.living
  if (pod !== undefined) {
    // Its pod is there and merely shows no address, or another: restarted, or half listed. It is not gone.
    if (sighted.living.some(({ uid }) => uid !== pod.uid) || sighted.pod !== undefined) return ambiguous(sighted.living)
    if (pod.isTerminating && because !== undefined) return unknown(because)
    return living(pod, index, 'high', { kind: 'address of pod' })
  }
  // Only where a newer LIST would prove something: it is asked for, and the clients of a host that is no pod are always young.
  const isProvable = sighted.isGone || isProvenByRange(startedAt, isPodRange, index, margins)
  if (because?.kind === 'list too old' && isProvable) return unknown(because)
  if (sighted.isGone && because === undefined)
    return orphan(sighted.pod, 'high', { kind: 'seen on a pod that is gone' })
  if (!isProvable) return unknown({ kind: 'never seen' })
  return because === undefined ? orphan(undefined, 'medium', { kind: 'pod range without pod' }) : unknown(because)
}

/** Why the picture does not show that this address was on no pod that is there, whatever it lists. */
function doubt(
  startedAt: number,
  family: 4 | 6,
  sighted: Sighted,
  index: PictureIndex,
  margins: Margins,
): Because | undefined {
  if (!isListedAfter(startedAt, index, margins)) return { kind: 'list too old' }
  const silent = index.silent[family]
  const mayBeIts = silent !== null && earliestStart(silent) - margins.ageMs < startedAt && !sighted.isCertain
  return mayBeIts ? { kind: 'pod without address', podNow: silent.name } : undefined
}

/**
 * Whether a declared range alone is evidence. Not where nodes are not listed, whose addresses may lie in it; and not for a
 * backend that began while every pod was seen: what has such an address and never was on a pod is no pod's.
 */
function isProvenByRange(startedAt: number, isPodRange: boolean, index: PictureIndex, margins: Margins): boolean {
  const wasWatched = index.watchedSince !== null && startedAt >= index.watchedSince + margins.ageMs
  return isPodRange && index.hasNodes && !wasWatched
}
