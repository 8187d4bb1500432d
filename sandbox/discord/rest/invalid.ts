import type { Answer } from './answer.js'

/** Discord's: so many invalid requests from one address in so long, and it is banned. */
const MOST = 10_000
const WITHIN_MS = 10 * 60_000
/** Discord does not say how long ("temporarily"); reports of banned bots name an hour. */
const BANNED_FOR_MS = 60 * 60_000

export type InvalidRequests = {
  /** Counts an answer that was given: 401, 403 and 429, but not a 429 of shared scope. */
  readonly count: (answer: Answer) => void
  /** What a banned address gets, whatever it asks: the answer of the proxy in front of Discord, which is no JSON. */
  readonly ban: () => Answer | undefined
}

/**
 * Who goes on after 401, 403 and 429 is shut out. Counted over the last ten minutes by `nowMs`.
 * Source: Discord, "Rate Limits", Invalid Request Limit.
 */
export function invalidRequests(nowMs: () => number, most = MOST): InvalidRequests {
  const recent: number[] = []
  let bannedUntilMs = -Infinity
  return {
    count(answer) {
      if (![401, 403, 429].includes(answer.status) || answer.headers?.['x-ratelimit-scope'] === 'shared') return
      recent.push(nowMs())
      while (nowMs() - (recent[0] ?? Infinity) >= WITHIN_MS) recent.shift()
      if (recent.length < most) return
      bannedUntilMs = nowMs() + BANNED_FOR_MS
      recent.length = 0
    },
    ban() {
      if (nowMs() >= bannedUntilMs) return undefined
      return {
        status: 429,
        headers: { 'retry-after': String(Math.ceil((bannedUntilMs - nowMs()) / 1000)) },
        body: 'error code: 1015',
        problem: { kind: 'protocol', message: `banned: ${most} invalid requests in ten minutes` },
      }
    },
  }
}
