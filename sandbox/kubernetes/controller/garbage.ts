import { deleteObject, replaceOrFinish } from '../store/lifecycle.js'
import { type KubeObject, withMetadata } from '../store/object.js'
import { DEPLOYMENTS, PODS, REPLICA_SETS, type Resource } from '../store/resources.js'
import type { Store } from '../store/store.js'
import { ownedBy } from './ownership.js'

const OWNERS: readonly Resource[] = [DEPLOYMENTS, REPLICA_SETS]
const DEPENDENTS: readonly Resource[] = [REPLICA_SETS, PODS]

/** What happens to the owned when an owner goes: background, foreground and orphan, as the propagation policy said. */
export function collectGarbage(store: Store, nowMs: () => number): void {
  for (const resource of OWNERS) {
    for (const owner of store.list(resource)) {
      const { deletionTimestamp, finalizers = [] } = owner.metadata
      if (deletionTimestamp === undefined) continue
      if (finalizers.includes('orphan')) orphan(store, resource, owner)
      else if (finalizers.includes('foregroundDeletion')) foreground(store, nowMs, resource, owner)
    }
  }
  for (const resource of DEPENDENTS) {
    for (const object of store.list(resource)) {
      if (object.metadata.deletionTimestamp === undefined && isAbandoned(store, object)) {
        deleteObject(store, nowMs, resource, object, { graceSeconds: undefined, propagation: 'Background' })
      }
    }
  }
}

/** Owned once, and by nobody that still is. Owners of kinds the stand-in does not keep count as being there. */
function isAbandoned(store: Store, { metadata }: KubeObject): boolean {
  const { ownerReferences = [], namespace } = metadata
  return (
    ownerReferences.length > 0 &&
    ownerReferences.every(({ kind, name, uid }) => {
      const resource = OWNERS.find((each) => each.kind === kind)
      return resource !== undefined && store.find(resource, namespace, name)?.metadata.uid !== uid
    })
  )
}

function foreground(store: Store, nowMs: () => number, resource: Resource, owner: KubeObject): void {
  const dependents = DEPENDENTS.flatMap((kind) => ownedBy(store, kind, owner).map((object) => ({ kind, object })))
  for (const { kind, object } of dependents) {
    if (object.metadata.deletionTimestamp !== undefined) continue
    const propagation = kind === REPLICA_SETS ? 'Foreground' : 'Background'
    deleteObject(store, nowMs, kind, object, { graceSeconds: undefined, propagation })
  }
  if (dependents.length === 0) dropFinalizer(store, resource, owner, 'foregroundDeletion')
}

function orphan(store: Store, resource: Resource, owner: KubeObject): void {
  for (const kind of DEPENDENTS) {
    for (const object of ownedBy(store, kind, owner)) {
      const left = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? []
      store.replace(kind, withMetadata(object, { ownerReferences: left }))
    }
  }
  dropFinalizer(store, resource, owner, 'orphan')
}

function dropFinalizer(store: Store, resource: Resource, object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers?.filter((each) => each !== finalizer) ?? []
  replaceOrFinish(store, resource, withMetadata(object, { finalizers }))
}
