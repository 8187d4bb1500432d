import type { StaleOrigin } from '../incident/event.js'
import type { Attribution } from './attribution.js'

/**
 * As what a backend may be ended for its origin alone; null: not at all. An orphan has no pod left to serve. Of a previous
 * rollout only what a terminating pod holds, after the next rollout is complete: in one that stalled, the old pods are the
 * service. A node's, a pooler's, a known host's or an unknown address is never offered, whatever pod the backend names: a pooler
 * that nobody declared keeps the name of its last client on a session that serves others.
 *
 * The answer must come from pods listed afresh; state, age and protection are judged afterwards (core/terminate/select.ts).
 */
export function terminableAs(attribution: Attribution): StaleOrigin | null {
  const { because } = attribution
  if (because.kind === 'named pod is gone, from elsewhere' || because.kind === 'named itself, from elsewhere')
    return null
  switch (attribution.kind) {
    case 'orphan':
      // Ages alone: a kubeconfig of another cluster with the same range, or a server whose clock was set, look just like it.
      return because.kind === 'older than the pod' && attribution.pod === null ? null : 'orphans'
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
