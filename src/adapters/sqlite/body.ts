import { DependencyError } from '../../core/errors.js'
import type { EventBody, JournalEvent } from '../../core/incident/event.js'
import type { ChainRow } from './chain.js'

/** Every type and version ever written. The compiler refuses a type of EventBody that is not here. */
const KNOWN_VERSIONS: Record<EventBody['type'], readonly EventBody['v'][]> = {
  'incident.opened': [1],
  'incident.changed': [1],
  'incident.acknowledged': [1],
  'incident.resolved': [1],
  'evidence.taken': [1],
  'evidence.failed': [1],
  'terminate.previewed': [1],
  'terminate.intended': [1],
  'terminate.finished': [1],
  'terminate.followed up': [1],
  'access.refused': [1],
  told: [1],
  'not told': [1],
  'bot.started': [1],
}

/**
 * A row about the journal itself, which the rest of the house never sees: the rows from number `from` up to this one
 * count for nothing. They landed after their append had been given up and rejected: what had to be told was then
 * written again, and an intent among them was never acted upon. Appended only, so such a row stands right behind them.
 */
type VoidBody = { readonly v: 1; readonly type: 'journal.voided'; readonly from: number }

/** All that a row may hold. */
export type RowBody = EventBody | VoidBody

export function voidFrom(from: number): VoidBody {
  return { v: 1, type: 'journal.voided', from }
}

/** The events in rows whose hashes were checked, without those that a later row voids. Throws as `eventOf` does. */
export function eventsOf(rows: readonly ChainRow[]): JournalEvent[] {
  const events: JournalEvent[] = []
  for (const row of rows) {
    const body: unknown = JSON.parse(row.body)
    if (!isVoid(body)) events.push(eventOf(row, body))
    else while ((events.at(-1)?.seq ?? 0) >= body.from) events.pop()
  }
  return events
}

function isVoid(body: unknown): body is VoidBody {
  if (typeof body !== 'object' || body === null || !('type' in body) || !('v' in body) || !('from' in body))
    return false
  const { type, v, from } = body
  return type === 'journal.voided' && v === 1 && typeof from === 'number' && from > 0
}

/**
 * An event out of a row whose hash was checked: what is inside is what some Lifeguard wrote, so only type and version
 * are looked at. Throws DependencyError for one we do not know; to skip it would be to forget what it says.
 */
function eventOf(row: ChainRow, body: unknown): JournalEvent {
  if (isKnown(body)) return { seq: row.seq, at: row.at, body }
  const version = typeof body === 'object' && body !== null && 'v' in body ? JSON.stringify(body.v) : 'none'
  throw new DependencyError(
    'journal',
    `Event ${row.seq} of the journal is a "${row.type}" of version ${version}, which this Lifeguard does not know. ` +
      'Start the version that wrote it, or a newer one.',
  )
}

function isKnown(body: unknown): body is EventBody {
  if (typeof body !== 'object' || body === null || !('type' in body) || !('v' in body)) return false
  const { type, v } = body
  return Object.entries(KNOWN_VERSIONS).some(([known, versions]) => known === type && versions.some((one) => one === v))
}
