import type { Clock } from '../../ports/clock.js'
import type { ClusterProblem } from '../../ports/cluster.js'
import type { Access } from './access.js'
import { backoffMs } from './backoff.js'
import { openStream } from './call.js'
import type { Kind } from './kinds.js'
import { failure, networkFailure, refusal } from './problem.js'
import type { Failure } from './problem.js'
import type { RawEvent, RawObject } from './raw.js'

/** The server is asked to end a watch by itself after this long, as every other client asks it. */
const WATCH_S = 300
const HEAD_MS = 5_000
/** A watch that ends sooner and empty is not resumed at once: something in between may cut every one. */
const LIVED_MS = 5_000

export type WatchDeps = {
  readonly access: Access
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  /** Ends it. */
  readonly stop: AbortSignal
  readonly changed: (type: 'put' | 'removed', object: RawObject) => void
  /** An event or a bookmark came: what is known is as of now. */
  readonly heard: () => void
  readonly troubled: (problem: ClusterProblem) => void
}

/**
 * Follows one kind from where a LIST ended. A watch that ends is resumed where it stopped, after a back-off when it
 * brought nothing or broke. Returns `relist` when the server forgot that place (410) and `stopped` when told to stop.
 * Silence is its owner's business. Never rejects.
 */
export async function watchKind(kind: Kind<unknown>, from: string, deps: WatchDeps): Promise<'relist' | 'stopped'> {
  const { clock, random, stop } = deps
  let resourceVersion = from
  let failures = 0
  while (!stop.aborted) {
    const ended = await follow(kind, resourceVersion, deps)
    if (stop.aborted) break
    resourceVersion = ended.resourceVersion
    failures = ended.hasWorked ? 0 : failures + 1
    if (ended.failure !== undefined) {
      if (ended.failure.status === 410) return 'relist'
      deps.troubled(ended.failure.problem)
    }
    // A watch that lived and was ended in order is resumed at once.
    if (ended.failure === undefined && ended.hasWorked) continue
    try {
      await clock.sleep(backoffMs(Math.max(failures, 1), random()), stop)
    } catch {
      break
    }
  }
  return 'stopped'
}

type Ended = {
  readonly resourceVersion: string
  /** An event or a bookmark came, or it stood for a while and nothing happened to that kind. */
  readonly hasWorked: boolean
  /** Absent: the server ended it in order. */
  readonly failure: Failure | undefined
}

async function follow(kind: Kind<unknown>, from: string, deps: WatchDeps): Promise<Ended> {
  const { access, clock, stop } = deps
  const right = { ...kind, verb: 'watch' } as const
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from,
    timeoutSeconds: String(WATCH_S),
  }
  let resourceVersion = from
  let hasHeard = false
  const openedAt = clock.now()
  const ended = (failed: Failure | undefined): Ended => ({
    resourceVersion,
    hasWorked: hasHeard || (failed === undefined && clock.now() - openedAt >= LIVED_MS),
    failure: failed,
  })

  const stream = await openStream({ access, clock, path: kind.path, query, right }, HEAD_MS, stop)
  if (stream.kind === 'failed') return ended(stream)
  try {
    for await (const lines of stream.lines) {
      if (stop.aborted) return ended(undefined)
      for (const line of lines) {
        const event = eventOf(line)
        // The line is not lost: the resumed watch begins after the last one understood.
        if (event === undefined) {
          return ended(failure('incomplete', `The API server sent a line to watch ${kind.resource} that is no event`))
        }
        if (event.type === 'ERROR') return ended(refusal(event.object.code ?? 0, right))
        if (event.type !== 'BOOKMARK') deps.changed(event.type === 'DELETED' ? 'removed' : 'put', event.object)
        resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion
        hasHeard = true
        deps.heard()
      }
    }
    return ended(undefined)
  } catch (error) {
    return ended(networkFailure(error, access.server.host))
  } finally {
    stream.end()
  }
}

function eventOf(
  line: string,
): { readonly type: string; readonly object: NonNullable<RawEvent['object']> } | undefined {
  try {
    const { type, object } = JSON.parse(line) as RawEvent
    return type === undefined || object === undefined ? undefined : { type, object }
  } catch {
    return undefined
  }
}
