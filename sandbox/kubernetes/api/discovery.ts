import type { JsonObject } from '../store/object.js'
import { RESOURCES } from '../store/resources.js'

const OBJECT_VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const SUBRESOURCE_VERBS = ['get', 'patch', 'update']
const AUTHORIZATION = 'authorization.k8s.io'

/** `/version`, `/api`, `/apis` and the list of resources of each group; undefined for any other path. */
export function discovery(path: string): JsonObject | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  if (parts.length === 1) {
    switch (parts[0]) {
      case 'version':
        return { major: '1', minor: '20', gitVersion: 'v1.20.2-sandbox', platform: 'linux/amd64' }
      case 'api':
        return { kind: 'APIVersions', versions: ['v1'] }
      case 'apis':
        return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupEntry) }
      default:
        return undefined
    }
  }
  if (path === '/api/v1') return resourceList('', 'v1')
  const [first, group = '', version, ...more] = parts
  if (first !== 'apis' || !groups().includes(group) || more.length > 0) return undefined
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) }
  return version === 'v1' ? resourceList(group, `${group}/v1`) : undefined
}

function groups(): string[] {
  return [...new Set([...RESOURCES.map(({ group }) => group).filter((group) => group !== ''), AUTHORIZATION])]
}

function groupEntry(group: string): JsonObject {
  const version = { groupVersion: `${group}/v1`, version: 'v1' }
  return { name: group, versions: [version], preferredVersion: version }
}

function resourceList(group: string, groupVersion: string): JsonObject {
  const stored = RESOURCES.filter((resource) => resource.group === group).flatMap((resource) => [
    {
      name: resource.plural,
      singularName: '',
      namespaced: resource.isNamespaced,
      kind: resource.kind,
      verbs: OBJECT_VERBS,
      shortNames: resource.shortNames,
    },
    ...resource.subresources.map((subresource) => ({
      name: `${resource.plural}/${subresource}`,
      singularName: '',
      namespaced: resource.isNamespaced,
      ...(subresource === 'scale' ? { group: 'autoscaling', version: 'v1' } : {}),
      kind: subresource === 'scale' ? 'Scale' : resource.kind,
      verbs: SUBRESOURCE_VERBS,
    })),
  ])
  const review = {
    name: 'selfsubjectaccessreviews',
    singularName: '',
    namespaced: false,
    kind: 'SelfSubjectAccessReview',
    verbs: ['create'],
  }
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: group === AUTHORIZATION ? [review] : stored,
  }
}
