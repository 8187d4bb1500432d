import type { Rollout, Workload } from './picture.js'

/** What is asked about: one backend. `startedAt` is epoch ms by the bot's clock. */
export type Caller = {
  readonly applicationName: string
  readonly clientAddr: string | null
  readonly startedAt: number
}

/**
 * `exact`: the pod named itself in application_name · `high`: its address, by a complete list or by what Lifeguard saw ·
 * `medium`: a declared range alone · `none`: no claim is made.
 */
export type Confidence = 'exact' | 'high' | 'medium' | 'none'

export type TracedPod = {
  readonly name: string
  readonly workload: Workload | null
  readonly rollout: Rollout | null
}

/** Whose connection it is. Never a guess: what cannot be shown is `unknown`, with the reason. */
export type Attribution =
  /** A living pod of its Deployment's current ReplicaSet, or of a controller that has no rollouts (then `rollout` is null). */
  | {
      readonly kind: 'current rollout'
      readonly pod: TracedPod
      readonly isTerminating: boolean
      readonly confidence: Confidence
      readonly because: Because
    }
  | {
      readonly kind: 'previous rollout'
      readonly pod: TracedPod
      readonly isTerminating: boolean
      /** The Deployment has finished rolling out; while it has not, its old pods are the service. */
      readonly isRolloutComplete: boolean
      readonly confidence: Confidence
      readonly because: Because
    }
  /** Of no pod that is there. `pod` is known when Lifeguard saw it; `goneSince` is when it was last seen. */
  | {
      readonly kind: 'orphan'
      readonly pod: TracedPod | null
      readonly goneSince: number | null
      readonly confidence: Confidence
      readonly because: Because
    }
  /** A node's address stands for every host-network pod, and for all pods behind its NAT: the candidates are no answer. */
  | {
      readonly kind: 'node address'
      readonly node: string
      readonly candidates: readonly string[]
      readonly confidence: Confidence
      readonly because: Because
    }
  | { readonly kind: 'pooler'; readonly name: string; readonly confidence: Confidence; readonly because: Because }
  | { readonly kind: 'known host'; readonly name: string; readonly confidence: Confidence; readonly because: Because }
  | { readonly kind: 'unknown'; readonly confidence: 'none'; readonly because: Because }

/** The evidence, in data; messages/ has the words. */
export type Because =
  | { readonly kind: 'named itself' }
  | { readonly kind: 'address of pod' }
  /** The pod that named itself is gone by a LIST begun late enough. */
  | { readonly kind: 'named pod is gone' }
  /** Likewise, where the address does not show it: a node's, or one that nobody saw on a pod. A pooler may hold it. */
  | { readonly kind: 'named pod is gone, from elsewhere' }
  /** A terminating pod named itself, and has another address. */
  | { readonly kind: 'named itself, from elsewhere' }
  /** Lifeguard saw the address on a pod of that name; no pod has it now. */
  | { readonly kind: 'seen on a pod that is gone' }
  /** In a declared pod range, on no pod. */
  | { readonly kind: 'pod range without pod' }
  /** Older, by more than the margin, than the pod that has the address now. */
  | { readonly kind: 'older than the pod'; readonly podNow: string }
  | { readonly kind: 'node' | 'range' }
  | { readonly kind: 'unix socket' }
  /** Nobody has shown that this address ever belonged to a pod. */
  | { readonly kind: 'never seen' }
  /** The LIST is not yet young enough to prove anything about a backend this young. */
  | { readonly kind: 'list too old' }
  /** Older than the pod that has the address now, but within the margin of clocks and start-up. */
  | { readonly kind: 'ages too close'; readonly podNow: string }
  /** On no pod that shows its address; but this one, that may be the caller by its age, shows none of that family (yet). */
  | { readonly kind: 'pod without address'; readonly podNow: string }
  /** Two living pods show the same address. */
  | { readonly kind: 'ambiguous address'; readonly pods: readonly string[] }
  | { readonly kind: 'no picture' }
