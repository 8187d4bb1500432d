import type { Clock } from '../../ports/clock.js'

/** A signal that fires after `ms`, or when `also` does; `isOver` says that it was the time. `end` must be called. */
export type Limit = { readonly signal: AbortSignal; readonly ms: number; isOver(): boolean; end(): void }

export function limit(clock: Clock, ms: number, also: AbortSignal): Limit {
  const over = new AbortController()
  const done = new AbortController()
  let isOver = false
  const wait = async (): Promise<void> => {
    try {
      await clock.sleep(ms, done.signal)
    } catch {
      return // ended in time
    }
    isOver = true
    over.abort()
  }
  void wait()
  return { signal: AbortSignal.any([over.signal, also]), ms, isOver: () => isOver, end: () => done.abort() }
}
