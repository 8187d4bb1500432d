import type { Presser } from '../../core/access/tier.js'
import type { Person, TerminateFinished, TerminateOutcome, TerminatePreviewed } from '../../core/incident/event.js'
import type { Act } from '../../core/incident/incident.js'
import type { Backend } from '../../core/terminate/backend.js'
import {
  cameBack,
  compare,
  PREVIEW_VALID_MS,
  settle,
  stillOfOrigin,
  survivors,
  type Fresh,
} from '../../core/terminate/outcome.js'
import { numbersOf } from '../../core/watch/slots.js'
import type { Clock } from '../../ports/clock.js'
import type { EvidenceStore } from '../../ports/evidence.js'
import type { ActAnswer, Refused } from '../../ports/lifeguard.js'
import type { Log } from '../../ports/log.js'
import type { Signalled } from '../../ports/postgres.js'
import type { Ledger } from '../ledger.js'
import type { Watched, WatchedServer } from '../watched.js'
import { keepEvidence } from './evidence.js'
import { judgeOrigins } from './origins.js'

/** How long to look for a signalled backend to be gone, and how often. */
const SETTLE_MS = 5_000
const SETTLE_EVERY_MS = 150

/** Who pressed, and when. */
export type Press = { readonly by: Person; readonly at: number }

export type ActDeps = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly evidence: EvidenceStore
  readonly log: Log
  readonly watched: Watched
  readonly cameBackAfterMs: number
  /** Asks again who is pressing, as late as possible. */
  readonly authoriseAgain: () => Promise<Refused | undefined>
  /** Previews that are being acted on in this process: the second press of a double click meets the first here. */
  readonly underWay: Map<string, Press>
}

/**
 * Acts on a preview: evidence, fresh read, fresh authorisation, intent on disk, one statement, look again until known,
 * outcome on record. What changed since the preview is left alone and counted.
 */
export async function act(deps: ActDeps, presser: Presser, id: string): Promise<ActAnswer> {
  const known = deps.ledger.book().acts.get(id)
  if (known === undefined) return { kind: 'unknown preview' }
  const pressed = alreadyPressed(deps, known)
  if (pressed !== undefined) return pressed
  if (deps.clock.now() > known.at + PREVIEW_VALID_MS) return { kind: 'expired', previewedAt: known.at }
  deps.underWay.set(id, { by: { id: presser.id, name: presser.name }, at: deps.clock.now() })
  try {
    return await actOnce(deps, presser, known)
  } finally {
    deps.underWay.delete(id)
  }
}

function alreadyPressed(deps: ActDeps, known: Act): ActAnswer | undefined {
  const { previewed, intended, finished } = known
  const record = intended ?? finished
  if (record !== undefined) return { kind: 'already pressed', act: known, by: record.by, at: record.at }
  const first = deps.underWay.get(previewed.preview)
  return first === undefined ? undefined : { kind: 'already pressed', act: known, ...first }
}

async function actOnce(deps: ActDeps, presser: Presser, known: Act): Promise<ActAnswer> {
  const { ledger, clock, watched } = deps
  const { previewed } = known
  const server = watched.find(previewed.server)
  if (server === undefined) return { kind: 'unknown server', asked: previewed.server, servers: watched.names() }
  if (previewed.incident !== undefined) await keepEvidence(deps, previewed.incident, server)

  const before = await server.postgres.backends()
  if (before.kind === 'failed') return { kind: 'unreadable', server: previewed.server, detail: before.detail }
  const judged = previewed.filter.origin === undefined ? undefined : await judgeOrigins(server, before)
  if (judged?.kind === 'failed') return { kind: 'no origins', server: previewed.server, ...judged.why }
  const fresh = stillOfOrigin(compare(previewed.victims, before.backends), previewed.filter.origin, judged?.origins)

  const refused = await deps.authoriseAgain()
  if (refused !== undefined) return refused
  // Evidence, reading and asking took their time: the minute counts to the act, not to the click.
  if (clock.now() > known.at + PREVIEW_VALID_MS) return { kind: 'expired', previewedAt: known.at }

  const by = { id: presser.id, name: presser.name }
  const base = {
    preview: previewed.preview,
    server: previewed.server,
    ...(previewed.incident === undefined ? {} : { incident: previewed.incident }),
    by,
  }
  if (fresh.unchanged.length === 0) {
    return { kind: 'nothing left', act: known, alreadyGone: fresh.alreadyGone, changed: fresh.changed }
  }
  try {
    const pids = fresh.unchanged.map((victim) => victim.pid)
    await ledger.commit([{ v: 1, type: 'terminate.intended', ...base, hash: previewed.hash, pids }])
  } catch (error) {
    return { kind: 'not recorded', detail: error instanceof Error ? error.message : String(error) }
  }

  const startedAt = clock.now()
  if (startedAt > known.at + PREVIEW_VALID_MS) {
    // The journal took its time over the intent. Nobody is signalled on an authorisation of then; the record says so.
    await ledger.note([{ v: 1, ...notSignalled(base, previewed, fresh) }])
    return { kind: 'expired', previewedAt: known.at }
  }
  const signalled = await server.postgres.terminate(fresh.unchanged, server.config.stale.protectedApplications)
  const outcome = await observe(deps, server, fresh, signalled)
  const finished: TerminateFinished = {
    type: 'terminate.finished',
    ...base,
    filter: previewed.filter,
    tookMs: clock.now() - startedAt,
    outcome,
  }
  await ledger.note([{ v: 1, ...finished }])
  const done = ledger.book().acts.get(previewed.preview) ?? known
  return { kind: 'acted', act: done, followUp: followUp(deps, server, previewed, before.backends, done) }
}

function notSignalled(
  base: Pick<TerminateFinished, 'preview' | 'server' | 'incident' | 'by'>,
  previewed: TerminatePreviewed,
  fresh: Fresh,
): TerminateFinished {
  const unknown = 'the journal took so long that the preview ran out, and nobody was signalled'
  const outcome = { gone: 0, stillAlive: [], alreadyGone: fresh.alreadyGone, changed: fresh.changed, unknown }
  return { type: 'terminate.finished', ...base, filter: previewed.filter, tookMs: 0, outcome }
}

/** Looks until every signalled backend is gone or the time is up. The signal's own answer proves nothing. */
async function observe(
  deps: Pick<ActDeps, 'clock'>,
  server: WatchedServer,
  fresh: Fresh,
  signalled: Signalled,
): Promise<TerminateOutcome> {
  const { clock } = deps
  const until = clock.now() + SETTLE_MS
  let after = await server.postgres.backends()
  // Without an answer any of them may have been signalled, so all of them are watched.
  const watchedFor = signalled.kind === 'signalled' ? signalled.pids : fresh.unchanged.map((victim) => victim.pid)
  while (clock.now() < until && signalled.kind !== 'denied') {
    if (after.kind === 'backends') {
      const alive = survivors(fresh.unchanged, after.backends)
      if (!alive.some((pid) => watchedFor.includes(pid))) break
    }
    await clock.sleep(SETTLE_EVERY_MS)
    after = await server.postgres.backends()
  }
  const words =
    signalled.kind === 'denied'
      ? { denied: signalled.remedy }
      : signalled.kind === 'unknown'
        ? { unknown: signalled.detail }
        : {}
  if (after.kind === 'failed') {
    const unknown = `what came of it could not be read: ${after.detail}`
    const counts = { gone: 0, stillAlive: watchedFor, alreadyGone: fresh.alreadyGone, changed: fresh.changed }
    return { ...counts, ...words, unknown }
  }
  const counts = settle({ fresh, signalled: watchedFor, after: after.backends })
  const look = await server.lookNow()
  const numbers = look.kind === 'reading' ? { numbers: numbersOf(look) } : {}
  return { ...counts, ...words, ...numbers }
}

/** Waits, then counts who came back. Never rejects: it is news about an act that is already on record. */
async function followUp(
  deps: ActDeps,
  server: WatchedServer,
  previewed: TerminatePreviewed,
  before: readonly Backend[],
  done: Act,
): Promise<Act> {
  const { clock, ledger, cameBackAfterMs } = deps
  try {
    await clock.sleep(cameBackAfterMs)
    const later = await server.postgres.backends()
    const look = await server.lookNow()
    // Against the list from before the act: whoever reconnects does so at once, before anybody can look.
    const count = later.kind === 'failed' ? {} : { cameBack: cameBack(previewed, before, later.backends) }
    const numbers = look.kind === 'reading' ? { numbers: numbersOf(look) } : {}
    await ledger.note([
      {
        v: 1,
        type: 'terminate.followed up',
        preview: previewed.preview,
        afterMs: cameBackAfterMs,
        ...count,
        ...numbers,
      },
    ])
  } catch (error) {
    deps.log.warn({ err: error, preview: previewed.preview }, 'could not look who came back')
  }
  return ledger.book().acts.get(previewed.preview) ?? done
}
