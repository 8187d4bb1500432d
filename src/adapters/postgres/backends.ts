import type { Backend } from '../../core/terminate/backend.js'
import { ageMsSql } from './age.js'
import { isOwnSql } from './own.js'
import { stateOf } from './reading.js'
import type { Question } from './session.js'
import { ME_SQL } from './standing.js'

export type BackendRow = {
  readonly pid: number
  readonly backend_start: string
  readonly state_change: string | null
  readonly application_name: string
  readonly role: string | null
  readonly database: string | null
  readonly client_addr: string | null
  readonly state: string | null
  readonly session_age_ms: number
  readonly state_age_ms: number | null
  readonly transaction_age_ms: number | null
  readonly wait_event_type: string | null
  readonly locks_held: number
  readonly blocked_by: readonly number[]
  readonly is_superuser: boolean
  readonly is_own: boolean
  readonly is_replication: boolean
  /** Our role may not see other roles' rows: without their kind this list would seem short. */
  readonly is_hidden: boolean
}

/**
 * Every client backend, one row each, without any query text. `pg_blocking_pids` locks the shared lock table, so it is
 * asked only for those that wait for a lock. The times leave as text: a JavaScript Date would lose their microseconds.
 */
const BACKENDS_SQL = `
WITH ${ME_SQL}
SELECT a.pid, a.backend_start::text AS backend_start, a.state_change::text AS state_change, a.application_name,
       r.rolname AS role, d.datname AS database, host(a.client_addr) AS client_addr, a.state,
       floor(date_part('epoch', clock_timestamp() - a.backend_start) * 1000) AS session_age_ms,
       ${ageMsSql('a.state', 'a.state_change')} AS state_age_ms, ${ageMsSql('a.state', 'a.xact_start')} AS transaction_age_ms,
       a.wait_event_type,
       coalesce(l.held, 0) AS locks_held,
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_blocking_pids(a.pid) ELSE '{}' END AS blocked_by,
       coalesce(r.rolsuper, false) AS is_superuser,
       (a.pid = ANY ($1::int[]) OR ${isOwnSql('a', '$2', '$3')}) AS is_own,
       EXISTS (SELECT FROM pg_stat_get_wal_senders() s WHERE s.pid = a.pid) AS is_replication,
       NOT pg_has_role('pg_read_all_stats', 'USAGE') AS is_hidden
  FROM pg_stat_get_activity(NULL) a
  LEFT JOIN pg_roles r ON r.oid = a.usesysid
  LEFT JOIN pg_database d ON d.oid = a.datid
  LEFT JOIN (SELECT k.pid, count(*)::int AS held FROM pg_locks k
              WHERE k.granted AND k.locktype <> 'virtualxid' GROUP BY k.pid) l ON l.pid = a.pid
 WHERE a.backend_type = 'client backend'
 ORDER BY a.backend_start, a.pid`

export type Ours = {
  readonly ownPids: readonly number[]
  readonly ownApplications: readonly string[]
  readonly canaryRole: string | null
}

export function backendsQuestion({ ownPids, ownApplications, canaryRole }: Ours): Question {
  return { name: 'lifeguard backends', text: BACKENDS_SQL, values: [ownPids, ownApplications, canaryRole] }
}

export function backendOf(row: BackendRow): Backend {
  return {
    pid: row.pid,
    backendStart: row.backend_start,
    stateChange: row.state_change,
    applicationName: row.application_name,
    role: row.role,
    database: row.database,
    clientAddr: row.client_addr,
    state: stateOf(row.state),
    sessionAgeMs: row.session_age_ms,
    stateAgeMs: row.state_age_ms,
    transactionAgeMs: row.transaction_age_ms,
    waitEventType: row.wait_event_type,
    locksHeld: row.locks_held,
    blockedBy: row.blocked_by,
    isSuperuser: row.is_superuser,
    isOwn: row.is_own,
    isReplication: row.is_replication,
  }
}
