import type { ClusterNode, Deployment, Picture, Pod, ReplicaSet } from '../../core/attribution/picture.js'
import type { Clock } from '../../ports/clock.js'
import type { ClusterProblem } from '../../ports/cluster.js'
import type { Access } from './access.js'
import { getJson } from './call.js'
import { DEPLOYMENTS, NODES, PODS, REPLICA_SETS } from './kinds.js'
import type { Kind } from './kinds.js'
import type { Limit } from './limit.js'
import { failure, grantOf } from './problem.js'
import type { Failure } from './problem.js'
import type { RawList } from './raw.js'
import { skewOf } from './skew.js'

const PAGE = '500'

/** All there is of one kind; the key is the uid. */
export type Listed<T> = {
  readonly kind: 'listed'
  readonly resourceVersion: string
  readonly entries: ReadonlyMap<string, T>
}

/** Null: we may not list it (403). */
export type Listing = {
  readonly kind: 'listing'
  readonly begunAt: number
  readonly skewMs: number
  readonly pods: Listed<Pod>
  readonly replicaSets: Listed<ReplicaSet> | null
  readonly deployments: Listed<Deployment> | null
  readonly nodes: Listed<ClusterNode> | null
  /** Names the rights that are missing. */
  readonly problem: ClusterProblem | undefined
}

export type ListDeps = {
  readonly clock: Clock
  readonly access: Access
  /** What is known of the API server's clock so far, in ms. */
  readonly skewMs: number
  /** Bounds the whole; its owner ends it. */
  readonly within: Limit
}

/**
 * Lists the four kinds at once, cluster-wide and complete, or fails: half a list would make orphans of living pods.
 * Without the right to list anything but pods, the picture is made of what may be seen, and `problem` says what is
 * missing. Never rejects.
 *
 * No resourceVersion is sent: that is the one LIST which shows what was true after it was asked for, and not whatever
 * the API server had cached. Source: Kubernetes documentation, "API Concepts", Resource versions.
 */
export async function listCluster(deps: ListDeps): Promise<Listing | Failure> {
  const begunAt = deps.clock.now()
  // The first answer decides for all, so that every time in the picture is shifted by the same.
  let skewMs: number | undefined
  const page: Pager = async (kind, token) => {
    const query = { limit: PAGE, ...(token === undefined ? {} : { continue: token }) }
    const right = { ...kind, verb: 'list' } as const
    const answer = await getJson({ ...deps, path: kind.path, query, right }, deps.within)
    if (answer.kind === 'failed') return answer
    skewMs ??= skewOf(answer.timing, deps.skewMs)
    return { kind: 'page', list: answer.json ?? {}, skewMs }
  }
  const [pods, replicaSets, deployments, nodes] = await Promise.all([
    listKind(PODS, page),
    listKind(REPLICA_SETS, page),
    listKind(DEPLOYMENTS, page),
    listKind(NODES, page),
  ])
  const failed = fatalOf([pods, replicaSets, deployments, nodes])
  if (failed !== undefined) return failed
  const problem = missingRights([
    ...(pods.kind === 'failed' ? [PODS] : []),
    ...(replicaSets.kind === 'failed' ? [REPLICA_SETS] : []),
    ...(deployments.kind === 'failed' ? [DEPLOYMENTS] : []),
    ...(nodes.kind === 'failed' ? [NODES] : []),
  ])
  if (pods.kind === 'failed') return { ...pods, ...(problem === undefined ? {} : { problem }) }
  return {
    kind: 'listing',
    begunAt,
    skewMs: skewMs ?? deps.skewMs,
    pods,
    replicaSets: allowed(replicaSets),
    deployments: allowed(deployments),
    nodes: allowed(nodes),
    problem,
  }
}

type Pager = (kind: Kind<unknown>, token: string | undefined) => Promise<Page | Failure>
type Page = { readonly kind: 'page'; readonly list: RawList; readonly skewMs: number }

async function listKind<T>(kind: Kind<T>, page: Pager): Promise<Listed<T> | Failure> {
  const first = await listOnce(kind, page)
  // A list that took so long that the server forgot its beginning: what we have is of two times, so all over again.
  return first.kind === 'failed' && first.status === 410 ? listOnce(kind, page) : first
}

async function listOnce<T>(kind: Kind<T>, page: Pager): Promise<Listed<T> | Failure> {
  const entries = new Map<string, T>()
  let resourceVersion: string | undefined
  let token: string | undefined
  for (;;) {
    const answer = await page(kind, token)
    if (answer.kind === 'failed') return answer
    const { items, metadata } = answer.list
    resourceVersion ??= metadata?.resourceVersion
    if (!Array.isArray(items) || resourceVersion === undefined || resourceVersion === '') return half(kind)
    for (const raw of answer.list.items ?? []) {
      const value = kind.translate(raw, answer.skewMs)
      if (value === null) return half(kind)
      entries.set(raw.metadata?.uid ?? raw.metadata?.name ?? '', value)
    }
    if (metadata?.continue === undefined || metadata.continue === '') {
      return (metadata?.remainingItemCount ?? 0) > 0 ? half(kind) : { kind: 'listed', resourceVersion, entries }
    }
    // The same page again would be asked for until the time is up.
    if (metadata.continue === token) return half(kind)
    token = metadata.continue
  }
}

function half(kind: Kind<unknown>): Failure {
  return failure('incomplete', `The API server sent only a part of the ${kind.resource}`)
}

/** A right that is missing costs what it would have shown; anything else that fails, fails the whole. */
function fatalOf(answers: readonly (Listed<unknown> | Failure)[]): Failure | undefined {
  for (const answer of answers) if (answer.kind === 'failed' && answer.problem.why !== 'denied') return answer
  return undefined
}

function allowed<T>(answer: Listed<T> | Failure): Listed<T> | null {
  return answer.kind === 'listed' ? answer : null
}

function missingRights(kinds: readonly Kind<unknown>[]): ClusterProblem | undefined {
  if (kinds.length === 0) return undefined
  const names = kinds.map(({ resource }) => resource).join(', ')
  return { why: 'denied', detail: `Lifeguard may not list ${names} in all namespaces (403)`, remedy: grantOf(kinds) }
}

/** What the LIST alone shows. */
export function pictureOf({ begunAt, pods, replicaSets, deployments, nodes }: Listing): Picture {
  return {
    listBegunAt: begunAt,
    pods: [...pods.entries.values()],
    replicaSets: [...(replicaSets?.entries.values() ?? [])],
    deployments: [...(deployments?.entries.values() ?? [])],
    nodes: [...(nodes?.entries.values() ?? [])],
  }
}
