import {
  isJsonObject,
  type JsonObject,
  type KubeObject,
  numberAt,
  textAt,
  within,
  withMetadata,
} from '../store/object.js'
import type { Store } from '../store/store.js'
import { notNegative } from './admission.js'
import { patched, type PatchType } from './patch.js'
import { badRequest, invalid, modified, otherUid } from './refusal.js'
import type { Target } from './target.js'
import { found } from './write.js'

/** The Scale of a Deployment or ReplicaSet. `spec.replicas` is absent when 0; the status says its 0. */
export function scaleOf(object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = numberAt(object, 'spec', 'replicas') ?? 0
  const labels = Object.entries(within(object, 'spec', 'selector', 'matchLabels'))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: numberAt(object, 'status', 'replicas') ?? 0,
      selector: labels.map(([key, value]) => `${key}=${String(value)}`).join(','),
    },
  }
}

/** `body` is a whole Scale (PUT) or, with a type, a patch of one. */
export function changeScale(
  store: Store,
  target: Target,
  type: PatchType | undefined,
  body: unknown,
  isDryRun: boolean,
): JsonObject {
  const object = found(store, target)
  const { name, uid, resourceVersion } = object.metadata
  if (type === undefined && !isJsonObject(body)) throw badRequest('the object provided is unrecognized')
  const wanted = type === undefined ? body : patched(scaleOf(object), type, body)
  const version = textAt(wanted, 'metadata', 'resourceVersion') ?? ''
  if (version !== '' && version !== resourceVersion) throw modified(target.resource, name)
  const wantedUid = textAt(wanted, 'metadata', 'uid') ?? ''
  if (wantedUid !== '' && wantedUid !== uid) throw otherUid(target.resource, name, wantedUid, uid)
  const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0
  if (replicas < 0) throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, notNegative(replicas))
  if (replicas === (numberAt(object, 'spec', 'replicas') ?? 0)) return scaleOf(object)
  const next: KubeObject = withMetadata(
    { ...object, spec: { ...object.spec, replicas } },
    { generation: (object.metadata.generation ?? 0) + 1 },
  )
  return scaleOf(isDryRun ? next : store.replace(target.resource, next))
}
