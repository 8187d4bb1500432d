/**
 * What a cluster looked like: one complete, cluster-wide LIST of each kind, and whatever a watch told since. All times are
 * epoch ms by the bot's clock (the measured skew of the API server's clock is taken out by whoever made the picture).
 */
export type Picture = {
  /** When the latest complete LIST of the pods was begun. Only what was true by a LIST proves that an address has no pod. */
  readonly listBegunAt: number
  readonly pods: readonly Pod[]
  readonly replicaSets: readonly ReplicaSet[]
  readonly deployments: readonly Deployment[]
  readonly nodes: readonly ClusterNode[]
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

export type Pod = {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly phase: PodPhase
  /** `status.podIPs`, else `status.podIP`; empty before the pod has a network. A host-network pod shows its node's. */
  readonly addresses: readonly string[]
  readonly isHostNetwork: boolean
  /** Null before it is scheduled. */
  readonly node: string | null
  readonly createdAt: number
  /** `deletionTimestamp` is set: terminating, for as long as the object is there. */
  readonly isTerminating: boolean
  /** The controlling owner; null for a bare pod. */
  readonly owner: Owner | null
}

export type Owner = { readonly kind: string; readonly name: string; readonly uid: string }

export type ReplicaSet = {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly createdAt: number
  /** `deployment.kubernetes.io/revision`; a rollback gives an old ReplicaSet a new one. */
  readonly revision: number | null
  readonly owner: Owner | null
}

export type Deployment = {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly revision: number | null
  /** Wanted replicas: 1 where the specification is silent. */
  readonly replicas: number
  /** Raw, as in the specification: a number or a share such as `25%`. */
  readonly strategy:
    | { readonly kind: 'Recreate' }
    | { readonly kind: 'RollingUpdate'; readonly maxSurge: number | string }
  readonly generation: number
  readonly observedGeneration: number
  readonly status: {
    readonly replicas: number
    readonly updatedReplicas: number
    readonly availableReplicas: number
  }
  /** `lastUpdateTime` of the condition Progressing: when the latest rollout last moved. Null without that condition. */
  readonly progressedAt: number | null
}

export type ClusterNode = { readonly name: string; readonly addresses: readonly string[] }

/** A Deployment, or the controller of pods that no Deployment owns (a StatefulSet, a DaemonSet, a Job). */
export type Workload = { readonly namespace: string; readonly kind: string; readonly name: string }

/** One ReplicaSet of a Deployment. */
export type Rollout = { readonly name: string; readonly revision: number | null; readonly createdAt: number }

/** Lifeguard itself saw this address on this pod. Kept on disk: after a restart it still names the dead. */
export type Sighting = {
  readonly address: string
  readonly podUid: string
  readonly podName: string
  readonly workload: Workload | null
  readonly rollout: Rollout | null
  readonly podCreatedAt: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}
