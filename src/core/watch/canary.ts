import type { CanaryResult, Reading } from './look.js'
import { usableSlots, usedSlots } from './slots.js'

const CANARY_EVERY_MS = 30_000

/**
 * Whether the canary is due: every 30 s; at once when use crosses 90 % of the usable slots; and at every look while
 * the last one was refused, so that its end is seen as soon as its beginning.
 */
export function isCanaryDue(input: {
  readonly now: number
  readonly lastAt: number | undefined
  readonly last: CanaryResult | undefined
  readonly reading: Reading | undefined
  readonly previous: Reading | undefined
}): boolean {
  if (input.lastAt === undefined || input.now - input.lastAt >= CANARY_EVERY_MS) return true
  if (input.last?.kind === 'refused') return true
  return isHigh(input.reading) && !isHigh(input.previous)
}

function isHigh(reading: Reading | undefined): boolean {
  return reading !== undefined && usedSlots(reading) > 0.9 * usableSlots(reading.limits)
}
