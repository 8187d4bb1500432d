/** How a server is set up: its settings, login roles and client backends, as one question found them. */
export type ServerFacts = {
  /** Epoch ms by the bot's clock. */
  readonly at: number
  /** `server_version_num`, for example 180004. */
  readonly versionNum: number
  readonly maxConnections: number
  readonly superuserReserved: number
  /** `reserved_connections`; null before PostgreSQL 16. */
  readonly reserved: number | null
  /** Settings that were changed and wait for the next restart. */
  readonly waitsForRestart: readonly string[]
  /** Settings given on the server's command line, which wins over ALTER SYSTEM. */
  readonly onCommandLine: readonly string[]
  /** Null where our own session overrides them. */
  readonly keepAlives: KeepAlives | null
  /** `client_connection_check_interval` in ms, 0 for off; null before PostgreSQL 14. */
  readonly connectionCheckMs: Setting
  readonly idleLimits: Readonly<Record<IdleLimit, Setting>>
  /** Every role that may log in, but Lifeguard's own and its canary's. */
  readonly roles: readonly LoginRole[]
  /** Client backends, ours left out; null when Lifeguard may not see them. */
  readonly backends: readonly RoleBackends[] | null
  /** What roles and databases set for their sessions (`pg_db_role_setting`); null when Lifeguard may not read it. */
  readonly roleSettings: readonly RoleSetting[] | null
  readonly own: { readonly role: string; readonly weaknesses: readonly Weakness[] }
}

/**
 * A value for every session, or null where this version of PostgreSQL has no such setting. `hidden`: our own role or
 * database sets another for our sessions, and what is below it cannot be seen from them.
 */
export type Setting = number | null | 'hidden'

export type IdleLimit = 'idle_session_timeout' | 'idle_in_transaction_session_timeout'

/** In force on our own connection, which has the operating system's values where the server sets none. */
export type KeepAlives = { readonly idleS: number; readonly intervalS: number; readonly count: number }

export type LoginRole = {
  readonly name: string
  readonly isSuperuser: boolean
  /** The one that initdb made: it can never be anything but a superuser. */
  readonly isBootstrap: boolean
  /** -1 for none. */
  readonly connectionLimit: number
}

/** Backends that agree in role, database and application name. */
export type RoleBackends = {
  readonly role: string
  readonly database: string | null
  readonly applicationName: string
  readonly count: number
}

/** One setting of a role, a database, both, or (with neither) everybody. A limit is in ms; null where it cannot be understood. */
export type RoleSetting = { readonly role: string | null; readonly database: string | null } & (
  | { readonly name: IdleLimit; readonly ms: number | null }
  | { readonly name: 'application_name'; readonly value: string }
)

/** What weakens Lifeguard itself: one sentence, and the statements that mend it. */
export type Weakness = {
  readonly about: 'grant' | 'reserve' | 'role' | 'setting'
  readonly says: string
  readonly sql: readonly string[]
}
