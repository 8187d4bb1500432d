import { addressKey, contains, parseAddress } from './address.js'
import type { Pod } from './picture.js'
import type { NodePlace, PictureIndex } from './pictureIndex.js'

/** Where a backend's connection comes from, by its address alone. */
export type Place =
  | { readonly kind: 'unix socket' | 'no address' }
  | { readonly kind: 'pooler' | 'known host'; readonly name: string }
  | ({ readonly kind: 'node' } & NodePlace)
  | { readonly kind: 'pods'; readonly key: string; readonly family: 4 | 6; readonly pods: readonly [Pod, ...Pod[]] }
  | { readonly kind: 'no pod'; readonly key: string; readonly family: 4 | 6; readonly isPodRange: boolean }

/** Declared ranges win over nodes, nodes over pods: who declared a range knows better, and a node speaks for many. */
export function placeOf(clientAddr: string | null, index: PictureIndex): Place {
  if (clientAddr === null) return { kind: 'unix socket' }
  const address = parseAddress(clientAddr)
  if (address === undefined) return { kind: 'no address' }
  const declared = index.ranges.find((range) => contains(range, address))
  if (declared !== undefined && declared.of !== 'pods') return { kind: declared.of, name: declared.name }
  const key = addressKey(address)
  const { family } = address
  const node = index.nodesByAddress.get(key)
  if (node !== undefined) return { kind: 'node', ...node }
  const [first, ...others] = index.podsByAddress.get(key) ?? []
  if (first !== undefined) return { kind: 'pods', key, family, pods: [first, ...others] }
  return { kind: 'no pod', key, family, isPodRange: declared !== undefined }
}
