import type { Numbers } from '../incident/event.js'

/** What is kept of a look for the last quarter of an hour: the evidence file and the growth rate are made from it. */
export type RecentLook =
  | ({ readonly kind: 'reading' } & Numbers & { readonly byRole: Readonly<Record<string, number>> })
  | { readonly kind: 'refused' | 'hung' | 'unreachable' | 'starting' | 'denied'; readonly at: number }

export const RECENT_MS = 15 * 60_000

/** Adds one look and forgets those older than {@link RECENT_MS}. */
export function remember(recent: readonly RecentLook[], look: RecentLook): readonly RecentLook[] {
  return [...recent.filter((one) => look.at - one.at <= RECENT_MS), look]
}

/**
 * Backends gained per minute over the last `windowMs` of readings, by least squares.
 * Undefined with fewer than three readings or less than a tenth of the window: too little to say anything.
 */
export function growthPerMinute(recent: readonly RecentLook[], now: number, windowMs = 60_000): number | undefined {
  const points = recent.flatMap((one) => (one.kind === 'reading' && now - one.at <= windowMs ? [one] : []))
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || points.length < 3 || last.at - first.at < windowMs / 10)
    return undefined
  const meanAt = points.reduce((sum, point) => sum + point.at, 0) / points.length
  const meanUsed = points.reduce((sum, point) => sum + point.used, 0) / points.length
  const covariance = points.reduce((sum, point) => sum + (point.at - meanAt) * (point.used - meanUsed), 0)
  const variance = points.reduce((sum, point) => sum + (point.at - meanAt) ** 2, 0)
  return (covariance / variance) * 60_000
}
