type Due = { readonly at: number; readonly order: number; readonly run: () => void }

/** Simulated time: what is due happens in order of its moment, and between two of them everything that waits runs to its end. */
export type Schedule = {
  now(): number
  after(ms: number, run: () => void): void
  /** As `after`, for work that wakes nobody who awaits. */
  quietly(ms: number, run: () => void): void
  until(ms: number, isOver: () => boolean): Promise<void>
}

export function schedule(start: number): Schedule {
  let now = start
  let order = 0
  let hasWoken = false
  const due: Due[] = []

  const add = (ms: number, run: () => void): void => {
    order += 1
    due.push({ at: now + Math.max(0, ms), order, run })
  }
  return {
    now: () => now,
    quietly: add,
    after: (ms, run) =>
      add(ms, () => {
        hasWoken = true
        run()
      }),
    async until(ms, isOver) {
      await new Promise((resolve) => setImmediate(resolve))
      for (;;) {
        let index = 0
        for (let other = 1; other < due.length; other += 1) {
          const a = due[other]
          const b = due[index]
          if (a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order))) index = other
        }
        const chosen = due[index]
        if (chosen === undefined || chosen.at > ms || isOver()) return
        due.splice(index, 1)
        now = chosen.at
        chosen.run()
        if (hasWoken) await new Promise((resolve) => setImmediate(resolve))
        hasWoken = false
      }
    },
  }
}
