/** How often a fault happens, and how many fitting requests it lets pass before. */
export type Bounded = { readonly times: number; readonly skip?: number }

/** Faults of a stand-in that are switched on, each bounded. */
export type Armed<F extends Bounded> = {
  /** Answers with the id by which it is removed. */
  readonly add: (fault: F) => string
  /** False when it was not armed any more. */
  readonly remove: (id: string) => boolean
  readonly clear: () => void
  readonly list: () => readonly { readonly id: string; readonly fault: F; readonly left: number }[]
  /** The first fault that fits, if any; it counts as used. It is used up before the next. */
  readonly take: (fits: (fault: F) => boolean) => F | undefined
}

export function armedFaults<F extends Bounded>(): Armed<F> {
  type Entry = { readonly id: string; readonly fault: F; readonly left: number; readonly skipped: number }
  let made = 0
  let armed: readonly Entry[] = []
  return {
    add: (fault) => {
      made += 1
      const id = `fault-${made}`
      armed = [...armed, { id, fault, left: fault.times, skipped: 0 }]
      return id
    },
    remove: (id) => {
      const wasThere = armed.some((entry) => entry.id === id)
      armed = armed.filter((entry) => entry.id !== id)
      return wasThere
    },
    clear: () => {
      armed = []
    },
    list: () => armed.map(({ id, fault, left }) => ({ id, fault, left })),
    take: (fits) => {
      const found = armed.find(({ fault }) => fits(fault))
      if (found === undefined) return undefined
      const isSkipped = found.skipped < (found.fault.skip ?? 0)
      const after = { ...found, skipped: found.skipped + (isSkipped ? 1 : 0), left: found.left - (isSkipped ? 0 : 1) }
      armed = armed.map((entry) => (entry === found ? after : entry)).filter(({ left }) => left > 0)
      return isSkipped ? undefined : found.fault
    },
  }
}
