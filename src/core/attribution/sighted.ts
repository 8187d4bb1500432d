import type { Pod, Sighting } from './picture.js'
import type { PictureIndex } from './pictureIndex.js'

/** How far ages and lists must be apart before they prove anything. All in ms. */
export type Margins = {
  /** A LIST proves something about a backend only when it was begun so much after the backend's start. */
  readonly listMs: number
  /** Two ages by different clocks differ only when they differ by so much. */
  readonly ageMs: number
}

const LIST_MARGIN_MS = 30_000
const AGE_MARGIN_MS = 60_000
export const MARGINS: Margins = { listMs: LIST_MARGIN_MS, ageMs: AGE_MARGIN_MS }

/** A sighting on disk may be older than what was last seen by so much: it is saved again no more often. */
export const SIGHTING_SAVED_EVERY_MS = 60_000

/** What the sightings of one address say about a backend that started then. */
export type Sighted = {
  /** Pods that may have had the address at that time and are there still. */
  readonly living: readonly Pod[]
  /** Whether a pod that is gone may have had it then, or got it after: either way the backend's end of the line is gone. */
  readonly isGone: boolean
  /** The one dead pod it can have been; undefined where there is none, or two. */
  readonly pod: Sighting | undefined
  /** It was on one pod before and after that start, so on no other in between. */
  readonly isCertain: boolean
}

/**
 * Reads the sightings of an address against the start of a backend. One that was last seen well before the start is no
 * evidence: the address may have gone to something that is no pod since.
 */
export function sightedAt(
  key: string,
  startedAt: number,
  index: Pick<PictureIndex, 'sightingsByAddress' | 'livingByUid'>,
  margins: Margins,
): Sighted {
  const all = index.sightingsByAddress.get(key) ?? []
  const fitting = all.filter(
    ({ podCreatedAt, lastSeenAt }) =>
      podCreatedAt - margins.ageMs <= startedAt && startedAt <= lastSeenAt + SIGHTING_SAVED_EVERY_MS + margins.ageMs,
  )
  const living = fitting.flatMap(({ podUid }) => index.livingByUid.get(podUid) ?? [])
  const dead = fitting.filter(({ podUid }) => !index.livingByUid.has(podUid))
  const certain = fitting.filter(({ firstSeenAt, lastSeenAt }) => firstSeenAt <= startedAt && startedAt <= lastSeenAt)
  const isCertain = onlyPod(certain) !== undefined
  const passedOn = all.some(({ podCreatedAt }) => podCreatedAt - startedAt >= margins.ageMs)
  return {
    living: isCertain ? living.filter(({ uid }) => uid === certain[0]?.podUid) : living,
    isGone: dead.length > 0 || passedOn,
    pod: isCertain ? dead.find(({ podUid }) => podUid === certain[0]?.podUid) : onlyPod(dead),
    isCertain: isCertain || passedOn,
  }
}

/** Whether the pods were listed late enough to show any pod this backend can be of. */
export function isListedAfter(startedAt: number, { listBegunAt }: PictureIndex, { listMs }: Margins): boolean {
  return listBegunAt !== null && listBegunAt >= startedAt + listMs
}

/** The latest of these sightings when all are of one pod. */
export function onlyPod(sightings: readonly Sighting[]): Sighting | undefined {
  const [first, ...others] = sightings
  if (first === undefined || others.some(({ podUid }) => podUid !== first.podUid)) return undefined
  return others.reduce((latest, other) => (other.lastSeenAt > latest.lastSeenAt ? other : latest), first)
}
