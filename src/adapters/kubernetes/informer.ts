import type { ClusterNode, Deployment, Picture, Pod, ReplicaSet } from '../../core/attribution/picture.js'
import type { Clock } from '../../ports/clock.js'
import type { ClusterProblem, ClusterView } from '../../ports/cluster.js'
import type { Log } from '../../ports/log.js'
import { backoffMs } from './backoff.js'
import type { Connection, Fetched } from './connection.js'
import { DEPLOYMENTS, NODES, PODS, REPLICA_SETS } from './kinds.js'
import type { Kind, Resource } from './kinds.js'
import { shelf } from './shelf.js'
import type { Shelf } from './shelf.js'
import { watchKind } from './watch.js'
import type { WatchDeps } from './watch.js'

/** A whole LIST, of any size, or a failure. */
export const LIST_MS = 5_000
/** The shortest time between two LISTs that were asked for. */
const REFRESH_MS = 10_000
/**
 * The API server sends a bookmark about every minute where anything happens at all; a watch that is silent for longer
 * is either of a kind where nothing happens or dead, and only a LIST tells.
 */
const SILENCE_MS = 90_000
/** However well the watches do: a right granted meanwhile is noticed, a lost event mended. */
const RELIST_MS = 300_000
/** A clock that was set back is noticed by then: until it catches up, ages by a LIST of before it are wrong. */
const CLOCK_LOOK_MS = 15_000

export type InformerDeps = {
  readonly connection: Connection
  readonly clock: Clock
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Pods with an address that are new or changed: one that lives for less than a tick is seen nowhere else. */
  readonly onPods?: (pods: readonly Pod[]) => void
}

export type Informer = {
  view(): ClusterView
  refresh(): void
  /** Takes a LIST for its own, unless it was begun before the one it has. */
  adopt(fetched: Fetched): void
  close(): Promise<void>
}

/** Lists once, then follows each kind by a watch, and lists again where a watch can't go on. Begins at once. */
export function informer(deps: InformerDeps): Informer {
  const { connection, clock, random, log } = deps
  const since = clock.now()
  const closing = new AbortController()
  const pods = shelf<Pod>()
  const replicaSets = shelf<ReplicaSet>()
  const deployments = shelf<Deployment>()
  const nodes = shelf<ClusterNode>()

  let picture: Picture | undefined
  let watches: Watches | undefined
  const confirmedAt = new Map<Resource, number>()
  const troubles = new Map<Resource, ClusterProblem>()
  let listProblem: ClusterProblem | undefined
  let rightsProblem: ClusterProblem | undefined
  let toldProblem: string | undefined

  let lastBegunAt = -Infinity
  let wantedAt = Infinity
  let wake = new AbortController()
  /** 410s since a watch last brought anything. */
  let forgotten = 0

  function problemNow(): ClusterProblem | undefined {
    return listProblem ?? [...troubles.values()][0] ?? rightsProblem
  }

  function tell(): void {
    const problem = problemNow()
    if (problem?.detail === toldProblem) return
    toldProblem = problem?.detail
    if (problem === undefined) log.info({}, 'the picture of the cluster is kept fresh again')
    else log.warn({ ...problem }, 'the picture of the cluster is not kept as it should be')
  }

  function show(changed: readonly Pod[]): void {
    const addressed = changed.filter((pod) => pod.addresses.length > 0)
    if (addressed.length === 0) return
    try {
      deps.onPods?.(addressed)
    } catch (error) {
      log.error({ err: error }, 'what is done with new pods failed')
    }
  }

  function want(at: number): void {
    if (at >= wantedAt) return
    wantedAt = at
    wake.abort()
  }

  function forget(): void {
    want(clock.now() + (forgotten === 0 ? 0 : backoffMs(forgotten, random())))
    forgotten += 1
  }

  function adopt({ listing, access }: Fetched): void {
    if (closing.signal.aborted) return
    const wasSetBack = picture !== undefined && picture.listBegunAt > clock.now()
    if (picture !== undefined && listing.begunAt < picture.listBegunAt && !wasSetBack) return
    watches?.stop.abort()
    const stop = new AbortController()
    const changed = pods.replace(listing.pods)
    replicaSets.replace(listing.replicaSets)
    deployments.replace(listing.deployments)
    nodes.replace(listing.nodes)
    picture = pictureAt(listing.begunAt)
    rightsProblem = listing.problem
    listProblem = undefined
    confirmedAt.clear()
    // Whether a watch is allowed is shown by the watch alone.
    for (const [resource, { why }] of troubles) if (why !== 'denied') troubles.delete(resource)

    const follow = async <T>(kind: Kind<T>, onto: Shelf<T>, from: string | undefined): Promise<void> => {
      if (from === undefined) return // we may not even list it
      confirmedAt.set(kind.resource, listing.begunAt)
      const changedOne: WatchDeps['changed'] = (type, object) => {
        const uid = object.metadata?.uid
        const value = kind.translate(object, listing.skewMs)
        if (stop.signal.aborted) return
        if (uid === undefined || value === null) forget()
        else if (type === 'removed') onto.remove(uid)
        else if (onto.put(uid, value) && kind.resource === PODS.resource) show([value as Pod])
      }
      const ended = await watchKind(kind, from, {
        access,
        clock,
        random,
        stop: stop.signal,
        changed: changedOne,
        heard() {
          if (stop.signal.aborted) return
          forgotten = 0
          confirmedAt.set(kind.resource, clock.now())
          if (troubles.delete(kind.resource)) tell()
        },
        troubled(problem) {
          troubles.set(kind.resource, problem)
          tell()
        },
      })
      if (ended === 'relist' && !stop.signal.aborted) forget()
    }
    const done = Promise.all([
      follow(PODS, pods, listing.pods.resourceVersion),
      follow(REPLICA_SETS, replicaSets, listing.replicaSets?.resourceVersion),
      follow(DEPLOYMENTS, deployments, listing.deployments?.resourceVersion),
      follow(NODES, nodes, listing.nodes?.resourceVersion),
    ])
    watches = { stop, done }
    tell()
    show(changed)
  }

  function pictureAt(listBegunAt: number): Picture {
    return {
      listBegunAt,
      pods: pods.all(),
      replicaSets: replicaSets.all(),
      deployments: deployments.all(),
      nodes: nodes.all(),
    }
  }

  /** The same object for as long as nothing in it changed. */
  function pictureNow(last: Picture): Picture {
    const next = pictureAt(last.listBegunAt)
    const isSame =
      next.pods === last.pods &&
      next.replicaSets === last.replicaSets &&
      next.deployments === last.deployments &&
      next.nodes === last.nodes
    return isSame ? last : next
  }

  /** Until another LIST is asked for, or due, or a watch has been silent for too long. */
  async function untilDue(): Promise<void> {
    for (;;) {
      if (lastBegunAt > clock.now()) return // the clock was set back
      const dueAt = Math.min(wantedAt, lastBegunAt + RELIST_MS, Math.min(...confirmedAt.values()) + SILENCE_MS)
      const waitMs = dueAt - clock.now()
      if (waitMs <= 0) return
      if (wake.signal.aborted) wake = new AbortController()
      if (!(await slept(Math.min(waitMs, CLOCK_LOOK_MS), AbortSignal.any([wake.signal, closing.signal])))) {
        if (closing.signal.aborted) return
      }
    }
  }

  async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await clock.sleep(ms, signal)
      return true
    } catch {
      return false
    }
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!closing.signal.aborted) {
      // The first time this loads the library, which may take longer than a LIST is given.
      await connection.open()
      lastBegunAt = clock.now()
      wantedAt = Infinity
      const fetched = await connection.fetch(LIST_MS, closing.signal)
      if (closing.signal.aborted) return
      if (fetched.kind === 'fetched') {
        failures = 0
        listProblem = undefined
        adopt(fetched)
        await untilDue()
      } else {
        failures += 1
        // One that was begun before the picture we have says nothing of what is now.
        if (picture === undefined || picture.listBegunAt <= lastBegunAt) listProblem = fetched.problem
        tell()
        await slept(backoffMs(failures, random()), closing.signal)
      }
    }
  }
  const running = run()

  return {
    adopt,
    view() {
      const problem = problemNow()
      const why = problem === undefined ? {} : { problem }
      if (picture === undefined) return { kind: 'none yet', since, ...why }
      picture = pictureNow(picture)
      return { kind: 'picture', picture, confirmedAt: Math.min(...confirmedAt.values()), ...why }
    },
    refresh: () => want(Math.max(clock.now(), lastBegunAt + REFRESH_MS)),
    async close() {
      closing.abort()
      watches?.stop.abort()
      await running
      await watches?.done
    },
  }
}

type Watches = { readonly stop: AbortController; readonly done: Promise<unknown> }
