import type { StaleOrigin } from '../core/incident/event.js'
import { GROUP_KEYS, type GroupKey } from '../core/watch/breakdown.js'

/** What a button does. It carries ids only: state comes from the journal, so that it works after any restart. */
export type Press =
  | { readonly kind: 'inspect'; readonly incident: string }
  | { readonly kind: 'terminate stale'; readonly incident: string }
  | { readonly kind: 'terminate origin'; readonly origin: StaleOrigin; readonly incident: string }
  /** All orphans of a server, from the list of them. */
  | { readonly kind: 'terminate orphans'; readonly server: string }
  | { readonly kind: 'acknowledge'; readonly incident: string }
  | { readonly kind: 'terminate'; readonly preview: string }
  | { readonly kind: 'connections'; readonly server: string; readonly by: GroupKey; readonly page: number }
  /** A select menu whose value is the key to group by. */
  | { readonly kind: 'group by'; readonly server: string }

const VERSION = 'v1'
const MAX_LENGTH = 100

/** At most 100 characters; a server's name longer than 60 encoded characters does not fit, and configuration refuses it. */
export function encodeButtonId(press: Press): string {
  const id = [VERSION, ...fieldsOf(press).map((field) => encodeURIComponent(field))].join(':')
  if (id.length > MAX_LENGTH)
    throw new RangeError(`a button id of ${id.length} characters does not fit Discord's 100: ${id}`)
  return id
}

/** Undefined for an id that is not ours, of another version, or damaged. */
export function decodeButtonId(id: string): Press | undefined {
  const fields = id.split(':').map(decode)
  if (id.length > MAX_LENGTH || fields.includes(undefined)) return undefined
  const [version, kind, a, b, c, ...rest] = fields
  if (version !== VERSION || rest.length > 0) return undefined
  switch (kind ?? '') {
    case 'inspect':
      return isRef(a) && b === undefined ? { kind: 'inspect', incident: a } : undefined
    case 'stale':
      return isRef(a) && b === undefined ? { kind: 'terminate stale', incident: a } : undefined
    case 'orphans':
      return isRef(a) && b === undefined ? { kind: 'terminate origin', origin: 'orphans', incident: a } : undefined
    case 'previous':
      return isRef(a) && b === undefined
        ? { kind: 'terminate origin', origin: 'previous rollout', incident: a }
        : undefined
    case 'all-orphans':
      return a !== undefined && a !== '' && b === undefined ? { kind: 'terminate orphans', server: a } : undefined
    case 'ack':
      return isRef(a) && b === undefined ? { kind: 'acknowledge', incident: a } : undefined
    case 'act':
      return isRef(a) && b === undefined ? { kind: 'terminate', preview: a } : undefined
    case 'conn': {
      const by = GROUP_KEYS.find((key) => key === b)
      const isPage = c !== undefined && /^(0|[1-9]\d{0,3})$/.test(c)
      return a !== undefined && a !== '' && by !== undefined && isPage
        ? { kind: 'connections', server: a, by, page: Number(c) }
        : undefined
    }
    case 'by':
      return a !== undefined && a !== '' && b === undefined ? { kind: 'group by', server: a } : undefined
    default:
      return undefined
  }
}

function fieldsOf(press: Press): readonly string[] {
  switch (press.kind) {
    case 'inspect':
      return ['inspect', press.incident]
    case 'terminate stale':
      return ['stale', press.incident]
    case 'terminate origin':
      return [press.origin === 'orphans' ? 'orphans' : 'previous', press.incident]
    case 'terminate orphans':
      return ['all-orphans', press.server]
    case 'acknowledge':
      return ['ack', press.incident]
    case 'terminate':
      return ['act', press.preview]
    case 'connections':
      return ['conn', press.server, press.by, String(press.page)]
    case 'group by':
      return ['by', press.server]
  }
}

function isRef(value: string | undefined): value is string {
  return value !== undefined && /^[0-9A-Z]{5}$/.test(value)
}

function decode(field: string): string | undefined {
  try {
    const text = decodeURIComponent(field)
    // Each press has one spelling: what we would not have written so is not ours.
    return encodeURIComponent(text) === field ? text : undefined
  } catch {
    return undefined
  }
}
