import type { Forecast } from '../attribution/forecast.js'
import type { Because } from '../incident/event.js'
import type { CanaryResult, ConnectionLimit, Limits, Look, Reading } from './look.js'
import { countOf, usableSlots, usedSlots } from './slots.js'
import { groupsOf } from './match.js'
import type { Rule, Threshold } from './rule.js'
import type { Severity } from './severity.js'

/** Rules that no configuration removes. Their names cannot be given to others. */
export const FULL_RULE = 'full'
export const NO_DATA_RULE = 'no data'
export const ROLLOUT_RULE = 'rollout'
export const BUILT_IN_RULES: readonly string[] = [FULL_RULE, NO_DATA_RULE, ROLLOUT_RULE]

/** How one rule stands after one look. `between`: below its limit, not yet at its clear line. */
export type Verdict = {
  readonly rule: string
  readonly subject: 'connections' | 'data'
  readonly standing: 'above' | 'between' | 'clear' | 'unknown'
  readonly severity: Severity
  readonly because: readonly Because[]
  readonly confirm: number
  readonly forMs: number
  readonly holdDownMs: number
}

/** The number of backends a threshold stands for on a server with these limits; shares are rounded down. */
export function thresholdCount(threshold: Threshold, limits: Limits): number {
  switch (threshold.kind) {
    case 'count':
      return threshold.count
    case 'share of usable':
      return Math.floor(threshold.ratio * usableSlots(limits) + 1e-9)
    case 'share of max':
      return Math.floor(threshold.ratio * limits.maxConnections + 1e-9)
  }
}

export type AssessInput = {
  readonly look: Look
  /** The latest canary, of whatever age: one that was refused is repeated at every tick. */
  readonly canary: CanaryResult | undefined
  readonly rules: readonly Rule[]
  readonly noDataAfterMs: number
  /** What rollouts need at their peak. */
  readonly forecasts: readonly Forecast[]
}

/** One verdict per rule, the built-in ones included. Pure; the order is that of the rules. */
export function assess(input: AssessInput): readonly Verdict[] {
  const { look, rules } = input
  // The built-in rules have no hold-down of their own to configure: they hold as long as the most patient rule.
  const holdDownMs = rules.reduce((longest, rule) => Math.max(longest, rule.holdDownMs), 0)
  return [
    ...rules.map((rule) => assessRule(look, rule)),
    assessFull(look, input.canary, holdDownMs),
    assessNoData(look, input.noDataAfterMs, holdDownMs),
    assessRollouts(look, input.forecasts, holdDownMs),
  ]
}

function assessRule(look: Look, rule: Rule): Verdict {
  const base = {
    rule: rule.name,
    subject: 'connections',
    severity: rule.severity,
    confirm: rule.confirm,
    forMs: rule.forMs,
    holdDownMs: rule.holdDownMs,
  } as const
  if (look.kind !== 'reading') return { ...base, standing: 'unknown', because: [] }
  const value = countOf(groupsOf(look.groups, rule))
  const limit = thresholdCount(rule.above, look.limits)
  if (value > limit) {
    return {
      ...base,
      standing: 'above',
      because: [{ kind: 'rule', rule: rule.name, value, limit, severity: rule.severity }],
    }
  }
  return { ...base, standing: value <= thresholdCount(rule.clearBelow, look.limits) ? 'clear' : 'between', because: [] }
}

function assessFull(look: Look, canary: CanaryResult | undefined, holdDownMs: number): Verdict {
  const base = { rule: FULL_RULE, subject: 'connections', severity: 'page', confirm: 1, forMs: 0, holdDownMs } as const
  if (look.kind === 'refused')
    return { ...base, standing: 'above', because: [{ kind: 'locked out', limit: look.limit }] }
  if (look.kind !== 'reading') return { ...base, standing: 'unknown', because: [] }
  const because = fullBecause(look, canary)
  return { ...base, standing: because.length > 0 ? 'above' : 'clear', because }
}

/** Every way in which users are being refused, or are about to be, by this reading and the latest canary. */
function fullBecause(reading: Reading, canary: CanaryResult | undefined): readonly Because[] {
  const used = usedSlots(reading)
  const usable = usableSlots(reading.limits)
  const atLimit = (limits: readonly ConnectionLimit[]) => limits.filter((one) => one.limit > 0 && one.used >= one.limit)
  return [
    ...(used >= usable ? [{ kind: 'usable slots gone', used, usable } as const] : []),
    ...atLimit(reading.roleLimits).map((role) => ({ kind: 'role at its limit', ...role }) as const),
    ...atLimit(reading.databaseLimits).map((database) => ({ kind: 'database at its limit', ...database }) as const),
    ...(canary?.kind === 'refused'
      ? [{ kind: 'canary refused', limit: canary.limit, slotsFree: Math.max(0, usable - used) } as const]
      : []),
  ]
}

/**
 * A rollout under way that will not fit: told while there is still room. That a rollout would not fit is no news while nobody
 * rolls out; `/status` and `/doctor` say it.
 */
function assessRollouts(look: Look, forecasts: readonly Forecast[], holdDownMs: number): Verdict {
  const base = {
    rule: ROLLOUT_RULE,
    subject: 'connections',
    severity: 'warning',
    confirm: 1,
    forMs: 0,
    holdDownMs,
  } as const
  if (look.kind !== 'reading') return { ...base, standing: 'unknown', because: [] }
  const because = forecasts
    .filter(({ isRollingOut, exceedsBy }) => isRollingOut && exceedsBy > 0)
    .map(
      ({ workload, need, usable }) =>
        ({ kind: 'rollout will not fit', workload: workload.name, need, usable }) as const,
    )
  return { ...base, standing: because.length > 0 ? 'above' : 'clear', because }
}

function assessNoData(look: Look, noDataAfterMs: number, holdDownMs: number): Verdict {
  const base = { rule: NO_DATA_RULE, subject: 'data', confirm: 1, forMs: noDataAfterMs, holdDownMs } as const
  switch (look.kind) {
    // A refusal by a limit is news about connections, and the best kind of news there is: it is data.
    case 'reading':
    case 'refused':
      return { ...base, severity: 'page', standing: 'clear', because: [] }
    case 'denied':
      return {
        ...base,
        // The database may be well: it is our own rights that are missing, and nobody is woken for that.
        severity: 'warning',
        standing: 'above',
        because: [{ kind: 'no data', look: 'denied', detail: look.detail, remedy: look.remedy }],
      }
    case 'hung':
      return {
        ...base,
        severity: 'page',
        standing: 'above',
        because: [{ kind: 'no data', look: 'hung', detail: `no answer in ${look.timeoutMs / 1000} s` }],
      }
    case 'unreachable':
    case 'starting':
      return {
        ...base,
        severity: 'page',
        standing: 'above',
        because: [{ kind: 'no data', look: look.kind, detail: look.detail }],
      }
  }
}
