/** One kind of object and where it is found. */
export type Resource = {
  /** Empty for the core group. */
  readonly group: string
  readonly version: 'v1'
  readonly plural: string
  readonly kind: string
  readonly isNamespaced: boolean
  readonly shortNames: readonly string[]
  readonly subresources: readonly Subresource[]
  /** Besides metadata.name and, where namespaced, metadata.namespace. */
  readonly fieldSelectors: readonly string[]
  /** `metadata.generation` rises with the specification. */
  readonly hasGeneration: boolean
}

export type Subresource = 'status' | 'scale'

const PLAIN = {
  version: 'v1',
  isNamespaced: true,
  shortNames: [],
  subresources: [],
  fieldSelectors: [],
  hasGeneration: false,
} as const

export const PODS: Resource = {
  ...PLAIN,
  group: '',
  plural: 'pods',
  kind: 'Pod',
  shortNames: ['po'],
  subresources: ['status'],
  fieldSelectors: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'status.podIP'],
}

export const NODES: Resource = {
  ...PLAIN,
  group: '',
  plural: 'nodes',
  kind: 'Node',
  isNamespaced: false,
  shortNames: ['no'],
  subresources: ['status'],
  fieldSelectors: ['spec.unschedulable'],
}

export const REPLICA_SETS: Resource = {
  ...PLAIN,
  group: 'apps',
  plural: 'replicasets',
  kind: 'ReplicaSet',
  shortNames: ['rs'],
  subresources: ['scale', 'status'],
  hasGeneration: true,
}

export const DEPLOYMENTS: Resource = {
  ...PLAIN,
  group: 'apps',
  plural: 'deployments',
  kind: 'Deployment',
  shortNames: ['deploy'],
  subresources: ['scale', 'status'],
  hasGeneration: true,
}

export const NAMESPACES: Resource = {
  ...PLAIN,
  group: '',
  plural: 'namespaces',
  kind: 'Namespace',
  isNamespaced: false,
  shortNames: ['ns'],
  subresources: ['status'],
  fieldSelectors: ['status.phase'],
}

export const LEASES: Resource = { ...PLAIN, group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease' }

export const RESOURCES: readonly Resource[] = [
  PODS,
  NODES,
  NAMESPACES,
  {
    ...PLAIN,
    group: '',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    shortNames: ['pvc'],
    subresources: ['status'],
  },
  {
    ...PLAIN,
    group: '',
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    isNamespaced: false,
    shortNames: ['pv'],
    subresources: ['status'],
  },
  { ...PLAIN, group: '', plural: 'secrets', kind: 'Secret', fieldSelectors: ['type'] },
  {
    ...PLAIN,
    group: '',
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    fieldSelectors: ['involvedObject.kind', 'involvedObject.name', 'involvedObject.uid', 'reason', 'type'],
  },
  REPLICA_SETS,
  DEPLOYMENTS,
  {
    ...PLAIN,
    group: 'autoscaling',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    shortNames: ['hpa'],
    subresources: ['status'],
  },
  LEASES,
  {
    ...PLAIN,
    group: 'storage.k8s.io',
    plural: 'volumeattachments',
    kind: 'VolumeAttachment',
    isNamespaced: false,
    subresources: ['status'],
  },
]

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

export function resourceOf(group: string, plural: string): Resource | undefined {
  return RESOURCES.find((resource) => resource.group === group && resource.plural === plural)
}

/** As error texts name it: `pods`, `deployments.apps`. */
export function qualified({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`
}
