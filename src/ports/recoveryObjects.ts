import type { Owner, PodPhase } from '../core/attribution/picture.js'

/*
 * What a recovery sees of the database's objects, each by a direct GET or LIST, never from an informer. Names, uids and
 * resourceVersions are the API server's; ages are milliseconds by its clock (the Date of the same answer, whole seconds).
 */

/** One namespaced object by its name: whatever bears it now. */
export type Named = { readonly namespace: string; readonly name: string }

/** One object, and none that bears its name later. */
export type Exactly = Named & { readonly uid: string }

/** One object as it was at one moment: any write since makes it another. */
export type AsOf = Exactly & { readonly resourceVersion: string }

/** `finalizers` keep an object that is Terminating: a person looks into them, the bot never strips one. */
type Ending = { readonly isTerminating: boolean; readonly finalizers: readonly string[] }

export type SeenDeployment = AsOf &
  Ending & {
    readonly generation: number
    /** Null before a controller has seen it: counts are of an older specification while it is below `generation`. */
    readonly observedGeneration: number | null
    /** Wanted; 0 where the API leaves it out of an answer. */
    readonly replicas: number
    readonly podCounts: { readonly all: number; readonly updated: number; readonly ready: number }
    /** `Recreate`, `RollingUpdate`, or what a later Kubernetes has. */
    readonly strategy: string
    readonly isPaused: boolean
    /** Persistent volume claims that its pods mount. */
    readonly claims: readonly string[]
    readonly graceSeconds: number
    readonly images: readonly {
      readonly container: string
      readonly image: string
      readonly pullPolicy: string | null
    }[]
    readonly managers: readonly Manager[]
    /** What brings it back: the live object as JSON text without what the server sets. May hold passwords: never shown. */
    readonly manifest: string
    /** SHA-256, hex, of its bytes. */
    readonly manifestSha256: string
    /** SHA-256, hex, of the specification but for `replicas`: it stays through a scale to 0 and back. */
    readonly specSha256: string
  }

/** Who else may change the object, and by what that is known. `label` and `field manager` alone prove no one active. */
export type Manager = {
  readonly kind: 'owner' | 'Argo CD' | 'Flux' | 'Helm' | 'label' | 'field manager'
  readonly evidence: string
}

export type SeenReplicaSet = Exactly &
  Ending & {
    readonly replicas: number
    /** Pods it counts now. */
    readonly pods: number
    readonly revision: number | null
  }

export type SeenPod = AsOf &
  Ending & {
    readonly owner: Owner | null
    /** Null: on no node, where nothing runs. */
    readonly node: string | null
    readonly phase: PodPhase
    readonly isReady: boolean
    /** Mounted from its namespace, generic ephemeral volumes included. */
    readonly claims: readonly string[]
    readonly ageMs: number | null
    readonly graceSeconds: number
    /** Of its containers: `CrashLoopBackOff`, `ImagePullBackOff`, `ContainerCreating`, … */
    readonly waitingFor: readonly string[]
    readonly restarts: number
  }

export type SeenClaim = AsOf &
  Ending & {
    /** Null while it is not bound. */
    readonly volume: string | null
    readonly phase: string
    readonly accessModes: readonly string[]
    readonly storageClass: string | null
  }

export type SeenVolume = Ending & {
  readonly name: string
  readonly uid: string
  readonly phase: string
  /** `Retain` keeps the disk when the claim goes; `Delete` destroys it. */
  readonly reclaimPolicy: string
  readonly accessModes: readonly string[]
  readonly storageClass: string | null
  /** The claim it is bound to. */
  readonly claim: Exactly | null
  readonly csi: { readonly driver: string; readonly handle: string } | null
  /** From Linode's handle `<id>-<label>`; null for another driver, or a handle that does not read so. */
  readonly linode: { readonly id: number; readonly label: string } | null
}

export type SeenNode = {
  readonly name: string
  readonly uid: string
  /** Another one is another boot: whatever ran before is dead. */
  readonly bootId: string | null
  /** `Unknown`: its kubelet went silent. Null: no such condition yet. */
  readonly ready: 'True' | 'False' | 'Unknown' | null
  readonly isSchedulable: boolean
  readonly taints: readonly string[]
  readonly providerId: string | null
  /** From `linode://<id>`. */
  readonly linodeId: number | null
  /** `kubernetes.io/csi/<driver>^<handle>`. Null: the node never reported a status, so nothing is proven by it. */
  readonly volumesInUse: readonly string[] | null
}

/** The node's own Lease in kube-node-lease, renewed by its kubelet every 10 s, by the kubelet's clock: an age below 0 is a clock ahead. */
export type SeenHeartbeat = { readonly renewedAt: number; readonly ageMs: number }

export type SeenAttachment = Ending & {
  readonly name: string
  readonly uid: string
  readonly volume: string
  readonly node: string
  readonly attacher: string
  readonly isAttached: boolean
  /** What the attacher said last: others' words. */
  readonly error: string | null
}

/** A Warning event of a pod. `message` is others' words. */
export type SeenWarning = {
  readonly pod: string
  readonly podUid: string
  readonly reason: string
  readonly message: string
  readonly count: number
  readonly ageMs: number | null
}

export type SeenAutoscaler = {
  readonly name: string
  readonly target: { readonly kind: string; readonly name: string }
}

export type SeenLease = AsOf & {
  /** Empty: nobody holds it. */
  readonly holder: string
  readonly durationMs: number
  readonly acquiredAt: number | null
  readonly renewedAt: number | null
  /** Rises with each change of holder: the fencing number. */
  readonly transitions: number
  readonly annotations: Readonly<Record<string, string>>
  /** As it was read: a replacement is made of it, so that what others wrote there stays. */
  readonly whole: Readonly<Record<string, unknown>>
}

export type SeenSecret = AsOf & { readonly data: Readonly<Record<string, string>> }
