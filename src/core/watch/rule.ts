import type { Severity } from './severity.js'

/** A limit on a number of client backends. */
export type Threshold =
  | { readonly kind: 'count'; readonly count: number }
  /** Share (0 to 1) of the usable slots. */
  | { readonly kind: 'share of usable'; readonly ratio: number }
  /** Share (0 to 1) of `max_connections`. */
  | { readonly kind: 'share of max'; readonly ratio: number }

/**
 * Fields that must all match; a trailing `*` matches any ending. A matcher without a field matches nothing
 * (an empty filter selects nothing).
 */
export type Matcher = {
  readonly applicationName?: string
  readonly role?: string
  readonly database?: string
  readonly clientAddr?: string
}

export type Rule = {
  /** Unique per server; shown on the card. */
  readonly name: string
  /** `total`: every client backend. Otherwise those that match any of the matchers. */
  readonly match: 'total' | readonly Matcher[]
  /** Fires above this, not at it. */
  readonly above: Threshold
  /** May clear at or below this. */
  readonly clearBelow: Threshold
  readonly severity: Severity
  /** Readings in a row that must be above. */
  readonly confirm: number
  /** How long it must have been above, in ms, besides `confirm`. */
  readonly forMs: number
  /** How long it must have been clear before it stops firing. */
  readonly holdDownMs: number
}

/** When a backend may be terminated, by state and age in ms. An active backend is never stale. */
export type StaleRule = {
  readonly idleMs: number
  readonly idleInTransactionMs: number
  /** Applications that are never terminated; a trailing `*` matches any ending. */
  readonly protectedApplications: readonly string[]
}
