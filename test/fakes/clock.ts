import type { Clock } from '../../src/ports/clock.js'

/** 2020-12-11 13:24:00 UTC: the minute of the post-mortem's alert. */
export const T0 = Date.UTC(2020, 11, 11, 13, 24)

type Sleeper = { at: number; readonly wake: () => void }

/** Time that moves only when a test says so. */
export type ManualClock = Clock & {
  /** Lets all work that waits for nothing run to its end. */
  settle(): Promise<void>
  /** Moves time, waking every sleeper at its own moment. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock back; who sleeps sleeps on for as long as before. */
  setBack(ms: number): void
  /** Moves time as far as this promise needs to settle; fails when it waits for something other than time. */
  finish<T>(work: Promise<T>): Promise<T>
}

export function manualClock(start = T0): ManualClock {
  let now = start
  let sleepers: readonly Sleeper[] = []

  const settle = async (): Promise<void> => {
    // The fakes wait for nothing but promises: one turn of the event loop runs them all.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const wakeNext = (until: number): boolean => {
    const next = sleepers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0]
    if (next === undefined) return false
    sleepers = sleepers.filter((one) => one !== next)
    now = Math.max(now, next.at)
    next.wake()
    return true
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper: Sleeper = { at: now + ms, wake: resolve }
        sleepers = [...sleepers, sleeper]
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((one) => one !== sleeper)
          reject(new Error('aborted'))
        })
      }),
    settle,
    async advance(ms) {
      const until = now + ms
      await settle()
      while (wakeNext(until)) await settle()
      now = until
      await settle()
    },
    setBack(ms) {
      now -= ms
      for (const sleeper of sleepers) sleeper.at -= ms
    },
    async finish(work) {
      let isDone = false
      const settled = (async () => {
        await Promise.allSettled([work])
        isDone = true
      })()
      for (;;) {
        await settle()
        if (isDone) break
        if (!wakeNext(Infinity)) throw new Error('it waits for something that is not time')
      }
      await settled
      return await work
    },
  }
}
