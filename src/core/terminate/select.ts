import type { Attribution } from '../attribution/attribution.js'
import { terminableAs } from '../attribution/terminable.js'
import type { PreviewedVictim, StaleFilter, StaleOrigin } from '../incident/event.js'
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
  | 'living pod'
  | 'origin not proven'

/** Whose each backend is, by pid, from pods listed afresh. A pid that is not in it is nobody's: proven of nothing. */
export type OriginByPid = ReadonlyMap<number, Attribution>

export type Selection = {
  /** Longest in their state first. */
  readonly victims: readonly (PreviewedVictim &
    Pick<Backend, 'stateAgeMs' | 'locksHeld' | 'blockedBy'> & { readonly attribution?: Attribution })[]
  readonly spared: readonly {
    readonly backend: Backend
    readonly because: Spared
    readonly attribution?: Attribution
  }[]
  /** For each victim's pid, how many backends wait for it. */
  readonly blocks: ReadonlyMap<number, number>
}

/** Whether a filter names anybody. Without application, role and origin it does not, and selects nothing. */
export function namesSomebody(filter: StaleFilter): boolean {
  return (filter.applicationName ?? '') !== '' || (filter.role ?? '') !== '' || filter.origin !== undefined
}

/**
 * Selects the backends a responder may terminate, longest in their state first.
 *
 * An active backend is never stale, whatever its age: it is doing work. Ages are milliseconds by the server's clock,
 * so clock skew between bot and server cannot widen the selection. An empty filter selects nothing. With an origin,
 * only those that `origins` proves to be of it; without `origins` there are none.
 *
 * Source: PostgreSQL manual, "The Cumulative Statistics System", pg_stat_activity.state and state_change.
 */
export function selectStale(
  backends: readonly Backend[],
  filter: StaleFilter,
  rule: StaleRule,
  origins?: OriginByPid,
): Selection {
  const named = namesSomebody(filter) ? backends.filter((backend) => isNamed(backend, filter)) : []
  const judged = named.map((backend) => {
    const attribution = origins?.get(backend.pid)
    const origin = attribution === undefined ? {} : { attribution }
    return { backend, because: sparedBecause(backend, filter, rule, attribution), ...origin }
  })
  const victims = judged
    .flatMap(({ backend, because, ...origin }) =>
      because === undefined ? toVictim(backend).map((victim) => ({ ...victim, ...origin })) : [],
    )
    .sort((a, b) => (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0))
  return {
    victims,
    spared: judged.flatMap(({ because, ...one }) => (because === undefined ? [] : [{ ...one, because }])),
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

function sparedBecause(
  backend: Backend,
  filter: StaleFilter,
  rule: StaleRule,
  attribution: Attribution | undefined,
): Spared | undefined {
  if (backend.isOwn) return 'ours'
  if (backend.isReplication) return 'replication'
  if (isProtected(backend.applicationName, rule)) return 'protected application'
  if (filter.origin !== undefined && !isOfOrigin(attribution, filter.origin)) {
    const isLiving = attribution?.kind === 'current rollout' || attribution?.kind === 'previous rollout'
    return isLiving ? 'living pod' : 'origin not proven'
  }
  if (backend.state === 'active' || backend.state === 'fastpath function call') return 'active'
  const kind = staleKind(backend.state)
  if (kind === undefined || !filter.states.includes(kind)) return 'other state'
  if (backend.stateAgeMs === null || backend.stateChange === null) return 'unknown age'
  if (backend.stateAgeMs < minAgeMs(kind, filter, rule)) return 'too young'
  // Last, so that the superusers' that are listed for a person to end are stale ones, and no others.
  return backend.isSuperuser ? 'superuser' : undefined
}

/** Whether a backend may be ended for where it comes from. Asked at the preview and again, of pods listed afresh, at the act. */
export function isOfOrigin(attribution: Attribution | undefined, origin: StaleOrigin): boolean {
  return attribution !== undefined && terminableAs(attribution) === origin
}

/** An aborted transaction is idle in transaction: it holds its locks until somebody ends it. */
export function staleKind(state: Backend['state']): StaleFilter['states'][number] | undefined {
  if (state === 'idle') return 'idle'
  return state === 'idle in transaction' || state === 'idle in transaction (aborted)'
    ? 'idle in transaction'
    : undefined
}

export function minAgeMs(kind: StaleFilter['states'][number], filter: StaleFilter, rule: StaleRule): number {
  if (filter.minAgeMs !== undefined) return filter.minAgeMs
  // Who has no pod left has nobody to come back to work: its origin is the proof, not its age.
  if (filter.origin !== undefined) return 0
  return kind === 'idle' ? rule.idleMs : rule.idleInTransactionMs
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

/** Whether a group's backends may be ended for where they come from, as far as the group tells: what `selectStale` spares is not. */
export function mayEndByOrigin(group: BackendGroup, rule: StaleRule): boolean {
  return (
    !group.isOwn &&
    !group.isSuperuser &&
    !isProtected(group.applicationName, rule) &&
    staleKind(group.state) !== undefined
  )
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
