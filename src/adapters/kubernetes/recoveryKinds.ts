import type { Right } from './recoveryRight.js'

/** What RBAC and the path call them; all are served as v1. */
type Kind = Pick<Right, 'group' | 'resource'>

export const DEPLOYMENTS: Kind = { group: 'apps', resource: 'deployments' }
export const REPLICA_SETS: Kind = { group: 'apps', resource: 'replicasets' }
export const PODS: Kind = { group: '', resource: 'pods' }
export const CLAIMS: Kind = { group: '', resource: 'persistentvolumeclaims' }
export const VOLUMES: Kind = { group: '', resource: 'persistentvolumes' }
export const NODES: Kind = { group: '', resource: 'nodes' }
export const EVENTS: Kind = { group: '', resource: 'events' }
export const ATTACHMENTS: Kind = { group: 'storage.k8s.io', resource: 'volumeattachments' }
export const AUTOSCALERS: Kind = { group: 'autoscaling', resource: 'horizontalpodautoscalers' }
export const LEASES: Kind = { group: 'coordination.k8s.io', resource: 'leases' }
export const SECRETS: Kind = { group: '', resource: 'secrets' }
