import { attribute } from '../core/attribution/attribute.js'
import { forecastRollout, rememberPerPod, type Forecast, type PerPod } from '../core/attribution/forecast.js'
import type { Picture, Pod, Sighting } from '../core/attribution/picture.js'
import { pictureIndex, type DeclaredRanges, type PictureIndex } from '../core/attribution/pictureIndex.js'
import { lastRollouts, lineages, workloadKey, workloadOf } from '../core/attribution/rollouts.js'
import { MARGINS, SIGHTING_SAVED_EVERY_MS, type Margins } from '../core/attribution/sighted.js'
import { forget, isOfTheirCluster, noteSightings } from '../core/attribution/sightings.js'
import { originsOf, type Origins } from '../core/attribution/summary.js'
import type { Traced } from '../core/attribution/traced.js'
import type { Backend } from '../core/terminate/backend.js'
import { mayEndByOrigin, type OriginByPid } from '../core/terminate/select.js'
import type { Reading } from '../core/watch/look.js'
import type { StaleRule } from '../core/watch/rule.js'
import { usableSlots, usedSlots } from '../core/watch/slots.js'
import type { Clock } from '../ports/clock.js'
import type { Cluster, ClusterProblem, SightingStore } from '../ports/cluster.js'
import type { Log } from '../ports/log.js'

/** Old sightings are looked for this often. */
const FORGET_EVERY_MS = 60 * 60_000
/** Pods that wait for the next look, at most. Noting walks over all sightings: not for each event of a storm. */
const MOST_WAITING = 2_000
/** The pods are listed right after the backends were read. Further apart, the clock was set, and no ages can be compared. */
const MOST_APART_MS = 30_000

/** Whose backends are: for the eye by what is known, for an act by pods listed afresh. Nothing here rejects or delays a tick. */
export type Tracer = {
  /** By the informer's picture and the sightings; never waits. Asks for a newer LIST where only its age stands in the way. */
  trace(server: string, reading: Reading, stale: StaleRule): Traced
  /** By a LIST begun now. Without one nothing is proven, and the answer says why. */
  judge(backends: readonly Backend[], at: number): Promise<Judged>
  /** Pods as the informer learns of them: one that lives shorter than a tick is seen as well. */
  sawPods(pods: readonly Pod[]): void
  /** What weakens attribution, as sentences with their remedy. */
  problems(): readonly string[]
  /** Resolves when everything seen so far has been saved, or could not be. */
  settled(): Promise<void>
}

export type Judged =
  | { readonly kind: 'judged'; readonly origins: OriginByPid }
  | { readonly kind: 'failed'; readonly detail: string; readonly remedy?: string }

export type TracerDeps = {
  readonly cluster: Cluster
  readonly sightings: SightingStore
  readonly ranges: DeclaredRanges
  readonly clock: Clock
  readonly log: Log
  readonly margins?: Margins
}

type Told = Pick<Extract<Traced, { kind: 'traced' }>, 'origins' | 'rollouts' | 'forecasts'>
type Memo = { readonly reading: Reading; readonly told: Told }

/** Reads what was seen before, and begins to see. A history that cannot be read costs names, and is said. */
export async function openTracer(deps: TracerDeps): Promise<Tracer> {
  const { cluster, ranges, clock, log, margins = MARGINS } = deps
  let known: readonly Sighting[] = []
  let storeProblem: string | undefined
  let indexed:
    | { readonly picture: Picture; readonly known: readonly Sighting[]; readonly index: PictureIndex }
    | undefined
  let noted: { readonly picture: Picture; readonly at: number } | undefined
  /** `listBegunAt` of the LIST that was compared with what was seen before. */
  let recognised: number | undefined
  /** By when they were seen. */
  const waiting = new Map<number, Pod[]>()
  let waitingCount = 0
  let watchedSince: number | undefined
  let perPod: ReadonlyMap<string, PerPod> = new Map()
  const memos = new Map<string, Memo>()
  let forgotAt = clock.now()
  let saving: Promise<unknown> = Promise.resolve()
  /** By address and pod: what the disk has not taken yet. A pod that is gone by the next saving is seen no more. */
  let unsaved: ReadonlyMap<string, Sighting> = new Map()

  try {
    known = await deps.sightings.read()
  } catch (error) {
    storeProblem = detailOf(error)
    log.warn({ err: error }, 'sightings cannot be read: the names of pods that are gone are not known')
  }

  const inTurn = (work: () => Promise<void>): void => {
    saving = saving.then(work).then(
      () => (storeProblem = undefined),
      (error: unknown) => {
        storeProblem = detailOf(error)
        log.warn({ err: error }, 'sightings could not be saved')
      },
    )
  }

  async function save(): Promise<void> {
    const these = unsaved
    if (these.size === 0) return
    unsaved = new Map()
    try {
      await deps.sightings.save([...these.values()])
    } catch (error) {
      unsaved = new Map([...these, ...unsaved])
      throw error
    }
  }

  function note(pods: readonly Pod[], picture: Pick<Picture, 'replicaSets' | 'deployments'>, seenAt: number): void {
    const seen = noteSightings(known, pods, lineages(picture), seenAt)
    known = seen.sightings
    if (seen.toSave.length > 0) {
      unsaved = new Map([...unsaved, ...seen.toSave.map((one) => [`${one.podUid} ${one.address}`, one] as const)])
      inTurn(save)
    }
    if (clock.now() - forgotAt < FORGET_EVERY_MS) return
    forgotAt = clock.now()
    const { sightings, before } = forget(known, clock.now())
    known = sightings
    inTurn(() => deps.sightings.forgetBefore(before))
  }

  /** Before a LIST is noted: pods of another cluster are missing from it for another reason than being gone. */
  function recognise(picture: Picture): void {
    if (recognised === picture.listBegunAt) return
    recognised = picture.listBegunAt
    if (isOfTheirCluster(picture.pods, known, [...waiting.values()].flat())) return
    log.warn({ sightings: known.length }, 'none of the pods seen so far is in this cluster: they are forgotten')
    known = []
    waiting.clear()
    waitingCount = 0
    inTurn(() => deps.sightings.forgetBefore(Number.MAX_SAFE_INTEGER))
  }

  function noteWaiting(picture: Picture): void {
    const seen = [...waiting]
    waiting.clear()
    waitingCount = 0
    for (const [seenAt, pods] of seen) note(pods, picture, seenAt)
  }

  function newIndex(picture: Picture): PictureIndex {
    watchedSince ??= picture.listBegunAt
    return pictureIndex({ picture, sightings: known, ranges, watchedSince })
  }

  function indexOf(picture: Picture): PictureIndex {
    if (indexed?.picture !== picture || indexed.known !== known) {
      indexed = { picture, known, index: newIndex(picture) }
    }
    return indexed.index
  }

  /** Asked several times a tick: worked out once, and for good: an old reading is not judged by pods of after it. */
  function toldOf(server: string, reading: Reading, picture: Picture, stale: StaleRule): Told {
    const memo = memos.get(server)
    if (memo?.reading === reading) return memo.told
    const index = indexOf(picture)
    const origins = originsOf(reading, index, { margins, mayEnd: (group) => mayEndByOrigin(group, stale) })
    const holders = origins.rows.flatMap(({ workload }) => workload ?? [])
    const told = {
      origins,
      rollouts: lastRollouts(holders, picture),
      forecasts: forecasts(server, reading, origins, picture),
    }
    memos.set(server, { reading, told })
    return told
  }

  function forecasts(server: string, reading: Reading, origins: Origins, picture: Picture): readonly Forecast[] {
    const before = perPod.get(server) ?? new Map()
    const now = rememberPerPod(before, origins)
    if (now !== before) perPod = new Map([...perPod, [server, now]])
    const { loads } = origins
    const slots = { loads, used: usedSlots(reading), usable: usableSlots(reading.limits) }
    const holds = new Set(loads.map(({ workload }) => workloadKey(workload)))
    return picture.deployments
      .filter((deployment) => holds.has(workloadKey(workloadOf(deployment))))
      .flatMap((deployment) => forecastRollout(deployment, now, slots) ?? [])
      .sort((a, b) => b.exceedsBy - a.exceedsBy || b.need - a.need)
  }

  return {
    trace(server, reading, stale) {
      const view = cluster.view()
      if (view.kind === 'none yet') return { kind: 'no picture', ...problemOf(view.problem) }
      const { picture, confirmedAt } = view
      // What the API server confirmed then was seen then; a picture that stands still was seen again when it was confirmed again.
      recognise(picture)
      noteWaiting(picture)
      if (noted?.picture !== picture || confirmedAt - noted.at >= SIGHTING_SAVED_EVERY_MS) {
        noted = { picture, at: confirmedAt }
        note(picture.pods, picture, confirmedAt)
      }
      const told = toldOf(server, reading, picture, stale)
      if (told.origins.rows.some(({ because }) => because === 'list too old')) cluster.refresh()
      return { kind: 'traced', ...told, confirmedAt, pods: picture.pods.length, ...problemOf(view.problem) }
    },

    async judge(backends, at) {
      const listed = await cluster.list()
      if (listed.kind === 'failed') {
        const { detail, remedy } = listed
        return { kind: 'failed', detail, ...(remedy === undefined ? {} : { remedy }) }
      }
      const { picture } = listed
      if (Math.abs(picture.listBegunAt - at) > MOST_APART_MS) {
        return { kind: 'failed', detail: 'the clock was set while backends and pods were read: try again' }
      }
      recognise(picture)
      noteWaiting(picture)
      note(picture.pods, picture, picture.listBegunAt)
      const fresh = newIndex(picture)
      const origins = backends.map(({ pid, applicationName, clientAddr, sessionAgeMs }) => {
        const startedAt = at - Math.max(0, sessionAgeMs)
        return [pid, attribute({ applicationName, clientAddr, startedAt }, fresh, margins)] as const
      })
      return { kind: 'judged', origins: new Map(origins) }
    },

    sawPods(pods) {
      const view = cluster.view()
      if (view.kind !== 'picture') return
      recognise(view.picture)
      const together = waiting.get(view.confirmedAt)
      if (together === undefined) waiting.set(view.confirmedAt, [...pods])
      else together.push(...pods)
      waitingCount += pods.length
      if (waitingCount >= MOST_WAITING) noteWaiting(view.picture)
    },

    problems() {
      const view = cluster.view()
      const { problem } = problemOf(view.problem)
      return [
        ...(problem === undefined ? [] : [`The cluster is not seen as it should be: ${problem}`]),
        ...(storeProblem === undefined
          ? []
          : [`What was seen of pods cannot be kept, so that a restart forgets their names: ${storeProblem}`]),
      ]
    },

    settled() {
      const view = cluster.view()
      if (view.kind === 'picture') noteWaiting(view.picture)
      return saving.then(() => undefined)
    },
  }
}

function problemOf(problem: ClusterProblem | undefined): { readonly problem?: string } {
  if (problem === undefined) return {}
  return { problem: problem.remedy === undefined ? problem.detail : `${problem.detail}: ${problem.remedy}` }
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
