import type { SeenPod } from '../../ports/recoveryObjects.js'
import type { Listed, RecoveryReads } from '../../ports/recoveryCluster.js'
import type { Ask } from './recoveryApi.js'
import { get, list } from './recoveryGet.js'
import {
  ATTACHMENTS,
  AUTOSCALERS,
  CLAIMS,
  DEPLOYMENTS,
  EVENTS,
  LEASES,
  NODES,
  PODS,
  REPLICA_SETS,
  SECRETS,
  VOLUMES,
} from './recoveryKinds.js'
import { controllerOf } from './recoveryMeta.js'
import type { RawReplicaSet } from './recoveryRaw.js'
import { leaseOf, secretOf } from './recoveryRecord.js'
import { HEARTBEATS } from './recoveryRight.js'
import { attachmentOf, claimOf, heartbeatOf, nodeOf, volumeOf } from './recoveryStorage.js'
import { autoscalerOf, deploymentOf, podOf, replicaSetOf, warningOf } from './recoveryWorkloads.js'

/** Each is a GET or LIST of its own, whatever an informer knows. */
export function recoveryReads(ask: Ask): Omit<RecoveryReads, 'rights' | 'tryManifest'> {
  const pods = (namespace: string): Promise<Listed<SeenPod>> => list(ask, { ...PODS, verb: 'list', namespace }, podOf)
  return {
    deployment: (which) => get(ask, { ...DEPLOYMENTS, verb: 'get', ...which }, deploymentOf),
    async replicaSets({ namespace, uid }) {
      const right = { ...REPLICA_SETS, verb: 'list', namespace } as const
      const all = await list(ask, right, (raw: RawReplicaSet) => {
        const seen = replicaSetOf(raw)
        return seen === null ? null : { owner: controllerOf(raw.metadata ?? {}), seen }
      })
      return only(
        all,
        ({ owner }) => owner?.uid === uid,
        ({ seen }) => seen,
      )
    },
    pods,
    // By what they mount: a pod without the labels holds the volume all the same.
    podsMounting: async ({ namespace, name }) =>
      only(
        await pods(namespace),
        ({ claims }) => claims.includes(name),
        (pod) => pod,
      ),
    claim: (which) => get(ask, { ...CLAIMS, verb: 'get', ...which }, claimOf),
    volume: (name) => get(ask, { ...VOLUMES, verb: 'get', name }, volumeOf),
    node: (name) => get(ask, { ...NODES, verb: 'get', name }, nodeOf),
    nodes: () => list(ask, { ...NODES, verb: 'list' }, nodeOf),
    heartbeat: (name) => get(ask, { ...LEASES, verb: 'get', namespace: HEARTBEATS, name }, heartbeatOf),
    attachments: async (volume) =>
      only(
        await list(ask, { ...ATTACHMENTS, verb: 'list' }, attachmentOf),
        (attachment) => attachment.volume === volume,
        (attachment) => attachment,
      ),
    async warnings(namespace) {
      const query = { fieldSelector: 'type=Warning,involvedObject.kind=Pod' }
      const all = await list(ask, { ...EVENTS, verb: 'list', namespace }, warningOf, query)
      if (all.kind === 'unread') return all
      return { ...all, items: [...all.items].sort((a, b) => (a.ageMs ?? Infinity) - (b.ageMs ?? Infinity)) }
    },
    autoscalers: (namespace) => list(ask, { ...AUTOSCALERS, verb: 'list', namespace }, autoscalerOf),
    lease: (which) => get(ask, { ...LEASES, verb: 'get', ...which }, leaseOf),
    secret: (which) => get(ask, { ...SECRETS, verb: 'get', ...which }, secretOf),
  }
}

function only<T, U>(all: Listed<T>, wanted: (item: T) => boolean, as: (item: T) => U): Listed<U> {
  return all.kind === 'unread' ? all : { kind: 'listed', items: all.items.filter(wanted).map(as) }
}
