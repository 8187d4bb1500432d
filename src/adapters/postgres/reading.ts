import type { BackendGroup, BackendState, Denied, Reading } from '../../core/watch/look.js'
import { ageMsSql } from './age.js'
import { quoted } from './failure.js'
import { isOwnSql } from './own.js'
import type { Question } from './session.js'
import { grantMonitor, ME_SQL, standingSql } from './standing.js'
import type { Standing } from './standing.js'

export type ReadingParameters = {
  readonly idleMs: number
  readonly idleInTransactionMs: number
  readonly ownPids: readonly number[]
  readonly ownApplications: readonly string[]
  readonly canaryRole: string | null
}

/** One group of backends. Every row carries the same head, as JSON text: it is parsed once. Null when our role is gone. */
export type ReadingRow = {
  readonly head: string | null
  readonly application_name: string
  readonly role: string | null
  readonly database: string | null
  readonly client_addr: string | null
  readonly state: string | null
  readonly is_superuser: boolean
  readonly is_own: boolean
  readonly backends: number
  readonly stale: number
  readonly oldest_state_age_ms: number | null
  readonly longest_transaction_ms: number | null
}

export type ReadingHead = {
  readonly standing: Standing
  readonly maxConnections: number
  readonly superuserReserved: number
  readonly roleLimits: readonly (readonly [name: string, limit: number, used: number])[]
  readonly databaseLimits: readonly (readonly [name: string, limit: number, used: number])[]
}

/**
 * The whole look: a row for each group, at least our own. It reads shared memory and catalogs alone, in no transaction of its own (inside one the
 * statistics would stand still), and asks `pg_stat_get_activity` by oid before it looks up the few names: a quarter to
 * a third cheaper than the view; columns are cheaper than JSON, row by row. Ages are by the server's clock at the moment of the read. The same text on 13 to 18.
 */
const READING_SQL = `
WITH ${ME_SQL},
since AS MATERIALIZED (
  SELECT clock_timestamp() - $1::float8 * interval '1 millisecond' AS idle,
         clock_timestamp() - $2::float8 * interval '1 millisecond' AS idle_in_transaction),
backends AS MATERIALIZED (
  SELECT a.application_name, a.usesysid, a.datid, a.client_addr, a.state,
         count(*)::int AS backends,
         (count(*) FILTER (WHERE a.state_change <= (SELECT s.idle FROM since s)))::int AS older_than_idle,
         (count(*) FILTER (WHERE a.state_change <= (SELECT s.idle_in_transaction FROM since s)))::int AS older_than_transaction,
         min(a.state_change) AS oldest_state,
         min(a.xact_start) AS oldest_transaction
    FROM pg_stat_get_activity(NULL) a
   WHERE a.backend_type = 'client backend'
   GROUP BY 1, 2, 3, 4, 5)
SELECT (SELECT json_build_object(
    'standing', ${standingSql('$4')},
    'maxConnections', current_setting('max_connections')::int,
    'superuserReserved', current_setting('superuser_reserved_connections')::int,
    'roleLimits', (SELECT coalesce(json_agg(json_build_array(r.rolname, r.rolconnlimit,
            (SELECT coalesce(sum(b.backends), 0)::int FROM backends b WHERE b.usesysid = r.oid))), '[]')
     FROM pg_roles r
    WHERE r.rolconnlimit >= 0 AND r.rolcanlogin AND NOT r.rolsuper AND r.oid <> me.oid),
    'databaseLimits', (SELECT coalesce(json_agg(json_build_array(d.datname, d.datconnlimit,
            (SELECT coalesce(sum(b.backends), 0)::int FROM backends b WHERE b.datid = d.oid))), '[]')
     FROM pg_database d
    WHERE d.datconnlimit >= 0 AND d.datallowconn))::text FROM me) AS head,
  b.application_name, r.rolname AS role, d.datname AS database, host(b.client_addr) AS client_addr, b.state,
  coalesce(r.rolsuper, false) AS is_superuser, ${isOwnSql('b', '$3', '$4')} AS is_own, b.backends,
  CASE b.state WHEN 'idle' THEN b.older_than_idle
    WHEN 'idle in transaction' THEN b.older_than_transaction
    WHEN 'idle in transaction (aborted)' THEN b.older_than_transaction ELSE 0 END AS stale,
  ${ageMsSql('b', 'oldest_state')} AS oldest_state_age_ms,
  ${ageMsSql('b', 'oldest_transaction')} AS longest_transaction_ms
FROM backends b
LEFT JOIN pg_roles r ON r.oid = b.usesysid
LEFT JOIN pg_database d ON d.oid = b.datid`

export function readingQuestion(parameters: ReadingParameters): Question {
  return {
    name: 'lifeguard reading',
    text: READING_SQL,
    values: [parameters.idleMs, parameters.idleInTransactionMs, parameters.ownApplications, parameters.canaryRole],
  }
}

/** Undefined when our role is gone: its session lives on, and nothing it reads says who it is. */
export function headOf(rows: readonly ReadingRow[]): ReadingHead | undefined {
  const head = rows[0]?.head
  return typeof head === 'string' ? (JSON.parse(head) as ReadingHead) : undefined
}

/** Translates the rows. `denied` when other roles' backends are hidden: their states read as null and would count as nothing. */
export function readingOf(
  head: ReadingHead,
  rows: readonly ReadingRow[],
  at: number,
  tookMs: number,
): Reading | Denied {
  const { standing } = head
  if (!standing.seesAll) {
    return {
      kind: 'denied',
      at,
      detail: `Role ${quoted(standing.role)} may not see other roles' backends`,
      remedy: grantMonitor(standing.role),
    }
  }
  return {
    kind: 'reading',
    at,
    tookMs,
    versionNum: standing.versionNum,
    limits: {
      maxConnections: head.maxConnections,
      superuserReserved: head.superuserReserved,
      reserved: standing.reserved,
    },
    roleLimits: head.roleLimits.map(([name, limit, used]) => ({ name, limit, used })),
    databaseLimits: head.databaseLimits.map(([name, limit, used]) => ({ name, limit, used })),
    groups: rows.map(groupOf),
  }
}

function groupOf(row: ReadingRow): BackendGroup {
  return {
    applicationName: row.application_name,
    role: row.role,
    database: row.database,
    clientAddr: row.client_addr,
    state: stateOf(row.state),
    isSuperuser: row.is_superuser,
    isOwn: row.is_own,
    count: row.backends,
    staleCount: row.stale,
    oldestStateAgeMs: row.oldest_state_age_ms,
    longestTransactionMs: row.longest_transaction_ms,
  }
}

const STATES: readonly BackendState[] = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
  'starting',
]

/** A state this version of Lifeguard does not know, or none yet (a backend just born), is `unknown`: never stale, never nothing. */
export function stateOf(state: string | null): BackendState {
  return STATES.find((known) => known === state) ?? 'unknown'
}
