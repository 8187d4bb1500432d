/**
 * How Postgres is brought back: `A` scales to 0 and back, `B` also deletes, moves the volume and re-applies, `bring back` only
 * passes the gate, starts and verifies, from whatever half-done world is there.
 */
export type Mode = 'A' | 'B' | 'bring back'

/**
 * What a plan freezes: the identities its acts may name. All of it is in the plan's hash, so only what identifies is here:
 * never a resourceVersion, a count, an age or a heartbeat. Pods flap when Postgres is full, and each flap changes the
 * resourceVersion at a constant generation; a plan bound to it would be void exactly when it is needed.
 */
export type Facts = {
  /** The server's name in Lifeguard's configuration. */
  readonly server: string
  readonly mode: Mode
  readonly namespace: string
  readonly deploymentName: string
  /** `absent` in *bring back* only: somebody, or a run that died, deleted it. */
  readonly deployment: DeploymentFacts | 'absent'
  /** Every pod that mounts the claim, by uid. */
  readonly pods: readonly PodFacts[]
  readonly claim: { readonly name: string; readonly uid: string }
  readonly volume: VolumeFacts
  /** The nodes a postmaster on this volume can stand on: those of the pods, of the attachments, of the volume's Linode. By name. */
  readonly nodes: readonly NodeFacts[]
  /** What a re-creation applies. */
  readonly manifest: ManifestFacts
  /** The node the bot runs on; null outside the cluster. It is never shut down. */
  readonly botNode: string | null
  /** The open or foreign run a *bring back* takes over; null where there is none. */
  readonly adopts: string | null
}

export type DeploymentFacts = {
  readonly uid: string
  readonly generation: number
  /** SHA-256 of the spec without `replicas`, which a scaling changes and nothing else does. */
  readonly specDigest: string
  readonly replicas: number
  readonly strategy: 'Recreate' | 'RollingUpdate'
}

/** A pod on the claim; `graceMs` is what it was given to stop in. */
export type PodFacts = {
  readonly name: string
  readonly uid: string
  readonly nodeName: string | null
  readonly graceMs: number
}

export type VolumeFacts = {
  readonly persistentVolume: string
  readonly persistentVolumeUid: string
  /** Null for a volume outside CSI: a static mount, a hostPath on a pinned node. */
  readonly csi: { readonly driver: string; readonly handle: string } | null
  /** Null where the cluster is not Linode's: then there is nothing to detach or attach by hand. */
  readonly linode: LinodeVolumeFacts | null
}

export type LinodeVolumeFacts = {
  readonly volumeId: number
  readonly label: string
  readonly region: string
  /** Where it was attached when the plan was made. */
  readonly linodeId: number | null
}

/** `uid` and `bootId` together say that it is the same boot of the same machine. */
export type NodeFacts = {
  readonly name: string
  readonly uid: string
  readonly bootId: string
  readonly linodeId: number | null
}

export type ManifestFacts = {
  /** SHA-256 of the cleaned manifest's bytes. */
  readonly digest: string
  /** As {@link DeploymentFacts.specDigest}: how the applied object is recognised. */
  readonly specDigest: string
  readonly source: 'live' | 'repository'
  readonly image: string
}

/** The Linodes a postmaster on this volume can run on. */
export function linodeIdsOf({ nodes, volume }: Facts): readonly number[] {
  const ids = [...nodes.map(({ linodeId }) => linodeId), volume.linode?.linodeId ?? null]
  return [...new Set(ids.filter((id) => id !== null))]
}

/** How a node's `volumesInUse` names the volume; undefined outside CSI, where it names nothing we could trust. */
export function inUseName({ csi }: VolumeFacts): string | undefined {
  return csi === null ? undefined : `kubernetes.io/csi/${csi.driver}^${csi.handle}`
}
