import { type KubeObject, numberAt, rfc3339, textAt, withMetadata } from './object.js'
import { PODS, type Resource } from './resources.js'
import type { Store } from './store.js'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export type Deletion = {
  readonly graceSeconds: number | undefined
  readonly propagation: Propagation
}

/** What a delete left: the object, on its way out or (a pod) as it was last; `gone` when nothing is stored any more. */
export type Deleted = { readonly object: KubeObject; readonly isGone: boolean }

/** Of a pod that says nothing else. */
const DEFAULT_GRACE_SECONDS = 30

/**
 * Begins or finishes a deletion. A pod on a node is Terminating for its grace period, until its kubelet (or grace 0)
 * ends it; an object with finalizers is, until they are gone.
 */
export function deleteObject(
  store: Store,
  nowMs: () => number,
  resource: Resource,
  object: KubeObject,
  deletion: Deletion,
): Deleted {
  const graceSeconds = resource === PODS ? graceOf(object, deletion.graceSeconds) : 0
  const finalizers = [...new Set([...(object.metadata.finalizers ?? []), ...finalizersFor(deletion.propagation)])]
  const earlier = object.metadata.deletionGracePeriodSeconds
  if (earlier !== undefined && graceSeconds >= earlier && (graceSeconds > 0 || finalizers.length > 0)) {
    return { object, isGone: false } // a second delete never lengthens the first
  }
  const { generation } = object.metadata
  const marked = withMetadata(object, {
    deletionTimestamp: rfc3339(nowMs() + graceSeconds * 1000),
    deletionGracePeriodSeconds: graceSeconds,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(generation === undefined ? {} : { generation: generation + 1 }),
  })
  if (graceSeconds > 0 || finalizers.length > 0) return { object: store.replace(resource, marked), isGone: false }
  return { object: store.remove(resource, resource === PODS ? marked : object), isGone: true }
}

/** Stores a changed object, and removes it when that was the last finalizer of one being deleted. */
export function replaceOrFinish(store: Store, resource: Resource, object: KubeObject): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = object.metadata
  const isFinished = deletionTimestamp !== undefined && finalizers.length === 0 && deletionGracePeriodSeconds === 0
  return isFinished ? store.remove(resource, object) : store.replace(resource, object)
}

/** A pod that is on no node, or has ended, has nothing to wait for. */
function graceOf(pod: KubeObject, asked: number | undefined): number {
  const phase = textAt(pod, 'status', 'phase')
  if (textAt(pod, 'spec', 'nodeName') === undefined || phase === 'Succeeded' || phase === 'Failed') return 0
  return asked ?? numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? DEFAULT_GRACE_SECONDS
}

function finalizersFor(propagation: Propagation): string[] {
  if (propagation === 'Foreground') return ['foregroundDeletion']
  return propagation === 'Orphan' ? ['orphan'] : []
}
