import type { Threshold } from '../core/watch/rule.js'
import type { Parser } from './value.js'

/** What Postgres itself allows as `max_connections`. */
const MOST_CONNECTIONS = 262_143
const SHARE = /^(\d{1,3}(?:\.\d{1,3})?)\s*%(?:\s+of\s+(usable|max))?$/

/** `90` is a count; `80%` a share of the usable slots; `90% of max` a share of `max_connections`. */
export const threshold: Parser<Threshold> = {
  what: 'a number or a share such as 80%',
  hint: '80% is of the usable slots; 90% of max_connections is written "90% of max"',
  parse: (text) => {
    if (/^\d{1,6}$/.test(text)) {
      const count = Number(text)
      return count <= MOST_CONNECTIONS ? { kind: 'count', count } : undefined
    }
    const [, percent, of] = SHARE.exec(text) ?? []
    const ratio = Number(percent) / 100
    if (percent === undefined || ratio > 1) return undefined
    return { kind: of === 'max' ? 'share of max' : 'share of usable', ratio }
  },
}

/** Where a rule clears when only its limit was given: an eighth below it, so that 32 clears at 28 and does not flap. */
export function clearBelowOf(above: Threshold): Threshold {
  return above.kind === 'count'
    ? { kind: 'count', count: Math.floor((above.count * 7) / 8) }
    : { kind: above.kind, ratio: Math.round(above.ratio * 875_000) / 1_000_000 }
}

/** Whether `clearBelow` can end what `above` started: the same measure, and not higher. */
export function canClear(above: Threshold, clearBelow: Threshold): boolean {
  if (above.kind === 'count') return clearBelow.kind === 'count' && clearBelow.count <= above.count
  return clearBelow.kind === above.kind && clearBelow.ratio <= above.ratio
}
