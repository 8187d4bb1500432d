import { terminableCount } from '../terminate/select.js'
import type { BackendGroup, Reading } from './look.js'
import type { StaleRule } from './rule.js'

export const BREAKDOWN_KEYS = ['application', 'role', 'database', 'address', 'state'] as const
export type BreakdownKey = (typeof BREAKDOWN_KEYS)[number]

/** What a person may group by: a key of the server's own, or the rollout that attribution finds. */
export const GROUP_KEYS = [...BREAKDOWN_KEYS, 'rollout'] as const
export type GroupKey = (typeof GROUP_KEYS)[number]

/** Backends that agree in one key. Ages are ms by the server's clock; null where nobody is in such a state. */
export type BreakdownRow = {
  /** As the server shows it; null stands for "none": no application name, still logging in, or a Unix socket. */
  readonly name: string | null
  readonly count: number
  readonly active: number
  readonly idle: number
  readonly idleInTransaction: number
  readonly stale: number
  readonly longestIdleMs: number | null
  readonly longestIdleInTransactionMs: number | null
  readonly longestTransactionMs: number | null
  readonly isOwn: boolean
  readonly isSuperuser: boolean
}

/** One row per value of the key, longest idle (in or out of a transaction) first; our own backends are a row of their own, the last. */
export function breakdown(reading: Reading, by: BreakdownKey, stale: StaleRule): readonly BreakdownRow[] {
  const rows = new Map<string, BackendGroup[]>()
  for (const group of reading.groups) {
    const key = JSON.stringify([group.isOwn, group.isOwn ? null : nameOf(group, by)])
    rows.set(key, [...(rows.get(key) ?? []), group])
  }
  return [...rows.values()]
    .map((groups) => toRow(groups, by, stale))
    .sort((a, b) => Number(a.isOwn) - Number(b.isOwn) || longest(b) - longest(a) || b.count - a.count)
}

function nameOf(group: BackendGroup, by: BreakdownKey): string | null {
  switch (by) {
    case 'application':
      return group.applicationName === '' ? null : group.applicationName
    case 'role':
      return group.role
    case 'database':
      return group.database
    case 'address':
      return group.clientAddr
    case 'state':
      return group.state
  }
}

function toRow(groups: readonly BackendGroup[], by: BreakdownKey, stale: StaleRule): BreakdownRow {
  const isIdleInTransaction = (group: BackendGroup) => group.state.startsWith('idle in transaction')
  const sum = (pick: (group: BackendGroup) => number) => groups.reduce((total, group) => total + pick(group), 0)
  const max = (values: readonly (number | null)[]) =>
    values.reduce<number | null>((most, value) => (value === null ? most : Math.max(most ?? 0, value)), null)
  const first = groups[0]
  return {
    name: first === undefined || first.isOwn ? null : nameOf(first, by),
    count: sum((group) => group.count),
    active: sum((group) => (group.state === 'active' ? group.count : 0)),
    idle: sum((group) => (group.state === 'idle' ? group.count : 0)),
    idleInTransaction: sum((group) => (isIdleInTransaction(group) ? group.count : 0)),
    stale: sum((group) => terminableCount(group, stale)),
    longestIdleMs: max(groups.map((group) => (group.state === 'idle' ? group.oldestStateAgeMs : null))),
    longestIdleInTransactionMs: max(
      groups.map((group) => (isIdleInTransaction(group) ? group.oldestStateAgeMs : null)),
    ),
    longestTransactionMs: max(groups.map((group) => group.longestTransactionMs)),
    isOwn: first?.isOwn ?? false,
    isSuperuser: groups.some((group) => group.isSuperuser),
  }
}

function longest(row: BreakdownRow): number {
  return Math.max(row.longestIdleMs ?? -1, row.longestIdleInTransactionMs ?? -1)
}
