import type { SandboxClock } from './clock.js'

/** Discord's: so many sessions may be started in a day; one more, and the token is reset. */
const STARTS_A_DAY = 1000
const DAY_MS = 24 * 3_600_000

/** The bot's token and how often it may still be used to start a session. */
export type Credentials = {
  readonly accepts: (token: unknown) => boolean
  /** Counts an IDENTIFY. False: it was one too many, and the token is worth nothing from now on. */
  readonly start: () => boolean
  /** `session_start_limit` of GET /gateway/bot. */
  readonly startLimit: () => { total: number; remaining: number; reset_after: number; max_concurrency: number }
  /** What the owner does in the portal: the token is worth nothing from now on. */
  readonly reset: () => void
}

export function credentials(token: string, clock: SandboxClock, startsADay = STARTS_A_DAY): Credentials {
  let isValid = true
  let day: { readonly endsMs: number; readonly used: number } = { endsMs: 0, used: 0 }
  const today = () => (clock.now() < day.endsMs ? day : { endsMs: clock.now() + DAY_MS, used: 0 })
  return {
    accepts: (given) => isValid && given === token,
    start: () => {
      day = { ...today(), used: today().used + 1 }
      if (day.used > startsADay) isValid = false
      return isValid
    },
    startLimit: () => ({
      total: startsADay,
      remaining: Math.max(0, startsADay - today().used),
      reset_after: today().used === 0 ? 0 : today().endsMs - clock.now(),
      max_concurrency: 1,
    }),
    reset: () => {
      isValid = false
    },
  }
}
