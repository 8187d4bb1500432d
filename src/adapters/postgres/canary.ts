import type { CanaryResult } from '../../core/watch/look.js'
import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import { quoted, sentenceOf } from './failure.js'
import { logIn } from './login.js'
import type { Login } from './login.js'
import { LOGIN_LIMIT_MS } from './opening.js'
import { CANARY } from './own.js'
import { heldSession } from './session.js'
import { whyNotPlain } from './standing.js'
import type { Standing } from './standing.js'
import type { Turn } from './turn.js'

/** How long a canary waits for another login to end; with its own limit it answers within 5 s. */
const TURN_LIMIT_MS = 1_400

/** One plain login, to be refused where users are. Ended at once, never tried again. Never rejects. */
export async function canaryLogin(
  config: ServerConfig,
  standing: Standing | undefined,
  clock: Clock,
  turn: Turn,
): Promise<CanaryResult> {
  const login = canaryOf(config)
  if (login === undefined) return { kind: 'off', because: 'Switched off in the configuration.' }
  const because = whyOff(config, standing)
  if (because !== undefined) return { kind: 'off', because }
  const result = await turn.take(TURN_LIMIT_MS, async (): Promise<CanaryResult> => {
    const loggedIn = await logIn(login, LOGIN_LIMIT_MS, clock)
    const at = clock.now()
    if (loggedIn.kind === 'refused') return { kind: 'refused', at, limit: loggedIn.limit, role: login.user }
    if (loggedIn.kind !== 'logged in') return { kind: 'failed', at, detail: sentenceOf(loggedIn) }
    await heldSession(loggedIn, clock, () => {}).end()
    return { kind: 'passed', at }
  })
  return result === 'taken'
    ? { kind: 'failed', at: clock.now(), detail: 'another login to this server was still under way' }
    : result
}

function canaryOf({ canary, connection }: ServerConfig): Login | undefined {
  if (canary.kind === 'off') return undefined
  const { user, password } = canary.kind === 'role' ? canary : connection
  return {
    connection,
    user,
    ...(password === undefined ? {} : { password }),
    database: (canary.kind === 'role' ? canary.database : undefined) ?? connection.database,
    applicationName: CANARY,
  }
}

/** A login that gets in where users do not would prove nothing. */
function whyOff({ canary, connection }: ServerConfig, standing: Standing | undefined): string | undefined {
  if (canary.kind === 'role') {
    return standing?.canaryIsPrivileged === true
      ? whyNotPlain(canary.user, false, true, Math.max(1, standing.reserved))
      : undefined
  }
  if (standing === undefined) return `Not known yet whether role ${quoted(connection.user)} may use reserved slots.`
  return whyNotPlain(connection.user, standing.isSuperuser, standing.mayUseReserved, standing.reserved)
}
