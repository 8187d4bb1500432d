import { type KubeObject, type OwnerReference, textAt, within } from '../store/object.js'
import { PODS, type Resource } from '../store/resources.js'
import type { Store } from '../store/store.js'

export function ownerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid } = metadata
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}

export function ownedBy(store: Store, resource: Resource, owner: KubeObject): readonly KubeObject[] {
  return store
    .list(resource, owner.metadata.namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true)
}

export function podsOf(store: Store, owner: KubeObject): readonly KubeObject[] {
  return ownedBy(store, PODS, owner)
}

/** Neither ended nor on its way out: it counts as one of the wanted. */
export function isActive(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && !hasEnded(pod)
}

export function hasEnded(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase')
  return phase === 'Succeeded' || phase === 'Failed'
}

export function isReady(pod: KubeObject): boolean {
  const { conditions } = within(pod, 'status')
  return (
    Array.isArray(conditions) &&
    (conditions as unknown[]).some((each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True')
  )
}

/** A status as Go writes it: a count of 0 is left out. */
export function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}
