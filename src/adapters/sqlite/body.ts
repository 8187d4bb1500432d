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
 * An event out of a row whose hash was checked: what is inside is what some Lifeguard wrote, so only type and version
 * are looked at. Throws DependencyError for one we do not know; to skip it would be to forget what it says.
 */
export function eventOf(row: ChainRow): JournalEvent {
  const body: unknown = JSON.parse(row.body)
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
