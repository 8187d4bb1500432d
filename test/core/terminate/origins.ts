import type { Attribution, TracedPod } from '../../../src/core/attribution/attribution.js'
import { T0 } from '../fixture.js'
import { HOUR, NEW_SET, OLD_SET, SITE } from '../attribution/fixture.js'

const DEAD_POD: TracedPod = {
  name: 'site-6f9c8d7b5-q8zvw',
  workload: SITE,
  rollout: { name: OLD_SET.name, revision: 41, createdAt: OLD_SET.createdAt },
}
const LIVING_POD: TracedPod = {
  name: 'site-7d4b9c6f8-x2k4p',
  workload: SITE,
  rollout: { name: NEW_SET.name, revision: 42, createdAt: NEW_SET.createdAt },
}

/** Of the rollout that went three hours ago. */
export const ORPHAN: Extract<Attribution, { kind: 'orphan' }> = {
  kind: 'orphan',
  pod: DEAD_POD,
  goneSince: T0 - 3 * HOUR,
  confidence: 'high',
  because: { kind: 'seen on a pod that is gone' },
}
export const NEVER_SEEN_POD: Attribution = {
  kind: 'orphan',
  pod: null,
  goneSince: null,
  confidence: 'medium',
  because: { kind: 'pod range without pod' },
}
export const CURRENT: Extract<Attribution, { kind: 'current rollout' }> = {
  kind: 'current rollout',
  pod: LIVING_POD,
  isTerminating: false,
  confidence: 'high',
  because: { kind: 'address of pod' },
}
/** May be ended for its rollout: its pod is terminating, and the next rollout is complete. */
export const REPLACED: Extract<Attribution, { kind: 'previous rollout' }> = {
  kind: 'previous rollout',
  pod: DEAD_POD,
  isTerminating: true,
  isRolloutComplete: true,
  confidence: 'high',
  because: { kind: 'address of pod' },
}
export const NODE: Attribution = {
  kind: 'node address',
  node: 'lke-1',
  candidates: ['metricity-0'],
  confidence: 'none',
  because: { kind: 'node' },
}
export const POOLER: Attribution = {
  kind: 'pooler',
  name: 'pgbouncer',
  confidence: 'medium',
  because: { kind: 'range' },
}
export const HOST: Attribution = {
  kind: 'known host',
  name: 'bastion',
  confidence: 'medium',
  because: { kind: 'range' },
}
export const UNKNOWN: Attribution = { kind: 'unknown', confidence: 'none', because: { kind: 'list too old' } }

/** What no origin makes terminable, whatever else is true. */
export const NOT_PROVEN: readonly Attribution[] = [
  CURRENT,
  { ...CURRENT, isTerminating: true },
  { ...REPLACED, isTerminating: false },
  { ...REPLACED, isRolloutComplete: false },
  NODE,
  POOLER,
  HOST,
  UNKNOWN,
]

export const ANYTHING: readonly Attribution[] = [ORPHAN, NEVER_SEEN_POD, REPLACED, ...NOT_PROVEN]
