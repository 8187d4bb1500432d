import type { BackendState } from '../watch/look.js'

/**
 * One client backend as a fresh list shows it. `backendStart` and `stateChange` are Postgres' own text to the
 * microsecond: pids are reused, and a JavaScript Date would drop the digits that tell two backends apart.
 */
export type Backend = {
  readonly pid: number
  readonly backendStart: string
  readonly stateChange: string | null
  /** Since `backendStart`, by the server's clock. */
  readonly sessionAgeMs: number
  readonly applicationName: string
  readonly role: string | null
  readonly database: string | null
  readonly clientAddr: string | null
  readonly state: BackendState
  readonly stateAgeMs: number | null
  readonly transactionAgeMs: number | null
  /** For example `Lock`, `Client`; null when it waits for nothing. */
  readonly waitEventType: string | null
  /** Granted locks on relations and transactions; its own virtual transaction is not counted. */
  readonly locksHeld: number
  /** Pids it waits for. */
  readonly blockedBy: readonly number[]
  readonly isSuperuser: boolean
  readonly isOwn: boolean
  /** Shown in `pg_stat_replication` or of a role with REPLICATION that speaks the replication protocol. */
  readonly isReplication: boolean
}

/** What the act binds to: the very backend, in the very state it was shown in. */
export type Victim = {
  readonly pid: number
  readonly backendStart: string
  readonly state: BackendState
  readonly stateChange: string
}
