import assert from 'node:assert/strict'
import type { Move, Moment } from '../../../src/core/recovery/move.js'
import { next } from '../../../src/core/recovery/next.js'
import type { Observation } from '../../../src/core/recovery/observation.js'
import type { Plan } from '../../../src/core/recovery/plan.js'
import { foldRun, type Approver, type Run, type RunEvent, type RunEventBody } from '../../../src/core/recovery/run.js'
import type { Act, StepId } from '../../../src/core/recovery/step.js'
import { known, plan as plainPlan, seen } from './world.js'

export function person(name: string, over: Partial<Approver> = {}): Approver {
  return { person: name, userId: `u-${name}`, name, via: 'discord', isSigned: false, ...over }
}

export const NAMES = ['ann', 'bob', 'cyd', 'dan'] as const

export const RULES: Moment['rules'] = {
  people: NAMES.map((name) => ({ person: name, userIds: [`u-${name}`, `u-${name}-alt`] })),
  isSigningRequired: false,
}

export const HOLDERS: Moment['holders'] = known(NAMES.flatMap((name) => [`u-${name}`, `u-${name}-alt`]))

/** Events in a row, a second apart from time 0. */
function log(bodies: readonly RunEventBody[]): readonly RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: index * 1000, run: 'r1', body }))
}

export function folded(events: readonly RunEvent[]): Run {
  const run = foldRun(events)
  assert.ok(run !== undefined)
  return run
}

/** A run that two more people approved and that holds its lease, with these events after. */
export function runOf(plan: Plan = plainPlan(), ...bodies: readonly RunEventBody[]): Run {
  return folded(
    log([
      { type: 'run.proposed', plan, hash: 'h', by: person('ann') },
      { type: 'run.approved', hash: 'h', by: person('bob') },
      { type: 'run.approved', hash: 'h', by: person('cyd') },
      { type: 'run.lease', holder: 'bot', fencing: 1 },
      ...bodies,
    ]),
  )
}

export function done(...steps: readonly StepId[]): readonly RunEventBody[] {
  return steps.map((step) => ({
    type: 'run.step done',
    step,
    ...(step === 'stop' ? { generation: 8 } : {}),
  }))
}

export function intent(step: StepId, act: Act): RunEventBody {
  return { type: 'run.intent', step, act }
}

const REQUEST = {
  namespace: 'default',
  name: 'postgres',
  uid: 'dep-1',
  resourceVersion: '500',
}

export const STOP: Act = { verb: 'scale to 0', ...REQUEST }

export const START: Act = { verb: 'scale to 1', ...REQUEST }

export const DELETE: Act = { verb: 'delete deployment', ...REQUEST }

/** Late enough that the cool-off is over, early enough that no limit is. */
const LATER_MS = 65_000

/** The move for a run and what is seen, with a read 20 s before that showed the same and an older Lease. */
export function moveFor(
  run: Run,
  now: Partial<Observation>,
  { nowMs = LATER_MS, earlier, ...over }: Partial<Omit<Moment, 'run' | 'now'>> = {},
): Move {
  const look = seen({ at: nowMs, ...now })
  const before: Observation = earlier ?? {
    ...look,
    at: nowMs - 20_000,
    nodes: look.nodes.known
      ? known(look.nodes.value.map((node) => ({ ...node, leaseRenewed: `before ${node.leaseRenewed}` })))
      : look.nodes,
  }
  return next({ run, earlier: before, now: look, rules: RULES, holders: HOLDERS, nowMs, ...over })
}
