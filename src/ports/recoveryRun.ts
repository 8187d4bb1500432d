import type { Observation } from '../core/recovery/observation.js'
import type { RunEvent, RunEventBody } from '../core/recovery/run.js'
import type { Act } from '../core/recovery/step.js'
import type { Clock } from './clock.js'

/** What one look shows; the engine knows when it began. */
export type Look = Omit<Observation, 'at' | 'afterSeq'>

/**
 * The world as one run sees and changes it. Neither method rejects: what could not be read is unknown within the look, and
 * an answer that did not come is `unknown`.
 */
export type Patient = {
  /** Direct reads begun after the call, never from an informer or a cache. */
  observe(): Promise<Look>
  /** Sends one request with its preconditions, once. `deadlineMs` bounds the wait for the answer, not the effect. */
  act(act: Act, deadlineMs: number): Promise<Answer>
}

/** What was said of a request. It is kept for people; whether the effect took place is for observation to find. */
export type Answer =
  | { readonly kind: 'accepted'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string }

/** A clock that also counts, as deadlines must not move when somebody sets the wall clock. */
export type RunClock = Clock & {
  /** Milliseconds since some moment: never set back, and counting on while the process is stopped. */
  elapsedMs(): number
}

/** An event on disk. `hash` names it and all before it. */
export type RunRecord = RunEvent & { readonly hash: string }

/** The part of the journal that runs write. Both methods may reject with DependencyError. */
export type RunJournal = {
  /** Every run's events, oldest first. */
  read(): Promise<readonly RunRecord[]>
  /** Resolves when the event is on disk. `at`: epoch ms. */
  append(run: string, body: RunEventBody, at: number): Promise<RunRecord>
}

/** Where a journal ends: what the cluster's record is compared with before a run is resumed. */
export type Head = { readonly seq: number; readonly hash: string }

/** The Lease of one database, in its namespace, with the record of the run that is open on it. */
export type RunLease = {
  /** Changes with every write; the precondition of the next. */
  readonly version: string
  /** Installation and process; empty when nobody holds it. */
  readonly holder: string
  readonly installation: string
  /** Rises with every change of holder. */
  readonly fencing: number
  /** Rises with every write of one holder: what tells a renewal that landed from one that did not. */
  readonly renewal: number
  readonly open?: OpenRun
}

/** The authority on which run is open. Written by compare-and-swap before every effect. */
export type OpenRun = {
  readonly run: string
  /** The run it took over, until its own manifest is saved in that one's place. */
  readonly adopts?: string
  readonly head: Head
  /** Epoch ms of the last record, by the writer's clock. */
  readonly recordedAt: number
  /** What is sent while the journal takes no records: the intent, kept in the cluster instead. */
  readonly unjournaled?: string
}

/** The Lease object behind compare-and-swap. Neither method rejects. */
export type LeaseStore = {
  read(): Promise<RunLease | 'unreadable'>
  /** `refused`: somebody wrote since `over`. `unknown`: no answer came; it may yet be written. */
  write(lease: Omit<RunLease, 'version'>, over: string): Promise<RunLease | 'refused' | 'unknown'>
}
