import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import type { LoginFailure } from './failure.js'
import { logIn } from './login.js'
import { canaryRole } from './own.js'
import { heldSession } from './session.js'
import type { Answer, Changed, Session } from './session.js'
import { ME_SQL, standingSql } from './standing.js'
import type { Standing } from './standing.js'

export type Opened = { readonly session: Session; readonly pid: number; readonly standing: Standing }

/** A login with everything that comes with it ends within this. */
export const LOGIN_LIMIT_MS = 3_000

/** PostgreSQL 14 and later would end a session of ours that waits for the next tick; 13 has no such setting. */
const OPENING_SQL = `
WITH ${ME_SQL}
SELECT pg_backend_pid() AS pid, ${standingSql('$1')} AS standing,
       CASE WHEN current_setting('idle_session_timeout', true) IS NOT NULL
            THEN set_config('idle_session_timeout', '0', false) END AS idle_session_timeout
  FROM me`

/** Logs in under our own role and makes a session of it, or says why not. Never rejects. */
export async function openSession(
  config: ServerConfig,
  applicationName: string,
  clock: Clock,
  changed: Changed,
): Promise<Opened | { readonly failure: LoginFailure }> {
  const { connection } = config
  const startedAt = clock.now()
  const loggedIn = await logIn(
    {
      connection,
      user: connection.user,
      ...(connection.password === undefined ? {} : { password: connection.password }),
      database: connection.database,
      applicationName,
    },
    LOGIN_LIMIT_MS,
    clock,
  )
  if (loggedIn.kind !== 'logged in') return { failure: loggedIn }
  const session = heldSession(loggedIn, clock, changed)
  const leftMs = Math.max(0, LOGIN_LIMIT_MS - (clock.now() - startedAt))
  const answer = await session.ask<{ pid: number; standing: Standing }>(
    { text: OPENING_SQL, values: [canaryRole(config)] },
    leftMs,
  )
  const row = answer.kind === 'rows' ? answer.rows[0] : undefined
  if (row !== undefined) return { session, ...row }
  void session.end() // its goodbye may take a moment, and the answer is known
  return { failure: firstQuestionFailed(answer) }
}

function firstQuestionFailed(answer: Answer<unknown>): LoginFailure {
  if (answer.kind === 'hung') {
    return { kind: 'unreachable', why: 'silent', detail: 'let in, and the first question was not answered' }
  }
  if (answer.kind === 'lost') return { kind: 'unreachable', why: 'reset', detail: answer.detail }
  return {
    kind: 'unreachable',
    why: 'other',
    detail:
      answer.kind === 'failed'
        ? `the first question failed with SQLSTATE ${answer.code}`
        : 'the role was dropped during the login',
  }
}
