import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import type { SessionStatus } from '../../ports/postgres.js'
import { redialDelayMs, retryDelayMs } from './backoff.js'
import { sentenceOf } from './failure.js'
import type { LoginFailure } from './failure.js'
import { within } from './limit.js'
import { openSession } from './opening.js'
import type { Opened } from './opening.js'
import type { Answer, Question } from './session.js'
import { newSlot, noteState, statusOf, usableSession } from './slot.js'
import type { Place, Slot } from './slot.js'
import type { Standing } from './standing.js'
import type { Turn } from './turn.js'

export type Asked<Row> = Answer<Row> | { readonly kind: 'no session'; readonly failure: LoginFailure }

export type Patience = {
  /** For the answer to the question, once it is asked. */
  readonly limitMs: number
  /** For a session that can be asked: a busy one, or a login under way. */
  readonly waitMs: number
  /** For both together. */
  readonly totalMs: number
}

/** The two sessions of one server, kept open in the background. */
export type HeldSessions = {
  open(): void
  /**
   * Asks on the session of that place when it is free, else on the other. Hung sessions get no further question.
   * Without any session the outcome of the login under way is the answer, or of the last one.
   */
  ask<Row>(place: Place, question: Question, patience: Patience): Promise<Asked<Row>>
  pids(): readonly number[]
  status(place: Place): SessionStatus
  close(): Promise<void>
}

type HeldDeps = {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  readonly turn: Turn
  /** Told with every session that opens. */
  readonly learned: (standing: Standing) => void
}

/** From then on a hung session is given a replacement. */
const REPLACE_AFTER_MS = 5_000
/** A session that lived this long was a good one. */
const LIVED_MS = 5_000
/** A login that begins this soon is worth waiting for: its outcome is fresh. */
const NEAR_MS = 500
const FOREVER_MS = 24 * 60 * 60 * 1_000

export function heldSessions(config: ServerConfig, { clock, random, log, turn, learned }: HeldDeps): HeldSessions {
  const monitor = newSlot('monitor', clock)
  const actor = newSlot('actor', clock)
  const slots = [monitor, actor]
  const closing = new AbortController()
  let keeper: Promise<void> | undefined
  let failure: LoginFailure = { kind: 'unreachable', why: 'other', detail: 'no login was tried yet' }
  let outcomes = 0
  let failures = 0
  let diedYoung = 0
  let notBefore = 0
  let listeners: (() => void)[] = []
  let askers: (() => void)[] = []

  /** Wakes whoever waits for a session or for something to do; an answer, which every look brings, only the former. */
  function changed(what: 'answered' | 'state' = 'state'): void {
    const woken = what === 'state' ? [...listeners, ...askers] : askers
    askers = []
    if (what === 'state') {
      listeners = []
      for (const slot of slots) noteState(slot, clock)
    }
    for (const wake of woken) wake()
  }

  async function nextChange(limitMs: number, whose: 'keeper' | 'asker'): Promise<void> {
    const change = new Promise<void>((resolve) => (whose === 'keeper' ? listeners : askers).push(resolve))
    await within(clock, limitMs, change)
  }

  /** What to dial next, and how long until then: an empty place first, else one that has been hung for long. */
  function due(): { readonly slot: Slot; readonly inMs: number } | undefined {
    const now = clock.now()
    const empty = slots.find((slot) => slot.session === undefined)
    if (empty !== undefined) return { slot: empty, inMs: notBefore - now }
    return slots
      .flatMap((slot) => {
        const hungSince = slot.session?.session.hungSince()
        return hungSince === undefined ? [] : [{ slot, inMs: Math.max(notBefore, hungSince + REPLACE_AFTER_MS) - now }]
      })
      .sort((a, b) => a.inMs - b.inMs)[0]
  }

  async function keep(): Promise<void> {
    while (!closing.signal.aborted) {
      const next = due()
      if (next === undefined || next.inMs > 0) {
        await nextChange(next?.inMs ?? FOREVER_MS, 'keeper')
        continue
      }
      try {
        await turn.take(FOREVER_MS, () => dial(next.slot))
      } catch (err) {
        // A bug, not the server: nothing in there rejects. Nobody waits for this loop, so it must not end in silence.
        log.error({ server: config.name, session: next.slot.place, err }, 'login broke off')
        next.slot.isDialing = false
        dialFailed(next.slot, { kind: 'unreachable', why: 'other', detail: 'a fault of Lifeguard, see its log' }, true)
      }
    }
  }

  async function dial(slot: Slot): Promise<void> {
    if (closing.signal.aborted) return
    const isMissed = slot.session === undefined
    slot.dials += 1
    slot.isDialing = true
    changed()
    const opened = await openSession(config, slot.applicationName, clock, changed)
    slot.isDialing = false
    outcomes += 1
    if ('failure' in opened) dialFailed(slot, opened.failure, isMissed)
    else await put(slot, opened)
  }

  function dialFailed(slot: Slot, why: LoginFailure, isMissed: boolean): void {
    // At a full server there are four of these in a second: one line as long as nothing changes.
    if (slot.lastFailure === undefined || sentenceOf(slot.lastFailure) !== sentenceOf(why)) {
      log.warn({ server: config.name, session: slot.place, failure: why }, 'login failed')
    }
    failure = why
    slot.lastFailure = why
    failures += 1
    notBefore = clock.now() + retryDelayMs(why, failures, isMissed, random())
    if (why.kind === 'refused' && isMissed) failures = 0
    changed()
  }

  async function put(slot: Slot, opened: Opened): Promise<void> {
    const old = slot.session
    failures = 0
    slot.lastFailure = undefined
    if (closing.signal.aborted || (old !== undefined && old.session.hungSince() === undefined)) {
      changed()
      await opened.session.end() // the hung one answered in the meantime, or nobody needs a session any more
      return
    }
    slot.session = opened
    slot.openedAt = clock.now()
    log.info({ server: config.name, session: slot.place, pid: opened.pid, replaces: old?.pid }, 'session opened')
    learned(opened.standing)
    void opened.session.ended.then((reason) => lost(slot, opened, reason))
    changed()
    await old?.session.end()
  }

  function lost(slot: Slot, { session, pid }: Opened, reason: string): void {
    if (slot.session?.session !== session) return
    slot.session = undefined
    if (closing.signal.aborted) return
    failure = { kind: 'unreachable', why: 'reset', detail: reason }
    diedYoung = clock.now() - slot.openedAt >= LIVED_MS ? 0 : diedYoung + 1
    failures = 0
    notBefore = clock.now() + redialDelayMs(diedYoung, random())
    log.warn({ server: config.name, session: slot.place, pid, reason }, 'session lost')
    changed()
  }

  /** A login is under way or about to be: it will say more than the last one did. */
  function isLoginNear(): boolean {
    if (keeper === undefined || closing.signal.aborted) return false
    return slots.some((slot) => slot.isDialing || slot.session !== undefined) || notBefore - clock.now() <= NEAR_MS
  }

  async function ask<Row>(place: Place, question: Question, patience: Patience): Promise<Asked<Row>> {
    const startedAt = clock.now()
    const outcomesBefore = outcomes
    for (;;) {
      const elapsedMs = clock.now() - startedAt
      const order = place === 'monitor' ? [monitor, actor] : [actor, monitor]
      const sessions = order.flatMap((slot) => usableSession(slot) ?? [])
      const free = sessions.find((session) => session.state() === 'free')
      if (free !== undefined) {
        return free.ask<Row>(question, Math.min(patience.limitMs, Math.max(0, patience.totalMs - elapsedMs)))
      }
      const isPatient = elapsedMs < Math.min(patience.waitMs, patience.totalMs)
      if (sessions.length > 0) {
        const isAllHung = sessions.every((session) => session.state() === 'hung')
        if (isAllHung || !isPatient) return { kind: 'hung', timeoutMs: patience.limitMs }
      } else if (outcomes !== outcomesBefore || !isPatient || !isLoginNear()) {
        return { kind: 'no session', failure }
      }
      await nextChange(patience.waitMs - elapsedMs, 'asker')
    }
  }

  return {
    open() {
      keeper ??= keep()
    },
    ask,
    pids: () => slots.flatMap((slot) => (slot.session === undefined ? [] : [slot.session.pid])),
    status: (place) => statusOf(place === 'monitor' ? monitor : actor),
    async close() {
      closing.abort()
      changed()
      await Promise.all(slots.map(async (slot) => slot.session?.session.end()))
      await keeper
    },
  }
}

/** One line for people; without SQL and without the server's own words, which are in the server's language. */
export function detailOf(answer: Exclude<Asked<unknown>, { kind: 'rows' }>): string {
  if (answer.kind === 'hung') return `no answer within ${answer.timeoutMs / 1000} s`
  if (answer.kind === 'failed') return `the server refused the statement with SQLSTATE ${answer.code}`
  if (answer.kind === 'lost') return `the session was lost before the answer: ${answer.detail}`
  return `no session: ${sentenceOf(answer.failure)}`
}
