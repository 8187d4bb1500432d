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
  const { versionNum, connectionLimit, reserved } = standing
  const role = quoted(standing.role)
  const sentences: string[] = []
  if (!standing.seesAll) {
    sentences.push(`Other roles' backends cannot be seen: ${grantMonitor(standing.role)}`)
  }
  if (!standing.maySignal) {
    sentences.push(`Backends cannot be terminated: ${grantSignal(standing.role)}`)
  }
  if (standing.isSuperuser) {
    sentences.push(
      `Role ${role} is a superuser, which Lifeguard does not need: ALTER ROLE ${role} NOSUPERUSER; after the grants of the setup page.`,
    )
  } else if (versionNum < 160000) {
    sentences.push(
      `PostgreSQL ${Math.trunc(versionNum / 10000)} reserves slots for superusers only: restarted while the server is full, Lifeguard cannot get in until a slot is free.`,
    )
  } else if (standing.mayUseReserved !== true || reserved === 0) {
    const grant = standing.mayUseReserved === true ? '' : `GRANT pg_use_reserved_connections TO ${role};`
    const reserve =
      reserved === 0 ? 'ALTER SYSTEM SET reserved_connections = 2; -- takes effect at the next restart' : ''
    sentences.push(
      `No slot is kept for Lifeguard, which could not come back while the server is full: ${[grant, reserve].filter((line) => line !== '').join(' ')}`,
    )
  } else if (reserved < 2) {
    sentences.push(
      `reserved_connections is ${reserved}, too few for both sessions: ALTER SYSTEM SET reserved_connections = 2; -- takes effect at the next restart`,
    )
  }
  if (connectionLimit >= 0 && connectionLimit < SESSIONS_NEEDED && !standing.isSuperuser) {
    sentences.push(
      `Role ${role} has CONNECTION LIMIT ${connectionLimit}; two sessions, a replacement and a canary need ${SESSIONS_NEEDED}: ALTER ROLE ${role} CONNECTION LIMIT ${SESSIONS_NEEDED};`,
    )
  }
  if (!standing.tracksActivities) {
    sentences.push(`track_activities is off, so states and ages are unknown: ALTER SYSTEM SET track_activities = on;`)
  }
  return sentences
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
