/** The stand-in's time. Everything Discord counts (3 s, 15 min, an hour, 2 min of nonce) is counted by it. */
export type SandboxClock = {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Runs once, `delayMs` from now by this clock; the answer cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

export type MovableClock = SandboxClock & {
  /** Moves time forward and runs what falls due, in order. */
  readonly advance: (byMs: number) => void
}

/**
 * The machine's clock, and as far ahead of it as it has been moved. Its timers never keep a process alive: fifteen
 * minutes of token would outlive every test.
 */
export function movableClock(): MovableClock {
  type Due = { readonly atMs: number; readonly run: () => void; timer?: NodeJS.Timeout }
  const due = new Set<Due>()
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const arm = (entry: Due) => {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => {
      due.delete(entry)
      entry.run()
    }, entry.atMs - now())
    entry.timer.unref()
  }
  return {
    now,
    after(delayMs, run) {
      const entry: Due = { atMs: now() + delayMs, run }
      due.add(entry)
      arm(entry)
      return () => {
        clearTimeout(entry.timer)
        due.delete(entry)
      }
    },
    advance(byMs) {
      aheadMs += byMs
      const nowMs = now()
      for (const entry of [...due].sort((a, b) => a.atMs - b.atMs)) {
        if (!due.has(entry)) continue // an earlier one has called it off
        if (entry.atMs > nowMs) {
          arm(entry)
          continue
        }
        clearTimeout(entry.timer)
        due.delete(entry)
        entry.run()
      }
    },
  }
}

/** A clock that stands still until it is moved. `startMs` is epoch milliseconds; snowflakes need 2016 or later. */
export function manualClock(startMs: number): MovableClock {
  let nowMs = startMs
  let due: { readonly atMs: number; readonly run: () => void }[] = []
  return {
    now: () => nowMs,
    after(delayMs, run) {
      const entry = { atMs: nowMs + delayMs, run }
      due.push(entry)
      return () => {
        due = due.filter((other) => other !== entry)
      }
    },
    advance(byMs) {
      const untilMs = nowMs + byMs
      for (;;) {
        const next = due.filter((entry) => entry.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        due = due.filter((entry) => entry !== next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
      }
      nowMs = untilMs
    },
  }
}
