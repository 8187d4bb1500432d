import type { Hung, Look } from '../../core/watch/look.js'
import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import type { PostgresServer, Signalled } from '../../ports/postgres.js'
import { backendOf, backendsQuestion } from './backends.js'
import type { BackendRow } from './backends.js'
import { canaryLogin } from './canary.js'
import { heldSessions, sentenceOf } from './held.js'
import type { Asked } from './held.js'
import { canaryRole, OWN_APPLICATIONS } from './own.js'
import { readingOf, readingQuestion } from './reading.js'
import type { ReadingParameters, ReadingRow } from './reading.js'
import { degradedBy, grantMonitor, grantSignal } from './standing.js'
import type { Standing } from './standing.js'
import { terminateQuestion } from './terminate.js'
import type { TerminateRow } from './terminate.js'
import { turn } from './turn.js'

export type PostgresDeps = {
  readonly clock: Clock
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
}

const QUERY_LIMIT_MS = 2_000
/** How long a question waits for the login under way; with the query limit an answer comes within 5 s. */
const LOGIN_WAIT_MS = 2_900
/** The server itself stops the act after its statement_timeout; until then its answer is worth waiting for. */
const TERMINATE_LIMIT_MS = 4_500

/**
 * One watched server behind the port. `open` starts the two logins in the background and returns at once. Everything
 * else may be called at any time, answers within 5 s and never rejects for what the server or the network did.
 */
export function postgresServer(config: ServerConfig, deps: PostgresDeps): PostgresServer & { open(): void } {
  const { clock } = deps
  const oneLogin = turn(clock)
  let standing: Standing | undefined
  const held = heldSessions(config, {
    ...deps,
    turn: oneLogin,
    learned: (fresh) => (standing = fresh),
  })

  function parameters(): ReadingParameters {
    return {
      idleMs: config.stale.idleMs,
      idleInTransactionMs: config.stale.idleInTransactionMs,
      ownPids: held.pids(),
      ownApplications: OWN_APPLICATIONS,
      canaryRole: canaryRole(config),
    }
  }

  async function look(): Promise<Look> {
    const startedAt = clock.now()
    const leftMs = (): number => Math.max(0, LOGIN_WAIT_MS - (clock.now() - startedAt))
    const ask = (): Promise<Asked<ReadingRow>> =>
      held.ask<ReadingRow>('monitor', readingQuestion(parameters()), QUERY_LIMIT_MS, leftMs())
    let askedAt = clock.now()
    let answer = await ask()
    // A session that was ended under the question: the other one may still answer, or the login that follows.
    for (let again = 0; answer.kind === 'lost' && again < 2; again += 1) {
      askedAt = clock.now()
      answer = await ask()
    }
    const at = clock.now()
    switch (answer.kind) {
      case 'rows': {
        const row = answer.rows[0]
        if (row === undefined) {
          return {
            kind: 'denied',
            at,
            detail: 'Our own role was dropped',
            remedy: `Create role "${config.connection.user}" again.`,
          }
        }
        standing = row.standing
        return readingOf(row, at, at - askedAt)
      }
      case 'hung':
        return { kind: 'hung', at, timeoutMs: answer.timeoutMs } satisfies Hung
      case 'failed':
        return answer.code === '42501'
          ? {
              kind: 'denied',
              at,
              detail: `Role "${config.connection.user}" may not read the statistics (42501)`,
              remedy: grantMonitor(config.connection.user),
            }
          : { kind: 'unreachable', at, why: 'other', detail: `the reading failed with SQLSTATE ${answer.code}` }
      case 'lost':
        return { kind: 'unreachable', at, why: 'reset', detail: answer.detail }
      case 'no session':
        return answer.failure.kind === 'refused' && standing !== undefined
          ? { ...answer.failure, at, versionNum: standing.versionNum }
          : { ...answer.failure, at }
    }
  }

  return {
    name: config.name,
    open: held.open,
    look,
    canary: () => canaryLogin(config, standing, clock, oneLogin),

    async backends(deadlineMs = QUERY_LIMIT_MS) {
      const waitMs = Math.min(deadlineMs, LOGIN_WAIT_MS)
      const answer = await held.ask<BackendRow>('monitor', backendsQuestion(parameters()), deadlineMs, waitMs)
      const at = clock.now()
      if (answer.kind !== 'rows') return { kind: 'failed', at, detail: detailOf(answer) }
      if (standing?.seesAll === false) {
        return {
          kind: 'failed',
          at,
          detail: `Other roles' backends are hidden: ${grantMonitor(config.connection.user)}`,
        }
      }
      return { kind: 'backends', at, backends: answer.rows.map(backendOf) }
    },

    async terminate(victims, protectedApplications): Promise<Signalled> {
      if (victims.length === 0) return { kind: 'signalled', pids: [] }
      const question = terminateQuestion(victims, protectedApplications, held.pids())
      // Asked once and never again: whether the first one did its work is not known.
      const answer = await held.ask<TerminateRow>('actor', question, TERMINATE_LIMIT_MS, LOGIN_WAIT_MS)
      if (answer.kind === 'rows') {
        return { kind: 'signalled', pids: answer.rows.filter((row) => row.is_signalled).map((row) => row.pid) }
      }
      if (answer.kind === 'failed' && answer.code === '42501') {
        return {
          kind: 'denied',
          detail: `Role "${config.connection.user}" may not end backends of other roles (42501)`,
          remedy: grantSignal(config.connection.user),
        }
      }
      return { kind: 'unknown', detail: detailOf(answer) }
    },

    sessions() {
      return {
        monitor: held.status('monitor'),
        actor: held.status('actor'),
        ...(standing === undefined ? {} : { versionNum: standing.versionNum, role: standing.role }),
        degraded: standing === undefined ? [] : degradedBy(standing),
      }
    },

    close: held.close,
  }
}

/** One line for people; without SQL and without the server's own words, which are in the server's language. */
function detailOf(answer: Exclude<Asked<unknown>, { kind: 'rows' }>): string {
  switch (answer.kind) {
    case 'hung':
      return `no answer within ${answer.timeoutMs / 1000} s`
    case 'failed':
      return `the server refused the statement with SQLSTATE ${answer.code}`
    case 'lost':
      return `the session was lost before the answer: ${answer.detail}`
    case 'no session':
      return `no session: ${sentenceOf(answer.failure)}`
  }
}
