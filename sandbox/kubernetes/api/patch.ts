import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject } from '../store/object.js'
import { badRequest, Refusal } from './refusal.js'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export function patchTypeOf(contentType: string | undefined): PatchType {
  switch (contentType?.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return 'json'
    case 'application/merge-patch+json':
      return 'merge'
    case 'application/strategic-merge-patch+json':
      return 'strategic'
    case 'application/apply-patch+yaml':
      return 'apply'
    default:
      throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', { details: {} })
  }
}

/**
 * The object after the patch. Apply is merged like a strategic patch: who owns which field is not kept here, so conflicts
 * of managers, and fields that go because their manager no longer names them, are seen on a real server only.
 */
export function patched(object: JsonObject, type: PatchType, body: unknown): JsonObject {
  if (type === 'json') return asObject(jsonPatched(object, body))
  if (!isJsonObject(body)) throw badRequest('the patch is no object')
  return asObject(type === 'merge' ? merged(object, body) : strategicallyMerged(object, body))
}

function asObject(value: unknown): JsonObject {
  if (isJsonObject(value)) return value
  throw unprocessable()
}

/** RFC 7386. */
export function merged(target: unknown, patch: unknown): unknown {
  return combine(target, patch, (_key, _old, next) => next)
}

/** What a list of objects is keyed by where lists are merged; lists without a key are replaced. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  conditions: ['type'],
  ports: ['containerPort'],
  volumeMounts: ['mountPath'],
  ownerReferences: ['uid'],
  podIPs: ['ip'],
  addresses: ['type'],
}

function strategicallyMerged(target: unknown, patch: unknown): unknown {
  return combine(target, patch, (key, old, next) => {
    if (key === 'finalizers' && Array.isArray(old)) return [...new Set([...(old as unknown[]), ...next])]
    const mergeKey = MERGE_KEYS[key]?.[0]
    return mergeKey === undefined || !Array.isArray(old) ? next : mergeByKey(old, next, mergeKey)
  })
}

type CombineLists = (key: string, old: unknown, next: readonly unknown[]) => unknown

function combine(target: unknown, patch: unknown, lists: CombineLists): unknown {
  if (!isJsonObject(patch)) return patch
  const old = isJsonObject(target) ? target : {}
  const result: Record<string, unknown> = { ...old }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (Array.isArray(value)) result[key] = lists(key, old[key], value as unknown[])
    else result[key] = combine(old[key], value, lists)
  }
  return result
}

function mergeByKey(old: readonly unknown[], next: readonly unknown[], key: string): unknown[] {
  const keyOf = (item: unknown) => (isJsonObject(item) ? item[key] : undefined)
  const changed = old.map((item) => {
    const change = next.find((each) => keyOf(each) === keyOf(item))
    return change === undefined ? item : isDeletion(change) ? undefined : strategicallyMerged(item, change)
  })
  const added = next.filter((item) => !isDeletion(item) && !old.some((each) => keyOf(each) === keyOf(item)))
  return [...changed.filter((item) => item !== undefined), ...added]
}

function isDeletion(item: unknown): boolean {
  return isJsonObject(item) && item['$patch'] === 'delete'
}

/** RFC 6902, without copy and move, which nothing of ours sends. */
function jsonPatched(object: JsonObject, body: unknown): unknown {
  if (!Array.isArray(body)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return (body as unknown[]).reduce<unknown>((at, step) => {
    if (!isJsonObject(step) || typeof step['path'] !== 'string') throw badRequest('Invalid JSON Patch')
    const keys = step['path']
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const { op, value } = step
    if (op === 'test') {
      if (!isDeepStrictEqual(valueAt(at, keys), value)) throw unprocessable()
      return at
    }
    if (op !== 'add' && op !== 'replace' && op !== 'remove') throw badRequest(`Unexpected kind: ${String(op)}`)
    return changedAt(at, keys, op, value)
  }, object)
}

function valueAt(at: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((found, key) => {
    if (Array.isArray(found)) return (found as unknown[])[Number(key)]
    return isJsonObject(found) ? found[key] : undefined
  }, at)
}

function changedAt(at: unknown, keys: readonly string[], op: 'add' | 'replace' | 'remove', value: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return value
  if (Array.isArray(at)) {
    const list = [...(at as unknown[])]
    const index = key === '-' ? list.length : Number(key)
    if (!Number.isInteger(index) || index > list.length || (op !== 'add' && index >= list.length)) throw unprocessable()
    if (rest.length > 0) list[index] = changedAt(list[index], rest, op, value)
    else if (op === 'add') list.splice(index, 0, value)
    else if (op === 'remove') list.splice(index, 1)
    else list[index] = value
    return list
  }
  if (!isJsonObject(at)) throw unprocessable()
  if (rest.length > 0) {
    if (at[key] === undefined) throw unprocessable()
    return { ...at, [key]: changedAt(at[key], rest, op, value) }
  }
  if (op !== 'add' && at[key] === undefined) throw unprocessable()
  if (op !== 'remove') return { ...at, [key]: value }
  const { [key]: _gone, ...others } = at
  return others
}

function unprocessable(): Refusal {
  return new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', { details: {} })
}
