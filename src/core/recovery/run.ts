import type { Plan } from './plan.js'
import type { Act, Permission, StepId } from './step.js'
import { changesWorld } from './step.js'

/** One person at one decision. Counted by `person`: alternate accounts are listed under the same one. */
export type Approver = {
  /** As in the configuration; undefined for an account listed under nobody, which counts for nothing. */
  readonly person: string | undefined
  readonly userId: string
  readonly name: string
  /** At a terminal there is no role to read: there the signature is what counts. */
  readonly via: 'discord' | 'terminal'
  /** An SSH signature over the hash was verified against the configuration's keys. */
  readonly isSigned: boolean
}

/** What happens to a run, as it will lie in the journal. Appended before the world is touched, never rewritten. */
export type RunEventBody =
  | { readonly type: 'run.proposed'; readonly plan: Plan; readonly hash: string; readonly by: Approver }
  | { readonly type: 'run.approved'; readonly hash: string; readonly by: Approver }
  /** Alone at 3 a.m.: the conditions were met when this was written; the countdown runs from here. */
  | { readonly type: 'run.alone'; readonly hash: string; readonly by: Approver }
  | { readonly type: 'run.voided'; readonly because: VoidReason }
  /** A permission asked for or seconded while the run is open; those of one `grant` count together. */
  | {
      readonly type: 'run.permitted'
      readonly grant: string
      readonly permission: Permission
      readonly by: Approver
    }
  | { readonly type: 'run.lease'; readonly holder: string; readonly fencing: number }
  /** Another executor goes on with it, alone within 15 minutes, by a person's word later. */
  | { readonly type: 'run.resumed'; readonly by: 'restart' | Approver }
  | { readonly type: 'run.intent'; readonly step: StepId; readonly act: Act }
  /** The server's answer, or none: only an observation decides whether the effect took place. */
  | { readonly type: 'run.effect' | 'run.unknown' | 'run.refused'; readonly step: StepId; readonly detail: string }
  | { readonly type: 'run.observed'; readonly note: Note }
  /** `generation`: the Deployment's, as seen when the step was. */
  | { readonly type: 'run.step done'; readonly step: StepId; readonly generation?: number }
  | { readonly type: 'run.done' }
  | { readonly type: 'run.halted'; readonly because: string }
  /** Before the first effect an end; after it, the wish to have Postgres back without further destruction. */
  | { readonly type: 'run.cancelled'; readonly by: Approver }
  /** A person answers for a halted run by name: it pages no more. */
  | { readonly type: 'run.taken over'; readonly by: Approver }

/** `up`: Postgres was seen verified, from here on until `not up`. */
export type Note = 'up' | 'not up'

export type VoidReason =
  | 'restart'
  | 'upgrade'
  | 'configuration changed'
  | 'clock jumped'
  | 'drift'
  | 'expired'
  | 'approver left'

export type RunEvent = { readonly seq: number; readonly at: number; readonly run: string; readonly body: RunEventBody }

export type Intent = {
  readonly seq: number
  readonly at: number
  readonly step: StepId
  readonly act: Act
  readonly outcome: 'none' | 'effect' | 'unknown' | 'refused'
}

export type Approval = { readonly by: Approver; readonly at: number; readonly seq: number }

/** One run as its events tell it. */
export type Run = {
  readonly id: string
  readonly plan: Plan
  readonly hash: string
  readonly requested: Approval
  /** Over this hash and not voided; a second one of the same account is not kept. The requester's own is not among them. */
  readonly approvals: readonly Approval[]
  readonly alone?: Approval
  readonly grants: readonly {
    readonly grant: string
    readonly permission: Permission
    readonly by: readonly Approver[]
  }[]
  readonly voided?: VoidReason
  readonly lease?: { readonly holder: string; readonly fencing: number; readonly seq: number }
  readonly intents: readonly Intent[]
  readonly doneSteps: readonly StepId[]
  /** The Deployment's generation when `stop` was seen done: what a detach by hand is held to. */
  readonly stoppedGeneration?: number
  readonly upSince?: number
  /** Cancelled after the first effect: nothing is stopped, deleted or detached any more; it is brought back. */
  readonly isAborting: boolean
  /** Seq of that cancellation; what was permitted before it is permitted no more. */
  readonly cancelledSeq: number
  /** Seq of the last resumption: intents before it are another executor's. */
  readonly resumedSeq: number
  readonly end?: { readonly kind: 'done' | 'halted' | 'cancelled'; readonly because: string; readonly at: number }
  readonly takenOver?: Approval
  readonly lastSeq: number
  /** Seq of the last intent or answer; what was read before it counts for nothing. */
  readonly lastActSeq: number
  /** When it last got anywhere: a step's limit counts from here. */
  readonly movedAt: number
}

/** Folds the events of one run, in order; undefined without a proposal at their head. Events of other runs are left out. */
export function foldRun(events: readonly RunEvent[]): Run | undefined {
  return events.reduce<Run | undefined>((run, event) => {
    if (event.body.type === 'run.proposed') return run ?? proposed(event, event.body)
    return run === undefined || event.run !== run.id ? run : { ...stepRun(run, event), lastSeq: event.seq }
  }, undefined)
}

/** Whether anything may already have been done to Postgres or its volume; an intent counts, whatever came of it. */
export function isTouched(run: Pick<Run, 'intents'>): boolean {
  return run.intents.some(({ act }) => changesWorld(act.verb))
}

/** Whether somebody has to be paged about it until Postgres is up: after the first effect a halt is never an end. */
export function needsPerson(run: Run): boolean {
  return run.end?.kind === 'halted' && isTouched(run) && run.takenOver === undefined
}

function proposed({ run, seq, at }: RunEvent, body: Extract<RunEventBody, { type: 'run.proposed' }>): Run {
  return {
    id: run,
    plan: body.plan,
    hash: body.hash,
    requested: { by: body.by, at, seq },
    approvals: [],
    grants: [],
    intents: [],
    doneSteps: [],
    isAborting: false,
    cancelledSeq: 0,
    resumedSeq: 0,
    lastSeq: seq,
    lastActSeq: 0,
    movedAt: at,
  }
}

function stepRun(run: Run, { seq, at, body }: RunEvent): Run {
  // What ended stays ended: late clicks and answers are in the journal, not in the run.
  if (run.end !== undefined) {
    return body.type === 'run.taken over' && run.takenOver === undefined
      ? { ...run, takenOver: { by: body.by, at, seq } }
      : run
  }
  switch (body.type) {
    case 'run.approved':
      return body.hash !== run.hash || run.approvals.some(({ by }) => by.userId === body.by.userId)
        ? run
        : { ...run, approvals: [...run.approvals, { by: body.by, at, seq }] }
    case 'run.alone':
      return body.hash !== run.hash || run.alone !== undefined ? run : { ...run, alone: { by: body.by, at, seq } }
    case 'run.voided':
      return withoutApprovals(run, body.because)
    case 'run.permitted':
      return { ...run, grants: withGrant(run.grants, body), movedAt: at }
    case 'run.lease':
      return { ...run, lease: { holder: body.holder, fencing: body.fencing, seq } }
    case 'run.resumed':
      return { ...withoutUp(withoutApprovals(run, 'restart')), resumedSeq: seq, movedAt: at }
    case 'run.intent':
      return {
        ...run,
        intents: [...run.intents, { seq, at, step: body.step, act: body.act, outcome: 'none' }],
        lastActSeq: seq,
        movedAt: at,
      }
    case 'run.effect':
    case 'run.unknown':
    case 'run.refused': {
      const outcome =
        body.type === 'run.effect' ? 'effect' : body.type === 'run.unknown' ? 'unknown' : ('refused' as const)
      return { ...run, intents: withOutcome(run.intents, outcome), lastActSeq: seq, movedAt: at }
    }
    case 'run.observed':
      if (body.note === 'up') return { ...run, upSince: run.upSince ?? at }
      return withoutUp(run)
    case 'run.step done':
      return {
        ...run,
        doneSteps: run.doneSteps.includes(body.step) ? run.doneSteps : [...run.doneSteps, body.step],
        ...(body.step === 'stop' && body.generation !== undefined ? { stoppedGeneration: body.generation } : {}),
        movedAt: at,
      }
    case 'run.done':
      return { ...run, end: { kind: 'done', because: 'verified', at } }
    case 'run.halted':
      return { ...run, end: { kind: 'halted', because: body.because, at } }
    case 'run.cancelled':
      return isTouched(run)
        ? { ...run, isAborting: true, cancelledSeq: seq, grants: [], movedAt: at }
        : { ...run, end: { kind: 'cancelled', because: `by ${body.by.name}`, at } }
    case 'run.taken over':
    case 'run.proposed':
      return run
  }
}

/** Before the first effect only: afterwards Postgres is down, and an approval that went away brings nothing back. */
function withoutApprovals(run: Run, because: VoidReason): Run {
  if (isTouched(run)) return run
  const { alone: _, ...rest } = run
  return { ...rest, approvals: [], voided: because }
}

function withoutUp(run: Run): Run {
  const { upSince: _, ...rest } = run
  return rest
}

function withGrant(
  grants: Run['grants'],
  { grant, permission, by }: Extract<RunEventBody, { type: 'run.permitted' }>,
): Run['grants'] {
  const known = grants.find((one) => one.grant === grant)
  if (known === undefined) return [...grants, { grant, permission, by: [by] }]
  if (known.permission !== permission || known.by.some(({ userId }) => userId === by.userId)) return grants
  return grants.map((one) => (one === known ? { ...one, by: [...one.by, by] } : one))
}

function withOutcome(intents: readonly Intent[], outcome: Intent['outcome']): readonly Intent[] {
  return intents.map((intent, index) => (index === intents.length - 1 ? { ...intent, outcome } : intent))
}
