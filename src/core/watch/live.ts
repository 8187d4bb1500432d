import type { Traced } from '../attribution/traced.js'
import type { CanaryResult, Look, Reading } from './look.js'
import type { RecentLook } from './recent.js'
import type { Rule, StaleRule } from './rule.js'

/** What is known of one server at this moment. An old number never stands without its age: `reading.at` is it. */
export type Live = {
  readonly server: string
  /** The latest look of whatever kind; absent until the first one. */
  readonly look?: Look
  /** The latest look that carried numbers. */
  readonly reading?: Reading
  readonly canary?: CanaryResult
  readonly recent: readonly RecentLook[]
  readonly growthPerMinute?: number
  readonly rules: readonly Rule[]
  readonly stale: StaleRule
  /** Whose the backends of `reading` are. */
  readonly traced: Traced
}
