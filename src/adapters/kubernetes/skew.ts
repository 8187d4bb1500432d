import type { Timing } from './call.js'

/**
 * How far the API server's clock is ahead of the bot's, in ms. The Date header has whole seconds, and the answer took
 * its time: what is measured is known only to within half of each. As long as `beforeMs` fits that, it stays, so that
 * a new LIST of an unchanged cluster looks unchanged.
 */
export function skewOf({ sentAt, answeredAt, date }: Timing, beforeMs: number): number {
  if (date === undefined) return beforeMs
  const measuredMs = date + 500 - (sentAt + answeredAt) / 2
  const doubtMs = 500 + (answeredAt - sentAt) / 2
  return Math.abs(measuredMs - beforeMs) <= doubtMs ? beforeMs : Math.round(measuredMs)
}
