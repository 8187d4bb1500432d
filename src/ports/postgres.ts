import type { ServerFacts } from '../core/doctor/facts.js'
import type { Backend, Victim } from '../core/terminate/backend.js'
import type { CanaryResult, ExhaustedLimit, Look } from '../core/watch/look.js'

/** One watched server. No method rejects for anything the server or the network did; each answers within 5 s. */
export type PostgresServer = {
  readonly name: string
  /** One look, over a held session; opens none by itself. */
  look(): Promise<Look>
  /** One plain login, closed at once. Never retries. */
  canary(): Promise<CanaryResult>
  /** Every client backend, without query text. `deadlineMs` bounds the wait (default: the query limit). */
  backends(deadlineMs?: number): Promise<Backends>
  /** Signals the victims that are still what they were shown as, in one statement. */
  terminate(victims: readonly Victim[], protectedApplications: readonly string[]): Promise<Signalled>
  /** How the server is set up: settings, roles and who holds backends. */
  setup(): Promise<Setup>
  sessions(): SessionsStatus
  close(): Promise<void>
}

export type Backends =
  | { readonly kind: 'backends'; readonly at: number; readonly backends: readonly Backend[] }
  | { readonly kind: 'failed'; readonly at: number; readonly detail: string }

export type Setup =
  | { readonly kind: 'setup'; readonly facts: ServerFacts }
  | { readonly kind: 'failed'; readonly at: number; readonly detail: string }

export type Signalled =
  /** The signal was sent to these; whether they are gone is learned by looking again. */
  | { readonly kind: 'signalled'; readonly pids: readonly number[] }
  /** 42501, after which some may have been signalled all the same: look again. */
  | { readonly kind: 'denied'; readonly detail: string; readonly remedy: string }
  /** No session, or no answer in time: the outcome is unknown until somebody looks. */
  | { readonly kind: 'unknown'; readonly detail: string }

export type SessionsStatus = {
  readonly monitor: SessionStatus
  readonly actor: SessionStatus
  readonly versionNum?: number
  readonly role?: string
  /** What weakens us, each as a sentence with its remedy: missing grants, a superuser role, no reserved slots. */
  readonly degraded: readonly string[]
}

export type SessionStatus = {
  readonly state: 'open' | 'hung' | 'dialing' | 'closed'
  /** Epoch ms of the last change of `state`. */
  readonly since: number
  readonly dials: number
  /** The limit that refused the last dial, when that was 53300. */
  readonly refusedBy?: ExhaustedLimit
  readonly lastError?: string
}
