import type { Fault } from '../fault.js'
import { PODS } from '../store/resources.js'
import {
  alreadyExists,
  forbidden,
  modified,
  notFound,
  Refusal,
  tooManyRequests,
  tooOld,
  unauthorized,
} from './refusal.js'
import type { Target } from './target.js'

/** The Status a fault answers with: what the real server says with that code. */
export function refusalFor(fault: Fault, user: string, target: Target | undefined): Refusal {
  const { status = 500, retryAfterSeconds } = fault
  const resource = target?.resource ?? PODS
  const name = target?.name ?? ''
  switch (status) {
    case 401:
      return unauthorized()
    case 403:
      return forbidden({ ...target, resource, user, verb: target?.verb ?? 'get' })
    case 404:
      return notFound(resource, name)
    case 409:
      return target?.verb === 'create' ? alreadyExists(resource, name) : modified(resource, name)
    case 410:
      return tooOld(1, 2)
    case 429:
      return tooManyRequests(retryAfterSeconds)
    case 500:
      return new Refusal(500, 'InternalError', 'Internal error occurred: etcdserver: request timed out', {
        details: { causes: [{ message: 'etcdserver: request timed out' }] },
      })
    case 503:
      return new Refusal(
        503,
        'ServiceUnavailable',
        'the server is currently unable to handle the request',
        retryAfterSeconds === undefined ? {} : { retryAfterSeconds, details: { retryAfterSeconds } },
      )
    case 504:
      return new Refusal(504, 'Timeout', 'Timeout: request did not complete within requested timeout 34s')
    default:
      return new Refusal(status, undefined, `an error on the server (${status})`)
  }
}
