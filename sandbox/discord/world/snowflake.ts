import type { SandboxClock } from '../clock.js'

const EPOCH_MS = 1_420_070_400_000n // Discord's epoch: the first second of 2015
const SEQUENCE_BITS = 22n

/**
 * Makes ids as Discord does: milliseconds since 2015 in the upper 42 bits, 17 to 19 digits.
 * Always rising, also within one millisecond and when the clock steps back.
 */
export function snowflakes(clock: SandboxClock): () => string {
  let last = 0n
  return () => {
    const first = (BigInt(Math.trunc(clock.now())) - EPOCH_MS) << SEQUENCE_BITS
    last = first > last ? first : last + 1n
    return last.toString()
  }
}

/** When an id was made, in epoch milliseconds. */
export function snowflakeTimeMs(id: string): number {
  return Number((BigInt(id) >> SEQUENCE_BITS) + EPOCH_MS)
}

/** Older first: ids are compared as numbers, since a shorter one is older whatever its digits. */
export function bySnowflake(a: { readonly id: string }, b: { readonly id: string }): number {
  const difference = BigInt(a.id) - BigInt(b.id)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
