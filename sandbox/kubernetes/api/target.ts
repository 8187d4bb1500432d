import { NAMESPACES, type Resource, resourceOf, type Subresource } from '../store/resources.js'
import { methodNotAllowed, noSuchPath } from './refusal.js'

/** As rights name it. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

export type Target = {
  readonly verb: Verb
  readonly resource: Resource
  readonly subresource?: Subresource
  readonly namespace?: string
  readonly name?: string
}

/** What a request is about; undefined when it is about no object at all (`/version`, discovery). Refuses unknown paths with 404. */
export function targetOf(method: string, url: URL): Target | undefined {
  const parts = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const group = parts[0] === 'api' ? '' : parts[0] === 'apis' ? parts[1] : undefined
  const rest = parts.slice(group === '' ? 2 : 3)
  if (group === undefined || rest.length === 0) return undefined
  if (parts[group === '' ? 1 : 2] !== 'v1') throw noSuchPath()
  const isWithin = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status'
  const namespace = isWithin ? rest[1] : undefined
  const [plural = '', name, sub, ...more] = isWithin ? rest.slice(2) : rest
  const resource = resourceOf(group, plural)
  if (resource === undefined || more.length > 0) throw noSuchPath()
  if (resource.isNamespaced ? name !== undefined && namespace === undefined : namespace !== undefined)
    throw noSuchPath()
  const subresource = resource.subresources.find((each) => each === sub)
  if (sub !== undefined && subresource === undefined) throw noSuchPath()
  return {
    verb: verbOf(method, name, isTrue(url.searchParams.get('watch'))),
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(resource === NAMESPACES && name !== undefined ? { namespace: name } : {}),
    ...(name === undefined ? {} : { name }),
  }
}

/** Of a namespaced collection or object; a Namespace itself lives in none. */
export function namespaceOf({ resource, namespace }: Target): string | undefined {
  return resource.isNamespaced ? namespace : undefined
}

export function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1'
}

function verbOf(method: string, name: string | undefined, isWatch: boolean): Verb {
  const isCollection = name === undefined
  switch (method) {
    case 'GET':
      if (isWatch) return 'watch'
      return isCollection ? 'list' : 'get'
    case 'POST':
      if (!isCollection) throw methodNotAllowed()
      return 'create'
    case 'PUT':
      if (isCollection) throw methodNotAllowed()
      return 'update'
    case 'PATCH':
      if (isCollection) throw methodNotAllowed()
      return 'patch'
    case 'DELETE':
      if (isCollection) throw methodNotAllowed() // deleting a whole collection is nothing we ever want to be able to do
      return 'delete'
    default:
      throw methodNotAllowed()
  }
}
