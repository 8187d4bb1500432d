import type { Rule, StaleRule, Threshold } from '../core/watch/rule.js'
import { ALWAYS_PROTECTED } from '../core/terminate/select.js'
import { clearBelowOf } from './threshold.js'

/** Backups and base backups: ending one loses a night's work, so they stay protected whatever else is configured. */
const BACKUP_TOOLS = ['pgbackrest*', 'barman*', 'wal-g*']

/** What every server is watched by unless its entry in the file says otherwise. */
export type WatchDefaults = {
  readonly schedule: string
  readonly rules: readonly Rule[]
  readonly confirm: number
  readonly holdDownMs: number
  readonly stale: StaleRule
  readonly noDataAfterMs: number
}

/** The settings of the environment that shape the defaults; absent ones are the limits of the 2020 post-mortem. */
export type WatchSettings = {
  readonly schedule: string | undefined
  readonly totalAbove: Threshold | undefined
  readonly siteAbove: Threshold | undefined
  readonly confirm: number | undefined
  readonly holdDownMs: number | undefined
  readonly idleMs: number | undefined
  readonly idleInTransactionMs: number | undefined
  readonly protectedApplications: readonly string[] | undefined
  readonly noDataAfterMs: number | undefined
}

/**
 * More than 90 % of `max_connections` pages (its alert was "over 90" of 100); more than 32 of `site` warns (4 workers
 * of 8 threads each). A given limit clears at 7/8 of it.
 */
export function watchDefaults(settings: WatchSettings): WatchDefaults {
  const { totalAbove, siteAbove = { kind: 'count', count: 32 }, confirm = 2, holdDownMs = 30_000 } = settings
  const total: Pick<Rule, 'above' | 'clearBelow'> =
    totalAbove === undefined
      ? { above: { kind: 'share of max', ratio: 0.9 }, clearBelow: { kind: 'share of max', ratio: 0.8 } }
      : { above: totalAbove, clearBelow: clearBelowOf(totalAbove) }
  const site = { above: siteAbove, clearBelow: clearBelowOf(siteAbove) }
  const common = { confirm, forMs: 0, holdDownMs }
  return {
    schedule: settings.schedule ?? '*/5 * * * * *',
    rules: [
      { name: 'total', match: 'total', ...total, severity: 'page', ...common },
      {
        name: 'site',
        match: [{ role: 'site' }, { database: 'site' }, { applicationName: 'site*' }],
        ...site,
        severity: 'warning',
        ...common,
      },
    ],
    confirm,
    holdDownMs,
    stale: {
      idleMs: settings.idleMs ?? 15 * 60_000,
      idleInTransactionMs: settings.idleInTransactionMs ?? 5 * 60_000,
      protectedApplications: withProtected([...ALWAYS_PROTECTED, ...BACKUP_TOOLS], settings.protectedApplications),
    },
    noDataAfterMs: settings.noDataAfterMs ?? 30_000,
  }
}

/** Adds to a list of protected applications; nothing is ever taken away from it. */
export function withProtected(list: readonly string[], more: readonly string[] = []): readonly string[] {
  return [...new Set([...list, ...more])]
}
