import { apiVersionOf, qualified, type Resource } from '../store/resources.js'
import type { JsonObject } from '../store/object.js'

/** Answered as a Status of kind Failure. The texts are those of API server 1.20. */
export class Refusal extends Error {
  readonly code: number
  readonly reason: string | undefined
  readonly details: JsonObject | undefined
  readonly retryAfterSeconds: number | undefined
  /** Of the Status itself: an expired list answers with a token to go on with. */
  readonly metadata: JsonObject

  constructor(
    code: number,
    reason: string | undefined,
    message: string,
    more: { readonly details?: JsonObject; readonly retryAfterSeconds?: number; readonly metadata?: JsonObject } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.reason = reason
    this.details = more.details
    this.retryAfterSeconds = more.retryAfterSeconds
    this.metadata = more.metadata ?? {}
  }
}

export function statusOf(refusal: Refusal): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: refusal.metadata,
    status: 'Failure',
    message: refusal.message,
    ...(refusal.reason === undefined ? {} : { reason: refusal.reason }),
    ...(refusal.details === undefined ? {} : { details: refusal.details }),
    code: refusal.code,
  }
}

export function notFound(resource: Resource, name: string): Refusal {
  return new Refusal(404, 'NotFound', `${qualified(resource)} "${name}" not found`, {
    details: detailsOf(resource, name),
  })
}

export function noSuchPath(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource', { details: {} })
}

export function methodNotAllowed(): Refusal {
  return new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  })
}

export function alreadyExists(resource: Resource, name: string): Refusal {
  return new Refusal(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
    details: detailsOf(resource, name),
  })
}

export function modified(resource: Resource, name: string): Refusal {
  return new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    { details: detailsOf(resource, name) },
  )
}

/** Of a delete. Unlike other refusals it names the kind (`Pod`), or with a group the group's plural, as 1.20 does. */
export function preconditionFailed(resource: Resource, name: string, because: string): Refusal {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`
  return new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${kind} "${name}": ${because}`, {
    details: { name, ...groupOf(resource), kind: resource.kind },
  })
}

export type InvalidField = {
  readonly field: string
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired'
  readonly message: string
}

export function invalid(resource: Pick<Resource, 'group' | 'kind'>, name: string, cause: InvalidField): Refusal {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`
  return new Refusal(422, 'Invalid', `${kind} "${name}" is invalid: ${cause.field}: ${cause.message}`, {
    details: {
      ...(name === '' ? {} : { name }),
      ...groupOf(resource),
      kind: resource.kind,
      causes: [{ reason: cause.reason, message: cause.message, field: cause.field }],
    },
  })
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message)
}

export function unauthorized(): Refusal {
  return new Refusal(401, 'Unauthorized', 'Unauthorized')
}

/** What an error says of whoever asked, and for what. */
export type Attempt = {
  readonly user: string
  readonly verb: string
  readonly resource: Pick<Resource, 'group' | 'plural'>
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

export function forbidden({ user, verb, resource, subresource, namespace, name }: Attempt): Refusal {
  const what = name === undefined ? qualified(resource) : `${qualified(resource)} "${name}"`
  const path = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return new Refusal(
    403,
    'Forbidden',
    `${what} is forbidden: User "${user}" cannot ${verb} resource "${path}" in API group "${resource.group}" ${where}`,
    { details: detailsOf(resource, name) },
  )
}

export function tooOld(asked: number, oldest: number): Refusal {
  return new Refusal(410, 'Expired', `too old resource version: ${asked} (${oldest})`)
}

export function tooManyRequests(retryAfterSeconds: number | undefined): Refusal {
  return new Refusal(
    429,
    'TooManyRequests',
    'too many requests, please try again later',
    retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds }, retryAfterSeconds },
  )
}

/** The answer to a delete that left nothing. */
export function deleted(resource: Resource, name: string, uid: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...detailsOf(resource, name), uid },
  }
}

export function unsupportedKind(resource: Resource, apiVersion: string, kind: string): Refusal {
  return badRequest(
    `${kind} in version "${apiVersion}" cannot be handled as a ${resource.kind}: wanted ${apiVersionOf(resource)}`,
  )
}

function detailsOf(resource: Pick<Resource, 'group' | 'plural'>, name: string | undefined): JsonObject {
  return { ...(name === undefined ? {} : { name }), ...groupOf(resource), kind: resource.plural }
}

function groupOf({ group }: { readonly group: string }): JsonObject {
  return group === '' ? {} : { group }
}
