import type { QueryConfig } from 'pg'

import type { Clock } from '../../ports/clock.js'
import { codeOf, isSqlState } from './failure.js'
import { within } from './limit.js'
import type { LoggedIn } from './login.js'

/** A statement with its values; with a `name` it is prepared once per session. */
export type Question = Pick<QueryConfig<unknown[]>, 'name' | 'text' | 'values'>

export type Answer<Row> =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  /** Not answered in time, or ended by the server's own time limit. The session is kept. */
  | { readonly kind: 'hung'; readonly timeoutMs: number }
  /** The server refused the statement; the session is well. */
  | { readonly kind: 'failed'; readonly code: string }
  /** The session ended before the answer: nobody knows what the statement did. */
  | { readonly kind: 'lost'; readonly detail: string }

export type Session = {
  state(): 'free' | 'busy' | 'hung' | 'lost'
  /** Epoch ms since when it is hung. */
  hungSince(): number | undefined
  /** Asks one question. Only for a session that is free. Never rejects. */
  ask<Row>(question: Question, limitMs: number): Promise<Answer<Row>>
  /** Resolves with the reason when the socket has closed, whoever closed it. */
  readonly ended: Promise<string>
  /** Says goodbye and closes the socket; a peer that does not answer is not waited for long. */
  end(): Promise<void>
}

const GOODBYE_LIMIT_MS = 500

/** SQLSTATE classes and codes after which the server closes the connection. */
const ENDING = new Set(['57P01', '57P02', '57P03', '57P04', '57P05', '25P03', '25P04', '08P01', '08006', '08003'])

/** Told of a session: it is free again after an answer (at every look), or its state has changed otherwise. */
export type Changed = (what: 'answered' | 'state') => void

/** A login that is kept. It takes one question at a time: a second one would wait behind a hung first one. */
export function heldSession({ client, socket }: LoggedIn, clock: Clock, changed: Changed): Session {
  let asking = false
  let hungSince: number | undefined
  let reason: string | undefined
  let isClosed = false

  const ended = new Promise<string>((resolve) => {
    client.once('end', () => {
      isClosed = true
      resolve(reason ?? 'the connection ended')
      changed('state')
    })
  })
  // An ended session that was idle emits this twice: the server's farewell with its code, then the driver's own without.
  client.on('error', (error) => {
    reason ??= reasonOf(error)
    // After an error the driver takes no more questions: close the socket ourselves, should the server not do it.
    socket.destroy()
    changed('state')
  })

  async function ask<Row>(question: Question, limitMs: number): Promise<Answer<Row>> {
    asking = true
    const answer = client.query<Row & Record<string, unknown>>(question).finally(() => {
      const what = hungSince === undefined ? 'answered' : 'state'
      asking = false
      hungSince = undefined
      changed(what)
    })
    try {
      const result = await within(clock, limitMs, answer)
      if (result.kind === 'in time') return { kind: 'rows', rows: result.value.rows }
      hungSince = clock.now()
      changed('state')
      return { kind: 'hung', timeoutMs: limitMs }
    } catch (error) {
      const { code } = codeOf(error)
      if (code === undefined || !isSqlState(code) || ENDING.has(code)) {
        reason ??= reasonOf(error)
        return { kind: 'lost', detail: reason }
      }
      // 57014: statement_timeout, 55P03: lock_timeout; the same silence, seen from the server's side.
      if (code === '57014' || code === '55P03') return { kind: 'hung', timeoutMs: limitMs }
      return { kind: 'failed', code }
    }
  }

  return {
    state() {
      if (isClosed || reason !== undefined) return 'lost'
      if (hungSince !== undefined) return 'hung'
      return asking ? 'busy' : 'free'
    },
    hungSince: () => hungSince,
    ask,
    ended,
    async end() {
      if (isClosed) return
      reason ??= 'closed by Lifeguard'
      await within(
        clock,
        GOODBYE_LIMIT_MS,
        client.end().catch(() => {}),
      )
      socket.destroy()
    },
  }
}

function reasonOf(error: unknown): string {
  const { code } = codeOf(error)
  if (code === undefined) return 'the connection ended'
  if (code === '57P01') return 'the session was terminated, or the server is shutting down (57P01)'
  if (code === '57P05' || code === '25P03') return `the server ended the session because it was idle (${code})`
  return `the session ended with ${code}`
}
