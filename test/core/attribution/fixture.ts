import type { Attribution, Caller } from '../../../src/core/attribution/attribution.js'
import { attribute } from '../../../src/core/attribution/attribute.js'
import type { Deployment, Picture, Pod, ReplicaSet, Sighting } from '../../../src/core/attribution/picture.js'
import { pictureIndex, type DeclaredRanges, type PictureIndex } from '../../../src/core/attribution/pictureIndex.js'
import { MINUTE, T0 } from '../fixture.js'

export const HOUR = 60 * MINUTE
export const SITE = { namespace: 'default', kind: 'Deployment', name: 'site' }
const DEPLOYMENT_OWNER = { kind: 'Deployment', name: 'site', uid: 'd-site' }

/** The two pushes of the post-mortem: 22:19 the evening before, and 10:40 that morning. */
export const OLD_SET: ReplicaSet = {
  uid: 'rs-41',
  namespace: 'default',
  name: 'site-6f9c8d7b5',
  createdAt: T0 - 15 * HOUR,
  revision: 41,
  owner: DEPLOYMENT_OWNER,
}
export const NEW_SET: ReplicaSet = {
  ...OLD_SET,
  uid: 'rs-42',
  name: 'site-7d4b9c6f8',
  createdAt: T0 - 3 * HOUR,
  revision: 42,
}
export const DEPLOYMENT: Deployment = {
  uid: 'd-site',
  namespace: 'default',
  name: 'site',
  revision: 42,
  replicas: 1,
  strategy: { kind: 'RollingUpdate', maxSurge: '25%' },
  generation: 7,
  observedGeneration: 7,
  status: { replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  progressedAt: T0 - 3 * HOUR,
}

/** The living pod of the current rollout, unless told otherwise. */
export function pod(of: Partial<Pod> = {}): Pod {
  return {
    uid: 'p-new',
    namespace: 'default',
    name: 'site-7d4b9c6f8-x2k4p',
    phase: 'Running',
    addresses: ['10.2.0.9'],
    isHostNetwork: false,
    node: 'lke-1',
    createdAt: T0 - 3 * HOUR,
    isTerminating: false,
    owner: { kind: 'ReplicaSet', name: NEW_SET.name, uid: NEW_SET.uid },
    ...of,
  }
}

/** The pod of the previous rollout, where it is still there. */
export function oldPod(of: Partial<Pod> = {}): Pod {
  return pod({
    uid: 'p-old',
    name: 'site-6f9c8d7b5-q8zvw',
    addresses: ['10.2.0.7'],
    createdAt: T0 - 15 * HOUR,
    owner: { kind: 'ReplicaSet', name: OLD_SET.name, uid: OLD_SET.uid },
    ...of,
  })
}

/** The previous rollout's pod, last seen when it went three hours ago. */
export function sighting(of: Partial<Sighting> = {}): Sighting {
  return {
    address: '10.2.0.7',
    podUid: 'p-old',
    podName: 'site-6f9c8d7b5-q8zvw',
    workload: SITE,
    rollout: { name: OLD_SET.name, revision: 41, createdAt: OLD_SET.createdAt },
    podCreatedAt: T0 - 15 * HOUR,
    firstSeenAt: T0 - 15 * HOUR + MINUTE,
    lastSeenAt: T0 - 3 * HOUR,
    ...of,
  }
}

export function picture(pods: readonly Pod[] = [pod()], of: Partial<Picture> = {}): Picture {
  return {
    listBegunAt: T0,
    pods,
    replicaSets: [OLD_SET, NEW_SET],
    deployments: [DEPLOYMENT],
    nodes: [{ name: 'lke-1', addresses: ['192.168.1.5', '203.0.113.5'] }],
    ...of,
  }
}

export const NO_RANGES: DeclaredRanges = { podRanges: [], poolers: [], knownHosts: [] }

export type Known = {
  readonly picture?: Picture | null
  readonly sightings?: readonly Sighting[]
  readonly ranges?: Partial<DeclaredRanges>
  readonly watchedSince?: number
}

export function indexOf({
  ranges,
  picture: seen = picture(),
  sightings = [sighting()],
  watchedSince,
}: Known = {}): PictureIndex {
  return pictureIndex({
    picture: seen,
    sightings,
    ranges: { ...NO_RANGES, ...ranges },
    ...(watchedSince === undefined ? {} : { watchedSince }),
  })
}

/** A backend of the old pod's address that started five hours ago. */
export function caller(of: Partial<Caller> = {}): Caller {
  return { applicationName: '', clientAddr: '10.2.0.7', startedAt: T0 - 5 * HOUR, ...of }
}

export function ask(of: Partial<Caller> = {}, known: Known = {}): Attribution {
  return attribute(caller(of), indexOf(known))
}

/** `kind: reason`, which is what most tests are about. */
export function told(answer: Attribution): string {
  return `${answer.kind}: ${answer.because.kind}`
}
