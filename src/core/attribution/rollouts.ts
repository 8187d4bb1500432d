import type { Deployment, Picture, Pod, ReplicaSet, Rollout, Workload } from './picture.js'

/** What a pod belongs to. `standing` is `previous` only when the Deployment and its ReplicaSets agree which one is current. */
export type Lineage = {
  readonly workload: Workload | null
  readonly rollout: Rollout | null
  readonly standing: 'current' | 'previous'
  readonly isRolloutComplete: boolean
}

/** When a Deployment last changed its pods, for the card. `at` is epoch ms. */
export type LastRollout = {
  readonly workload: Workload
  readonly rollout: Rollout
  readonly at: number
  readonly isComplete: boolean
}

/**
 * The ReplicaSet a Deployment runs now: the one with the highest revision, which must be the Deployment's own. Undefined while
 * the two disagree: lists and watches of two kinds are never of the same moment, and a wrong answer would make the service's
 * present pods a previous rollout.
 *
 * Source: Kubernetes, annotation `deployment.kubernetes.io/revision`; a rollback gives the old ReplicaSet the next revision.
 */
export function currentReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const own = replicaSets.filter(({ owner }) => owner?.uid === deployment.uid)
  const highest = Math.max(...own.map(({ revision }) => revision ?? 0))
  const current = own.filter(({ revision }) => revision === highest)
  return current.length === 1 && deployment.revision === highest ? current[0] : undefined
}

/** Whether every wanted replica is of the current ReplicaSet, available, and the only one. Source: `kubectl rollout status`. */
export function isRolloutComplete({ replicas, generation, observedGeneration, status }: Deployment): boolean {
  return (
    observedGeneration >= generation &&
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas
  )
}

/** Whether a rollout goes on: the new ReplicaSet lacks replicas, or an old one still has some. */
export function isRollingOut({ replicas, generation, observedGeneration, status }: Deployment): boolean {
  return (
    observedGeneration < generation || status.updatedReplicas < replicas || status.replicas > status.updatedReplicas
  )
}

/** What each ReplicaSet's pods belong to, by the ReplicaSet's uid. */
export function lineages(picture: Pick<Picture, 'replicaSets' | 'deployments'>): ReadonlyMap<string, Lineage> {
  const deployments = new Map(picture.deployments.map((deployment) => [deployment.uid, deployment]))
  const families = new Map<string, ReplicaSet[]>()
  for (const replicaSet of picture.replicaSets) {
    const uid = replicaSet.owner?.uid ?? ''
    families.set(uid, [...(families.get(uid) ?? []), replicaSet])
  }
  return new Map(
    [...families].flatMap(([ownerUid, replicaSets]) => {
      const deployment = deployments.get(ownerUid)
      const current = deployment === undefined ? undefined : currentReplicaSet(deployment, replicaSets)
      return replicaSets.map((replicaSet) => [replicaSet.uid, lineage(replicaSet, deployment, current)] as const)
    }),
  )
}

function lineage(replicaSet: ReplicaSet, deployment: Deployment | undefined, current: ReplicaSet | undefined): Lineage {
  const { namespace, name, owner } = replicaSet
  // Of a Deployment that is not listed: its name is known, its present rollout is not.
  if (deployment === undefined) {
    const workload =
      owner === null ? { namespace, kind: 'ReplicaSet', name } : { namespace, kind: owner.kind, name: owner.name }
    const rollout = owner?.kind === 'Deployment' ? rolloutOf(replicaSet) : null
    return { workload, rollout, standing: 'current', isRolloutComplete: false }
  }
  const isOlder = current !== undefined && replicaSet.revision !== null && replicaSet.revision < (current.revision ?? 0)
  return {
    workload: workloadOf(deployment),
    rollout: rolloutOf(replicaSet),
    standing: isOlder ? 'previous' : 'current',
    isRolloutComplete: current !== undefined && isRolloutComplete(deployment),
  }
}

/** What a pod belongs to. Without its ReplicaSet in the picture it is never of a previous rollout. */
export function lineageOf(pod: Pick<Pod, 'namespace' | 'owner'>, known: ReadonlyMap<string, Lineage>): Lineage {
  const { namespace, owner } = pod
  const workload = owner === null ? null : { namespace, kind: owner.kind, name: owner.name }
  const none: Lineage = { workload, rollout: null, standing: 'current', isRolloutComplete: false }
  return owner === null ? none : (known.get(owner.uid) ?? none)
}

/**
 * The latest rollout of each of these Deployments, newest first; those that are no Deployment, or whose current ReplicaSet is
 * not clear, are left out. A ReplicaSet is as old as its first rollout: when a younger one of its Deployment exists it came back
 * by a rollback, and the Deployment's own progress says when.
 */
export function lastRollouts(
  workloads: readonly Workload[],
  picture: Pick<Picture, 'replicaSets' | 'deployments'>,
): readonly LastRollout[] {
  const wanted = new Set(workloads.filter(({ kind }) => kind === 'Deployment').map(workloadKey))
  const families = new Map(picture.deployments.map(({ uid }) => [uid, [] as ReplicaSet[]]))
  for (const replicaSet of picture.replicaSets) families.get(replicaSet.owner?.uid ?? '')?.push(replicaSet)
  return picture.deployments
    .filter((deployment) => wanted.has(workloadKey(workloadOf(deployment))))
    .flatMap((deployment): LastRollout[] => {
      const own = families.get(deployment.uid) ?? []
      const current = currentReplicaSet(deployment, own)
      if (current === undefined) return []
      const cameBack = own.some(({ createdAt }) => createdAt > current.createdAt)
      const at = cameBack ? Math.max(current.createdAt, deployment.progressedAt ?? 0) : current.createdAt
      const workload = workloadOf(deployment)
      return [{ workload, rollout: rolloutOf(current), at, isComplete: isRolloutComplete(deployment) }]
    })
    .sort((a, b) => b.at - a.at)
}

export function workloadOf({ namespace, name }: Deployment): Workload {
  return { namespace, kind: 'Deployment', name }
}

/** One text per workload, fit as a key of a map. */
export function workloadKey({ namespace, kind, name }: Workload): string {
  return `${namespace}/${kind}/${name}`
}

function rolloutOf({ name, revision, createdAt }: ReplicaSet): Rollout {
  return { name, revision, createdAt }
}
