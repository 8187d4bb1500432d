import type { JsonObject, KubeObject } from '../store/object.js'
import { apiVersionOf } from '../store/resources.js'
import type { Store } from '../store/store.js'
import { badRequest, Refusal } from './refusal.js'
import { fieldSelector, labelSelector, type Matches } from './selector.js'
import { namespaceOf, type Target } from './target.js'

/** What `limit` and `continue` hand from page to page: the version of the first page and where the next begins. */
type Place = { readonly v: 'meta.k8s.io/v1'; readonly rv: number; readonly start: string }

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** The objects of a collection, or a page of them. All pages show the version of the first one. */
export function listAnswer(store: Store, target: Target, query: URLSearchParams): JsonObject {
  const { resource } = target
  const limit = limitOf(query.get('limit'))
  const token = query.get('continue')
  const place = token === null || token === '' ? undefined : placeOf(token)
  // rv -1 is what an expired list hands out: go on from there, as things are now.
  const version = place === undefined || place.rv < 0 ? store.version() : place.rv
  const all = version === store.version() ? store.list(resource) : store.snapshot(resource, version)
  if (all === undefined) {
    throw new Refusal(410, 'Expired', EXPIRED, {
      metadata: { continue: tokenOf({ v: 'meta.k8s.io/v1', rv: -1, start: place?.start ?? '' }) },
    })
  }
  const matches = selectorOf(target, query)
  const rest = all.filter((object) => matches(object) && keyOf(object) >= (place?.start ?? ''))
  const page = limit === undefined ? rest : rest.slice(0, limit)
  const next = rest[page.length]
  if (next !== undefined) store.keepSnapshot(resource, all)
  const isSelective = (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== ''
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(version),
      ...(next === undefined
        ? {}
        : {
            continue: tokenOf({ v: 'meta.k8s.io/v1', rv: version, start: keyOf(next) }),
            // A selective list does not know how many are left.
            ...(isSelective ? {} : { remainingItemCount: rest.length - page.length }),
          }),
    },
    // As the real one: what is in a list does not say its kind.
    items: page.map(({ kind: _kind, apiVersion: _apiVersion, ...object }) => object),
  }
}

/** By namespace, name and selectors. */
export function selectorOf(target: Target, query: URLSearchParams): Matches {
  const namespace = namespaceOf(target)
  const byLabel = labelSelector(query.get('labelSelector') ?? '')
  const byField = fieldSelector(query.get('fieldSelector') ?? '', target.resource)
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (target.name === undefined || object.metadata.name === target.name) &&
    byLabel(object) &&
    byField(object)
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

function limitOf(text: string | null): number | undefined {
  if (text === null || text === '' || text === '0') return undefined
  if (!/^\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
  return Number(text)
}

function tokenOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function placeOf(token: string): Place {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString()) as Partial<Place>
    if (typeof place.rv === 'number' && typeof place.start === 'string') {
      return { v: 'meta.k8s.io/v1', rv: place.rv, start: place.start }
    }
  } catch {
    // told below
  }
  throw badRequest('invalid continue token: continue key is not valid')
}
