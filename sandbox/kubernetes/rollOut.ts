import { REVISION, revisionOf, scaleReplicaSet, TEMPLATE_HASH } from './controller/deployments.js'
import { ownedBy, ownerReference, podsOf, withoutZeros } from './controller/ownership.js'
import { runningStatus } from './controller/kubelet.js'
import { deleteObject } from './store/lifecycle.js'
import { type JsonObject, type KubeObject, rfc3339 } from './store/object.js'
import { DEPLOYMENTS, PODS, REPLICA_SETS } from './store/resources.js'
import type { Store } from './store/store.js'

export type RollOut = {
  /** Absent: `default`. */
  readonly namespace?: string
  readonly deployment: string
  /** Named `<replicaset>-<suffix>`, as Kubernetes names them: the ReplicaSet's name is taken from the first. */
  readonly pods: readonly { readonly name: string; readonly address?: string }[]
  /** Absent: one more than the last. */
  readonly revision?: number
  readonly node?: string
  /** Raw, as in a Deployment; absent: RollingUpdate with 25 % and 25 %. */
  readonly strategy?: JsonObject
  /** What becomes of the earlier pods: gone at once (absent), or Terminating for that long, and without a kubelet for good. */
  readonly oldPodsGraceSeconds?: number
}

export type RollOutSetup = {
  readonly store: Store
  readonly nowMs: () => number
  readonly put: (object: JsonObject & { readonly kind: string; readonly metadata: Seeded }) => KubeObject
}

type Seeded = { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown }

/**
 * A rollout that is done elsewhere (the demo's site starts its own pods): the cluster as it is afterwards. A controller
 * finds nothing left to do. Throws when there are no pods, or they are named otherwise.
 */
export function rollOut({ store, nowMs, put }: RollOutSetup, rollout: RollOut): void {
  const { namespace = 'default', deployment: name, pods, node } = rollout
  const replicaSetName = replicaSetNameOf(name, pods[0]?.name)
  const hash = replicaSetName.slice(name.length + 1)
  const now = rfc3339(nowMs())
  const before = store.find(DEPLOYMENTS, namespace, name)
  const old = before === undefined ? [] : ownedBy(store, REPLICA_SETS, before)
  const revision = rollout.revision ?? Math.max(0, ...old.map(revisionOf)) + 1
  const labels = { app: name }
  const ownLabels = { ...labels, [TEMPLATE_HASH]: hash }
  const replicas = pods.length
  const template = {
    metadata: { labels, annotations: { rollout: hash } },
    spec: { containers: [{ name, image: `${name}:${hash}` }] },
  }
  const generation = (before?.metadata.generation ?? 0) + 1
  const counts = withoutZeros({
    observedGeneration: generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  })
  const deployment = put({
    kind: DEPLOYMENTS.kind,
    metadata: { name, namespace, labels, generation, annotations: { [REVISION]: String(revision) } },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template,
      ...(rollout.strategy === undefined ? {} : { strategy: rollout.strategy }),
    },
    status: { ...counts, conditions: conditions(replicaSetName, now) },
  })
  const replicaSet = put({
    kind: REPLICA_SETS.kind,
    metadata: {
      name: replicaSetName,
      namespace,
      labels: ownLabels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { matchLabels: ownLabels },
      template: { ...template, metadata: { ...template.metadata, labels: ownLabels } },
    },
    status: { replicas, ...withoutZeros({ readyReplicas: replicas, availableReplicas: replicas }) },
  })
  for (const { name: podName, address } of pods) {
    put({
      kind: PODS.kind,
      metadata: { name: podName, namespace, labels: ownLabels, ownerReferences: [ownerReference(replicaSet)] },
      spec: { ...template.spec, ...(node === undefined ? {} : { nodeName: node }) },
      status: runningStatus(address === undefined ? [] : [address], now),
    })
  }
  for (const each of old.filter(({ metadata }) => metadata.name !== replicaSetName)) {
    for (const pod of podsOf(store, each)) endPod(store, nowMs, pod, rollout.oldPodsGraceSeconds ?? 0)
    const { replicas: _ended, readyReplicas: _ready, availableReplicas: _available, ...status } = each.status ?? {}
    scaleReplicaSet(store, store.replace(REPLICA_SETS, { ...each, status: { ...status, replicas: 0 } }), 0)
  }
}

function endPod(store: Store, nowMs: () => number, pod: KubeObject, graceSeconds: number): void {
  deleteObject(store, nowMs, PODS, pod, { graceSeconds, propagation: 'Background' })
}

function replicaSetNameOf(deployment: string, pod: string | undefined): string {
  const name = pod?.slice(0, pod.lastIndexOf('-'))
  if (name?.startsWith(`${deployment}-`) === true) return name
  throw new Error(`a rollout of ${deployment} needs pods named ${deployment}-<template>-<suffix>, not ${pod ?? 'none'}`)
}

function conditions(replicaSet: string, now: string): readonly JsonObject[] {
  const times = { status: 'True', lastUpdateTime: now, lastTransitionTime: now }
  return [
    { type: 'Available', ...times, reason: 'MinimumReplicasAvailable' },
    {
      type: 'Progressing',
      ...times,
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${replicaSet}" has successfully progressed.`,
    },
  ]
}
