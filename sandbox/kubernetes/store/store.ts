import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type KubeObject, rfc3339, withMetadata } from './object.js'
import { NAMESPACES, type Resource } from './resources.js'

/** One write. `before` is what was there, for watches whose selector an object enters or leaves. */
export type Change = {
  readonly version: number
  readonly resource: Resource
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
  readonly before: KubeObject | undefined
}

/** What etcd is to the API server: objects, one rising version for all of them, and a history that is compacted. */
export type Store = {
  readonly version: () => number
  /** The oldest version a watch may start from. */
  readonly oldestVersion: () => number
  readonly find: (resource: Resource, namespace: string | undefined, name: string) => KubeObject | undefined
  /** By namespace and name. All namespaces when left out. */
  readonly list: (resource: Resource, namespace?: string) => readonly KubeObject[]
  /** Gives it a uid, a time and a version. The caller has looked that the name is free. */
  readonly insert: (resource: Resource, object: Unstored) => KubeObject
  /** Writes a new version, and none when nothing differs. The caller has compared versions. */
  readonly replace: (resource: Resource, object: KubeObject) => KubeObject
  readonly remove: (resource: Resource, object: KubeObject) => KubeObject
  /** What was written after that version; undefined when some of it is forgotten. */
  readonly since: (version: number) => readonly Change[] | undefined
  /** Told of each write, in order; the answer stops it. */
  readonly watch: (listener: (change: Change) => void) => () => void
  /** What this version's list was, kept for later pages until the next compaction. */
  readonly keepSnapshot: (resource: Resource, items: readonly KubeObject[]) => void
  readonly snapshot: (resource: Resource, version: number) => readonly KubeObject[] | undefined
  /** Forgets history and snapshots: older versions are "too old" from now on. */
  readonly compact: () => void
  /** As a restored or re-created etcd: the same objects, and versions that start low again. */
  readonly resetVersions: () => void
}

/** What a client sends before the server has filled in the rest. */
export type Unstored = Omit<KubeObject, 'metadata'> & {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown }
  readonly apiVersion: string
  readonly kind: string
}

const MOST_HISTORY = 10_000

export function emptyStore(nowMs: () => number): Store {
  const objects = new Map<string, Map<string, KubeObject>>()
  const listeners = new Set<(change: Change) => void>()
  const snapshots = new Map<string, readonly KubeObject[]>()
  let history: Change[] = []
  let version = 1
  let oldest = 1

  const table = (resource: Resource) => {
    const key = `${resource.group}/${resource.plural}`
    const found = objects.get(key) ?? new Map<string, KubeObject>()
    objects.set(key, found)
    return found
  }
  const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`
  const keyOfObject = ({ metadata }: KubeObject) => keyOf(metadata.namespace, metadata.name)
  const write = (type: Change['type'], resource: Resource, object: KubeObject): KubeObject => {
    version += 1
    const stamped = withMetadata(object, { resourceVersion: String(version) })
    const key = keyOfObject(stamped)
    const before = table(resource).get(key)
    if (type === 'DELETED') table(resource).delete(key)
    else table(resource).set(key, stamped)
    const change: Change = { version, resource, type, object: stamped, before }
    history.push(change)
    if (history.length > MOST_HISTORY) {
      history = history.slice(MOST_HISTORY / 2)
      oldest = (history[0]?.version ?? version) - 1
    }
    for (const listener of listeners) listener(change)
    return stamped
  }
  const snapshotKey = (resource: Resource, at: number) => `${at}/${resource.group}/${resource.plural}`

  const store: Store = {
    version: () => version,
    oldestVersion: () => oldest,
    find: (resource, namespace, name) => table(resource).get(keyOf(namespace, name)),
    list: (resource, namespace) =>
      [...table(resource).entries()]
        .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object),
    insert: (resource, object) => {
      const { uid: _uid, resourceVersion: _version, ...metadata } = object.metadata
      return write('ADDED', resource, {
        ...object,
        metadata: {
          creationTimestamp: rfc3339(nowMs()),
          ...metadata,
          name: object.metadata.name,
          uid: randomUUID(),
          resourceVersion: '',
          ...(resource.hasGeneration ? { generation: 1 } : {}),
        },
      })
    },
    replace: (resource, object) => {
      const before = table(resource).get(keyOfObject(object))
      if (before === undefined) throw new Error(`${keyOfObject(object)} is not stored`)
      const same = withMetadata(object, { resourceVersion: before.metadata.resourceVersion })
      return isDeepStrictEqual(same, before) ? before : write('MODIFIED', resource, object)
    },
    remove: (resource, object) => write('DELETED', resource, object),
    since: (from) => (from < oldest ? undefined : history.filter((change) => change.version > from)),
    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    keepSnapshot: (resource, items) => void snapshots.set(snapshotKey(resource, version), items),
    snapshot: (resource, at) => snapshots.get(snapshotKey(resource, at)),
    compact: () => {
      version += 1 // as on a busy server: whatever a client holds is older than the compaction
      oldest = version
      history = []
      snapshots.clear()
    },
    resetVersions: () => {
      version = 1
      oldest = 1
      history = []
      snapshots.clear()
      for (const stored of objects.values()) {
        for (const [key, object] of stored) {
          version += 1
          stored.set(key, withMetadata(object, { resourceVersion: String(version) }))
        }
      }
      oldest = version
    },
  }
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    store.insert(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  }
  return store
}
