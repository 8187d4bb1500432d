import type { Clock } from '../../ports/clock.js'

/**
 * The machine's own clock. A sleep keeps the process alive until it ends or is aborted.
 *
 * Not `timers/promises`: that makes an error with a stack for every abort, and each question to Postgres aborts one
 * sleep; it was a third of what a reading cost.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error)
        return
      }
      const wake = () => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', wake)
        resolve()
      }, ms)
      signal?.addEventListener('abort', wake, { once: true })
    }),
}
