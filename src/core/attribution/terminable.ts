import type { Attribution } from './attribution.js'

/** The two classes that may be offered for termination by their origin, before anything is asked about state and age. */
export type TerminableAs = 'orphans' | 'previous rollout'

/**
 * As what a backend may be ended for its origin alone; null: not at all. An orphan has no pod left to serve. Of a previous
 * rollout only what a terminating pod holds, after the next rollout is complete: in one that stalled, the old pods are the
 * service. A node's, a pooler's, a known host's or an unknown address is never offered.
 *
 * The answer must come from pods listed afresh; state, age and protection are judged afterwards (core/terminate/select.ts).
 */
export function terminableAs(attribution: Attribution): TerminableAs | null {
  switch (attribution.kind) {
    case 'orphan':
      return 'orphans'
    case 'previous rollout':
      return attribution.isTerminating && attribution.isRolloutComplete ? 'previous rollout' : null
    case 'current rollout':
    case 'node address':
    case 'pooler':
    case 'known host':
    case 'unknown':
      return null
  }
}
