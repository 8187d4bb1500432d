import { armedFaults, type Armed } from '../armed.js'
import type { JobFate } from './jobs.js'

export type Operation =
  | 'get volume'
  | 'attach volume'
  | 'detach volume'
  | 'list events'
  | 'get instance'
  | 'list attached volumes'
  | 'shut down instance'

/** Something that goes wrong on purpose, for the next `times` requests that match. */
export type Fault = {
  /** `id` is that of the path: a volume's or a Linode's. */
  readonly match: { readonly operation?: Operation; readonly id?: number }
  readonly kind:
    | 'status' // refused with `status` (default 500) in Linode's form, nothing done
    | 'status after doing' // done, and then answered with `status`
    | 'page' // a proxy's HTML page with `status`, nothing done
    | 'page after doing'
    | 'reset' // the connection is cut, nothing done
    | 'reset after doing'
    | 'no answer' // the request hangs, nothing done
    | 'no answer after doing'
    | 'slow' // done after `delayMs` by the clock
    | 'half a body' // done; the answer stops in the middle and the connection is cut
    | 'half a body, then nothing' // done; the rest of the answer never comes
    | 'half a body, properly ended' // done; its length fits, and it is not whole JSON
    | 'other body' // done, and answered with `body`
    | 'job' // accepted; what becomes of its job is `fate`
  readonly status?: number
  /** Of a 'status': what Linode says. */
  readonly errors?: readonly { readonly reason: string; readonly field?: string }[]
  /** Of a 429: the header as it stands; without it there is none. */
  readonly retryAfter?: string
  /** Of 'slow'; default 1000. */
  readonly delayMs?: number
  readonly body?: unknown
  /** Of 'job'; default: it fails. */
  readonly fate?: JobFate
  /** Infinity: until removed. */
  readonly times: number
  /** Lets this many that match pass first. */
  readonly skip?: number
}

export type Faults = Omit<Armed<Fault>, 'take'> & {
  /** The fault that this request meets, if any; it counts as used. */
  readonly take: (operation: Operation, id: number | undefined) => Fault | undefined
}

export function faultList(): Faults {
  const armed = armedFaults<Fault>()
  return {
    ...armed,
    take: (operation, id) =>
      armed.take(
        ({ match }) =>
          (match.operation === undefined || match.operation === operation) &&
          (match.id === undefined || match.id === id),
      ),
  }
}
