import { deleteObject } from '../store/lifecycle.js'
import { type KubeObject, numberAt, textAt, within } from '../store/object.js'
import { PODS, REPLICA_SETS } from '../store/resources.js'
import type { Store } from '../store/store.js'
import { isActive, isReady, ownerReference, podsOf, withoutZeros } from './ownership.js'

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** As many active pods as wanted: a pod that is deleted, or forced away, is made anew for as long as its ReplicaSet lives. */
export function reconcileReplicaSets(store: Store, nowMs: () => number, draw: () => number): void {
  for (const replicaSet of store.list(REPLICA_SETS)) {
    if (replicaSet.metadata.deletionTimestamp === undefined) reconcile(store, nowMs, draw, replicaSet)
  }
}

function reconcile(store: Store, nowMs: () => number, draw: () => number, replicaSet: KubeObject): void {
  const wanted = numberAt(replicaSet, 'spec', 'replicas') ?? 0
  const active = podsOf(store, replicaSet).filter(isActive)
  for (let count = active.length; count < wanted; count += 1) store.insert(PODS, newPod(replicaSet, draw))
  // Those that serve nobody yet go first.
  const surplus = [...active].sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
  for (const pod of surplus.slice(0, Math.max(active.length - wanted, 0))) {
    deleteObject(store, nowMs, PODS, pod, { graceSeconds: undefined, propagation: 'Background' })
  }
  const now = podsOf(store, replicaSet).filter(isActive)
  const ready = now.filter(isReady).length
  const status = {
    replicas: now.length, // the one count that is written when it is 0
    ...withoutZeros({
      fullyLabeledReplicas: now.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: replicaSet.metadata.generation ?? 0,
    }),
  }
  store.replace(REPLICA_SETS, { ...replicaSet, status })
}

function newPod(replicaSet: KubeObject, draw: () => number): Parameters<Store['insert']>[1] {
  const { name, namespace } = replicaSet.metadata
  const template = within(replicaSet, 'spec', 'template')
  const suffix = Array.from({ length: 5 }, () => ALPHABET.charAt(Math.floor(draw() * ALPHABET.length))).join('')
  const annotations = within(template, 'metadata', 'annotations')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${suffix}`,
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: within(template, 'metadata', 'labels'),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [ownerReference(replicaSet)],
    },
    spec: {
      ...within(template, 'spec'),
      serviceAccountName: textAt(template, 'spec', 'serviceAccountName') ?? 'default',
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  }
}
