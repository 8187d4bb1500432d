import type { PreviewedVictim, StaleFilter } from '../incident/event.js'
import { matchesPattern } from '../watch/match.js'
import type { BackendGroup } from '../watch/look.js'
import type { StaleRule } from '../watch/rule.js'
import type { Backend } from './backend.js'

/** Programs that copy the database: ending one costs somebody a backup. Never terminated, whatever is configured. */
export const ALWAYS_PROTECTED: readonly string[] = ['pg_dump*', 'pg_basebackup*', 'pg_restore*']

/** Why a backend that the filter names is left alone. */
export type Spared =
  | 'ours'
  | 'superuser'
  | 'replication'
  | 'protected application'
  | 'active'
  | 'other state'
  | 'too young'
  | 'unknown age'

export type Selection = {
  /** Longest in their state first. */
  readonly victims: readonly (PreviewedVictim & Pick<Backend, 'stateAgeMs' | 'locksHeld' | 'blockedBy'>)[]
  readonly spared: readonly { readonly backend: Backend; readonly because: Spared }[]
  /** For each victim's pid, how many backends wait for it. */
  readonly blocks: ReadonlyMap<number, number>
}

/** Whether a filter names anybody. Without application and role it does not, and selects nothing. */
export function namesSomebody(filter: StaleFilter): boolean {
  return (filter.applicationName ?? '') !== '' || (filter.role ?? '') !== ''
}

/**
 * Selects the backends a responder may terminate, longest in their state first.
 *
 * An active backend is never stale, whatever its age: it is doing work. Ages are milliseconds by the server's clock,
 * so clock skew between bot and server cannot widen the selection. An empty filter selects nothing.
 *
 * Source: PostgreSQL manual, "The Cumulative Statistics System", pg_stat_activity.state and state_change.
 */
export function selectStale(backends: readonly Backend[], filter: StaleFilter, rule: StaleRule): Selection {
  const named = namesSomebody(filter) ? backends.filter((backend) => isNamed(backend, filter)) : []
  const judged = named.map((backend) => ({ backend, because: sparedBecause(backend, filter, rule) }))
  const victims = judged
    .flatMap(({ backend, because }) => (because === undefined ? toVictim(backend) : []))
    .sort((a, b) => (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0))
  return {
    victims,
    spared: judged.flatMap(({ backend, because }) => (because === undefined ? [] : [{ backend, because }])),
    blocks: new Map(
      victims.map(({ pid }) => [pid, backends.filter((backend) => backend.blockedBy.includes(pid)).length] as const),
    ),
  }
}

function isNamed(backend: Backend, filter: StaleFilter): boolean {
  const byApplication = filter.applicationName === undefined || backend.applicationName === filter.applicationName
  const byRole = filter.role === undefined || backend.role === filter.role
  return byApplication && byRole
}

function sparedBecause(backend: Backend, filter: StaleFilter, rule: StaleRule): Spared | undefined {
  if (backend.isOwn) return 'ours'
  if (backend.isReplication) return 'replication'
  if (isProtected(backend.applicationName, rule)) return 'protected application'
  if (backend.state === 'active' || backend.state === 'fastpath function call') return 'active'
  const kind = staleKind(backend.state)
  if (kind === undefined || !filter.states.includes(kind)) return 'other state'
  if (backend.stateAgeMs === null || backend.stateChange === null) return 'unknown age'
  if (backend.stateAgeMs < minAgeMs(kind, filter, rule)) return 'too young'
  // Last, so that the superusers' that are listed for a person to end are stale ones, and no others.
  return backend.isSuperuser ? 'superuser' : undefined
}

/** An aborted transaction is idle in transaction: it holds its locks until somebody ends it. */
export function staleKind(state: Backend['state']): StaleFilter['states'][number] | undefined {
  if (state === 'idle') return 'idle'
  return state === 'idle in transaction' || state === 'idle in transaction (aborted)'
    ? 'idle in transaction'
    : undefined
}

export function minAgeMs(kind: StaleFilter['states'][number], filter: StaleFilter, rule: StaleRule): number {
  return filter.minAgeMs ?? (kind === 'idle' ? rule.idleMs : rule.idleInTransactionMs)
}

export function isProtected(applicationName: string, rule: Pick<StaleRule, 'protectedApplications'>): boolean {
  return [...ALWAYS_PROTECTED, ...rule.protectedApplications].some((pattern) =>
    matchesPattern(applicationName, pattern),
  )
}

function toVictim(backend: Backend): Selection['victims'] {
  const { pid, backendStart, state, stateChange, applicationName, role, database, clientAddr } = backend
  if (stateChange === null) return []
  const { stateAgeMs, locksHeld, blockedBy } = backend
  return [
    {
      pid,
      backendStart,
      state,
      stateChange,
      applicationName,
      role,
      database,
      clientAddr,
      stateAgeMs,
      locksHeld,
      blockedBy,
    },
  ]
}

/** How many of a group Lifeguard could end right now, by the server's stale rule. */
export function terminableCount(group: BackendGroup, rule: StaleRule): number {
  const isSpared = group.isOwn || group.isSuperuser || isProtected(group.applicationName, rule)
  return isSpared ? 0 : group.staleCount
}

/** The text whose SHA-256 binds a preview's button to exactly these backends of this server. */
export function hashInput(server: string, victims: readonly PreviewedVictim[]): string {
  const lines = victims
    .map((victim) => [victim.pid, victim.backendStart, victim.state, victim.stateChange].join(' '))
    .sort()
  return [server, ...lines].join('\n')
}
