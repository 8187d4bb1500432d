import type { JsonObject } from '../store/object.js'
import { isJsonObject, textAt, within } from '../store/object.js'
import { apiVersionOf, DEPLOYMENTS, NAMESPACES, NODES, PODS, REPLICA_SETS, type Resource } from '../store/resources.js'
import type { Unstored } from '../store/store.js'
import { type InvalidField, invalid, badRequest, unsupportedKind } from './refusal.js'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** A body as it will be stored: its kind checked, named, defaulted and validated. Refuses with 400 or 422. */
export function admitted(
  resource: Resource,
  namespace: string | undefined,
  body: JsonObject,
  draw: () => number,
): Unstored {
  const kind = textAt(body, 'kind') ?? resource.kind
  const apiVersion = textAt(body, 'apiVersion') ?? apiVersionOf(resource)
  if (kind !== resource.kind || apiVersion !== apiVersionOf(resource)) throw unsupportedKind(resource, apiVersion, kind)
  const metadata = within(body, 'metadata')
  const prefix = textAt(metadata, 'generateName')
  const name = textAt(metadata, 'name') ?? (prefix === undefined ? '' : `${prefix}${suffix(draw)}`)
  if (name === '') {
    throw invalid(resource, '', required('metadata.name', 'Required value: name or generateName is required'))
  }
  const own = textAt(metadata, 'namespace')
  if (resource.isNamespaced && own !== undefined && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  checkName(resource, name)
  const object = {
    ...body,
    apiVersion,
    kind,
    metadata: { ...metadata, name, ...(resource.isNamespaced && namespace !== undefined ? { namespace } : {}) },
  }
  return defaulted(resource, object)
}

/** Says what the API server would say of the object about to be stored. */
export function validate(resource: Resource, object: JsonObject): void {
  const name = textAt(object, 'metadata', 'name') ?? ''
  const spec = within(object, 'spec')
  if (resource === PODS) checkContainers(resource, name, spec, 'spec')
  if (resource !== DEPLOYMENTS && resource !== REPLICA_SETS) return
  const wanted = within(spec, 'selector', 'matchLabels')
  const labels = within(spec, 'template', 'metadata', 'labels')
  if (Object.keys(wanted).length === 0) {
    throw invalid(resource, name, required('spec.selector', 'Required value'))
  }
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== value)) {
    throw invalid(resource, name, {
      field: 'spec.template.metadata.labels',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goMap(labels)}: \`selector\` does not match template \`labels\``,
    })
  }
  const replicas = spec['replicas']
  if (typeof replicas === 'number' && replicas < 0) {
    throw invalid(resource, name, notNegative(replicas))
  }
  checkContainers(resource, name, within(spec, 'template', 'spec'), 'spec.template.spec')
  const strategy = within(spec, 'strategy')
  if (strategy['type'] === 'Recreate' && strategy['rollingUpdate'] !== undefined) {
    throw invalid(resource, name, {
      field: 'spec.strategy.rollingUpdate',
      reason: 'FieldValueInvalid',
      message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
    })
  }
}

export function notNegative(replicas: number): InvalidField {
  return {
    field: 'spec.replicas',
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
  }
}

/** What the server fills in and others rely on; not every default it has. */
export function defaulted<T extends JsonObject>(resource: Resource, object: T): T {
  const spec = within(object, 'spec')
  switch (resource) {
    case PODS:
      return {
        ...object,
        spec: podDefaults(spec),
        status: { phase: 'Pending', qosClass: 'BestEffort', ...within(object, 'status') },
      }
    case NODES:
      return { ...object, spec }
    case NAMESPACES:
      return { ...object, spec: { finalizers: ['kubernetes'], ...spec }, status: { phase: 'Active' } }
    case REPLICA_SETS:
      return { ...object, spec: { replicas: 1, ...spec, template: templateDefaults(spec) } }
    case DEPLOYMENTS: {
      const strategy = within(spec, 'strategy')
      const isRecreate = strategy['type'] === 'Recreate'
      return {
        ...object,
        spec: {
          replicas: 1,
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
          ...spec,
          template: templateDefaults(spec),
          strategy: isRecreate
            ? strategy
            : {
                type: 'RollingUpdate',
                ...strategy,
                rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', ...within(strategy, 'rollingUpdate') },
              },
        },
        status: within(object, 'status'),
      }
    }
    default:
      return object
  }
}

function templateDefaults(spec: JsonObject): JsonObject {
  const template = within(spec, 'template')
  return { ...template, spec: podDefaults(within(template, 'spec')) }
}

function podDefaults(spec: JsonObject): JsonObject {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    ...spec,
  }
}

function checkName(resource: Resource, name: string): void {
  const isNamespace = resource === NAMESPACES
  if ((isNamespace ? LABEL : SUBDOMAIN).test(name) && name.length <= (isNamespace ? 63 : 253)) return
  const rule = isNamespace
    ? `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
  const message = `Invalid value: ${JSON.stringify(name)}: ${rule}`
  throw invalid(resource, name, { field: 'metadata.name', reason: 'FieldValueInvalid', message })
}

function checkContainers(resource: Resource, name: string, spec: JsonObject, at: string): void {
  const containers = spec['containers']
  if (!Array.isArray(containers) || containers.length === 0) {
    throw invalid(resource, name, required(`${at}.containers`, 'Required value'))
  }
  for (const [index, container] of (containers as unknown[]).entries()) {
    for (const field of ['name', 'image']) {
      if (!isJsonObject(container) || typeof container[field] !== 'string') {
        throw invalid(resource, name, required(`${at}.containers[${index}].${field}`, 'Required value'))
      }
    }
  }
}

function required(field: string, message: string): InvalidField {
  return { field, reason: 'FieldValueRequired', message }
}

function goMap(labels: JsonObject): string {
  const entries = Object.entries(labels).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return `map[string]string{${entries.join(', ')}}`
}

function suffix(draw: () => number): string {
  return Array.from({ length: 5 }, () => SUFFIX_ALPHABET.charAt(Math.floor(draw() * SUFFIX_ALPHABET.length))).join('')
}
