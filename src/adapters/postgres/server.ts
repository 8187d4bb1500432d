import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import type { PostgresServer, Signalled } from '../../ports/postgres.js'
import { backendOf, backendsQuestion } from './backends.js'
import type { BackendRow, Ours } from './backends.js'
import { canaryLogin } from './canary.js'
import { quoted } from './failure.js'
import { detailOf, heldSessions } from './held.js'
import type { Patience } from './held.js'
import { LOOK, looker } from './look.js'
import { canaryRole, OWN_APPLICATIONS } from './own.js'
import { factsOf, settingsQuestion } from './settings.js'
import type { SettingsRow } from './settings.js'
import { degradedBy, grantMonitor, grantSignal } from './standing.js'
import { terminateQuestion } from './terminate.js'
import type { TerminateRow } from './terminate.js'
import { turn } from './turn.js'

export type PostgresDeps = {
  readonly clock: Clock
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Readings tell when each backend began: attribution needs it, nobody else. */
  readonly withSessionAges?: boolean
}

/** A second question right after a first one that was answered at once. */
const LOOK_AGAIN: Patience = { limitMs: 2_000, waitMs: 500, totalMs: 2_400 }
/** The server stops the act by itself after its statement_timeout of 2 s; its answer to that is worth the rest. */
const ACT: Patience = { limitMs: 4_500, waitMs: 2_000, totalMs: 4_900 }

/**
 * One watched server behind the port. `open` starts the two logins in the background and returns at once. Everything
 * else may be called at any time, answers within 5 s and never rejects for what the server or the network did.
 */
export function postgresServer(config: ServerConfig, deps: PostgresDeps): PostgresServer & { open(): void } {
  const { clock } = deps
  const oneLogin = turn(clock)
  const looks = looker(config, { clock, withSessionAges: deps.withSessionAges ?? false }, () => held)
  const held = heldSessions(config, { ...deps, turn: oneLogin, learned: (standing) => looks.learned(standing) })

  const ours = (): Ours => ({
    ownPids: held.pids(),
    ownApplications: OWN_APPLICATIONS,
    canaryRole: canaryRole(config),
  })

  return {
    name: config.name,
    open: () => held.open(),
    look: () => looks.look(),
    canary: () => canaryLogin(config, looks.standing(), clock, oneLogin),

    async backends(deadlineMs) {
      const patience =
        deadlineMs === undefined
          ? LOOK
          : { limitMs: deadlineMs, waitMs: deadlineMs, totalMs: Math.min(deadlineMs, LOOK.totalMs) }
      const answer = await held.ask<BackendRow>('monitor', backendsQuestion(ours()), patience)
      const at = clock.now()
      if (answer.kind !== 'rows') return { kind: 'failed', at, detail: detailOf(answer) }
      if (answer.rows.some((row) => row.is_hidden)) {
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
      // Asked once and never again: whether a first attempt did its work is not known.
      const answer = await held.ask<TerminateRow>('actor', question, ACT)
      if (answer.kind === 'rows') {
        return { kind: 'signalled', pids: answer.rows.filter((row) => row.is_signalled).map((row) => row.pid) }
      }
      if (answer.kind === 'failed' && answer.code === '42501') {
        return {
          kind: 'denied',
          detail: `Role ${quoted(config.connection.user)} may not end backends of other roles (42501)`,
          remedy: grantSignal(config.connection.user),
        }
      }
      return { kind: 'unknown', detail: detailOf(answer) }
    },

    async setup() {
      let answer = await held.ask<SettingsRow>('monitor', settingsQuestion(ours(), true), LOOK)
      // The one catalog in it that an administrator may have closed: the rest is still worth knowing.
      if (answer.kind === 'failed' && answer.code === '42501') {
        answer = await held.ask<SettingsRow>('monitor', settingsQuestion(ours(), false), LOOK_AGAIN)
      }
      const at = clock.now()
      if (answer.kind !== 'rows') return { kind: 'failed', at, detail: detailOf(answer) }
      const facts = factsOf(answer.rows, at)
      return facts === undefined
        ? { kind: 'failed', at, detail: `role ${quoted(config.connection.user)} was dropped` }
        : { kind: 'setup', facts }
    },

    sessions() {
      const standing = looks.standing()
      return {
        monitor: held.status('monitor'),
        actor: held.status('actor'),
        ...(standing === undefined ? {} : { versionNum: standing.versionNum, role: standing.role }),
        degraded: standing === undefined ? [] : degradedBy(standing),
      }
    },

    close: () => held.close(),
  }
}
