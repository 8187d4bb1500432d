import { isDeepStrictEqual } from 'node:util'
import { deleteObject, type Propagation, replaceOrFinish } from '../store/lifecycle.js'
import { isJsonObject, type JsonObject, type KubeObject, numberAt, textAt, within } from '../store/object.js'
import { LEASES, NAMESPACES, NODES, PODS, type Resource } from '../store/resources.js'
import type { Store } from '../store/store.js'
import { admitted, defaulted, validate } from './admission.js'
import { patched, type PatchType } from './patch.js'
import {
  alreadyExists,
  badRequest,
  deleted,
  type InvalidField,
  invalid,
  modified,
  otherUid,
  notFound,
  preconditionFailed,
  Refusal,
} from './refusal.js'
import { namespaceOf, type Target } from './target.js'

export type Writes = {
  readonly store: Store
  readonly nowMs: () => number
  /** For names the server makes. */
  readonly draw: () => number
}

export type Answer = { readonly code: number; readonly body: JsonObject }

export function found(store: Store, target: Target): KubeObject {
  const name = target.name ?? ''
  const object = store.find(target.resource, namespaceOf(target), name)
  if (object === undefined) throw notFound(target.resource, name)
  return object
}

export function create({ store, draw }: Writes, target: Target, body: JsonObject, isDryRun: boolean): Answer {
  const { resource } = target
  const namespace = namespaceOf(target)
  const object = admitted(resource, namespace, withoutServerFields(resource, body), draw)
  if (namespace !== undefined && store.find(NAMESPACES, undefined, namespace) === undefined) {
    throw notFound(NAMESPACES, namespace)
  }
  if ((textAt(body, 'metadata', 'resourceVersion') ?? '') !== '') {
    throw new Refusal(500, undefined, 'resourceVersion should not be set on objects to be created')
  }
  validate(resource, object)
  const { name } = object.metadata
  if (store.find(resource, namespace, name) !== undefined) throw alreadyExists(resource, name)
  return { code: 201, body: isDryRun ? object : store.insert(resource, object) }
}

/** What a client may say in vain when it creates: the server sets these. Only a node is born with its status. */
function withoutServerFields(resource: Resource, body: JsonObject): JsonObject {
  const { creationTimestamp: _at, deletionTimestamp: _end, selfLink: _link, ...metadata } = within(body, 'metadata')
  const { status: _status, ...rest } = body
  return { ...(resource.subresources.includes('status') && resource !== NODES ? rest : body), metadata }
}

/** PUT of the object or its status. Without a resourceVersion it overwrites, and makes a Lease that is gone, as the real one does. */
export function update(writes: Writes, target: Target, body: JsonObject, isDryRun: boolean): Answer {
  const name = textAt(body, 'metadata', 'name') ?? ''
  if (name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name ?? ''})`)
  }
  const { resource } = target
  const uid = textAt(body, 'metadata', 'uid') ?? ''
  // A uid is a precondition, which nothing at all does not meet either.
  const isThere = writes.store.find(resource, namespaceOf(target), name) !== undefined
  if (!isThere && uid !== '') throw otherUid(resource, name, uid, '')
  if (!isThere && resource === LEASES) return create(writes, target, body, isDryRun)
  const before = found(writes.store, target)
  return change(writes, target, before, defaulted(target.resource, body), isDryRun)
}

/**
 * PATCH of the object or its status. An apply of what does not exist creates it. An apply of what is being deleted
 * answers 200 with the old object, which then goes: whoever applies must look at the uid and the deletionTimestamp.
 */
export function patch(writes: Writes, target: Target, type: PatchType, body: unknown, isDryRun: boolean): Answer {
  const before = writes.store.find(target.resource, namespaceOf(target), target.name ?? '')
  if (before === undefined && type === 'apply' && target.subresource === undefined && isJsonObject(body)) {
    return create(writes, target, body, isDryRun)
  }
  const object = found(writes.store, target)
  return change(writes, target, object, patched(object, type, body), isDryRun)
}

export function remove({ store, nowMs }: Writes, target: Target, query: URLSearchParams, body: JsonObject): Answer {
  const object = found(store, target)
  const { resource } = target
  const { name, uid, resourceVersion } = object.metadata
  const wanted = within(body, 'preconditions')
  const [wantedUid, wantedVersion] = [textAt(wanted, 'uid'), textAt(wanted, 'resourceVersion')]
  if (wantedUid !== undefined && wantedUid !== uid) {
    const because = `the UID in the precondition (${wantedUid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
    throw preconditionFailed(resource, name, because)
  }
  if (wantedVersion !== undefined && wantedVersion !== resourceVersion) {
    const because = `the ResourceVersion in the precondition (${wantedVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`
    throw preconditionFailed(resource, name, because)
  }
  const graceText = query.get('gracePeriodSeconds')
  const graceSeconds = numberAt(body, 'gracePeriodSeconds') ?? (graceText === null ? undefined : Number(graceText))
  const propagation = propagationOf(textAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? 'Background')
  const isDryRun = query.has('dryRun') || body['dryRun'] !== undefined
  if (isDryRun) return { code: 200, body: object }
  const left = deleteObject(store, nowMs, resource, object, { graceSeconds, propagation })
  // A pod answers with itself, anything else that is gone with a Status.
  return { code: 200, body: left.isGone && resource !== PODS ? deleted(resource, name, uid) : left.object }
}

function change(
  { store }: Writes,
  { resource, subresource, verb }: Target,
  before: KubeObject,
  wanted: JsonObject,
  isDryRun: boolean,
): Answer {
  const { name } = before.metadata
  const metadata = within(wanted, 'metadata')
  const version = textAt(metadata, 'resourceVersion') ?? ''
  if (version !== '' && version !== before.metadata.resourceVersion) throw modified(resource, name)
  const uid = textAt(metadata, 'uid') ?? ''
  if (uid !== '' && uid !== before.metadata.uid) {
    if (verb === 'update') throw otherUid(resource, name, uid, before.metadata.uid)
    throw invalid(resource, name, immutable('metadata.uid', uid))
  }
  const next: KubeObject =
    subresource === 'status'
      ? { ...before, status: within(wanted, 'status') }
      : withKeptFields(resource.subresources.includes('status'), before, wanted)
  validate(resource, next)
  return { code: 200, body: isDryRun ? next : replaceOrFinish(store, resource, withGeneration(before, next)) }
}

/** A client changes neither identity nor deletion, and the status only through its own path. */
function withKeptFields(hasStatus: boolean, before: KubeObject, wanted: JsonObject): KubeObject {
  const { uid, name, namespace, creationTimestamp, resourceVersion, generation } = before.metadata
  const { deletionTimestamp, deletionGracePeriodSeconds } = before.metadata
  const { deletionTimestamp: _asked, deletionGracePeriodSeconds: _grace, ...metadata } = within(wanted, 'metadata')
  return {
    ...wanted,
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: {
      ...metadata,
      name,
      uid,
      creationTimestamp,
      resourceVersion,
      ...(namespace === undefined ? {} : { namespace }),
      ...(generation === undefined ? {} : { generation }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    },
    ...(hasStatus && before.status !== undefined ? { status: before.status } : {}),
  }
}

function withGeneration(before: KubeObject, next: KubeObject): KubeObject {
  const { generation } = before.metadata
  if (generation === undefined || isDeepStrictEqual(before.spec, next.spec)) return next
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } }
}

function immutable(field: string, value: string): InvalidField {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
  }
}

function propagationOf(text: string): Propagation {
  if (text === 'Background' || text === 'Foreground' || text === 'Orphan') return text
  throw new Refusal(
    422,
    'Invalid',
    `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "${text}": supported values: "Foreground", "Background", "Orphan", "nil"`,
    { details: { group: 'meta.k8s.io', kind: 'DeleteOptions' } },
  )
}
