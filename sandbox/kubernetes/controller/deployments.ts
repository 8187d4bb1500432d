import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type JsonObject, type KubeObject, numberAt, rfc3339, textAt, within, withMetadata } from '../store/object.js'
import { DEPLOYMENTS, REPLICA_SETS } from '../store/resources.js'
import type { Store } from '../store/store.js'
import { hasEnded, ownedBy, ownerReference, podsOf, withoutZeros } from './ownership.js'

export const REVISION = 'deployment.kubernetes.io/revision'
export const TEMPLATE_HASH = 'pod-template-hash'
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** One step for each Deployment: its ReplicaSet for the present template, its scaling by strategy, its status. */
export function reconcileDeployments(store: Store, nowMs: () => number): void {
  for (const deployment of store.list(DEPLOYMENTS)) {
    if (deployment.metadata.deletionTimestamp === undefined) reconcile(store, nowMs, deployment)
  }
}

function reconcile(store: Store, nowMs: () => number, deployment: KubeObject): void {
  const template = within(deployment, 'spec', 'template')
  const hash = templateHash(template)
  const all = ownedBy(store, REPLICA_SETS, deployment)
  const highest = Math.max(0, ...all.map(revisionOf))
  const existing = all.find((each) => isDeepStrictEqual(templateOf(each), template))
  const old = all.filter((each) => each !== existing)
  const oldHighest = Math.max(0, ...old.map(revisionOf))
  // A rollback gives the old ReplicaSet a new revision.
  const revision = existing === undefined || revisionOf(existing) < oldHighest ? highest + 1 : revisionOf(existing)
  const current =
    existing === undefined
      ? store.insert(REPLICA_SETS, newReplicaSet(deployment, hash, revision))
      : store.replace(REPLICA_SETS, annotated(existing, revision))
  scale(store, deployment, current, old)
  store.replace(DEPLOYMENTS, withStatus(store, nowMs, annotated(deployment, revision)))
}

/** The Deployment's template that a ReplicaSet was made from: its own without the hash. */
function templateOf(replicaSet: KubeObject): JsonObject {
  const template = within(replicaSet, 'spec', 'template')
  const { [TEMPLATE_HASH]: _hash, ...labels } = within(template, 'metadata', 'labels')
  return { ...template, metadata: { ...within(template, 'metadata'), labels } }
}

export function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[REVISION] ?? 0)
}

function annotated(object: KubeObject, revision: number): KubeObject {
  return withMetadata(object, { annotations: { ...object.metadata.annotations, [REVISION]: String(revision) } })
}

function newReplicaSet(deployment: KubeObject, hash: string, revision: number): Parameters<Store['insert']>[1] {
  const { name, namespace } = deployment.metadata
  const template = within(deployment, 'spec', 'template')
  const labels = { ...within(template, 'metadata', 'labels'), [TEMPLATE_HASH]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { ...within(template, 'metadata'), labels } },
    },
    status: {},
  }
}

function scale(store: Store, deployment: KubeObject, current: KubeObject, old: readonly KubeObject[]): void {
  const wanted = wantedOf(deployment)
  const set = (replicaSet: KubeObject, replicas: number) => scaleReplicaSet(store, replicaSet, replicas)
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') {
    for (const each of old) set(each, 0)
    // The old pods' processes must be gone, not only asked to go.
    if (old.every((each) => podsOf(store, each).every(hasEnded))) set(current, wanted)
    return
  }
  const { maxSurge, maxUnavailable } = bounds(within(deployment, 'spec', 'strategy', 'rollingUpdate'), wanted)
  const total = [current, ...old].reduce((sum, each) => sum + wantedOf(each), 0)
  const room = Math.max(wanted + maxSurge - total, 0)
  const now = Math.min(wanted, wantedOf(current) + room)
  set(current, now)
  const unavailableNew = Math.max(now - availableOf(current), 0)
  const oldTotal = old.reduce((sum, each) => sum + wantedOf(each), 0)
  let spare = oldTotal + now - (wanted - maxUnavailable) - unavailableNew
  for (const each of old) {
    const drop = Math.min(Math.max(spare, 0), wantedOf(each))
    set(each, wantedOf(each) - drop)
    spare -= drop
  }
}

export function scaleReplicaSet(store: Store, replicaSet: KubeObject, replicas: number): void {
  if (wantedOf(replicaSet) === replicas) return
  const { generation = 0 } = replicaSet.metadata
  const spec = { ...replicaSet.spec, replicas }
  store.replace(REPLICA_SETS, withMetadata({ ...replicaSet, spec }, { generation: generation + 1 }))
}

/** A share is rounded up for the surge and down for what may be missing; both 0 would never move. */
function bounds(rolling: JsonObject, wanted: number): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const maxSurge = resolved(rolling['maxSurge'], wanted, Math.ceil)
  const maxUnavailable = resolved(rolling['maxUnavailable'], wanted, Math.floor)
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable }
}

function resolved(value: unknown, wanted: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? round((Number.parseInt(value, 10) / 100) * wanted) : 0
}

function withStatus(store: Store, nowMs: () => number, deployment: KubeObject): KubeObject {
  const sets = ownedBy(store, REPLICA_SETS, deployment)
  const revision = revisionOf(deployment)
  const current = sets.find((each) => revisionOf(each) === revision)
  const sum = (count: (each: KubeObject) => number) => sets.reduce((total, each) => total + count(each), 0)
  const replicas = sum((each) => numberAt(each, 'status', 'replicas') ?? 0)
  const available = sum(availableOf)
  const updated = current === undefined ? 0 : (numberAt(current, 'status', 'replicas') ?? 0)
  const wanted = wantedOf(deployment)
  const isComplete = updated === wanted && replicas === wanted && available === wanted
  const counts = withoutZeros({
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas,
    updatedReplicas: updated,
    readyReplicas: available,
    availableReplicas: available,
    unavailableReplicas: Math.max(wanted - available, 0),
  })
  const name = current?.metadata.name ?? ''
  const before = conditionOf(deployment, 'Progressing')
  const reason = isComplete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'
  const message = isComplete
    ? `ReplicaSet "${name}" has successfully progressed.`
    : `ReplicaSet "${name}" is progressing.`
  const now = rfc3339(nowMs())
  const hasMoved =
    textAt(before, 'reason') !== reason ||
    textAt(before, 'message') !== message ||
    updated !== (numberAt(deployment, 'status', 'updatedReplicas') ?? 0)
  const progressing = hasMoved
    ? {
        type: 'Progressing',
        status: 'True',
        lastUpdateTime: now,
        lastTransitionTime: textAt(before, 'lastTransitionTime') ?? now,
        reason,
        message,
      }
    : before
  return {
    ...deployment,
    status: { ...counts, conditions: [availableCondition(deployment, available, now), progressing] },
  }
}

function availableCondition(deployment: KubeObject, available: number, now: string): JsonObject {
  const wanted = wantedOf(deployment)
  const { maxUnavailable } = bounds(within(deployment, 'spec', 'strategy', 'rollingUpdate'), wanted)
  const status = available >= wanted - maxUnavailable ? 'True' : 'False'
  const before = conditionOf(deployment, 'Available')
  if (textAt(before, 'status') === status) return before
  return {
    type: 'Available',
    status,
    lastUpdateTime: now,
    lastTransitionTime: now,
    ...(status === 'True'
      ? { reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : { reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }),
  }
}

function conditionOf(object: KubeObject, type: string): JsonObject {
  const { conditions } = within(object, 'status')
  const all = Array.isArray(conditions) ? (conditions as JsonObject[]) : []
  return all.find((each) => each['type'] === type) ?? {}
}

function wantedOf(object: KubeObject): number {
  return numberAt(object, 'spec', 'replicas') ?? 0
}

function availableOf(replicaSet: KubeObject): number {
  return numberAt(replicaSet, 'status', 'availableReplicas') ?? 0
}

/** Ten of the characters Kubernetes uses, the same for the same template. */
function templateHash(template: JsonObject): string {
  const bytes = createHash('sha256').update(JSON.stringify(template)).digest()
  return [...bytes.subarray(0, 10)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('')
}
