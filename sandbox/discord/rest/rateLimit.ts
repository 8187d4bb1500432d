import { createHash } from 'node:crypto'

/** Whose limit was met: this bot's on a route, this bot's over all routes, or one shared with others. */
export type Scope = 'user' | 'global' | 'shared'

/** How many requests a route takes in a while, per channel (or guild, or webhook). */
export type RateLimit = {
  readonly limit: number
  readonly perMs: number
  readonly method?: string
  /** Tried on the route as it is written: '/channels/:channel/messages'. */
  readonly route?: RegExp
  /** Shared with others who use the resource: a 429 by it is not counted as an invalid request. */
  readonly isShared?: boolean
}

export type RateLimits = {
  /** The first that fits a route counts. Discord publishes no numbers, so that bots read the headers. */
  readonly routes?: readonly RateLimit[]
  /** Over all routes but interactions; default 50, as Discord's. */
  readonly globalPerSecond?: number
  /** Invalid requests in ten minutes before the address is banned; default 10,000, as Discord's. */
  readonly invalidPerTenMinutes?: number
}

type Counted = {
  readonly headers: Readonly<Record<string, string>>
  /** Set when it was one too many. */
  readonly refused?: { readonly retryAfterMs: number; readonly scope: Scope }
}

/** Counts one request; `major` is the id that the bucket belongs to. */
export type RateLimiter = (
  route: { readonly method: string; readonly path: string; readonly isOpen?: boolean },
  major: string,
) => Counted

/** Discord's: over all routes of a bot. Source: "Rate Limits", Global Rate Limit. */
const GLOBAL_PER_SECOND = 50

/** Above the global limit: Discord publishes no number for any route, so none is made up. */
const DEFAULT: RateLimit = { limit: 200, perMs: 1000 }

/** Fixed windows by the sandbox's clock, one for each bucket and each channel. */
export function rateLimiter(limits: RateLimits, nowMs: () => number): RateLimiter {
  const windows = new Map<string, { readonly endsMs: number; readonly used: number }>()
  const globalPerSecond = limits.globalPerSecond ?? GLOBAL_PER_SECOND
  const count = (key: string, perMs: number) => {
    const before = windows.get(key)
    const window = before === undefined || nowMs() >= before.endsMs ? { endsMs: nowMs() + perMs, used: 0 } : before
    const after = { ...window, used: window.used + 1 }
    windows.set(key, after)
    return { ...after, leftMs: after.endsMs - nowMs() }
  }
  return (route, major) => {
    // "Interaction endpoints are not bound to the bot's Global Rate Limit": callbacks and their webhooks
    if (route.isOpen !== true) {
      const all = count('global', 1000)
      if (all.used > globalPerSecond) {
        return { headers: {}, refused: { retryAfterMs: all.leftMs, scope: 'global' } }
      }
    }
    const { limit, perMs, isShared } = limits.routes?.find((one) => fits(one, route)) ?? DEFAULT
    const bucket = createHash('sha256').update(`${route.method} ${route.path}`).digest('hex').slice(0, 32)
    const { used, endsMs, leftMs } = count(`${bucket}:${major}`, perMs)
    return {
      headers: {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
        'x-ratelimit-reset': (endsMs / 1000).toFixed(3),
        'x-ratelimit-reset-after': (leftMs / 1000).toFixed(3),
        'x-ratelimit-bucket': bucket,
      },
      ...(used > limit
        ? { refused: { retryAfterMs: leftMs, scope: isShared === true ? ('shared' as const) : ('user' as const) } }
        : {}),
    }
  }
}

function fits(limit: RateLimit, route: { readonly method: string; readonly path: string }): boolean {
  return (
    (limit.method === undefined || limit.method === route.method) &&
    (limit.route === undefined || limit.route.test(route.path))
  )
}
