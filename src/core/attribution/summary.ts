import type { StaleOrigin } from '../incident/event.js'
import type { BackendGroup, Reading } from '../watch/look.js'
import { attributor } from './attribute.js'
import type { Attribution, Because, TracedPod } from './attribution.js'
import type { Rollout, Workload } from './picture.js'
import type { PictureIndex } from './pictureIndex.js'
import { workloadKey } from './rollouts.js'
import { MARGINS, type Margins } from './sighted.js'
import { terminableAs } from './terminable.js'

/** How many backends are whose. The kinds add up to `total`. */
export type Tally = {
  readonly total: number
  readonly current: number
  readonly previous: number
  readonly orphans: number
  readonly node: number
  readonly pooler: number
  readonly known: number
  readonly unknown: number
  /** Of them, those that their origin and `mayEnd` let be offered. */
  readonly terminable: { readonly orphans: number; readonly previous: number }
}

/** Backends of one role that come from pods of one rollout that are gone; `rollout` is null where only the pods are known. */
export type DeadRollout = {
  readonly workload: Workload | null
  readonly rollout: Rollout | null
  /** Names of its pods, where Lifeguard saw them. */
  readonly pods: readonly string[]
  readonly count: number
  /** Epoch ms: when the last of them was last seen. */
  readonly goneSince: number | null
}

export type RoleOrigins = { readonly role: string | null; readonly tally: Tally; readonly dead: readonly DeadRollout[] }

/** One row of `/connections show by:rollout`. */
export type OriginRow = {
  readonly kind: Attribution['kind']
  readonly workload: Workload | null
  readonly rollout: Rollout | null
  /** The node, pooler or known host. */
  readonly place: string | null
  /** Why nothing more is known; null unless `kind` is unknown. */
  readonly because: Because['kind'] | null
  readonly roles: readonly string[]
  readonly pods: readonly string[]
  readonly count: number
  readonly idle: number
  readonly terminable: number
  readonly goneSince: number | null
}

/** Most backends that one living pod of a workload holds. */
export type PodLoad = { readonly workload: Workload; readonly connections: number; readonly total: number }

export type Origins = {
  readonly at: number
  readonly all: Tally
  /** Most orphans first, then most backends. */
  readonly roles: readonly RoleOrigins[]
  /** Most backends first. */
  readonly rows: readonly OriginRow[]
  readonly loads: readonly PodLoad[]
}

/** Backends of one group that have one and the same answer. */
type Traced = {
  readonly group: BackendGroup
  readonly attribution: Attribution
  readonly count: number
  readonly row: string
  readonly as: StaleOrigin | null
}

type OriginOptions = { readonly mayEnd?: (group: BackendGroup) => boolean; readonly margins?: Margins }

/**
 * Whose the backends of a reading are. Lifeguard's own are left out. A group without `sessionAgesMs`, or a backend without its
 * age, is unknown as far as its age would decide: it counts as just begun, which proves nothing against anybody. `mayEnd`
 * says which groups may be ended at all (state, protection, superusers).
 */
export function originsOf(
  reading: Reading,
  index: PictureIndex,
  { mayEnd = () => true, margins = MARGINS }: OriginOptions = {},
): Origins {
  const traced = reading.groups
    .filter(({ isOwn }) => !isOwn)
    .flatMap((group) => trace(group, reading.at, index, mayEnd(group), margins))
  return {
    at: reading.at,
    all: tallyOf(traced),
    roles: [...grouped(traced, ({ group }) => group.role ?? '\0')]
      .map(([, own]) => ({ role: own[0].group.role, tally: tallyOf(own), dead: deadOf(own) }))
      .sort((a, b) => b.tally.orphans - a.tally.orphans || b.tally.total - a.tally.total),
    rows: [...grouped(traced, ({ row }) => row)].map(([, own]) => rowOf(own)).sort((a, b) => b.count - a.count),
    loads: loadsOf(traced),
  }
}

function trace(
  group: BackendGroup,
  at: number,
  index: PictureIndex,
  mayEnd: boolean,
  margins: Margins,
): readonly Traced[] {
  const whose = attributor(group, index, margins)
  const counts = new Map<Attribution, number>()
  const ages = group.sessionAgesMs ?? []
  for (let which = 0; which < group.count; which += 1) {
    const attribution = whose(at - Math.max(0, ages[which] ?? 0))
    counts.set(attribution, (counts.get(attribution) ?? 0) + 1)
  }
  return [...counts].map(([attribution, count]) => {
    const as = mayEnd ? terminableAs(attribution) : null
    return { group, attribution, count, row: rowKey(attribution), as }
  })
}

function tallyOf(traced: readonly Traced[]): Tally {
  const counts = new Map<Attribution['kind'], number>()
  const ends = { orphans: 0, 'previous rollout': 0 }
  for (const { attribution, as, count } of traced) {
    counts.set(attribution.kind, (counts.get(attribution.kind) ?? 0) + count)
    if (as !== null) ends[as] += count
  }
  const of = (kind: Attribution['kind']) => counts.get(kind) ?? 0
  return {
    total: countOf(traced),
    current: of('current rollout'),
    previous: of('previous rollout'),
    orphans: of('orphan'),
    node: of('node address'),
    pooler: of('pooler'),
    known: of('known host'),
    unknown: of('unknown'),
    terminable: { orphans: ends.orphans, previous: ends['previous rollout'] },
  }
}

function countOf(traced: readonly Traced[]): number {
  return traced.reduce((sum, { count }) => sum + count, 0)
}

function deadOf(traced: readonly Traced[]): readonly DeadRollout[] {
  const dead = traced.filter(({ attribution }) => attribution.kind === 'orphan')
  return [...grouped(dead, ({ row }) => row)]
    .map(([, own]) => {
      const { workload, rollout, pods, count, goneSince } = rowOf(own)
      return { workload, rollout, pods, count, goneSince }
    })
    .sort((a, b) => b.count - a.count)
}

/** What makes one row. Pods without a workload are rows of their own. */
function rowKey(attribution: Attribution): string {
  const pod = podOf(attribution)
  const workload = pod?.workload ? workloadKey(pod.workload) : (pod?.name ?? '')
  const because = attribution.kind === 'unknown' ? attribution.because.kind : ''
  return `${attribution.kind}\0${workload}\0${pod?.rollout?.name ?? ''}\0${placeName(attribution) ?? ''}\0${because}`
}

function rowOf(own: readonly [Traced, ...Traced[]]): OriginRow {
  const [{ attribution }] = own
  const pods = new Set<string>()
  const roles = new Set<string>()
  let idle = 0
  let terminable = 0
  let goneSince: number | null = null
  for (const { group, attribution: of, as, count } of own) {
    const pod = podOf(of)
    if (pod !== null) pods.add(pod.name)
    if (group.role !== null) roles.add(group.role)
    if (group.state === 'idle') idle += count
    if (as !== null) terminable += count
    if (of.kind === 'orphan' && of.goneSince !== null) goneSince = Math.max(goneSince ?? 0, of.goneSince)
  }
  return {
    kind: attribution.kind,
    workload: podOf(attribution)?.workload ?? null,
    rollout: podOf(attribution)?.rollout ?? null,
    place: placeName(attribution),
    because: attribution.kind === 'unknown' ? attribution.because.kind : null,
    roles: [...roles].sort(),
    pods: [...pods].sort(),
    count: countOf(own),
    idle,
    terminable,
    goneSince,
  }
}

function loadsOf(traced: readonly Traced[]): readonly PodLoad[] {
  const loads = new Map<string, { workload: Workload; pods: Map<string, number> }>()
  for (const { attribution, count } of traced) {
    const pod = podOf(attribution)
    if (pod?.workload == null || attribution.kind === 'orphan') continue
    const key = workloadKey(pod.workload)
    const load = loads.get(key) ?? { workload: pod.workload, pods: new Map<string, number>() }
    load.pods.set(pod.name, (load.pods.get(pod.name) ?? 0) + count)
    loads.set(key, load)
  }
  return [...loads.values()].map(({ workload, pods }) => {
    const each = [...pods.values()]
    return { workload, connections: Math.max(...each), total: each.reduce((sum, count) => sum + count, 0) }
  })
}

function podOf(attribution: Attribution): TracedPod | null {
  return 'pod' in attribution ? attribution.pod : null
}

function placeName(attribution: Attribution): string | null {
  if (attribution.kind === 'node address') return attribution.node
  return attribution.kind === 'pooler' || attribution.kind === 'known host' ? attribution.name : null
}

function grouped<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const of = key(item)
    const group = groups.get(of)
    if (group === undefined) groups.set(of, [item])
    else group.push(item)
  }
  return groups
}
