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

/**
 * How long to wait after a session was lost, in ms. One that lived is dialed again at once; where sessions die young
 * (a proxy that lets in and hangs up), each loss doubles the wait.
 */
export function redialDelayMs(diedYoung: number, chance: number): number {
  return diedYoung === 0
    ? 0
    : spread(Math.min(LONGEST_DELAY_MS, FULL_RETRY_MS * 2 ** Math.min(diedYoung - 1, 10)), chance)
}

function spread(delayMs: number, chance: number): number {
  return Math.round(delayMs * (0.75 + chance / 2))
}
