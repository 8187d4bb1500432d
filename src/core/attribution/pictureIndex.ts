import { addressKey, contains, parseAddress, parseRange, type AddressRange } from './address.js'
import type { Picture, Pod, Sighting } from './picture.js'
import { lineages, type Lineage } from './rollouts.js'

/** Addresses somebody declared, as CIDRs or single addresses. What cannot be read as one is left out. */
export type DeclaredRanges = {
  /** Addresses that only pods have. */
  readonly podRanges: readonly string[]
  readonly poolers: readonly { readonly name: string; readonly range: string }[]
  readonly knownHosts: readonly { readonly name: string; readonly range: string }[]
}

/** All that is known, looked up by address and by name. Built once per picture and sightings, never changed. */
export type PictureIndex = {
  /** Null without a picture, or with one that shows no pod at all, which no cluster is: then nothing is proven. */
  readonly listBegunAt: number | null
  /** Epoch ms since when every pod with an address has been seen; null where that is not known. */
  readonly watchedSince: number | null
  /** Pods that hold an address of their own. */
  readonly podsByAddress: ReadonlyMap<string, readonly Pod[]>
  /** Every pod of the picture, finished ones too. */
  readonly podsByName: ReadonlyMap<string, readonly Pod[]>
  /** Pods that are there: all but the finished. */
  readonly livingByUid: ReadonlyMap<string, Pod>
  /** By IP family, the oldest living pod that is on a node and shows no address of that family: the address may be its own. */
  readonly silent: { readonly 4: Pod | null; readonly 6: Pod | null }
  readonly nodesByAddress: ReadonlyMap<string, NodePlace>
  readonly hasNodes: boolean
  readonly lineages: ReadonlyMap<string, Lineage>
  readonly sightingsByAddress: ReadonlyMap<string, readonly Sighting[]>
  readonly sightingsByName: ReadonlyMap<string, readonly Sighting[]>
  /** Most specific first. */
  readonly ranges: readonly DeclaredRange[]
}

/** A node, and the pods whose connections come from its address: those of its network, then those behind its NAT. */
export type NodePlace = { readonly node: string; readonly candidates: readonly string[] }

export type DeclaredRange = AddressRange & { readonly of: 'pooler' | 'known host' | 'pods'; readonly name: string }

/**
 * Builds the index. `watchedSince` is when Lifeguard began to see every pod of this cluster without a gap up to now; with it, a
 * declared pod range alone proves nothing about backends younger than that (a tunnel's or bridge's address lies in it as well).
 */
export function pictureIndex(known: {
  readonly picture: Picture | null
  readonly sightings: readonly Sighting[]
  readonly ranges: DeclaredRanges
  readonly watchedSince?: number
}): PictureIndex {
  const { picture, sightings, ranges, watchedSince = null } = known
  const pods = picture?.pods ?? []
  const living = pods.filter(isLiving)
  const podsByAddress = new Map<string, Pod[]>()
  const silent: { 4: Pod | null; 6: Pod | null } = { 4: null, 6: null }
  for (const pod of living) {
    if (pod.isHostNetwork) continue
    const shown = pod.addresses.flatMap((text) => parseAddress(text) ?? [])
    for (const key of new Set(shown.map(addressKey))) append(podsByAddress, key, pod)
    for (const family of [4, 6] as const) {
      const isSilent = pod.node !== null && shown.every((address) => address.family !== family)
      const other = silent[family]
      if (isSilent && (other === null || earliestStart(pod) < earliestStart(other))) silent[family] = pod
    }
  }
  return {
    listBegunAt: picture === null || pods.length === 0 ? null : picture.listBegunAt,
    watchedSince,
    podsByAddress,
    podsByName: grouped(pods, (pod) => pod.name),
    livingByUid: new Map(living.map((pod) => [pod.uid, pod])),
    silent,
    nodesByAddress: nodePlaces(picture, living),
    hasNodes: (picture?.nodes.length ?? 0) > 0,
    lineages: picture === null ? new Map() : lineages(picture),
    sightingsByAddress: grouped(sightings, ({ address }) => keyOf(address)),
    sightingsByName: grouped(sightings, ({ podName }) => podName),
    ranges: declared(ranges).filter((range) => range.of !== 'pods' || hasOneIn(range, living)),
  }
}

/** A range of pods in which none lives is another cluster's, or nobody's: what is declared of it proves nothing here. */
function hasOneIn(range: DeclaredRange, living: readonly Pod[]): boolean {
  return living.some(
    (pod) =>
      !pod.isHostNetwork &&
      pod.addresses.some((text) => {
        const address = parseAddress(text)
        return address !== undefined && contains(range, address)
      }),
  )
}

/** Whether a pod may hold its address and its connections. A finished one that is being deleted may not have let go yet. */
export function isLiving({ phase, isTerminating }: Pod): boolean {
  return isTerminating || (phase !== 'Succeeded' && phase !== 'Failed')
}

/**
 * Since when a pod may have had connections, in epoch ms. The API's object of a static pod is only a mirror: deleted, it comes
 * back with a new uid and creation while the containers run on, so it may be of any age.
 */
export function earliestStart({ owner, createdAt }: Pod): number {
  return owner?.kind === 'Node' ? Number.NEGATIVE_INFINITY : createdAt
}

/**
 * A host-network pod shows its node's address, finished or not, and tells it where nodes may not be listed. Without this, an
 * address that a node took over from a pod would look like a dead pod's.
 */
function nodePlaces(picture: Picture | null, living: readonly Pod[]): ReadonlyMap<string, NodePlace> {
  if (picture === null) return new Map()
  const onNode = grouped(living, ({ node }) => node ?? undefined)
  const places = new Map<string, NodePlace>()
  const add = (text: string, node: string) => {
    const key = keyOf(text)
    if (key === undefined || places.has(key)) return
    const pods = onNode.get(node) ?? []
    const inItsNetwork = pods.filter(({ isHostNetwork }) => isHostNetwork)
    const behindIt = pods.filter(({ isHostNetwork }) => !isHostNetwork)
    places.set(key, { node, candidates: [...inItsNetwork, ...behindIt].map(({ name }) => name) })
  }
  for (const node of picture.nodes) for (const text of node.addresses) add(text, node.name)
  for (const pod of picture.pods)
    if (pod.isHostNetwork) for (const text of pod.addresses) add(text, pod.node ?? `the node of ${pod.name}`)
  return places
}

/** Of equally specific ranges a pooler's wins, then a known host's: neither is ever a dead pod. */
function declared({ podRanges, poolers, knownHosts }: DeclaredRanges): readonly DeclaredRange[] {
  const all = [
    ...poolers.map(({ name, range }) => ({ of: 'pooler' as const, name, range })),
    ...knownHosts.map(({ name, range }) => ({ of: 'known host' as const, name, range })),
    ...podRanges.map((range) => ({ of: 'pods' as const, name: range, range })),
  ]
  return all
    .flatMap(({ of, name, range: text }): DeclaredRange[] => {
      const range = parseRange(text)
      return range === undefined ? [] : [{ ...range, of, name }]
    })
    .sort((a, b) => b.bits - a.bits)
}

function keyOf(text: string): string | undefined {
  const address = parseAddress(text)
  return address === undefined ? undefined : addressKey(address)
}

function grouped<T>(items: readonly T[], key: (item: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const of = key(item)
    if (of !== undefined) append(groups, of, item)
  }
  return groups
}

function append<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [item])
  else group.push(item)
}
