import type { Clock } from '../../ports/clock.js'
import { within } from './limit.js'

/** One login at a time per server: at a full server every further one would add to the flood. */
export type Turn = {
  /** Does `work` when nobody else is logging in; `taken` when that did not come about within `limitMs`. */
  take<T>(limitMs: number, work: () => Promise<T>): Promise<T | 'taken'>
}

export function turn(clock: Clock): Turn {
  let isTaken = false
  const waiting: (() => void)[] = []

  function handOn(): void {
    const next = waiting.shift()
    if (next === undefined) isTaken = false
    else next() // stays taken: it passes from hand to hand
  }

  return {
    async take(limitMs, work) {
      if (isTaken) {
        let enter = (): void => {}
        const entered = new Promise<void>((resolve) => (enter = resolve))
        waiting.push(enter)
        if ((await within(clock, limitMs, entered)).kind === 'late') {
          const place = waiting.indexOf(enter)
          if (place === -1) handOn() // it was handed to us in the very moment we gave up
          else waiting.splice(place, 1)
          return 'taken'
        }
      }
      isTaken = true
      try {
        return await work()
      } finally {
        handOn()
      }
    },
  }
}
