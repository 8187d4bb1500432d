import type { Facts, Mode } from '../../../src/core/recovery/facts.js'
import type {
  DeploymentSeen,
  NodeSeen,
  Observation,
  PodSeen,
  Seen,
  VolumeSeen,
} from '../../../src/core/recovery/observation.js'
import { planOf, type Plan } from '../../../src/core/recovery/plan.js'

/** The post-mortem's cluster: one Postgres on one Linode volume under CSI. */
export function facts(mode: Mode = 'A', over: Partial<Facts> = {}): Facts {
  return {
    server: 'main',
    mode,
    namespace: 'default',
    deploymentName: 'postgres',
    deployment: { uid: 'dep-1', generation: 7, specDigest: 'spec', replicas: 1, strategy: 'Recreate' },
    pods: [{ name: 'postgres-a', uid: 'pod-1', nodeName: 'node-1', graceMs: 30_000 }],
    claim: { name: 'postgres-storage', uid: 'claim-1' },
    volume: {
      persistentVolume: 'pv-1',
      persistentVolumeUid: 'pvuid-1',
      csi: { driver: 'linodebs.csi.linode.com', handle: '11-pvc1' },
      linode: { volumeId: 11, label: 'pvc1', region: 'eu-west', linodeId: 101 },
    },
    nodes: [{ name: 'node-1', uid: 'node-uid-1', bootId: 'boot-1', linodeId: 101 }],
    manifest: { digest: 'manifest', specDigest: 'spec', source: 'live', image: 'postgres:15' },
    botNode: 'node-2',
    adopts: null,
    ...over,
  }
}

export function outsideCsi(mode: Mode): Facts {
  const plain = facts(mode)
  return { ...plain, volume: { ...plain.volume, csi: null } }
}

export function plan(over: Partial<Plan> = {}): Plan {
  return planOf({
    run: 'r1',
    facts: facts(),
    permissions: [],
    overrides: [],
    requestedBy: 'ann',
    botVersion: '0.1.0',
    expiresAt: 900_000,
    ...over,
  })
}

export const IN_USE = 'kubernetes.io/csi/linodebs.csi.linode.com^11-pvc1'

export function known<T>(value: T): Seen<T> {
  return { known: true, value }
}

export const UNKNOWN = { known: false, because: 'the list was refused' } as const

export function deployment(over: Partial<DeploymentSeen> = {}): DeploymentSeen {
  return {
    uid: 'dep-1',
    resourceVersion: '500',
    generation: 7,
    observedGeneration: 7,
    specDigest: 'spec',
    replicas: 1,
    isDeleting: false,
    ...over,
  }
}

export function pod(over: Partial<PodSeen> = {}): PodSeen {
  return {
    name: 'postgres-a',
    uid: 'pod-1',
    nodeName: 'node-1',
    deploymentUid: 'dep-1',
    isTerminating: false,
    isReady: true,
    finalizers: [],
    ...over,
  }
}

export function node(over: Partial<NodeSeen> = {}): NodeSeen {
  return {
    name: 'node-1',
    uid: 'node-uid-1',
    bootId: 'boot-1',
    linodeId: 101,
    isReady: true,
    leaseRenewed: 't0',
    volumesInUse: [IN_USE],
    ...over,
  }
}

export function volume(over: Partial<VolumeSeen> = {}): VolumeSeen {
  return { volumeId: 11, label: 'pvc1', region: 'eu-west', status: 'active', linodeId: 101, ...over }
}

/** Postgres as it stood when the plan was made: up, full, its volume attached where its pod is. */
export function seen(over: Partial<Observation> = {}): Observation {
  return {
    at: 0,
    afterSeq: 1_000_000,
    deployment: known(deployment()),
    replicaSets: known([{ uid: 'rs-1', replicas: 1 }]),
    pods: known([pod()]),
    nodes: known([node()]),
    attachments: known([{ name: 'va-1', nodeName: 'node-1', isAttached: true, isDeleting: false }]),
    volume: known(volume()),
    instances: known([{ linodeId: 101, status: 'running' }]),
    postgres: known({ kind: 'full' }),
    record: known('saved'),
    ...over,
  }
}
