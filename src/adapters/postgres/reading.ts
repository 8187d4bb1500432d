import type { BackendGroup, BackendState, ConnectionLimit, Denied, Reading } from '../../core/watch/look.js'
import { ageMsSql } from './age.js'
import { catalogSql } from './catalog.js'
import type { Catalog, CatalogRows } from './catalog.js'
import { quoted } from './failure.js'
import { CANARY, OWN_APPLICATIONS } from './own.js'
import type { Question } from './session.js'
import { grantMonitor } from './standing.js'

export type ReadingParameters = {
  readonly idleMs: number
  readonly idleInTransactionMs: number
  /** Only attribution needs to know when each backend began. */
  readonly withSessionAges: boolean
  /** Names and limits, see `Catalog`. */
  readonly withCatalog: boolean
}

/** The first row is the head alone; each of the others is one group of backends. */
export type ReadingRow = {
  /** `ReadingHead` as JSON. */
  readonly head: string | null
  readonly application_name: string
  /** Null while it is still logging in. */
  readonly usesysid: number | null
  readonly datid: number | null
  readonly client_addr: string | null
  readonly state: string | null
  readonly backends: number
  readonly stale: number
  readonly oldest_state_age_ms: number | null
  readonly longest_transaction_ms: number | null
  /** When each backend began, epoch ms by the server's clock, as `1,2`; absent unless asked for. */
  readonly began?: string
}

export type ReadingHead = {
  readonly maxConnections: number
  readonly superuserReserved: number
  readonly reserved: number
  readonly seesAll: boolean
  /** Our own role. */
  readonly role: string
  /** Epoch ms by the server's clock. */
  readonly now: number
} & (CatalogRows | { readonly roles: null; readonly databases: null })

/**
 * The whole look. It reads shared memory and catalogs alone, in no transaction of its own (inside one the statistics
 * would stand still). Each choice was measured: `pg_stat_get_activity` by oid is a quarter to a third cheaper than the
 * view, names by oid on our side cheaper than two joins, one head row cheaper than a head on every row, `date_part`
 * cheaper than `extract` (which is numeric). Ages are by the server's clock at the moment of the read. The same text
 * on 13 to 18.
 */
const readingSql = (ages: { readonly none: string; readonly all: string }): string => `
SELECT json_build_object(
    'maxConnections', current_setting('max_connections')::int,
    'superuserReserved', current_setting('superuser_reserved_connections')::int,
    'reserved', coalesce(current_setting('reserved_connections', true), '0')::int,
    'seesAll', pg_has_role('pg_read_all_stats', 'USAGE'),
    'role', session_user,
    'now', floor(date_part('epoch', clock_timestamp()) * 1000),
    ${catalogSql('$3::bool')})::text AS head,
  NULL::text AS application_name, NULL::oid AS usesysid, NULL::oid AS datid, NULL::text AS client_addr, NULL::text AS state,
  0 AS backends, 0 AS stale, NULL::float8 AS oldest_state_age_ms, NULL::float8 AS longest_transaction_ms${ages.none}
UNION ALL
SELECT NULL, a.application_name, a.usesysid, a.datid, host(a.client_addr), a.state, count(*)::int,
  (count(*) FILTER (WHERE a.state_change <= CASE a.state
    WHEN 'idle' THEN (SELECT clock_timestamp() - $1::float8 * interval '1 millisecond')
    WHEN 'idle in transaction' THEN (SELECT clock_timestamp() - $2::float8 * interval '1 millisecond')
    WHEN 'idle in transaction (aborted)' THEN (SELECT clock_timestamp() - $2::float8 * interval '1 millisecond') END))::int,
  ${ageMsSql('a.state', 'min(a.state_change)')},
  ${ageMsSql('a.state', 'min(a.xact_start)')}${ages.all}
FROM pg_stat_get_activity(NULL) a
WHERE a.backend_type = 'client backend'
GROUP BY a.application_name, a.usesysid, a.datid, a.client_addr, a.state`

const READING_SQL = readingSql({ none: '', all: '' })
const READING_WITH_AGES_SQL = readingSql({
  // The cheapest to make, to send and to read: no arithmetic per backend here, no array parser there.
  none: ', NULL::text AS began',
  all: `,
  string_agg((date_part('epoch', a.backend_start) * 1000)::int8::text, ',')`,
})

export function readingQuestion(parameters: ReadingParameters): Question {
  return {
    name: parameters.withSessionAges ? 'lifeguard reading with ages' : 'lifeguard reading',
    text: parameters.withSessionAges ? READING_WITH_AGES_SQL : READING_SQL,
    values: [parameters.idleMs, parameters.idleInTransactionMs, parameters.withCatalog],
  }
}

/** Undefined when our role is gone: its session lives on, and nothing it reads says who it is. */
export function headOf(rows: readonly ReadingRow[]): ReadingHead | undefined {
  const text = rows[0]?.head
  return typeof text === 'string' ? (JSON.parse(text) as ReadingHead) : undefined
}

/** Translates the rows. `denied` when other roles' backends are hidden: their states read as null and would count as nothing. */
export function readingOf(
  rows: readonly ReadingRow[],
  by: {
    readonly head: ReadingHead
    readonly catalog: Catalog
    readonly versionNum: number
    readonly canaryRole: string | null
    readonly at: number
    readonly tookMs: number
  },
): Reading | Denied {
  const { head, catalog, at } = by
  if (!head.seesAll) {
    return {
      kind: 'denied',
      at,
      detail: `Role ${quoted(head.role)} may not see other roles' backends`,
      remedy: grantMonitor(head.role),
    }
  }
  const { maxConnections, superuserReserved, reserved } = head
  const groups = rows.slice(1).map((row) => groupOf(row, catalog, head, by.canaryRole))
  // A superuser is not bound by its role's limit, and our own is reported as what weakens us.
  const bound = [...catalog.roles.values()].filter((role) => !role.isSuperuser && role.name !== head.role)
  return {
    kind: 'reading',
    at,
    tookMs: by.tookMs,
    versionNum: by.versionNum,
    limits: { maxConnections, superuserReserved, reserved },
    roleLimits: limitsOf(bound, groups, (group) => group.role),
    databaseLimits: limitsOf([...catalog.databases.values()], groups, (group) => group.database),
    groups,
  }
}

/** Those that have a limit, with what they hold of it. */
function limitsOf(
  all: readonly { readonly name: string; readonly limit: number }[],
  groups: readonly BackendGroup[],
  nameOf: (group: BackendGroup) => string | null,
): readonly ConnectionLimit[] {
  return all
    .filter(({ limit }) => limit >= 0)
    .map(({ name, limit }) => {
      const own = groups.filter((group) => nameOf(group) === name)
      return { name, limit, used: own.reduce((sum, group) => sum + group.count, 0) }
    })
}

function agesMs(began: string, nowMs: number): readonly number[] {
  return began.split(',').map((ms) => Math.max(0, nowMs - Number(ms)))
}

function groupOf(
  row: ReadingRow,
  catalog: Catalog,
  { now, role: ourRole }: ReadingHead,
  canaryRole: string | null,
): BackendGroup {
  const role = row.usesysid === null ? undefined : catalog.roles.get(row.usesysid)
  const database = row.datid === null ? undefined : catalog.databases.get(row.datid)
  return {
    applicationName: row.application_name,
    role: role?.name ?? null,
    database: database?.name ?? null,
    clientAddr: row.client_addr,
    state: stateOf(row.state),
    isSuperuser: role?.isSuperuser ?? false,
    isOwn: role !== undefined && isOwn(row.application_name, role.name, ourRole, canaryRole),
    count: row.backends,
    staleCount: row.stale,
    oldestStateAgeMs: row.oldest_state_age_ms,
    longestTransactionMs: row.longest_transaction_ms,
    ...(row.began === undefined ? {} : { sessionAgesMs: agesMs(row.began, now) }),
  }
}

/**
 * Of our own logins, by name and role. A name alone is not enough: any client may call itself what it likes, and what
 * counts as ours is left out of every list of victims.
 */
function isOwn(application: string, role: string, ourRole: string, canaryRole: string | null): boolean {
  return (role === ourRole && OWN_APPLICATIONS.includes(application)) || (role === canaryRole && application === CANARY)
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
