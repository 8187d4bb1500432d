import type { MovableClock } from '../discord/clock.js'
import { runningStatus } from './controller/kubelet.js'
import { defaulted } from './api/admission.js'
import { deleteObject } from './store/lifecycle.js'
import { type JsonObject, type KubeObject, type OwnerReference, rfc3339, withMetadata } from './store/object.js'
import { apiVersionOf, NAMESPACES, NODES, PODS, type Resource, RESOURCES } from './store/resources.js'
import type { Store } from './store/store.js'
import { type RollOut, rollOut } from './rollOut.js'

export type PodSeed = {
  readonly name: string
  /** Absent: `default`. */
  readonly namespace?: string
  /** One of each family where there are two; absent: none yet. */
  readonly addresses?: readonly string[]
  /** Absent: Running. */
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  /** Absent: not scheduled. */
  readonly node?: string
  readonly isHostNetwork?: boolean
  readonly labels?: Readonly<Record<string, string>>
  readonly owner?: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name' | 'uid'>
  readonly createdAtMs?: number
  /** A status of its own, such as `{}` for one that is missing; replaces what is made of the rest. */
  readonly status?: JsonObject
}

export type NodeSeed = { readonly name: string; readonly addresses?: readonly string[] }

/** The cluster without its API: what tests and scenarios do to it. Watchers hear of every change. */
export type ClusterWorld = {
  /** Makes the pod, or changes the one of that name. */
  readonly putPod: (pod: PodSeed) => KubeObject
  readonly putNode: (node: NodeSeed) => KubeObject
  /** Any object, by its kind, as it is: `apiVersion` may be left out. Makes its namespace too. */
  readonly put: (object: JsonObject & { readonly kind: string; readonly metadata: Seeded }) => KubeObject
  /** Gone at once. False when it was not there. */
  readonly removePod: (name: string, namespace?: string) => boolean
  readonly remove: (plural: string, name: string, namespace?: string) => boolean
  /** Terminating, for `graceSeconds` (absent: the pod's own) and, without a kubelet or when held, for good. */
  readonly terminatePod: (name: string, namespace?: string, graceSeconds?: number) => KubeObject
  /** Its node does not answer: once Terminating it stays so, until released or deleted with grace 0. */
  readonly holdPod: (name: string, namespace?: string) => void
  readonly releasePod: (name: string, namespace?: string) => void
  /** A rollout as its end: the Deployment, a new ReplicaSet and its pods; earlier ones are scaled to 0, their pods gone. */
  readonly rollOut: (rollout: RollOut) => void
  readonly list: (plural: string, namespace?: string) => readonly KubeObject[]
  readonly find: (plural: string, name: string, namespace?: string) => KubeObject | undefined
  /** Forgets history: watches and pages from earlier versions are told 410. */
  readonly compact: () => void
  readonly version: () => number
  /** Lets the controller do now what it would do soon. */
  readonly settle: () => void
}

type Seeded = { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown }

export type WorldSetup = {
  readonly store: Store
  readonly clock: MovableClock
  readonly held: Set<string>
  readonly settle: () => void
}

const DEFAULT_NAMESPACE = 'default'

export function clusterWorld({ store, clock, held, settle }: WorldSetup): ClusterWorld {
  const podNamed = (name: string, namespace = DEFAULT_NAMESPACE): KubeObject => {
    const pod = store.find(PODS, namespace, name)
    if (pod === undefined) throw new Error(`there is no pod ${namespace}/${name}`)
    return pod
  }
  const remove = (resource: Resource, name: string, namespace: string | undefined): boolean => {
    const object = store.find(resource, resource.isNamespaced ? (namespace ?? DEFAULT_NAMESPACE) : undefined, name)
    if (object !== undefined) store.remove(resource, object)
    return object !== undefined
  }
  const put: ClusterWorld['put'] = (object) => putObject(store, object)

  return {
    put,
    putPod: (pod) => put(podObject(pod, rfc3339(clock.now()))),
    putNode: ({ name, addresses = [] }) =>
      put({
        kind: NODES.kind,
        metadata: { name, labels: { 'kubernetes.io/hostname': name } },
        spec: {},
        status: {
          addresses: [
            ...addresses.map((address) => ({ type: 'InternalIP', address })),
            { type: 'Hostname', address: name },
          ],
          conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
        },
      }),
    removePod: (name, namespace) => remove(PODS, name, namespace),
    remove: (plural, name, namespace) => remove(resourceNamed(plural), name, namespace),
    terminatePod: (name, namespace, graceSeconds) =>
      deleteObject(store, clock.now, PODS, podNamed(name, namespace), { graceSeconds, propagation: 'Background' })
        .object,
    holdPod: (name, namespace) => void held.add(podNamed(name, namespace).metadata.uid),
    releasePod: (name, namespace) => {
      held.delete(podNamed(name, namespace).metadata.uid)
      settle()
    },
    rollOut: (rollout) => rollOut({ store, nowMs: clock.now, put }, rollout),
    list: (plural, namespace) => store.list(resourceNamed(plural), namespace),
    find: (plural, name, namespace) => {
      const resource = resourceNamed(plural)
      return store.find(resource, resource.isNamespaced ? (namespace ?? DEFAULT_NAMESPACE) : undefined, name)
    },
    compact: store.compact,
    version: store.version,
    settle,
  }
}

function putObject(store: Store, object: Parameters<ClusterWorld['put']>[0]): KubeObject {
  const resource = RESOURCES.find(({ kind }) => kind === object.kind)
  if (resource === undefined) throw new Error(`the stand-in keeps no ${object.kind}`)
  const namespace = resource.isNamespaced ? (object.metadata.namespace ?? DEFAULT_NAMESPACE) : undefined
  if (namespace !== undefined && store.find(NAMESPACES, undefined, namespace) === undefined) {
    store.insert(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  }
  const metadata = { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) }
  const { status } = object
  const seeded = defaulted(resource, { ...object, apiVersion: apiVersionOf(resource), metadata })
  const whole = status === undefined ? seeded : { ...seeded, status: status as JsonObject }
  const before = store.find(resource, namespace, metadata.name)
  if (before === undefined) return store.insert(resource, whole)
  return store.replace(resource, withMetadata({ ...whole, metadata: before.metadata }, metadata))
}

function podObject(pod: PodSeed, now: string): Parameters<ClusterWorld['put']>[0] {
  const { name, namespace, addresses = [], phase = 'Running', node, owner, labels } = pod
  const status = phase === 'Running' ? runningStatus(addresses, now) : { phase, ...addressFields(addresses) }
  return {
    kind: PODS.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(pod.createdAtMs === undefined ? {} : { creationTimestamp: rfc3339(pod.createdAtMs) }),
      ...(owner === undefined ? {} : { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] }),
    },
    spec: {
      containers: [{ name: 'main', image: 'sandbox' }],
      ...(node === undefined ? {} : { nodeName: node }),
      ...(pod.isHostNetwork === true ? { hostNetwork: true } : {}),
    },
    status: pod.status ?? status,
  }
}

function addressFields(addresses: readonly string[]): JsonObject {
  return addresses[0] === undefined ? {} : { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }
}

function resourceNamed(plural: string): Resource {
  const resource = RESOURCES.find((each) => each.plural === plural)
  if (resource === undefined) throw new Error(`the stand-in keeps no ${plural}`)
  return resource
}
