import type { Clock } from '../../ports/clock.js'
import type { EvidenceStore } from '../../ports/evidence.js'
import type { Evidence } from '../../ports/lifeguard.js'
import type { Log } from '../../ports/log.js'
import type { Ledger } from '../ledger.js'
import type { WatchedServer } from '../watched.js'

/** Evidence may delay the act by this much and no more. */
const EVIDENCE_LIMIT_MS = 2_000

/**
 * Takes the snapshot that the post-mortem will want, before the first act of an incident: backends and their locks
 * without query text, and the last quarter of an hour of readings. Failing to take it in time is written down (and so
 * told) and stops nothing. Does nothing when the incident has its evidence already.
 */
export async function keepEvidence(
  deps: { readonly ledger: Ledger; readonly clock: Clock; readonly evidence: EvidenceStore; readonly log: Log },
  incident: string,
  server: WatchedServer,
): Promise<void> {
  const { ledger, clock } = deps
  const known = ledger.book().incidents.get(incident)
  if (known === undefined || known.evidence !== undefined) return
  const limit = new AbortController()
  try {
    const late = clock.sleep(EVIDENCE_LIMIT_MS, limit.signal).then(
      () => `it took longer than ${EVIDENCE_LIMIT_MS / 1000} s`,
      () => 'cancelled',
    )
    const outcome = await Promise.race([take(deps, incident, server), late])
    if (typeof outcome !== 'string') {
      // Two acts at once may both find none; the evidence is what was kept first.
      await ledger.note((book) =>
        book.incidents.get(incident)?.evidence === undefined
          ? [{ v: 1, type: 'evidence.taken', incident, ...outcome }]
          : [],
      )
      return
    }
    await ledger.note([{ v: 1, type: 'evidence.failed', incident, detail: outcome }])
  } catch (error) {
    deps.log.warn({ err: error, incident }, 'evidence could not be kept')
    await ledger.note([
      { v: 1, type: 'evidence.failed', incident, detail: error instanceof Error ? error.message : String(error) },
    ])
  } finally {
    limit.abort()
  }
}

async function take(
  deps: { readonly clock: Clock; readonly evidence: EvidenceStore },
  incident: string,
  server: WatchedServer,
): Promise<
  string | { readonly file: string; readonly sha256: string; readonly backends: number; readonly readings: number }
> {
  const read = await server.postgres.backends(EVIDENCE_LIMIT_MS)
  if (read.kind === 'failed') return read.detail
  const { recent, traced } = server.live()
  const evidence: Evidence = {
    incident,
    server: server.config.name,
    takenAt: deps.clock.now(),
    backends: read.backends,
    recent,
    traced,
  }
  const saved = await deps.evidence.save(`evidence-${incident}`, `${JSON.stringify(evidence, null, 1)}\n`)
  return { ...saved, backends: read.backends.length, readings: recent.length }
}
