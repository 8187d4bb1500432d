import { isIP, isIPv4 } from 'node:net'

import type { ClusterNode, Deployment, Owner, Pod, PodPhase, ReplicaSet } from '../../core/attribution/picture.js'
import type { RawDeployment, RawNode, RawObject, RawOwner, RawPod } from './raw.js'

/**
 * Translates what the API sends into the words of core. Each takes `skewMs`, how far the API server's clock is ahead of
 * the bot's, and returns null for an object without a name or uid: then the answer it came in is not to be trusted.
 * A time that is missing becomes 0, "since ever": a pod that is never younger than a backend accuses none.
 */
export function podOf(raw: RawPod, skewMs: number): Pod | null {
  const identity = identityOf(raw)
  if (identity === null) return null
  const spec = raw.spec ?? {}
  const status = raw.status ?? {}
  return {
    ...identity,
    phase: phaseOf(status.phase),
    addresses: podAddresses(status),
    isHostNetwork: spec.hostNetwork === true,
    node: spec.nodeName === undefined || spec.nodeName === '' ? null : spec.nodeName,
    createdAt: createdAt(raw, skewMs),
    isTerminating: typeof raw.metadata?.deletionTimestamp === 'string',
    owner: ownerOf(raw),
  }
}

export function replicaSetOf(raw: RawObject, skewMs: number): ReplicaSet | null {
  const identity = identityOf(raw)
  if (identity === null) return null
  return { ...identity, createdAt: createdAt(raw, skewMs), revision: revisionOf(raw), owner: ownerOf(raw) }
}

export function deploymentOf(raw: RawDeployment, skewMs: number): Deployment | null {
  const identity = identityOf(raw)
  if (identity === null) return null
  const spec = raw.spec ?? {}
  const status = raw.status ?? {}
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing')
  return {
    ...identity,
    revision: revisionOf(raw),
    replicas: spec.replicas ?? 1,
    // What the API itself fills in where the manifest is silent.
    strategy:
      spec.strategy?.type === 'Recreate'
        ? { kind: 'Recreate' }
        : { kind: 'RollingUpdate', maxSurge: spec.strategy?.rollingUpdate?.maxSurge ?? '25%' },
    generation: raw.metadata?.generation ?? 0,
    observedGeneration: status.observedGeneration ?? 0,
    // Absent when 0.
    status: {
      replicas: status.replicas ?? 0,
      updatedReplicas: status.updatedReplicas ?? 0,
      availableReplicas: status.availableReplicas ?? 0,
    },
    progressedAt: timeOf(progressing?.lastUpdateTime, skewMs),
  }
}

/**
 * A node's host names are left out: only addresses show up at Postgres. Its tunnel and bridge lie in the pods' range and speak
 * for every process of the node: the network plugin writes their addresses into annotations (Calico `…IPIPTunnelAddr`, Cilium
 * `…cilium-host`), or takes the first two of the node's share (flannel `.0` and `.1`, bridge `.1`).
 */
export function nodeOf(raw: RawNode): ClusterNode | null {
  const name = raw.metadata?.name
  if (name === undefined || name === '') return null
  const addresses = (raw.status?.addresses ?? []).flatMap(({ type, address }) =>
    type?.endsWith('IP') === true && address !== undefined && address !== '' ? [address] : [],
  )
  const told = Object.values(raw.metadata?.annotations ?? {}).flatMap((text) => {
    const address = typeof text === 'string' && text.length < 50 ? text.replace(/\/\d{1,3}$/, '') : ''
    return isIP(address) === 0 ? [] : [address]
  })
  const shares = [raw.spec?.podCIDR ?? [], raw.spec?.podCIDRs ?? []].flat()
  return { name, addresses: [...new Set([...addresses, ...told, ...shares.flatMap(firstTwo)])] }
}

/** Of a share such as `10.2.4.0/24` or `fd00:2:4::/64`: its address that ends in 0, and the next. */
function firstTwo(share: string): readonly string[] {
  const address = share.replace(/\/\d{1,3}$/, '')
  if (isIPv4(address)) return [address, address.replace(/\d+$/, (last) => String(Number(last) + 1))]
  return isIP(address) === 6 && address.endsWith('::') ? [address, `${address}1`] : []
}

function identityOf({ metadata }: RawObject): { uid: string; namespace: string; name: string } | null {
  const { uid, namespace, name } = metadata ?? {}
  if (uid === undefined || uid === '' || name === undefined || name === '') return null
  return { uid, namespace: namespace ?? '', name }
}

const PHASES: ReadonlySet<string> = new Set<PodPhase>(['Pending', 'Running', 'Succeeded', 'Failed'])

/** No phase: nobody has said anything of the pod yet. A phase of a later Kubernetes is not taken for an ended one. */
function phaseOf(phase: string | undefined): PodPhase {
  if (phase === undefined || phase === '') return 'Pending'
  return PHASES.has(phase) ? (phase as PodPhase) : 'Unknown'
}

function podAddresses({ podIP, podIPs }: NonNullable<RawPod['status']>): readonly string[] {
  const all: string[] = []
  for (const { ip } of podIPs ?? []) if (typeof ip === 'string' && ip !== '' && !all.includes(ip)) all.push(ip)
  if (all.length === 0 && typeof podIP === 'string' && podIP !== '') all.push(podIP)
  return all
}

function ownerOf({ metadata }: RawObject): Owner | null {
  const owner = metadata?.ownerReferences?.find((reference: RawOwner) => reference.controller === true)
  if (owner?.uid === undefined || owner.kind === undefined || owner.name === undefined) return null
  return { kind: owner.kind, name: owner.name, uid: owner.uid }
}

/** The Deployment controller writes it; a hand may have written anything else. */
function revisionOf({ metadata }: RawObject): number | null {
  const text = metadata?.annotations?.['deployment.kubernetes.io/revision']
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

function createdAt({ metadata }: RawObject, skewMs: number): number {
  return timeOf(metadata?.creationTimestamp, skewMs) ?? 0
}

function timeOf(text: string | null | undefined, skewMs: number): number | null {
  if (text === undefined || text === null) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at - skewMs
}
