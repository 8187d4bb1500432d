/**
 * The few fields of the API's objects that Lifeguard reads, as they stand in the JSON. Every one may be missing: an
 * unscheduled pod has no node, a young one no status. Source: Kubernetes API reference, v1.20 to v1.36.
 */
export type RawObject = {
  readonly metadata?: {
    readonly uid?: string
    readonly namespace?: string
    readonly name?: string
    readonly resourceVersion?: string
    readonly creationTimestamp?: string | null
    readonly deletionTimestamp?: string | null
    readonly generation?: number
    readonly annotations?: Readonly<Record<string, string>> | null
    readonly ownerReferences?: readonly RawOwner[] | null
  }
}

export type RawOwner = {
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
  readonly controller?: boolean
}

export type RawPod = RawObject & {
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly podIPs?: readonly { readonly ip?: string }[] | null
  }
}

export type RawDeployment = RawObject & {
  readonly spec?: {
    readonly replicas?: number | null
    readonly strategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly maxSurge?: number | string | null } | null
    }
  }
  readonly status?: {
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
    readonly observedGeneration?: number
    readonly conditions?: readonly { readonly type?: string; readonly lastUpdateTime?: string | null }[] | null
  }
}

export type RawNode = RawObject & {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] | null }
  readonly status?: { readonly addresses?: readonly { readonly type?: string; readonly address?: string }[] | null }
}

/** One page of a LIST. */
export type RawList = {
  readonly items?: readonly RawObject[] | null
  readonly metadata?: {
    readonly resourceVersion?: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
}

/** One line of a watch. The object of `ERROR` is a Status. */
export type RawEvent = { readonly type?: string; readonly object?: RawObject & { readonly code?: number } }
