/** Edits of a card: at most one in 15 s; after 55 minutes one a minute, since Discord then counts them (error 30046). */
const EDIT_EVERY_MS = 15_000
const OLD_AFTER_MS = 55 * 60_000
const OLD_EDIT_EVERY_MS = 60_000

/** Discord remembers a nonce for "the past few minutes"; beyond this age we look for our marker before sending again. */
export const NONCE_TRUSTED_MS = 100_000

/**
 * Whether a card may be edited now. News of severity, acknowledgement or an act does not wait, but for cards old
 * enough that Discord counts their edits.
 */
export function mayEdit(input: {
  readonly now: number
  readonly postedAt: number
  readonly lastEditAt: number | undefined
  readonly isUrgent: boolean
}): boolean {
  const { now, postedAt, lastEditAt, isUrgent } = input
  if (isUrgent || lastEditAt === undefined) return true
  return now - lastEditAt >= (now - postedAt >= OLD_AFTER_MS ? OLD_EDIT_EVERY_MS : EDIT_EVERY_MS)
}

/** How long to leave Discord alone after the n-th failure in a row: 2 s doubling to a minute. */
export function retryDelayMs(failuresInRow: number): number {
  return failuresInRow === 0 ? 0 : Math.min(60_000, 2_000 * 2 ** (failuresInRow - 1))
}

/** The nonce of a message: made from the event it tells, so that a repeat is the same nonce. At most 25 characters. */
export function nonceOf(incident: string, key: string): string {
  return `${incident}-${key}`.slice(0, 25)
}

/** The words by which one of our messages is found again; each message ends with its own. */
export function markerOf(incident: string, key: string): string {
  return `Ref ${incident}/${key}`
}
