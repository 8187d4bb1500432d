import type { ClusterProblem } from '../../ports/cluster.js'
import type { Effect, Refused, Unread } from '../../ports/recoveryCluster.js'
import type { NoReply, Reply } from './recoveryCall.js'
import { ruleOf, phraseOf } from './recoveryRight.js'
import type { Right } from './recoveryRight.js'

/** The Status a Kubernetes API server refuses with; what a proxy on the way says has none. */
export type RawStatus = {
  readonly kind?: string
  readonly reason?: string
  readonly details?: {
    readonly name?: string
    readonly kind?: string
    readonly causes?: readonly { readonly field?: string; readonly reason?: string }[] | null
  } | null
}

export function unread(problem: ClusterProblem): Unread {
  return { kind: 'unread', ...problem }
}

export function incomplete(right: Right): Unread {
  return unread({ why: 'incomplete', detail: `The API server's answer to ${phraseOf(right)} makes no sense` })
}

/** Why a read that was answered brought nothing. A 404 that is not of this object is no absence: a proxy can say that too. */
export function unreadBecause(right: Right, { status }: Reply): Unread {
  const asked = phraseOf(right)
  switch (status) {
    case 401:
      return unread({ why: 'unauthorised', detail: UNAUTHORISED, remedy: RENEW })
    case 403:
      return unread({ why: 'denied', detail: `Lifeguard may not ${asked} (403)`, remedy: ruleOf(right) })
    case 404:
      return unread({ why: 'other', detail: `The API server does not know ${right.resource} (404)` })
    case 429:
      return unread({ why: 'other', detail: `The API server has too much to do to ${asked} (429)` })
    default:
      return unread({ why: 'other', detail: `The API server answered ${status} to ${asked}` })
  }
}

/** Whether it is the API server that says that this very object is not there. */
export function isAbsent({ name, resource }: Right, { status, json }: Reply): boolean {
  const said = statusIn(json)
  const { details } = said ?? {}
  return (
    status === 404 && said?.reason === 'NotFound' && details?.name === name && details?.kind === resource.split('/')[0]
  )
}

/** What became of a write that brought no success. */
export function effectOf(right: Right, reply: Reply | NoReply): Exclude<Effect<never>, { kind: 'done' }> {
  const asked = phraseOf(right)
  if (reply.kind === 'no reply') {
    const { why, detail, remedy } = reply.problem
    if (reply.wasSent) return { kind: 'unknown', detail: `${detail}; whether it did ${asked} must be read` }
    const isOurs = why === 'unauthorised'
    return refused(isOurs ? 'unauthorised' : 'not sent', detail, remedy)
  }
  const { status, json, retryAfterMs } = reply
  const said = statusIn(json)
  // These three come before anything is done, and not always with a Status.
  if (status === 401) return refused('unauthorised', UNAUTHORISED, RENEW)
  if (status === 403) return refused('denied', `Lifeguard may not ${asked} (403)`, ruleOf(right))
  if (status === 429) {
    const busy = refused('busy', `The API server has too much to do to ${asked} (429)`)
    return retryAfterMs === undefined ? busy : { ...busy, retryAfterMs }
  }
  if (said !== undefined) {
    if (isAbsent(right, reply)) return refused('absent', `There is nothing to ${asked} (404)`)
    if (status === 409 && said.reason === 'AlreadyExists') return refused('exists', `Can't ${asked}: it exists (409)`)
    if (status === 409) return refused('conflict', `Did not ${asked}: it is no longer what was read (409)`)
    if (status === 422 || status === 400 || status === 404 || status === 413) return invalid(right, status, said)
  }
  // An error after the write, a gateway that lost patience: it may have been done.
  return { kind: 'unknown', detail: `The API server answered ${status} to ${asked}; whether it did must be read` }
}

export function refused(why: Refused['why'], detail: string, remedy?: string): Refused {
  return { kind: 'refused', why, detail, ...(remedy === undefined ? {} : { remedy }) }
}

/** Field and reason only: the message quotes the value, which may be a password in an env. */
function invalid(right: Right, status: number, said: RawStatus): Refused {
  const { causes: told } = said.details ?? {}
  const causes = (Array.isArray(told) ? told : []).map(({ field = '', reason = '' }) => ({ field, reason }))
  const fields = causes.map(({ field, reason }) => `${field} (${reason})`).join(', ')
  const detail = `The API server refused to ${phraseOf(right)} (${status})${fields === '' ? '' : `: ${fields}`}`
  return { ...refused('invalid', detail), causes }
}

function statusIn(json: unknown): RawStatus | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const said = json as RawStatus
  return said.kind === 'Status' ? said : undefined
}

const UNAUTHORISED = `The API server does not accept Lifeguard's credentials (401)`
const RENEW = `Renew the token or client certificate of the kubeconfig; in a cluster, check that the pod's ServiceAccount still exists.`
