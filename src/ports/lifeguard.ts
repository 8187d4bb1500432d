import type { Action, DenialReason, Presser, Tier } from '../core/access/tier.js'
import type { Diagnosis } from '../core/doctor/diagnose.js'
import type { ServerFacts } from '../core/doctor/facts.js'
import type { Person, StaleFilter, StaleOrigin } from '../core/incident/event.js'
import type { Act, Incident } from '../core/incident/incident.js'
import type { Backend } from '../core/terminate/backend.js'
import type { Selection } from '../core/terminate/select.js'
import type { Live } from '../core/watch/live.js'
import type { Reading } from '../core/watch/look.js'
import type { SessionsStatus } from './postgres.js'

/** Everything Discord (and later the terminal) may ask. Each call authorises the presser by itself and never trusts the caller. */
export type Lifeguard = {
  servers(): readonly string[]
  /** Values to offer while somebody types, from the last reading: never a query per key. Empty for who may not view. */
  suggest(
    presser: Presser,
    server: string | undefined,
    field: 'application' | 'role' | 'server' | 'incident',
    typed: string,
  ): readonly string[]
  connections(presser: Presser, server: string | undefined): Promise<ConnectionsAnswer>
  status(presser: Presser): Promise<StatusAnswer>
  /** What is wrong with a server before any incident. */
  doctor(presser: Presser, server: string | undefined): Promise<DoctorAnswer>
  listIncidents(
    presser: Presser,
  ): Promise<{ readonly kind: 'incidents'; readonly incidents: readonly Incident[] } | Refused>
  showIncident(presser: Presser, incident: string): Promise<IncidentAnswer>
  acknowledge(presser: Presser, incident: string): Promise<AcknowledgeAnswer>
  resolve(presser: Presser, incident: string, note: string): Promise<ResolveAnswer>
  /** Nothing is done by a preview but to write it down. */
  preview(presser: Presser, target: PreviewTarget): Promise<PreviewAnswer>
  act(presser: Presser, preview: string): Promise<ActAnswer>
}

export type Refused = {
  readonly kind: 'refused'
  readonly action: Action
  readonly because: DenialReason
  readonly needs: Tier
  readonly has: readonly Tier[]
  /** Role ids of the tier it needs. */
  readonly roleIds: readonly string[]
  /** Under this reference the refusal stands in the journal and the log. */
  readonly ref: string
}

export type UnknownServer = {
  readonly kind: 'unknown server'
  readonly asked: string | undefined
  readonly servers: readonly string[]
}
/** The pods could not be listed now, so that nothing is proven of anybody's origin: nobody is an orphan. */
export type NoOrigins = {
  readonly kind: 'no origins'
  readonly server: string
  readonly detail: string
  readonly remedy?: string
}
export type UnknownIncident = { readonly kind: 'unknown incident'; readonly asked: string }

export type ConnectionsAnswer =
  | { readonly kind: 'connections'; readonly live: Live; readonly reading: Reading; readonly isFresh: boolean }
  | { readonly kind: 'no reading'; readonly live: Live }
  | UnknownServer
  | Refused

export type ServerStatus = {
  readonly live: Live
  readonly sessions: SessionsStatus
  readonly schedule: string
  readonly gaps: { readonly missed: number; readonly overlapped: number; readonly lastAt?: number }
  readonly incidents: readonly Incident[]
}

export type StatusAnswer =
  | {
      readonly kind: 'status'
      readonly version: string
      readonly startedAt: number
      readonly servers: readonly ServerStatus[]
      /** What is wrong with Lifeguard itself, as sentences with their remedy. */
      readonly degraded: readonly string[]
    }
  | Refused

export type Examined = { readonly facts: ServerFacts; readonly diagnosis: Diagnosis }

export type DoctorAnswer =
  | ({ readonly kind: 'examined'; readonly server: string } & Examined)
  /** Not now; what was found the last time, if Lifeguard has been able to look since it started. */
  | { readonly kind: 'unreadable'; readonly server: string; readonly detail: string; readonly last?: Examined }
  | UnknownServer
  | Refused

export type IncidentAnswer =
  | { readonly kind: 'incident'; readonly incident: Incident; readonly live: Live | undefined }
  | UnknownIncident
  | Refused

export type AcknowledgeAnswer =
  | { readonly kind: 'acknowledged'; readonly incident: Incident }
  | { readonly kind: 'already acknowledged'; readonly incident: Incident; readonly by: Person; readonly at: number }
  | { readonly kind: 'already resolved'; readonly incident: Incident }
  | { readonly kind: 'not recorded'; readonly detail: string }
  | UnknownIncident
  | Refused

export type ResolveAnswer =
  | { readonly kind: 'resolved'; readonly incident: Incident }
  /** Its numbers still breach: an incident ends when they do. */
  | { readonly kind: 'still firing'; readonly incident: Incident; readonly live: Live }
  | { readonly kind: 'already resolved'; readonly incident: Incident }
  | { readonly kind: 'not recorded'; readonly detail: string }
  | UnknownIncident
  | Refused

export type PreviewTarget =
  | { readonly kind: 'filter'; readonly server: string | undefined; readonly filter: StaleFilter }
  /** From a card: whose backends is decided from the latest reading; with an origin, only those of it. */
  | { readonly kind: 'incident'; readonly incident: string; readonly origin?: StaleOrigin }

export type PreviewAnswer =
  | {
      readonly kind: 'preview'
      readonly preview: string
      readonly server: string
      readonly filter: StaleFilter
      readonly selection: Selection
      readonly live: Live
      readonly validUntil: number
    }
  /** Nobody fits; says what was looked at and what was left alone. */
  | {
      readonly kind: 'nobody'
      readonly server: string
      readonly filter: StaleFilter
      readonly selection: Selection
      readonly live: Live
    }
  /** No application and no role given. */
  | { readonly kind: 'empty filter' }
  /** From a card: no role has a stale backend. */
  | { readonly kind: 'no suspect'; readonly server: string; readonly live: Live }
  | { readonly kind: 'already resolved'; readonly incident: Incident }
  | { readonly kind: 'unreadable'; readonly server: string; readonly detail: string }
  | NoOrigins
  | { readonly kind: 'not recorded'; readonly detail: string }
  | UnknownServer
  | UnknownIncident
  | Refused

export type ActAnswer =
  | {
      readonly kind: 'acted'
      readonly act: Act
      /** Resolves a while later with who came back. Never rejects. */
      readonly followUp: Promise<Act>
    }
  /** Everybody on the list is gone or has worked since: there was nothing to do. */
  | { readonly kind: 'nothing left'; readonly act: Act; readonly alreadyGone: number; readonly changed: number }
  | { readonly kind: 'already pressed'; readonly act: Act; readonly by: Person; readonly at: number }
  | { readonly kind: 'expired'; readonly previewedAt: number }
  | { readonly kind: 'unknown preview' }
  | { readonly kind: 'unreadable'; readonly server: string; readonly detail: string }
  | NoOrigins
  | { readonly kind: 'not recorded'; readonly detail: string }
  | UnknownServer
  | Refused

/** What the evidence file holds. No query text. */
export type Evidence = {
  readonly incident: string
  readonly server: string
  readonly takenAt: number
  readonly backends: readonly Backend[]
  readonly recent: Live['recent']
  /** Whose they were, as far as that was known. */
  readonly traced: Live['traced']
}
