/** Something that goes wrong on purpose, for the next `times` requests (or gateway happenings) that match. */
export type Fault = RestFault | GatewayFault

export type RestFault = Bounds & {
  readonly match: {
    readonly method?: string
    /** Tried on the path after /api/v10, without the query. */
    readonly path?: RegExp
  }
  readonly kind:
    | 'status' // refused with `status` (default 503), nothing done
    | 'status after storing' // done, and then answered with `status`
    | 'reset' // the connection is cut, nothing done
    | 'reset after storing'
    | 'no answer' // the request hangs, nothing done
    | 'no answer after storing'
    | 'slow' // done after `delayMs` by the clock
    | '429'
  readonly status?: number
  /** Discord's error code and words in the body of a 'status'; without them it is an outage, not a refusal. */
  readonly refusal?: { readonly code: number; readonly message: string }
  /** Of a 429; default 300. */
  readonly retryAfterMs?: number
  /** A 429 for all routes at once. */
  readonly isGlobal?: boolean
  /** Of 'slow'; default 1000. */
  readonly delayMs?: number
}

export type GatewayFault = Bounds & {
  readonly kind:
    | 'refuse resume' // op 9 false in answer to op 6
    | 'lose event' // counted and kept from the bot, also when it resumes
    | 'withhold ack' // a heartbeat goes unanswered
  /** Of 'lose event': which, such as 'INTERACTION_CREATE'; any when left out. */
  readonly event?: string
}

type Bounds = {
  /** In words, for the page; made from the rest when left out. */
  readonly name?: string
  /** Infinity: until removed. */
  readonly times: number
  /** Ends by itself after this long by the clock, however many are left. */
  readonly lastsMs?: number
  /** Lets this many that match pass first. */
  readonly skip?: number
  /** Strikes with this probability, 0 to 1, drawn from the list's seed; default 1. */
  readonly chance?: number
}

/** A fault in words: "answers 503 to POST". */
export function nameOf(fault: Fault): string {
  return 'match' in fault ? `${restWords(fault)}${targetWords(fault)}` : gatewayWords(fault)
}

function restWords(fault: RestFault): string {
  const status = String(fault.status ?? 503)
  switch (fault.kind) {
    case 'status':
      return fault.refusal === undefined
        ? `answers ${status}`
        : `refuses with ${fault.refusal.code} (${fault.refusal.message})`
    case 'status after storing':
      return `stores, then answers ${status}`
    case 'reset':
      return 'cuts the connection'
    case 'reset after storing':
      return 'stores, then cuts the connection'
    case 'no answer':
      return 'does not answer'
    case 'no answer after storing':
      return 'stores, but does not answer'
    case 'slow':
      return `answers ${(fault.delayMs ?? 1000) / 1000} s late`
    case '429':
    default:
      return fault.isGlobal === true ? 'limits the rate of everything (429)' : 'limits the rate (429)'
  }
}

function targetWords(fault: RestFault): string {
  return fault.match.method === undefined ? '' : ` to ${fault.match.method}`
}

function gatewayWords(fault: GatewayFault): string {
  switch (fault.kind) {
    case 'refuse resume':
      return 'refuses to resume'
    case 'lose event':
      return fault.event === undefined ? 'loses events' : `loses ${fault.event}`
    case 'withhold ack':
    default:
      return 'withholds heartbeat acknowledgements'
  }
}
