import type { Look, Reading } from '../../core/watch/look.js'
import { usableSlots, usedSlots } from '../../core/watch/slots.js'
import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import { catalogOf, isCatalogDue, namesAll } from './catalog.js'
import type { Catalog } from './catalog.js'
import { quoted } from './failure.js'
import { detailOf } from './held.js'
import type { Asked, HeldSessions, Patience } from './held.js'
import { canaryRole } from './own.js'
import { headOf, readingOf, readingQuestion } from './reading.js'
import type { ReadingRow } from './reading.js'
import { degradedBy, grantMonitor, standingQuestion } from './standing.js'
import type { Standing } from './standing.js'

/** Everything is answered within 5 s: a login takes at most 3 s, a question 2 s. */
export const LOOK: Patience = { limitMs: 2_000, waitMs: 3_200, totalMs: 4_900 }
/** How old the knowledge of our own grants may be. While something is missing it is asked for at every look: a GRANT shows at once. */
const STANDING_FOR_MS = 60_000
/** From this share of any limit on, names and limits come fresh with every look. */
const NEAR = 0.8

export type Looker = {
  look(): Promise<Look>
  standing(): Standing | undefined
  learned(standing: Standing): void
}

/** The looks at one server, and what is remembered from one to the next: names, limits and our own grants. */
export function looker(
  config: ServerConfig,
  deps: { readonly clock: Clock; readonly withSessionAges: boolean },
  held: () => HeldSessions,
): Looker {
  const { clock, withSessionAges } = deps
  const { idleMs, idleInTransactionMs } = config.stale
  const canary = canaryRole(config)
  let catalog: Catalog | undefined
  let isNear = false
  let standing: Standing | undefined
  let standingAt = 0

  function learned(fresh: Standing): void {
    standing = fresh
    standingAt = clock.now()
  }

  /** Without an answer what was known stays known: it weakens nothing that the look itself has not read. */
  async function askStanding(seesAll: boolean, patience: Patience): Promise<void> {
    const isWell = seesAll && standing !== undefined && degradedBy(standing).length === 0
    if (isWell && clock.now() - standingAt < STANDING_FOR_MS) return
    const answer = await held().ask<{ readonly standing: Standing }>('monitor', standingQuestion(canary), patience)
    const fresh = answer.kind === 'rows' ? answer.rows[0]?.standing : undefined
    if (fresh !== undefined) learned(fresh)
  }

  async function look(): Promise<Look> {
    const startedAt = clock.now()
    let withCatalog = isNear || isCatalogDue(catalog, startedAt)
    for (;;) {
      const askedAt = clock.now()
      const elapsedMs = askedAt - startedAt
      const patience = { ...LOOK, waitMs: LOOK.waitMs - elapsedMs, totalMs: LOOK.totalMs - elapsedMs }
      const question = readingQuestion({ idleMs, idleInTransactionMs, withSessionAges, withCatalog })
      const answer = await held().ask<ReadingRow>('monitor', question, patience)
      const at = clock.now()
      // A session that was ended under the question: the other one may still answer, or the login that follows.
      if (answer.kind === 'lost' && at - startedAt < LOOK.waitMs) continue
      if (answer.kind !== 'rows') return withoutRows(answer, at)
      const head = headOf(answer.rows)
      if (head === undefined) return roleDropped(at)
      if (head.roles !== null) catalog = catalogOf(head, at)
      if (catalog === undefined || (!withCatalog && !namesAll(catalog, answer.rows))) {
        withCatalog = true
        continue
      }
      await askStanding(head.seesAll, { ...LOOK, waitMs: 0, totalMs: LOOK.totalMs - (at - startedAt) })
      const versionNum = standing?.versionNum ?? 0
      const tookMs = at - askedAt
      const read = readingOf(answer.rows, { head, catalog, versionNum, canaryRole: canary, at, tookMs })
      isNear = read.kind !== 'reading' || isNearLimit(read)
      return read
    }
  }

  function withoutRows(answer: Exclude<Asked<ReadingRow>, { kind: 'rows' }>, at: number): Look {
    if (answer.kind === 'hung') return { kind: 'hung', at, timeoutMs: answer.timeoutMs }
    if (answer.kind === 'no session') {
      const isVersionKnown = answer.failure.kind === 'refused' && standing !== undefined
      return { ...answer.failure, ...(isVersionKnown ? { versionNum: standing?.versionNum ?? 0 } : {}), at }
    }
    if (answer.kind === 'failed' && answer.code === '42501') {
      const { user } = config.connection
      const detail = `Role ${quoted(user)} may not read the statistics (42501)`
      return { kind: 'denied', at, detail, remedy: grantMonitor(user) }
    }
    return { kind: 'unreachable', at, why: answer.kind === 'lost' ? 'reset' : 'other', detail: detailOf(answer) }
  }

  function roleDropped(at: number): Look {
    const role = quoted(config.connection.user)
    return { kind: 'denied', at, detail: `Role ${role} was dropped`, remedy: `CREATE ROLE ${role} LOGIN PASSWORD '…';` }
  }

  return { look, learned, standing: () => standing }
}

function isNearLimit(reading: Reading): boolean {
  return (
    usedSlots(reading) >= usableSlots(reading.limits) * NEAR ||
    [...reading.roleLimits, ...reading.databaseLimits].some((one) => one.used > 0 && one.used >= one.limit * NEAR)
  )
}
