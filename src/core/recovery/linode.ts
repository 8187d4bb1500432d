/** A block storage volume of Linode, as it was read at one moment. */
export type Volume = {
  readonly id: number
  readonly label: string
  /** A volume attaches only to a Linode of its own region. */
  readonly region: string
  /** `creating`, `active`, `resizing`, `key_rotating`, and what Linode invents later: any text but `active` is not usable now. */
  readonly status: string
  /** The Linode it is attached to; null: Linode says that it is detached. */
  readonly linodeId: number | null
  readonly sizeGib: number
  /** False: attached, but the guest can't use it yet. Absent: the API did not say (it does since November 2025). */
  readonly isIoReady?: boolean
}

/** A Linode, which is a node of the cluster when its providerID says so. */
export type Instance = {
  readonly id: number
  readonly label: string
  readonly region: string
  /** `running`, `offline`, `shutting_down` and others: only `offline` is proof that it has stopped. */
  readonly status: string
  readonly memoryMib: number
}

/** What Linode did, does or failed to do to a volume. It gives reasons; whether an effect took place, the volume says. */
export type VolumeEvent = {
  readonly id: number
  /** `volume_attach`, `volume_detach` and others. */
  readonly action: string
  /** `scheduled`, `started`, `finished`, `failed`, `notification`, newer `canceled`, and what is invented later. */
  readonly status: string
  /** Epoch ms by Linode's clock, whole seconds. */
  readonly createdAt: number
  readonly message?: string
  /** Whose token or login it was. */
  readonly username?: string
}

const FEWEST_ATTACHED = 8
const MOST_ATTACHED = 64

/**
 * How many volumes and disks together may be attached to a Linode of that memory, when none is to survive a boot
 * (`persist_across_boots: false`): one for each GiB, from 8 to 64. What is to survive one is limited to 8.
 *
 * Source: Linode API 4.189, post-attach-volume; that disks count: linode-blockstorage-csi-driver.
 */
export function attachmentLimit(memoryMib: number): number {
  return Math.min(MOST_ATTACHED, Math.max(FEWEST_ATTACHED, Math.floor(memoryMib / 1024)))
}
