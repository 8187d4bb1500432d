import type { ApprovalRules, Standing } from './approvals.js'
import { grantsOf } from './approvals.js'
import type { DeploymentSeen, Observation, Seen } from './observation.js'
import type { Intent, Note, Run } from './run.js'
import type { Act, Permission, StepId, Verb } from './step.js'
import { STEPS } from './step.js'

/** What the next move of a run is decided on. */
export type Moment = {
  readonly run: Run
  /** A read at least 15 s before `now` by the same executor; undefined after a start. */
  readonly earlier: Observation | undefined
  readonly now: Observation
  readonly rules: ApprovalRules
  /** User ids that hold the recover role at this moment. */
  readonly holders: Seen<readonly string[]>
  /** By the executor's clock, as `Observation.at`. */
  readonly nowMs: number
}

/** The one thing to do next. Only `act` touches anything, and only after its intent is on disk. */
export type Move =
  | { readonly kind: 'await approval'; readonly standing: Exclude<Standing, { stands: true }> }
  | { readonly kind: 'take lease' }
  /** Look again after `afterMs`; `until`: when it stops waiting and asks, absent where it only needs a fresh look. */
  | { readonly kind: 'observe'; readonly afterMs: number; readonly until?: number; readonly because: string }
  | { readonly kind: 'note'; readonly note: Note }
  /** Send within `freshMs` of `now.at`, or look again. `page`: a person must know that it is being tried again. */
  | {
      readonly kind: 'act'
      readonly step: StepId
      readonly act: Act
      readonly freshMs: number
      readonly page?: string
    }
  | { readonly kind: 'step done'; readonly step: StepId; readonly generation?: number }
  /** Page, and go on looking: the run stays open, and goes on by itself when the world does. */
  | {
      readonly kind: 'ask'
      readonly step: StepId
      readonly ask: Permission | 'person'
      readonly because: string
    }
  /** What is seen contradicts the plan. No further act of this run; *bring back* is the way on. */
  | { readonly kind: 'halt'; readonly because: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'ended' }

const LOOK_AGAIN_MS = 2_000

/** Older than this the world is looked at again before anything is sent. */
const FRESH_MS = 10_000

/** A detach has no precondition at Linode's: all it rests on is read within this time before it. Source: recovery-safety 8. */
export const DETACH_FRESH_MS = 1_000

export const MAX_ATTEMPTS = 3

/** After an answer that did not come the request may still be on its way: looked at for so long before it is sent again. */
const RETRY_AFTER_MS = 10_000

/** Waits until the step's limit, counted from the run's last movement, and asks from then on. */
export function wait(
  moment: Moment,
  step: StepId,
  because: string,
  {
    limitMs = STEPS[step].limitMs,
    ask = 'person',
    afterMs = LOOK_AGAIN_MS,
  }: { readonly limitMs?: number; readonly ask?: Permission | 'person'; readonly afterMs?: number } = {},
): Move {
  const until = moment.run.movedAt + limitMs
  return moment.nowMs < until ? { kind: 'observe', afterMs, until, because } : { kind: 'ask', step, ask, because }
}

/** Whether the step's limit is over. */
export function isOverdue({ run, nowMs }: Moment, limitMs: number): boolean {
  return nowMs >= run.movedAt + limitMs
}

/**
 * Sends, if what is seen is fresh, the lease is this executor's and no earlier try may still be on its way; tries `max` times.
 * A refused request (409: somebody was faster) may be sent again at once, as its preconditions come from the new look.
 */
export function send(
  moment: Moment,
  step: StepId,
  act: Act,
  { freshMs = FRESH_MS, max = MAX_ATTEMPTS }: { readonly freshMs?: number; readonly max?: number } = {},
): Move {
  const { run, now, nowMs } = moment
  if (run.lease === undefined || run.lease.seq < run.resumedSeq) return { kind: 'take lease' }
  if (nowMs - now.at > freshMs) return { kind: 'observe', afterMs: 0, because: 'the last look is too old to act on' }
  const tries = triesOf(run, act)
  const last = tries.at(-1)
  if (last !== undefined && last.outcome !== 'refused' && nowMs - last.at < RETRY_AFTER_MS) {
    return { kind: 'observe', afterMs: LOOK_AGAIN_MS, because: `${act.verb} was sent and may still take place` }
  }
  if (tries.length >= max) {
    return { kind: 'ask', step, ask: 'person', because: `${act.verb} was tried ${tries.length} times` }
  }
  return {
    kind: 'act',
    step,
    act,
    freshMs,
    ...(tries.length >= MAX_ATTEMPTS ? { page: `${act.verb} was tried ${tries.length} times` } : {}),
  }
}

/** Earlier intents of the same act on the same thing. */
function triesOf(run: Run, act: Act): readonly Intent[] {
  return run.intents.filter((intent) => intent.act.verb === act.verb && targetOf(intent.act) === targetOf(act))
}

/** What the act is done to, whatever resourceVersion it is sent with. */
export function targetOf(act: Act): string {
  switch (act.verb) {
    case 'save record':
    case 'clear record':
      return 'record'
    case 'scale to 0':
    case 'scale to 1':
    case 'delete deployment':
    case 'force delete pod':
      return act.uid
    case 'shut down instance':
      return `linode ${act.linodeId}`
    case 'detach volume':
    case 'attach volume':
      return `volume ${act.volumeId}`
    case 'apply manifest':
      return act.manifestDigest
  }
}

/** Sends what needs a permission: one request for each grant, never one more. Without a grant left it asks for one. */
export function sendPermitted(
  moment: Moment,
  step: StepId,
  permission: Permission,
  act: Act,
  because: string,
  freshMs: number = FRESH_MS,
): Move {
  const { run, rules, holders } = moment
  const spent = run.intents.filter((intent) => intent.act.verb === act.verb && intent.seq > run.cancelledSeq)
  // One grant to force covers every stuck pod: it names the claim's pods, and each is tried a few times at most.
  const isCovered = permission === 'force delete' || spent.length < grantsOf(run, permission, rules, holders)
  if (!isCovered || grantsOf(run, permission, rules, holders) === 0)
    return { kind: 'ask', step, ask: permission, because }
  return send(moment, step, act, { freshMs })
}

export function intended(run: Run, verb: Verb): Intent | undefined {
  return run.intents.findLast(({ act }) => act.verb === verb)
}

/** Whether the plan's Deployment is stopped as far as the cluster is asked: at 0 replicas, or not there. */
export function isStopped(deployment: DeploymentSeen | 'absent'): boolean {
  return deployment === 'absent' || deployment.replicas === 0
}

/** The names of the parts a step is decided on that could not be read, with why. */
export function unreadable(step: StepId, now: Observation): string | undefined {
  for (const part of STEPS[step].observes) {
    const seen: Seen<unknown> = now[part]
    if (!seen.known) return `${part} cannot be read: ${seen.because}`
  }
  return undefined
}
