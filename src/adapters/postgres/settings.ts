import type { IdleLimit, KeepAlives, RoleSetting, ServerFacts, Setting } from '../../core/doctor/facts.js'
import { isOwnSql } from './own.js'
import type { Ours } from './backends.js'
import type { Question } from './session.js'
import { ME_SQL, standingSql, weaknessesOf } from './standing.js'
import type { Standing } from './standing.js'

type SettingsParameters = Pick<Ours, 'ownApplications' | 'canaryRole'>

/** One row, as JSON text. Null when our role is gone. */
export type SettingsRow = { readonly facts: string | null }

const IDLE_LIMITS: readonly IdleLimit[] = ['idle_session_timeout', 'idle_in_transaction_session_timeout']
const ROLE_SETTINGS: readonly string[] = [...IDLE_LIMITS, 'application_name']
const SERVER_SETTINGS: readonly string[] = [
  ...IDLE_LIMITS,
  'max_connections',
  'superuser_reserved_connections',
  'reserved_connections',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'tcp_keepalives_count',
  'client_connection_check_interval',
]

/** `reset` is what a session starts with, before it sets anything by itself; in the setting's own unit. */
type SettingRow = {
  readonly name: string
  readonly now: string
  readonly reset: string | null
  readonly source: string
  readonly waits: boolean
}

type ConfigRow = { readonly role: string | null; readonly database: string | null; readonly entry: string }

type Raw = {
  readonly standing: Standing
  readonly database: string
  readonly settings: readonly SettingRow[]
  readonly roles: readonly (readonly [name: string, isSuperuser: boolean, isBootstrap: boolean, limit: number])[]
  readonly backends: readonly (readonly [
    role: string,
    database: string | null,
    applicationName: string,
    count: number,
  ])[]
  readonly config: readonly ConfigRow[] | null
}

/**
 * How the server is set up, in catalogs and shared memory alone, in one row. The same text on 13 to 18: a setting that a
 * version lacks has no row. 10 is the oid of the role that initdb made. Without `withRoleSettings`, the catalog of
 * settings by role is not touched: a statement that names it fails as a whole when it may not be read.
 */
function settingsSql(withRoleSettings: boolean): string {
  const config = `(SELECT coalesce(json_agg(json_build_object('role', r.rolname, 'database', d.datname, 'entry', e.entry)), '[]')
     FROM pg_db_role_setting c
    CROSS JOIN unnest(c.setconfig) AS e (entry)
     LEFT JOIN pg_roles r ON r.oid = c.setrole
     LEFT JOIN pg_database d ON d.oid = c.setdatabase
    WHERE split_part(e.entry, '=', 1) = ANY ($4::text[])
      AND (c.setrole = 0 OR r.oid IS NOT NULL) AND (c.setdatabase = 0 OR d.oid IS NOT NULL))`
  return `
WITH ${ME_SQL},
backends AS MATERIALIZED (
  SELECT a.usesysid, a.datid, a.application_name, count(*)::int AS backends
    FROM pg_stat_get_activity(NULL) a
   WHERE a.backend_type = 'client backend' GROUP BY 1, 2, 3)
SELECT (SELECT json_build_object(
  'standing', ${standingSql('$2')},
  'database', current_database(),
  'settings', (SELECT coalesce(json_agg(json_build_object('name', s.name, 'now', s.setting, 'reset', s.reset_val,
                        'source', s.source, 'waits', s.pending_restart)), '[]')
                 FROM pg_settings s WHERE s.name = ANY ($3::text[])),
  'roles', (SELECT coalesce(json_agg(json_build_array(r.rolname, r.rolsuper, r.oid = 10, r.rolconnlimit)), '[]')
              FROM pg_roles r WHERE r.rolcanlogin AND r.oid <> me.oid AND r.rolname IS DISTINCT FROM $2::text),
  'backends', (SELECT coalesce(json_agg(json_build_array(r.rolname, d.datname, b.application_name, b.backends)), '[]')
                 FROM backends b
                 JOIN pg_roles r ON r.oid = b.usesysid
                 LEFT JOIN pg_database d ON d.oid = b.datid
                WHERE NOT ${isOwnSql('b', '$1', '$2')}),
  'config', ${withRoleSettings ? config : 'NULL'})::text FROM me) AS facts`
}

export function settingsQuestion(
  { ownApplications, canaryRole }: SettingsParameters,
  withRoleSettings: boolean,
): Question {
  return {
    name: withRoleSettings ? 'lifeguard settings' : 'lifeguard settings without those of roles',
    text: settingsSql(withRoleSettings),
    values: [ownApplications, canaryRole, SERVER_SETTINGS, ...(withRoleSettings ? [ROLE_SETTINGS] : [])],
  }
}

/** Translates the row; undefined when our role is gone. */
export function factsOf(rows: readonly SettingsRow[], at: number): ServerFacts | undefined {
  const text = rows[0]?.facts
  if (typeof text !== 'string') return undefined
  const raw = JSON.parse(text) as Raw
  const { standing } = raw
  const now = (name: string) => Number(raw.settings.find((one) => one.name === name)?.now)
  return {
    at,
    versionNum: standing.versionNum,
    maxConnections: now('max_connections'),
    superuserReserved: now('superuser_reserved_connections'),
    reserved: raw.settings.some((one) => one.name === 'reserved_connections') ? standing.reserved : null,
    // The server says `waits` also of what its command line will never let happen.
    waitsForRestart: raw.settings.filter((one) => one.waits && !isOnCommandLine(one)).map((one) => one.name),
    onCommandLine: raw.settings.filter(isOnCommandLine).map((one) => one.name),
    keepAlives: keepAlivesOf(raw),
    connectionCheckMs: globalOf('client_connection_check_interval', raw),
    idleLimits: {
      idle_session_timeout: globalOf('idle_session_timeout', raw),
      idle_in_transaction_session_timeout: globalOf('idle_in_transaction_session_timeout', raw),
    },
    roles: raw.roles.map(([name, isSuperuser, isBootstrap, connectionLimit]) => ({
      name,
      isSuperuser,
      isBootstrap,
      connectionLimit,
    })),
    // Without the right, other roles' rows have no kind and are missing from the count: that is not nobody.
    backends: standing.seesAll
      ? raw.backends.map(([role, database, applicationName, count]) => ({ role, database, applicationName, count }))
      : null,
    roleSettings: raw.config?.flatMap((one) => roleSettingOf(one)) ?? null,
    own: {
      role: standing.role,
      weaknesses: weaknessesOf(standing).map(({ about, says, sql }) => ({ about, says, sql })),
    },
  }
}

/** As in force on our own connection; null where our own role or database chose them. */
function keepAlivesOf(raw: Raw): KeepAlives | null {
  const chosen = (name: string) => raw.settings.find((one) => one.name === name && !isOwnChoice(one, raw))?.now
  const idleS = chosen('tcp_keepalives_idle')
  const intervalS = chosen('tcp_keepalives_interval')
  const count = chosen('tcp_keepalives_count')
  if (idleS === undefined || intervalS === undefined || count === undefined) return null
  return { idleS: Number(idleS), intervalS: Number(intervalS), count: Number(count) }
}

/** What every session starts with where neither role nor database sets another. All of these are in ms. */
function globalOf(name: string, raw: Raw): Setting {
  const row = raw.settings.find((one) => one.name === name)
  if (row === undefined) return null
  return isOwnChoice(row, raw) ? 'hidden' : Number(row.reset)
}

/**
 * Does our own role or database, or our client, set this one for our session, so that what everybody else gets cannot be
 * seen from it? What we set after the login (`session`) does not hide it: `reset` is from before.
 */
function isOwnChoice({ name, source }: SettingRow, { config, standing, database }: Raw): boolean {
  if (['client', 'user', 'database', 'database user'].includes(source)) return true
  if (source !== 'session') return false
  if (config === null) return true
  return config.some(
    (one) =>
      one.entry.startsWith(`${name}=`) &&
      (one.role === standing.role
        ? one.database === null || one.database === database
        : one.role === null && one.database === database),
  )
}

function isOnCommandLine({ source }: SettingRow): boolean {
  return source === 'command line'
}

function roleSettingOf({ role, database, entry }: ConfigRow): readonly RoleSetting[] {
  const name = entry.slice(0, entry.indexOf('='))
  const value = entry.slice(name.length + 1)
  if (name === 'application_name') return [{ role, database, name, value }]
  const limit = IDLE_LIMITS.find((one) => one === name)
  return limit === undefined ? [] : [{ role, database, name: limit, ms: millisecondsOf(value) }]
}

const UNITS_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * A time as people write it into a setting whose unit is ms; null for what this does not understand (hexadecimal and
 * octal). Source: PostgreSQL manual, "Setting Parameters", Numeric with Unit.
 */
function millisecondsOf(value: string): number | null {
  const found = /^\s*(0|[1-9]\d*|\d+\.\d*)\s*(us|ms|s|min|h|d)?\s*$/.exec(value)
  if (found === null) return null
  return Math.round(Number(found[1]) * (UNITS_MS[found[2] ?? 'ms'] ?? 1))
}
