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

export type ReadingRow = {
  readonly standing: Standing
  readonly max_connections: number
  readonly superuser_reserved: number
  readonly role_limits: readonly (readonly [name: string, limit: number, used: number])[]
  readonly database_limits: readonly (readonly [name: string, limit: number, used: number])[]
  readonly groups: readonly GroupRow[]
}

type GroupRow = readonly [
  applicationName: string,
  role: string | null,
  database: string | null,
  clientAddr: string | null,
  state: string | null,
  isSuperuser: boolean,
  isOwn: boolean,
  count: number,
  staleCount: number,
  oldestStateAgeMs: number | null,
  longestTransactionMs: number | null,
]

/**
 * The whole look as one row. It reads shared memory and catalogs alone, in no transaction of its own (inside one the
 * statistics would stand still), and asks `pg_stat_get_activity` by oid before it looks up the few names: a quarter to
 * a third cheaper than the view. Ages are by the server's clock at the moment of the read. The same text on 13 to 18.
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
SELECT ${standingSql('$4')} AS standing,
  current_setting('max_connections')::int AS max_connections,
  current_setting('superuser_reserved_connections')::int AS superuser_reserved,
  (SELECT coalesce(json_agg(json_build_array(r.rolname, r.rolconnlimit,
            (SELECT coalesce(sum(b.backends), 0)::int FROM backends b WHERE b.usesysid = r.oid))), '[]')
     FROM pg_roles r
    WHERE r.rolconnlimit >= 0 AND r.rolcanlogin AND NOT r.rolsuper AND r.oid <> me.oid) AS role_limits,
  (SELECT coalesce(json_agg(json_build_array(d.datname, d.datconnlimit,
            (SELECT coalesce(sum(b.backends), 0)::int FROM backends b WHERE b.datid = d.oid))), '[]')
     FROM pg_database d
    WHERE d.datconnlimit >= 0 AND d.datallowconn) AS database_limits,
  (SELECT coalesce(json_agg(json_build_array(
            b.application_name, r.rolname, d.datname, host(b.client_addr), b.state,
            coalesce(r.rolsuper, false), ${isOwnSql('b', '$3', '$4')}, b.backends,
            CASE b.state WHEN 'idle' THEN b.older_than_idle
              WHEN 'idle in transaction' THEN b.older_than_transaction
              WHEN 'idle in transaction (aborted)' THEN b.older_than_transaction ELSE 0 END,
            ${ageMsSql('b', 'oldest_state')}, ${ageMsSql('b', 'oldest_transaction')})), '[]')
     FROM backends b
     LEFT JOIN pg_roles r ON r.oid = b.usesysid
     LEFT JOIN pg_database d ON d.oid = b.datid) AS groups
FROM me`

export function readingQuestion(parameters: ReadingParameters): Question {
  return {
    name: 'lifeguard reading',
    text: READING_SQL,
    values: [parameters.idleMs, parameters.idleInTransactionMs, parameters.ownApplications, parameters.canaryRole],
  }
}

/** Translates the row. `denied` when other roles' backends are hidden: their states read as null and would count as nothing. */
export function readingOf(row: ReadingRow, at: number, tookMs: number): Reading | Denied {
  const { standing } = row
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
      maxConnections: row.max_connections,
      superuserReserved: row.superuser_reserved,
      reserved: standing.reserved,
    },
    roleLimits: row.role_limits.map(([name, limit, used]) => ({ name, limit, used })),
    databaseLimits: row.database_limits.map(([name, limit, used]) => ({ name, limit, used })),
    groups: row.groups.map(groupOf),
  }
}

function groupOf(row: GroupRow): BackendGroup {
  return {
    applicationName: row[0],
    role: row[1],
    database: row[2],
    clientAddr: row[3],
    state: stateOf(row[4]),
    isSuperuser: row[5],
    isOwn: row[6],
    count: row[7],
    staleCount: row[8],
    oldestStateAgeMs: row[9],
    longestTransactionMs: row[10],
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
