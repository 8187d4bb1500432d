/** What one look at a server can find. Only `reading` carries numbers; the others say why there are none. */
export type Look = Reading | Refused | NoData

/** The kinds of look that carry no numbers and are not a sign of exhaustion either. */
export type NoData = Hung | Unreachable | Starting | Denied

/** A complete look. `at` is the bot's clock in epoch milliseconds; every age is by the server's clock. */
export type Reading = {
  readonly kind: 'reading'
  readonly at: number
  readonly tookMs: number
  /** `server_version_num`, for example 180004. */
  readonly versionNum: number
  readonly limits: Limits
  /** Roles with a CONNECTION LIMIT, superusers and our own role left out (the first are not bound by theirs). */
  readonly roleLimits: readonly ConnectionLimit[]
  /** Databases with a CONNECTION LIMIT. */
  readonly databaseLimits: readonly ConnectionLimit[]
  readonly groups: readonly BackendGroup[]
}

export type Limits = {
  readonly maxConnections: number
  readonly superuserReserved: number
  /** `reserved_connections`; 0 before PostgreSQL 16, which has no such setting. */
  readonly reserved: number
}

export type ConnectionLimit = { readonly name: string; readonly limit: number; readonly used: number }

/** States of `pg_stat_activity.state`; `starting` (a login in authentication) is shown from 18 on. */
export type BackendState =
  | 'active'
  | 'idle'
  | 'idle in transaction'
  | 'idle in transaction (aborted)'
  | 'fastpath function call'
  | 'disabled'
  | 'starting'
  | 'unknown'

/** Client backends that agree in all five keys. A null role is a login still in authentication; a null address is a Unix socket. */
export type BackendGroup = {
  readonly applicationName: string
  readonly role: string | null
  readonly database: string | null
  readonly clientAddr: string | null
  readonly state: BackendState
  /** The role is a superuser: its backends cannot be ended by Lifeguard. */
  readonly isSuperuser: boolean
  /** Lifeguard's own held sessions and canary logins. */
  readonly isOwn: boolean
  readonly count: number
  /** How many are stale by the server's stale rule (age and state only; protection is decided in core). */
  readonly staleCount: number
  /** The longest time any of them has been in this state; null where the server does not say. */
  readonly oldestStateAgeMs: number | null
  readonly longestTransactionMs: number | null
  /** Ages of its sessions in ms by the server's clock, one each; only where attribution asks for them. */
  readonly sessionAgesMs?: readonly number[]
}

/** A session is open, yet the question was not answered in time. The session is kept. */
export type Hung = { readonly kind: 'hung'; readonly at: number; readonly timeoutMs: number }

/** No session could be opened. `silent`: the peer accepted the connection and then said nothing. */
export type Unreachable = {
  readonly kind: 'unreachable'
  readonly at: number
  readonly why: 'silent' | 'refused' | 'reset' | 'no such host' | 'tls' | 'other'
  /** One line, without secrets: an error code or the driver's words. */
  readonly detail: string
}

/** SQLSTATE 57P03: starting up, shutting down or in recovery. */
export type Starting = { readonly kind: 'starting'; readonly at: number; readonly detail: string }

/** The login or the view was refused. `remedy` is one line to paste (a GRANT, or what to correct). */
export type Denied = { readonly kind: 'denied'; readonly at: number; readonly detail: string; readonly remedy: string }

/** Our own login met SQLSTATE 53300: the server is full and we hold no session. Firing, not "no data". */
export type Refused = {
  readonly kind: 'refused'
  readonly at: number
  readonly limit: ExhaustedLimit
  readonly versionNum?: number
}

/**
 * Which limit a 53300 names, by the `routine` field of the error (never by its text, which differs by version and locale).
 *
 * - `usable slots` (InitPostgres): the application slots are gone, a reserve is left
 * - `every slot` (InitProcess): the superuser reserve is gone too
 * - `role limit` (InitializeSessionUserId), `database limit` (CheckMyDatabase)
 * - `half-open logins` (ProcessStartupPacket, BackendInitialize): more children than the postmaster allows
 */
export type ExhaustedLimit =
  | 'usable slots'
  | 'every slot'
  | 'role limit'
  | 'database limit'
  | 'half-open logins'
  | 'unnamed limit'

/** What a plain login met. `off` when no plain login is possible or wanted; `failed` when it ended for another reason. */
export type CanaryResult =
  | { readonly kind: 'passed'; readonly at: number }
  | { readonly kind: 'refused'; readonly at: number; readonly limit: ExhaustedLimit; readonly role: string }
  | { readonly kind: 'failed'; readonly at: number; readonly detail: string }
  | { readonly kind: 'off'; readonly because: string }
