import type { ClusterNode, Deployment, Pod, ReplicaSet } from '../../core/attribution/picture.js'
import { deploymentOf, nodeOf, podOf, replicaSetOf } from './objects.js'
import type { RawObject } from './raw.js'

/** What is listed and watched of one kind. */
export type Kind<T> = {
  readonly resource: 'pods' | 'replicasets' | 'deployments' | 'nodes'
  /** As RBAC writes it: empty for the core group. */
  readonly group: '' | 'apps'
  readonly path: string
  /** Null: the object makes no sense, and with it the answer it came in. */
  readonly translate: (raw: RawObject, skewMs: number) => T | null
}

export type Resource = Kind<unknown>['resource']

export const PODS: Kind<Pod> = { resource: 'pods', group: '', path: '/api/v1/pods', translate: podOf }
export const REPLICA_SETS: Kind<ReplicaSet> = {
  resource: 'replicasets',
  group: 'apps',
  path: '/apis/apps/v1/replicasets',
  translate: replicaSetOf,
}
export const DEPLOYMENTS: Kind<Deployment> = {
  resource: 'deployments',
  group: 'apps',
  path: '/apis/apps/v1/deployments',
  translate: deploymentOf,
}
export const NODES: Kind<ClusterNode> = { resource: 'nodes', group: '', path: '/api/v1/nodes', translate: nodeOf }
