/** What the stand-in knows of a volume. Times are epoch ms. */
export type VolumeRecord = {
  readonly id: number
  readonly label: string
  readonly region: string
  readonly status: string
  readonly sizeGib: number
  readonly linodeId: number | null
  readonly isIoReady: boolean
  /** Attached by the Linode's configuration, so that it would be there after a boot. */
  readonly isPersistent: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

export type InstanceRecord = {
  readonly id: number
  readonly label: string
  readonly region: string
  readonly status: string
  readonly memoryMib: number
  /** Count against the limit of attachments, as volumes do. */
  readonly disks: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type EventRecord = {
  readonly id: number
  readonly action: 'volume_attach' | 'volume_detach' | 'linode_shutdown'
  readonly status: 'scheduled' | 'started' | 'finished' | 'failed' | 'canceled'
  readonly entity: { readonly type: 'volume' | 'linode'; readonly id: number; readonly label: string }
  readonly createdAt: number
  readonly endedAt?: number
  readonly message?: string
  readonly username: string
}

/** What must never happen, and did. */
export type Catastrophe = {
  readonly kind: 'detached while in use' | 'attached to a second Linode'
  readonly volumeId: number
  readonly linodeId: number
  /** Who asked for it: the API's user, or somebody outside. */
  readonly by: string
  readonly at: number
}
