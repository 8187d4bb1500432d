import { setTimeout as timer } from 'node:timers/promises'

/** Time, passed in so that tests own it. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`; rejects when the signal aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => timer(ms, undefined, { signal }),
}
