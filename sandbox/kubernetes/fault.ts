import { armedFaults, type Armed } from '../armed.js'
import type { Verb } from './api/target.js'

/** Something that goes wrong on purpose, for the next `times` requests that match. */
export type Fault = {
  readonly match: {
    readonly verb?: Verb
    /** With its group: `pods`, `deployments.apps`, `deployments.apps/scale`; `version` and discovery are none. */
    readonly resource?: string
    readonly namespace?: string
    readonly name?: string
    /** Only requests for a further page of a list. */
    readonly isContinued?: boolean
  }
  readonly kind:
    | 'status' // refused with `status` (default 500), nothing done
    | 'status after doing' // done, and then answered with `status`
    | 'reset' // the connection is cut, nothing done
    | 'reset after doing'
    | 'no answer' // the request hangs, nothing done
    | 'no answer after doing'
    | 'slow' // done after `delayMs` by the clock
    | 'half a body' // the answer stops in the middle and the connection is cut
    | 'endless list' // each page says there is another one
    | 'silent watch' // opened, and never says anything
    | 'closed watch' // opened, and ended at once
    | 'expired watch' // opened, and says ERROR 410
  /** Of a 'status': 401, 403, 409, 410, 422, 429, 500, 503 and others. Each has the body the real server gives. */
  readonly status?: number
  /** Of a 429 or 503; without it there is no Retry-After. */
  readonly retryAfterSeconds?: number
  /** Of 'slow'; default 1000. */
  readonly delayMs?: number
  /** Infinity: until removed. */
  readonly times: number
  /** Lets this many that match pass first. */
  readonly skip?: number
}

/** What a request is, for whoever matches it. */
export type FaultSubject = {
  readonly verb: Verb | undefined
  readonly resource: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly isContinued: boolean
}

export type Faults = Omit<Armed<Fault>, 'take'> & {
  /** The fault that this request meets, if any; it counts as used. */
  readonly take: (subject: FaultSubject) => Fault | undefined
}

export function faultList(): Faults {
  const armed = armedFaults<Fault>()
  return { ...armed, take: (subject) => armed.take((fault) => fits(fault, subject)) }
}

function fits({ match, kind }: Fault, subject: FaultSubject): boolean {
  const verb = match.verb ?? verbOf(kind)
  return (
    (verb === undefined || verb === subject.verb) &&
    (match.resource === undefined || match.resource === subject.resource) &&
    (match.namespace === undefined || match.namespace === subject.namespace) &&
    (match.name === undefined || match.name === subject.name) &&
    (match.isContinued === undefined || match.isContinued === subject.isContinued)
  )
}

/** Some kinds make sense for one verb only, which need not be said. */
function verbOf(kind: Fault['kind']): Verb | undefined {
  if (kind === 'endless list') return 'list'
  return kind.endsWith('watch') ? 'watch' : undefined
}
