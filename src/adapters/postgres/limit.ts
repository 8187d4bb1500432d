import type { Clock } from '../../ports/clock.js'

/** What became of a piece of work within its time limit. `late`: it goes on, and nobody waits for it here any more. */
type InTime<T> = { readonly kind: 'in time'; readonly value: T } | { readonly kind: 'late' }

/** Made once: without a reason, every abort makes an error of its own, with a stack. */
const ANSWERED = new Error('answered in time')

/**
 * Waits for `work`, at most `limitMs`. The work is never cancelled: whoever started it keeps its promise.
 * Rejects only when the work rejects in time; a rejection that comes late is swallowed here.
 */
export async function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<InTime<T>> {
  const answered = new AbortController()
  const value = work.then((result): InTime<T> => ({ kind: 'in time', value: result }))
  const late = clock
    .sleep(limitMs, answered.signal)
    // A stalled event loop runs timers before it reads sockets: one more turn, so that an answer that lies ready counts.
    .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
    .then(
      (): InTime<T> => ({ kind: 'late' }),
      (): InTime<T> => ({ kind: 'late' }),
    )
  try {
    return await Promise.race([value, late])
  } finally {
    answered.abort(ANSWERED)
  }
}
