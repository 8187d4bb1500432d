/** The stand-in's time. Everything Discord counts (3 s, 15 min, an hour, 2 min of nonce) is counted by it. */
export type SandboxClock = {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Runs once, `delayMs` from now by this clock; the answer cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** The machine's clock. Its timers never keep a process alive: fifteen minutes of token would outlive every test. */
export const realClock: SandboxClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

export type ManualClock = SandboxClock & {
  /** Moves time forward and runs what falls due, in order. */
  readonly advance: (byMs: number) => void
}

/** A clock that stands still until it is moved. `startMs` is epoch milliseconds; snowflakes need 2016 or later. */
export function manualClock(startMs: number): ManualClock {
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
