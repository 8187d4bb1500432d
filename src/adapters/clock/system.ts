import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.js'

/** The machine's own clock. A sleep keeps the process alive until it ends or is aborted. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted() // Node rejects with an error of its own that has the reason as its cause
      throw error
    }
  },
}
