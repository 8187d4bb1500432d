import type { LoginFailure } from './failure.js'

const FULL_RETRY_MS = 250
const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 10_000

/**
 * How long to wait before the next login, in ms; `chance` is 0 to 1 and spreads it by a quarter either way.
 *
 * Quick only while the server is full: whoever asks first gets the slot that becomes free. `isMissed` says that no
 * session stands in for the one that is dialed; a mere replacement never hurries at a full server.
 */
export function retryDelayMs(failure: LoginFailure, failures: number, isMissed: boolean, chance: number): number {
  const delayMs =
    failure.kind === 'refused' && isMissed
      ? FULL_RETRY_MS
      : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10))
  return spread(delayMs, chance)
}

/** Both sessions may die young together once, as at a restart soon after our start. */
const FREE_LOSSES = 2

/**
 * How long to wait after a session was lost, in ms. The next login follows at once, but where sessions keep dying young
 * (a proxy that lets in and hangs up): from the third on each loss doubles the wait. `diedYoung` counts those in a row.
 */
export function redialDelayMs(diedYoung: number, chance: number): number {
  if (diedYoung <= FREE_LOSSES) return 0
  return spread(Math.min(LONGEST_DELAY_MS, FULL_RETRY_MS * 2 ** Math.min(diedYoung - FREE_LOSSES - 1, 10)), chance)
}

function spread(delayMs: number, chance: number): number {
  return Math.round(delayMs * (0.75 + chance / 2))
}
