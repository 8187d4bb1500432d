import type { Clock } from '../../ports/clock.js'

/** A signal that fires after `ms`, or when `also` does; `isOver` says that it was the time. `end` must be called. */
export type Limit = { readonly signal: AbortSignal; readonly ms: number; isOver(): boolean; end(): void }

export function limit(clock: Clock, ms: number, also?: AbortSignal): Limit {
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
  return {
    signal: also === undefined ? over.signal : AbortSignal.any([over.signal, also]),
    ms,
    isOver: () => isOver,
    end: () => done.abort(),
  }
}

/** Settles as `work` does, or rejects when the signal fires first. What `work` does afterwards is nobody's concern. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true, signal: settled.signal })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    settled.abort()
  }
}
