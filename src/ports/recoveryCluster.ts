import type { ClusterProblem } from './cluster.js'
import type {
  AsOf,
  Exactly,
  Named,
  SeenAttachment,
  SeenAutoscaler,
  SeenClaim,
  SeenDeployment,
  SeenHeartbeat,
  SeenLease,
  SeenNode,
  SeenPod,
  SeenReplicaSet,
  SeenSecret,
  SeenVolume,
  SeenWarning,
} from './recoveryObjects.js'

/** What a recovery reads and does in the cluster. No method rejects or throws for anything the API server or the network did. */
export type RecoveryCluster = RecoveryCalls & {
  /** The same, with each call's answer awaited for so long and no longer. */
  within(limitMs: number): RecoveryCalls
  /** Gives up every call that is open; a write that was sent is then unknown. */
  close(): void
}

export type RecoveryCalls = RecoveryReads & RecoveryActs

/** `absent` is the API server's own word that this object is not there; whatever else went wrong is `unread` and proves nothing. */
export type Found<T> = { readonly kind: 'found'; readonly value: T } | { readonly kind: 'absent' } | Unread

/** All there are, or nothing: half a list is `unread`. */
export type Listed<T> = { readonly kind: 'listed'; readonly items: readonly T[] } | Unread

export type Unread = { readonly kind: 'unread' } & ClusterProblem

export type RecoveryReads = {
  deployment(which: Named): Promise<Found<SeenDeployment>>
  /** Those whose controller is this Deployment. */
  replicaSets(deployment: Exactly): Promise<Listed<SeenReplicaSet>>
  /** Every pod of the namespace. */
  pods(namespace: string): Promise<Listed<SeenPod>>
  /** Every pod that mounts the claim, whoever owns it and whatever its labels and phase. */
  podsMounting(claim: Named): Promise<Listed<SeenPod>>
  claim(which: Named): Promise<Found<SeenClaim>>
  volume(name: string): Promise<Found<SeenVolume>>
  node(name: string): Promise<Found<SeenNode>>
  nodes(): Promise<Listed<SeenNode>>
  heartbeat(node: string): Promise<Found<SeenHeartbeat>>
  /** VolumeAttachments of a persistent volume. */
  attachments(volume: string): Promise<Listed<SeenAttachment>>
  /** Of the namespace's pods, newest first. */
  warnings(namespace: string): Promise<Listed<SeenWarning>>
  autoscalers(namespace: string): Promise<Listed<SeenAutoscaler>>
  lease(which: Named): Promise<Found<SeenLease>>
  secret(which: Named): Promise<Found<SeenSecret>>
  /** Rehearses `createDeployment`: the server admits and validates, and keeps nothing. The name may be taken. */
  tryManifest(which: Named, manifest: string): Promise<Effect<'accepted'>>
  /** Asks the API server, for each call the work will make, whether we may; changes nothing. In the order of the calls. */
  rights(work: PlannedWork): Promise<readonly RightAnswer[]>
}

/** `restart pods` and `scale` are rung 3's and mode A's; `re-create` is mode B's, and includes them. */
export type PlannedWork = {
  readonly kind: 'restart pods' | 'scale' | 're-create'
  readonly deployment: Named
  /** The database's; of `scale` and `re-create`. */
  readonly claim?: Named
  readonly lease: Named
  /** Of `re-create`. */
  readonly secret?: Named
}

/** `unknown`: could not be asked. The remedy is the rule that grants it. */
export type RightAnswer = {
  /** `patch deployments/scale "postgres" in db`. */
  readonly right: string
  readonly answer: 'allowed' | 'denied' | 'unknown'
  readonly detail?: string
  readonly remedy?: string
}

/**
 * What the API server made of a write. `done`: it said so, which is not yet the effect in the world. `refused`: it did
 * nothing. `unknown`: sent, and no answer that can be believed came: only reading tells, and it may still land after that
 * reading. The same act with the same uid and resourceVersion may be sent again: of the two at most one does anything.
 */
export type Effect<T> =
  | { readonly kind: 'done'; readonly value: T }
  | Refused
  | { readonly kind: 'unknown'; readonly detail: string }

export type Refused = {
  readonly kind: 'refused'
  readonly why: RefusedWhy
  /** One line, without what the server quoted: that may be a password. */
  readonly detail: string
  readonly remedy?: string
  /** Of `invalid`: which fields. */
  readonly causes?: readonly { readonly field: string; readonly reason: string }[]
  /** Of `busy`, when the server said it. */
  readonly retryAfterMs?: number
}

export type RefusedWhy =
  | 'conflict' // it is not the object, or no longer the version, that was meant
  | 'exists' // something bears the name already
  | 'absent' // nothing bears the name
  | 'denied'
  | 'unauthorised'
  | 'invalid'
  | 'busy'
  | 'not sent' // no connection was made, so nothing was asked

/** What a Deployment's scale is after the call. */
export type Scaled = Exactly & { readonly resourceVersion: string; readonly replicas: number }

/** `finalizers` still keep the object. Without any, a pod that is not forced goes when its node says so. */
export type Deleted = { readonly finalizers: readonly string[] }

/** Every act names uid or resourceVersion, or both, and the API server compares them with what is there in the same step. */
export type RecoveryActs = {
  /** By `/scale`: nothing else of the Deployment changes. */
  scale(deployment: AsOf, replicas: number): Promise<Effect<Scaled>>
  /** Its ReplicaSets and pods follow (propagation Background). */
  deleteDeployment(deployment: AsOf): Promise<Effect<Deleted>>
  /**
   * Creates what a `manifest` says, when a GET just before said 404. `exists` when anything bears the name, a Deployment
   * that is Terminating included: what is applied to that goes with it.
   */
  createDeployment(which: Named, manifest: string): Promise<Effect<AsOf>>
  /** Asks the pod to stop, in its own grace period. Its ReplicaSet makes another. */
  deletePod(pod: Exactly): Promise<Effect<Deleted>>
  /** Grace 0: removes the record at once and asks no node, so the process may live on. */
  forceDeletePod(pod: Exactly): Promise<Effect<Deleted>>
  createLease(which: Named, hold: LeaseHold): Promise<Effect<SeenLease>>
  /** Take, renew, release (holder empty) and annotate are all this: a replacement of exactly what was read. */
  replaceLease(before: SeenLease, hold: LeaseHold): Promise<Effect<SeenLease>>
  deleteLease(lease: AsOf): Promise<Effect<Deleted>>
  createSecret(which: Named, data: Readonly<Record<string, string>>): Promise<Effect<SeenSecret>>
  deleteSecret(secret: AsOf): Promise<Effect<Deleted>>
}

/** Annotations are set or changed, and removed where null; others stay. Times are epoch ms; a duration is whole seconds, 1 at least. */
export type LeaseHold = {
  readonly holder: string
  readonly durationMs: number
  readonly acquiredAt: number
  readonly renewedAt: number
  readonly transitions: number
  readonly annotations?: Readonly<Record<string, string | null>>
}
