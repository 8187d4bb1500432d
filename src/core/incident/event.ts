import type { Backend, Victim } from '../terminate/backend.js'
import type { ExhaustedLimit } from '../watch/look.js'
import type { Severity } from '../watch/severity.js'

/** A body as it lies in the journal. Hash and previous hash are the adapter's business and checked by it at start. */
export type JournalEvent = { readonly seq: number; readonly at: number; readonly body: EventBody }

/** The shape's version; a reader keeps a case for every version ever written. */
export type EventBody = { readonly v: 1 } & (
  | IncidentOpened
  | IncidentChanged
  | IncidentAcknowledged
  | IncidentResolved
  | EvidenceTaken
  | EvidenceFailed
  | TerminatePreviewed
  | TerminateIntended
  | TerminateFinished
  | TerminateFollowedUp
  | AccessRefused
  | Told
  | NotTold
  | BotStarted
)

/** A person as Discord showed them at the click. */
export type Person = { readonly id: string; readonly name: string }

export type Subject = 'connections' | 'data'

/** The numbers a change was decided on; absent where there was no reading. */
export type Numbers = { readonly used: number; readonly usable: number; readonly max: number; readonly at: number }

/** One reason to fire, in data; messages/ has the words. */
export type Because =
  | {
      readonly kind: 'rule'
      readonly rule: string
      readonly value: number
      readonly limit: number
      readonly severity: Severity
    }
  | { readonly kind: 'usable slots gone'; readonly used: number; readonly usable: number }
  | {
      readonly kind: 'role at its limit' | 'database at its limit'
      readonly name: string
      readonly used: number
      readonly limit: number
    }
  | { readonly kind: 'canary refused'; readonly limit: ExhaustedLimit; readonly slotsFree: number }
  | {
      readonly kind: 'rollout will not fit'
      readonly workload: string
      readonly need: number
      readonly usable: number
    }
  | { readonly kind: 'locked out'; readonly limit: ExhaustedLimit }
  | {
      readonly kind: 'no data'
      readonly look: 'hung' | 'unreachable' | 'starting' | 'denied'
      readonly detail: string
      readonly remedy?: string
    }

export type IncidentOpened = {
  readonly type: 'incident.opened'
  /** Five letters and digits, unique in the journal; also the marker by which our messages are found again. */
  readonly incident: string
  readonly server: string
  readonly subject: Subject
  readonly severity: Severity
  /** Names of the firing rules. */
  readonly firing: readonly string[]
  readonly because: readonly Because[]
  readonly since: number
  readonly numbers?: Numbers
}

/** Severity, the firing rules or the reasons changed. A rise to `page` makes a page owed. */
export type IncidentChanged = {
  readonly type: 'incident.changed'
  readonly incident: string
  readonly severity: Severity
  readonly firing: readonly string[]
  readonly because: readonly Because[]
  readonly numbers?: Numbers
}

export type IncidentAcknowledged = {
  readonly type: 'incident.acknowledged'
  readonly incident: string
  readonly by: Person
}

export type IncidentResolved = {
  readonly type: 'incident.resolved'
  readonly incident: string
  /** `watch`: the numbers came back and stayed. */
  readonly by: 'watch' | Person
  readonly note?: string
  readonly numbers?: Numbers
  readonly peak?: Numbers
}

export type EvidenceTaken = {
  readonly type: 'evidence.taken'
  readonly incident: string
  readonly file: string
  readonly sha256: string
  readonly backends: number
  readonly readings: number
}

export type EvidenceFailed = { readonly type: 'evidence.failed'; readonly incident: string; readonly detail: string }

/** By where a backend comes from: of no pod that is there, or of a terminating pod of an earlier, replaced rollout. */
export type StaleOrigin = 'orphans' | 'previous rollout'

/**
 * Whose backends, in what state, how long at least. Neither application, role nor origin: selects nothing. (A field that was
 * added and may be absent, as `origin`, leaves the version as it is.)
 */
export type StaleFilter = {
  readonly applicationName?: string
  readonly role?: string
  readonly states: readonly ('idle' | 'idle in transaction')[]
  /** Absent: the server's stale rule; with an origin, any age. */
  readonly minAgeMs?: number
  readonly origin?: StaleOrigin
}

export type TerminatePreviewed = {
  readonly type: 'terminate.previewed'
  readonly preview: string
  readonly server: string
  readonly incident?: string
  readonly by: Person
  readonly filter: StaleFilter
  readonly victims: readonly PreviewedVictim[]
  /** SHA-256 over server and victims. */
  readonly hash: string
}

export type PreviewedVictim = Victim & Pick<Backend, 'applicationName' | 'role' | 'database' | 'clientAddr'>

export type TerminateIntended = {
  readonly type: 'terminate.intended'
  readonly preview: string
  readonly server: string
  readonly incident?: string
  readonly by: Person
  readonly hash: string
  readonly pids: readonly number[]
}

export type TerminateFinished = {
  readonly type: 'terminate.finished'
  readonly preview: string
  readonly server: string
  readonly incident?: string
  readonly by: Person
  readonly filter: StaleFilter
  readonly tookMs: number
  readonly outcome: TerminateOutcome
}

export type TerminateOutcome = {
  /** Ended by us. */
  readonly gone: number
  /** Signalled (or perhaps signalled) and still there when we stopped looking. */
  readonly stillAlive: readonly number[]
  /** Had ended by themselves before the act (a reused pid among them). */
  readonly alreadyGone: number
  /** Still there, but it has worked since the preview: left alone. */
  readonly changed: number
  /** The act's result could not be read; `stillAlive` then lists what may or may not be gone. */
  readonly unknown?: string
  readonly denied?: string
  readonly numbers?: Numbers
}

/** A while after a termination: who of the same application and role came back. Absent numbers could not be read. */
export type TerminateFollowedUp = {
  readonly type: 'terminate.followed up'
  readonly preview: string
  readonly afterMs: number
  readonly cameBack?: number
  readonly numbers?: Numbers
}

export type AccessRefused = {
  readonly type: 'access.refused'
  readonly by: Person
  readonly action: string
  readonly because: string
  readonly ref: string
}

/**
 * Discord confirmed a message. `key` names it among those of its incident: `card:1`, `page:1`, `evidence`,
 * `act:7QK2M` (by the preview), `thread`. Outcomes of terminations outside an incident bear their preview's id as `incident`.
 */
export type Told = {
  readonly type: 'told'
  readonly incident: string
  readonly key: string
  readonly channelId: string
  readonly messageId: string
  /** Hash of what was told; the message is owed again when it is wanted otherwise. */
  readonly hash: string
}

/** Something owed will not be told, and why: a page after an acknowledgement, a card whose channel is gone. */
export type NotTold = {
  readonly type: 'not told'
  readonly incident: string
  readonly key: string
  readonly because: string
}

export type BotStarted = { readonly type: 'bot.started'; readonly version: string }
