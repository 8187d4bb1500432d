/** A part of the world: read, or not, and why not. What could not be read is never taken for absent, free or stopped. */
export type Seen<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly because: string }

/**
 * What is there now. Every part comes from a direct GET or LIST made for this observation, never from an informer: a cached
 * picture may be older than the pod it does not show.
 */
export type Observation = {
  /** Milliseconds by the executor's clock when the first of its reads began; the clock does not go back within one executor. */
  readonly at: number
  /** The run's last event when the first read began. A read begun before an effect says nothing about it. */
  readonly afterSeq: number
  readonly deployment: Seen<DeploymentSeen | 'absent'>
  /** Those in the namespace that the planned Deployment's uid owns; old, empty ones too. */
  readonly replicaSets: Seen<readonly { readonly uid: string; readonly replicas: number }[]>
  /** Every pod of the namespace that mounts the claim, whoever owns it. */
  readonly pods: Seen<readonly PodSeen[]>
  /** Every node of the cluster. */
  readonly nodes: Seen<readonly NodeSeen[]>
  /** The VolumeAttachments of the persistent volume. */
  readonly attachments: Seen<readonly AttachmentSeen[]>
  /** Linode's own word on the volume; unknown where the cluster is not Linode's. */
  readonly volume: Seen<VolumeSeen | 'absent'>
  /** One for every Linode of the plan that could be read. */
  readonly instances: Seen<readonly InstanceSeen[]>
  readonly postgres: Seen<PostgresSeen>
  /** Whether the saved manifest's copies were read back and are equal to the plan's digest. */
  readonly record: Seen<'saved' | 'absent' | 'another run'>
}

export type DeploymentSeen = {
  readonly uid: string
  readonly resourceVersion: string
  readonly generation: number
  readonly observedGeneration: number
  readonly specDigest: string
  readonly replicas: number
  /** It has a deletionTimestamp: it will vanish, and an apply on it vanishes with it. */
  readonly isDeleting: boolean
}

export type PodSeen = {
  readonly name: string
  readonly uid: string
  readonly nodeName: string | null
  /** Of the Deployment above its ReplicaSet; null when it has none or the chain could not be followed. */
  readonly deploymentUid: string | null
  readonly isTerminating: boolean
  readonly isReady: boolean
  readonly finalizers: readonly string[]
}

export type NodeSeen = {
  readonly name: string
  readonly uid: string
  readonly bootId: string
  readonly linodeId: number | null
  readonly isReady: boolean
  /** `renewTime` of its Lease, as text: compared for change only, so the node's clock need not be ours. Null: no Lease. */
  readonly leaseRenewed: string | null
  readonly volumesInUse: readonly string[]
}

export type AttachmentSeen = {
  readonly name: string
  readonly nodeName: string
  readonly isAttached: boolean
  readonly isDeleting: boolean
}

export type VolumeSeen = {
  readonly volumeId: number
  readonly label: string
  readonly region: string
  readonly status: string
  readonly linodeId: number | null
  /** Absent where the API does not say. */
  readonly ioReady?: boolean
}

/** `status` is Linode's word (`running`, `offline`, …) or `absent` for a 404. */
export type InstanceSeen = { readonly linodeId: number; readonly status: string }

/** `full`: 53300, which a postmaster that is up and not in recovery answers. `starting`: 57P03, replay included. */
export type PostgresSeen =
  | { readonly kind: 'login'; readonly isInRecovery: boolean }
  | { readonly kind: 'full' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'down'; readonly detail: string }

/** The value, or undefined where it is not known: for places that treat unknown as "not shown to be so". */
export function knownOf<T>(seen: Seen<T>): T | undefined {
  return seen.known ? seen.value : undefined
}
