import type { ServerResponse } from 'node:http'
import type { MovableClock } from '../../discord/clock.js'
import type { JsonObject, KubeObject } from '../store/object.js'
import { apiVersionOf, type Resource } from '../store/resources.js'
import type { Change, Store } from '../store/store.js'
import { selectorOf } from './list.js'
import { Refusal, statusOf, tooOld } from './refusal.js'
import type { Matches } from './selector.js'
import { isTrue, type Target } from './target.js'

/** A watch that is open. */
export type OpenWatch = {
  readonly resource: Resource
  /** The socket stays open and nothing more is said: no event, no bookmark, no end. */
  readonly silence: () => void
  /** Says that versions are too old, and ends. */
  readonly expire: () => void
  readonly close: () => void
}

export type WatchSetup = {
  readonly store: Store
  readonly clock: MovableClock
  readonly bookmarkEveryMs: number
}

const DEFAULT_TIMEOUT_MS = 30 * 60_000 // the real one draws 30 to 60 minutes

/**
 * Streams the changes of a collection as JSON lines, headers first. Without a version, or from "0", it begins with what
 * is there. From a forgotten version it says ERROR 410 and ends.
 */
export function openWatch(
  { store, clock, bookmarkEveryMs }: WatchSetup,
  target: Target,
  query: URLSearchParams,
  response: ServerResponse,
  isSilentFromStart = false,
): OpenWatch {
  const { resource } = target
  const matches = selectorOf(target, query)
  const from = versionOf(query.get('resourceVersion'))
  let isSilent = isSilentFromStart
  let told = store.version()

  const say = (type: string, object: unknown) => {
    if (!isSilent) response.write(`${JSON.stringify({ type, object })}\n`)
  }
  const tell = (change: Change) => {
    if (change.resource !== resource) return
    const event = eventOf(change, matches)
    if (event !== undefined) say(event.type, event.object)
  }
  const stops: (() => void)[] = []
  const end = () => {
    for (const stop of stops.splice(0)) stop()
  }
  response.on('close', end)
  const close = () => {
    end()
    response.end()
  }
  const expire = () => {
    say('ERROR', statusOf(tooOld(from, store.oldestVersion())))
    close()
  }
  const watch: OpenWatch = {
    resource,
    close,
    expire,
    silence: () => {
      isSilent = true
      end()
    },
  }

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  if (isSilent) return watch
  if (from === 0) {
    for (const object of store.list(resource).filter(matches)) say('ADDED', object)
  } else {
    const missed = store.since(from)
    if (missed === undefined) {
      expire()
      return watch
    }
    for (const change of missed) tell(change)
    told = Math.max(from, told) // a client may be ahead of a server whose versions were reset: it hears nothing old
  }
  stops.push(
    store.watch((change) => {
      if (change.version > told) tell(change)
    }),
  )

  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0)
  const timeoutMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 : DEFAULT_TIMEOUT_MS
  stops.push(clock.after(timeoutMs, close))
  if (isTrue(query.get('allowWatchBookmarks'))) {
    const bookmark = () => say('BOOKMARK', bookmarkOf(resource, store.version()))
    const repeat = () => {
      stops.push(
        clock.after(bookmarkEveryMs, () => {
          bookmark()
          repeat()
        }),
      )
    }
    repeat()
    // So that a client whose watch times out goes on from a version that is still known.
    stops.push(clock.after(Math.max(timeoutMs - 2000, 0), bookmark))
  }
  return watch
}

/** An object that enters a selector is ADDED to its watchers, and one that leaves it DELETED. */
function eventOf({ type, object, before }: Change, matches: Matches): { type: string; object: KubeObject } | undefined {
  const isIn = type !== 'DELETED' && matches(object)
  const wasIn = before !== undefined && matches(before)
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object }
  return wasIn ? { type: 'DELETED', object } : undefined
}

function bookmarkOf(resource: Resource, version: number): JsonObject {
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(version), creationTimestamp: null },
  }
}

function versionOf(text: string | null): number {
  if (text === null || text === '') return 0
  if (/^\d+$/.test(text)) return Number(text)
  throw new Refusal(
    500,
    undefined,
    `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
  )
}
