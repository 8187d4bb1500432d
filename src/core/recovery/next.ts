import { standingOf } from './approvals.js'
import { contradiction } from './contradiction.js'
import type { DeploymentSeen } from './observation.js'
import { knownOf } from './observation.js'
import type { Move, Moment } from './move.js'
import { intended, unreadable, wait } from './move.js'
import { attach, release, remove } from './moving.js'
import { isTouched, type Run } from './run.js'
import { close, start, verify } from './starting.js'
import { stepsOf, type StepId } from './step.js'
import { gate, goOnOnlyIfWell, podsGone, record, stop } from './stopping.js'

/**
 * The next move of a run: what the world shows decides, and the journal only says what was approved, what was sent and what was
 * seen before. So a restarted executor goes on from what is there (kubernetes-linode 5.4), and an answer that was lost is never
 * taken for a success or a failure.
 *
 * `moment.earlier` and `moment.now` are this executor's own reads. Nothing is done on a read that began before the run's last
 * act, on a part that could not be read, or against what was frozen. Never throws.
 */
export function next(moment: Moment): Move {
  const { run, now, rules, holders, nowMs } = moment
  if (run.end !== undefined) return { kind: 'ended' }
  if (now.afterSeq < run.lastActSeq) {
    return { kind: 'observe', afterMs: 0, because: 'the last look began before the last act' }
  }
  if (!isTouched(run)) {
    const standing = standingOf(run, rules, holders, nowMs)
    if (!standing.stands) return { kind: 'await approval', standing }
  }
  const against = contradiction(run, now)
  if (against !== undefined) return { kind: 'halt', because: against }

  const step = pathOf(run).find((id) => !isPast(run, id))
  if (step === undefined) return { kind: 'done' }
  const blind = unreadable(step, now)
  if (blind !== undefined) {
    // A minute of being up has no gap in it that nobody looked into.
    if (step === 'verify' && run.upSince !== undefined) return { kind: 'note', note: 'not up' }
    return wait(moment, step, blind)
  }

  const deployment = knownOf(now.deployment)
  if (step !== 'verify' && step !== 'close' && deployment !== undefined && isScaledUp(deployment)) {
    const met = meetScaledUp(moment, deployment, step)
    if (met !== undefined) return met
  }
  return MOVES[step](moment)
}

const MOVES: Readonly<Record<StepId, (moment: Moment) => Move>> = {
  record,
  stop,
  'pods gone': podsGone,
  gate,
  delete: remove,
  release,
  attach,
  start,
  verify,
  close,
}

/** Once cancelled after the first effect, the way is that of *bring back*. */
function pathOf(run: Run): readonly StepId[] {
  return run.isAborting ? stepsOf({ mode: 'bring back', volume: run.plan.facts.volume }) : run.plan.steps
}

/** A step is past when it was seen done, and so is all before a start that was seen done. */
function isPast(run: Run, step: StepId): boolean {
  return run.doneSteps.includes(step) || (run.doneSteps.includes('start') && step !== 'verify' && step !== 'close')
}

function isScaledUp(deployment: DeploymentSeen | 'absent'): deployment is DeploymentSeen {
  return deployment !== 'absent' && deployment.replicas > 0 && !deployment.isDeleting
}

/**
 * It is scaled up although the run is not there yet. Our own start may have landed, or a *bring back* has nothing left to start,
 * or somebody re-created it as it was: then it is verified. Before our stop it is as planned. Else somebody undid the stop.
 */
function meetScaledUp(moment: Moment, deployment: DeploymentSeen, step: StepId): Move | undefined {
  const { run } = moment
  const { facts } = run.plan
  if (step === 'record') return undefined
  const isRecreated = facts.deployment === 'absent' || deployment.uid !== facts.deployment.uid
  const isStarted = intended(run, 'scale to 1') !== undefined || intended(run, 'apply manifest') !== undefined
  if (isStarted || isRecreated || run.isAborting || facts.mode === 'bring back') {
    return { kind: 'step done', step: 'start' }
  }
  return step === 'stop' ? undefined : goOnOnlyIfWell(moment, 'somebody scaled it up again')
}
