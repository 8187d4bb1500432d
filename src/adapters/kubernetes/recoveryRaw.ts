/**
 * The fields a recovery reads, as they stand in the JSON. Every one may be missing: Go leaves out what is zero or empty.
 * Source: Kubernetes API reference, v1.20 to v1.36.
 */
export type RawMeta = {
  readonly name?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string | null
  readonly deletionTimestamp?: string | null
  readonly finalizers?: readonly string[] | null
  readonly labels?: Readonly<Record<string, string>> | null
  readonly annotations?: Readonly<Record<string, string>> | null
  readonly managedFields?: readonly { readonly manager?: string }[] | null
  readonly ownerReferences?: readonly RawOwner[] | null
}

export type RawOwner = {
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
  readonly controller?: boolean
}

export type Raw<Spec = unknown, Status = unknown> = {
  readonly metadata?: RawMeta
  readonly spec?: Spec
  readonly status?: Status
}

export type RawPodSpec = {
  readonly nodeName?: string
  readonly terminationGracePeriodSeconds?: number | null
  readonly volumes?:
    | readonly {
        readonly name?: string
        readonly persistentVolumeClaim?: { readonly claimName?: string } | null
        readonly ephemeral?: object | null
      }[]
    | null
  readonly containers?: readonly RawContainer[] | null
  readonly initContainers?: readonly RawContainer[] | null
}

type RawContainer = { readonly name?: string; readonly image?: string; readonly imagePullPolicy?: string }

type RawContainerStatus = {
  readonly restartCount?: number
  readonly state?: { readonly waiting?: { readonly reason?: string } | null } | null
}

export type RawPod = Raw<
  RawPodSpec,
  {
    readonly phase?: string
    readonly conditions?: readonly RawCondition[] | null
    readonly containerStatuses?: readonly RawContainerStatus[] | null
    readonly initContainerStatuses?: readonly RawContainerStatus[] | null
  }
>

export type RawCondition = { readonly type?: string; readonly status?: string }

export type RawDeployment = Raw<
  {
    readonly replicas?: number | null
    readonly paused?: boolean
    readonly strategy?: { readonly type?: string }
    readonly template?: { readonly spec?: RawPodSpec }
  },
  {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
  }
>

export type RawReplicaSet = Raw<{ readonly replicas?: number | null }, { readonly replicas?: number }>

export type RawClaim = Raw<
  {
    readonly volumeName?: string
    readonly accessModes?: readonly string[] | null
    readonly storageClassName?: string | null
  },
  { readonly phase?: string }
>

export type RawVolume = Raw<
  {
    readonly persistentVolumeReclaimPolicy?: string
    readonly accessModes?: readonly string[] | null
    readonly storageClassName?: string
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string } | null
    readonly csi?: { readonly driver?: string; readonly volumeHandle?: string } | null
  },
  { readonly phase?: string }
>

export type RawNode = Raw<
  {
    readonly providerID?: string
    readonly unschedulable?: boolean
    readonly taints?: readonly { readonly key?: string; readonly effect?: string }[] | null
  },
  {
    readonly conditions?: readonly RawCondition[] | null
    readonly nodeInfo?: { readonly bootID?: string }
    readonly volumesInUse?: readonly string[] | null
  }
>

export type RawAttachment = Raw<
  {
    readonly attacher?: string
    readonly nodeName?: string
    readonly source?: { readonly persistentVolumeName?: string | null }
  },
  { readonly attached?: boolean; readonly attachError?: { readonly message?: string } | null }
>

/** Newer reporters write a series, older ones count and lastTimestamp. */
export type RawEvent = {
  readonly metadata?: RawMeta
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string }
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null } | null
}

export type RawAutoscaler = Raw<{ readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } }>

export type RawLease = Raw<{
  readonly holderIdentity?: string | null
  readonly leaseDurationSeconds?: number | null
  readonly acquireTime?: string | null
  readonly renewTime?: string | null
  readonly leaseTransitions?: number | null
}>

export type RawSecret = { readonly metadata?: RawMeta; readonly data?: Readonly<Record<string, string>> | null }

export type RawScale = Raw<{ readonly replicas?: number | null }>
