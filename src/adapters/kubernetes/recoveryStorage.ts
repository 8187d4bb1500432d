import type { SeenAttachment, SeenClaim, SeenHeartbeat, SeenNode, SeenVolume } from '../../ports/recoveryObjects.js'
import { asOf, endingOf, exactly, isText, timeOf } from './recoveryMeta.js'
import type { RawAttachment, RawClaim, RawLease, RawNode, RawVolume } from './recoveryRaw.js'

const LINODE_DRIVER = 'linodebs.csi.linode.com'

export function claimOf(raw: RawClaim): SeenClaim | null {
  const identity = asOf(raw)
  const { spec = {}, status } = raw
  if (identity === null) return null
  return {
    ...identity,
    ...endingOf(raw),
    volume: isText(spec.volumeName) ? spec.volumeName : null,
    phase: status?.phase ?? '',
    accessModes: spec.accessModes ?? [],
    storageClass: spec.storageClassName ?? null,
  }
}

export function volumeOf(raw: RawVolume): SeenVolume | null {
  const identity = exactly(raw)
  const { spec = {}, status } = raw
  if (identity === null) return null
  const { driver, volumeHandle } = spec.csi ?? {}
  const csi = isText(driver) && isText(volumeHandle) ? { driver, handle: volumeHandle } : null
  const { namespace, name, uid } = spec.claimRef ?? {}
  return {
    name: identity.name,
    uid: identity.uid,
    ...endingOf(raw),
    phase: status?.phase ?? '',
    reclaimPolicy: spec.persistentVolumeReclaimPolicy ?? '',
    accessModes: spec.accessModes ?? [],
    storageClass: isText(spec.storageClassName) ? spec.storageClassName : null,
    claim: isText(namespace) && isText(name) && isText(uid) ? { namespace, name, uid } : null,
    csi,
    linode: csi?.driver === LINODE_DRIVER ? linodeVolumeOf(csi.handle) : null,
  }
}

/** `<id>-<label>`; the label is for the comparison with Linode's. Source: linode-blockstorage-csi-driver. */
function linodeVolumeOf(handle: string): SeenVolume['linode'] {
  const { id, label } = /^(?<id>[1-9]\d{0,14})-(?<label>.+)$/.exec(handle)?.groups ?? {}
  return id === undefined || label === undefined ? null : { id: Number(id), label }
}

export function nodeOf(raw: RawNode): SeenNode | null {
  const identity = exactly(raw)
  const { spec = {}, status } = raw
  if (identity === null) return null
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  const hasReported = isText(status?.nodeInfo?.bootID)
  return {
    name: identity.name,
    uid: identity.uid,
    bootId: isText(status?.nodeInfo?.bootID) ? status.nodeInfo.bootID : null,
    ready: ready === 'True' || ready === 'False' || ready === 'Unknown' ? ready : null,
    isSchedulable: spec.unschedulable !== true,
    taints: (spec.taints ?? []).map(({ key = '', effect = '' }) => `${key}:${effect}`),
    providerId: isText(spec.providerID) ? spec.providerID : null,
    linodeId: linodeIdOf(spec.providerID),
    // An empty list is left out of the JSON, so only a kubelet that reports at all makes its absence mean empty.
    volumesInUse: status?.volumesInUse ?? (hasReported ? [] : null),
  }
}

function linodeIdOf(providerId: string | undefined): number | null {
  const [, id] = /^linode:\/\/([1-9]\d{0,14})$/.exec(providerId ?? '') ?? []
  return id === undefined ? null : Number(id)
}

export function heartbeatOf({ spec }: RawLease, serverNow: number): SeenHeartbeat | null {
  const renewedAt = timeOf(spec?.renewTime)
  return renewedAt === null ? null : { renewedAt, ageMs: serverNow - renewedAt }
}

export function attachmentOf(raw: RawAttachment): SeenAttachment | null {
  const identity = exactly(raw)
  const { spec, status } = raw
  if (identity === null || !isText(spec?.nodeName)) return null
  return {
    name: identity.name,
    uid: identity.uid,
    ...endingOf(raw),
    volume: spec.source?.persistentVolumeName ?? '',
    node: spec.nodeName,
    attacher: spec.attacher ?? '',
    isAttached: status?.attached === true,
    error: status?.attachError?.message ?? null,
  }
}
