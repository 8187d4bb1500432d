import type { Weakness } from '../../core/doctor/facts.js'
import { quoted } from './failure.js'
import type { Question } from './session.js'

/** What the server says about our own role: asked when a session opens, and again now and then. */
export type Standing = {
  readonly versionNum: number
  readonly role: string
  readonly isSuperuser: boolean
  /** The role's own CONNECTION LIMIT; -1 for none. */
  readonly connectionLimit: number
  /** pg_read_all_stats, usually by pg_monitor: without it other roles' states read as null. */
  readonly seesAll: boolean
  readonly maySignal: boolean
  /** Null before PostgreSQL 16. */
  readonly mayUseReserved: boolean | null
  readonly reserved: number
  readonly tracksActivities: boolean
  /** The canary's own role could get in where users cannot; null when there is no such role. */
  readonly canaryIsPrivileged: boolean | null
}

/** Our role as a CTE; every statement that needs it names it `me`. */
export const ME_SQL = `me AS MATERIALIZED (
  SELECT r.oid, r.rolname, r.rolsuper, r.rolconnlimit FROM pg_roles r WHERE r.rolname = session_user)`

/** A scalar for `Standing` as JSON; needs `me` in scope. Uses has-privileges-of (USAGE), as the server does itself. */
export function standingSql(canaryRoleName: string): string {
  return `json_build_object(
    'versionNum', current_setting('server_version_num')::int,
    'role', me.rolname,
    'isSuperuser', me.rolsuper,
    'connectionLimit', me.rolconnlimit,
    'seesAll', pg_has_role('pg_read_all_stats', 'USAGE'),
    'maySignal', pg_has_role('pg_signal_backend', 'USAGE'),
    'mayUseReserved', (SELECT pg_has_role(u.oid, 'USAGE') FROM pg_roles u WHERE u.rolname = 'pg_use_reserved_connections'),
    'reserved', coalesce(current_setting('reserved_connections', true), '0')::int,
    'tracksActivities', current_setting('track_activities')::bool,
    'canaryIsPrivileged', (
      SELECT c.rolsuper OR coalesce(
        (SELECT pg_has_role(c.oid, u.oid, 'USAGE') FROM pg_roles u WHERE u.rolname = 'pg_use_reserved_connections'), false)
      FROM pg_roles c WHERE c.rolname = ${canaryRoleName}::text))`
}

/** Two held sessions, one replacement while it is dialed, and one canary. */
const SESSIONS_NEEDED = 4

/** `standing` of the one row; no row when our role is gone. */
export function standingQuestion(canaryRoleName: string | null): Question {
  return {
    name: 'lifeguard standing',
    text: `WITH ${ME_SQL} SELECT ${standingSql('$1')} AS standing FROM me`,
    values: [canaryRoleName],
  }
}

/** What weakens us, each as a sentence with its remedy. */
export function degradedBy(standing: Standing): readonly string[] {
  return weaknessesOf(standing).map(({ says, sql, note }) =>
    sql.length === 0 ? `${says}.` : `${says}: ${sql.join(' ')}${note === undefined ? '' : ` ${note}`}`,
  )
}

/** `note`: what the statements need or when they take effect, to stand behind them. */
type OwnWeakness = Weakness & { readonly note?: string }

export function weaknessesOf(standing: Standing): readonly OwnWeakness[] {
  const { connectionLimit } = standing
  const role = quoted(standing.role)
  const found: OwnWeakness[] = []
  if (!standing.seesAll) {
    found.push({ about: 'grant', says: `Other roles' backends cannot be seen`, sql: [grantMonitor(standing.role)] })
  }
  if (!standing.maySignal) {
    found.push({ about: 'grant', says: 'Backends cannot be terminated', sql: [grantSignal(standing.role)] })
  }
  if (standing.isSuperuser) {
    found.push({
      about: 'role',
      says: `Role ${role} is a superuser, which Lifeguard does not need`,
      sql: [`ALTER ROLE ${role} NOSUPERUSER;`],
      note: 'after the grants of the setup page.',
    })
  } else {
    found.push(...reserveWeaknesses(standing))
  }
  if (connectionLimit >= 0 && connectionLimit < SESSIONS_NEEDED && !standing.isSuperuser) {
    found.push({
      about: 'role',
      says: `Role ${role} has CONNECTION LIMIT ${connectionLimit}; two sessions, a replacement and a canary need ${SESSIONS_NEEDED}`,
      sql: [`ALTER ROLE ${role} CONNECTION LIMIT ${SESSIONS_NEEDED};`],
    })
  }
  if (!standing.tracksActivities) {
    found.push({
      about: 'setting',
      says: 'track_activities is off, so states and ages are unknown',
      sql: ['ALTER SYSTEM SET track_activities = on;', 'SELECT pg_reload_conf();'],
    })
  }
  return found
}

function reserveWeaknesses({ versionNum, mayUseReserved, reserved, role }: Standing): readonly OwnWeakness[] {
  const reserve = 'ALTER SYSTEM SET reserved_connections = 2;'
  const note = '-- takes effect at the next restart'
  if (versionNum < 160000) {
    return [
      {
        about: 'reserve',
        says: `PostgreSQL ${Math.trunc(versionNum / 10000)} reserves slots for superusers only: restarted while the server is full, Lifeguard cannot get in until a slot is free`,
        sql: [],
      },
    ]
  }
  if (mayUseReserved !== true || reserved === 0) {
    const grant = mayUseReserved === true ? [] : [`GRANT pg_use_reserved_connections TO ${quoted(role)};`]
    return [
      {
        about: 'reserve',
        says: 'No slot is kept for Lifeguard, which could not come back while the server is full',
        sql: reserved === 0 ? [...grant, reserve] : grant,
        ...(reserved === 0 ? { note } : {}),
      },
    ]
  }
  if (reserved >= 2) return []
  return [
    {
      about: 'reserve',
      says: `reserved_connections is ${reserved}, too few for both sessions`,
      sql: [reserve],
      note,
    },
  ]
}

export function grantMonitor(role: string): string {
  return `GRANT pg_monitor TO ${quoted(role)};`
}

export function grantSignal(role: string): string {
  return `GRANT pg_signal_backend TO ${quoted(role)};`
}

/** Why a plain login of that role would not meet what users meet; undefined when it does. */
export function whyNotPlain(
  role: string,
  isSuperuser: boolean,
  mayUseReserved: boolean | null,
  reserved: number,
): string | undefined {
  if (isSuperuser) return `Role ${quoted(role)} is a superuser: its login gets in where users are refused.`
  if (mayUseReserved === true && reserved > 0) {
    return `Role ${quoted(role)} may use reserved slots: its login gets in where users are refused.`
  }
  return undefined
}
