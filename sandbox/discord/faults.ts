/** Something that goes wrong on purpose, for the next `times` requests that match. */
export type Fault = {
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
  /** Of a 429; default 300. */
  readonly retryAfterMs?: number
  /** A 429 for all routes at once. */
  readonly isGlobal?: boolean
  /** Of 'slow'; default 1000. */
  readonly delayMs?: number
  /** Infinity: until cleared. */
  readonly times: number
}

export type Faults = {
  readonly add: (fault: Fault) => void
  readonly clear: () => void
  /** The fault that this request meets, if any; it counts as used. */
  readonly take: (method: string, path: string) => Fault | undefined
}

/** The first fault that matches is used up before the next. */
export function faultList(): Faults {
  let armed: readonly { readonly fault: Fault; readonly left: number }[] = []
  return {
    add: (fault) => {
      armed = [...armed, { fault, left: fault.times }]
    },
    clear: () => {
      armed = []
    },
    take: (method, path) => {
      const found = armed.find(
        ({ fault, left }) =>
          left > 0 &&
          (fault.match.method === undefined || fault.match.method === method) &&
          (fault.match.path === undefined || fault.match.path.test(path)),
      )
      armed = armed.map((entry) => (entry === found ? { ...entry, left: entry.left - 1 } : entry))
      return found?.fault
    },
  }
}
