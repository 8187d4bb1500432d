import type { SandboxClock } from './clock.js'

/** Discord's: so many sessions may be started in a day; one more, and the token is reset. */
const STARTS_A_DAY = 1000
const DAY_MS = 24 * 3_600_000
/** Discord's: `max_concurrency` shards may identify in this time, each in a bucket of its own. */
const IDENTIFY_EVERY_MS = 5000
const MAX_CONCURRENCY = 1

/** The bot's token and how often it may still be used to start a session. */
export type Credentials = {
  readonly accepts: (token: unknown) => boolean
  /**
   * Counts an IDENTIFY of a shard. 'used up': it was one too many in a day, and the token is worth nothing from now
   * on. 'too soon': the last one of the shard's bucket is not five seconds ago.
   */
  readonly start: (shard: number) => 'started' | 'too soon' | 'used up'
  /** `session_start_limit` of GET /gateway/bot. */
  readonly startLimit: () => { total: number; remaining: number; reset_after: number; max_concurrency: number }
  /** What the owner does in the portal: the token is worth nothing from now on. */
  readonly reset: () => void
}

export function credentials(
  token: string,
  clock: Pick<SandboxClock, 'now'>,
  options: { readonly sessionStartsADay?: number; readonly identifyEveryMs?: number } = {},
): Credentials {
  const { sessionStartsADay: startsADay = STARTS_A_DAY, identifyEveryMs = IDENTIFY_EVERY_MS } = options
  let isValid = true
  let day: { readonly endsMs: number; readonly used: number } = { endsMs: 0, used: 0 }
  const lastMs = new Map<number, number>()
  const today = () => (clock.now() < day.endsMs ? day : { endsMs: clock.now() + DAY_MS, used: 0 })
  return {
    accepts: (given) => isValid && given === token,
    start: (shard) => {
      day = { ...today(), used: today().used + 1 }
      if (day.used > startsADay) isValid = false
      if (!isValid) return 'used up'
      const bucket = shard % MAX_CONCURRENCY
      if (clock.now() - (lastMs.get(bucket) ?? -Infinity) < identifyEveryMs) return 'too soon'
      lastMs.set(bucket, clock.now())
      return 'started'
    },
    startLimit: () => ({
      total: startsADay,
      remaining: Math.max(0, startsADay - today().used),
      reset_after: today().used === 0 ? 0 : today().endsMs - clock.now(),
      max_concurrency: MAX_CONCURRENCY,
    }),
    reset: () => {
      isValid = false
    },
  }
}
