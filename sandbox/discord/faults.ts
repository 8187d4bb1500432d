import { type Fault, type GatewayFault, nameOf, type RestFault } from './fault.js'

/** A fault that is switched on now. */
export type ArmedFault = {
  readonly id: string
  readonly name: string
  readonly fault: Fault
  /** Strikes that are left; Infinity until removed. */
  readonly left: number
  /** Epoch milliseconds at which it ends by itself. */
  readonly endsMs?: number
}

export type Faults = {
  /** Answers with the id by which it is removed. */
  readonly add: (fault: Fault) => string
  /** False when it was not armed any more. */
  readonly remove: (id: string) => boolean
  readonly clear: () => void
  /** What is armed, in the order in which it is tried. */
  readonly list: () => readonly ArmedFault[]
  /** The fault that this request meets, if any; it counts as used. */
  readonly take: (method: string, path: string) => RestFault | undefined
  readonly takeGateway: (kind: GatewayFault['kind'], event?: string) => GatewayFault | undefined
}

type Entry = ArmedFault & { readonly skipped: number }

/** The first fault that matches is used up before the next. `changed` is called after every change of the list. */
export function faultList(options: {
  readonly nowMs: () => number
  readonly changed?: () => void
  /** Of the draws of `chance`. */
  readonly seed?: number
}): Faults {
  const { nowMs, changed = () => undefined } = options
  const draw = draws(options.seed ?? 1)
  let made = 0
  let armed: readonly Entry[] = []

  const put = (next: readonly Entry[]) => {
    armed = next
    changed()
  }
  const isLive = (entry: Entry) => entry.left > 0 && (entry.endsMs === undefined || nowMs() < entry.endsMs)
  const takeFirst = (fits: (fault: Fault) => boolean): Fault | undefined => {
    const found = armed.find((entry) => isLive(entry) && fits(entry.fault))
    if (found === undefined) return undefined
    const isSkipped = found.skipped < (found.fault.skip ?? 0)
    const strikes = !isSkipped && (found.fault.chance === undefined || draw() < found.fault.chance)
    const after = { ...found, skipped: found.skipped + (isSkipped ? 1 : 0), left: found.left - (strikes ? 1 : 0) }
    put(armed.map((entry) => (entry === found ? after : entry)).filter(isLive))
    return strikes ? found.fault : undefined
  }

  return {
    add: (fault) => {
      made += 1
      const id = `fault-${made}`
      const entry: Entry = {
        id,
        name: fault.name ?? nameOf(fault),
        fault,
        left: fault.times,
        skipped: 0,
        ...(fault.lastsMs === undefined ? {} : { endsMs: nowMs() + fault.lastsMs }),
      }
      put([...armed, entry])
      return id
    },
    remove: (id) => {
      const wasThere = armed.some((entry) => entry.id === id && isLive(entry))
      put(armed.filter((entry) => entry.id !== id))
      return wasThere
    },
    clear: () => put([]),
    list: () => armed.filter(isLive).map(({ skipped: _skipped, ...entry }) => entry),
    take: (method, path) => {
      const found = takeFirst(
        (fault) =>
          'match' in fault &&
          (fault.match.method === undefined || fault.match.method === method) &&
          (fault.match.path === undefined || fault.match.path.test(path)),
      )
      return found !== undefined && 'match' in found ? found : undefined
    },
    takeGateway: (kind, event) => {
      const found = takeFirst(
        (fault) => !('match' in fault) && fault.kind === kind && (fault.event === undefined || fault.event === event),
      )
      return found === undefined || 'match' in found ? undefined : found
    },
  }
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const again = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32
  }
}
