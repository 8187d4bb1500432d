import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import type { SessionStatus } from '../../ports/postgres.js'
import { redialDelayMs, retryDelayMs } from './backoff.js'
import type { LoginFailure } from './failure.js'
import { within } from './limit.js'
import { openSession } from './opening.js'
import type { Opened } from './opening.js'
import { ACTOR, MONITOR } from './own.js'
import type { Answer, Question, Session } from './session.js'
import type { Standing } from './standing.js'
import type { Turn } from './turn.js'

export type Place = 'monitor' | 'actor'

export type Asked<Row> = Answer<Row> | { readonly kind: 'no session'; readonly failure: LoginFailure }

/** The two sessions of one server, kept open in the background. */
export type HeldSessions = {
  open(): void
  /**
   * Asks on the session of that place when it is free, else on the other; waits for one that is merely busy. Without
   * any session it waits for the login under way, at most `waitMs`. Hung sessions get no further question.
   */
  ask<Row>(place: Place, question: Question, limitMs: number, waitMs: number): Promise<Asked<Row>>
  pids(): readonly number[]
  status(place: Place): SessionStatus
  close(): Promise<void>
}

export type HeldDeps = {
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
const FOREVER_MS = 24 * 60 * 60 * 1_000

type Slot = {
  readonly place: Place
  readonly applicationName: string
  session: Opened | undefined
  openedAt: number
  isDialing: boolean
  dials: number
  lastFailure: LoginFailure | undefined
  shown: { readonly state: SessionStatus['state']; readonly since: number }
}

export function heldSessions(config: ServerConfig, { clock, random, log, turn, learned }: HeldDeps): HeldSessions {
  const slots: readonly [Slot, Slot] = [newSlot('monitor', MONITOR, clock), newSlot('actor', ACTOR, clock)]
  let keeper: Promise<void> | undefined
  let isClosing = false
  let dialing: Promise<void> | undefined
  let failure: LoginFailure = { kind: 'unreachable', why: 'other', detail: 'no login was tried yet' }
  let failures = 0
  let diedYoung = 0
  let notBefore = 0
  let listeners: (() => void)[] = []

  /** Wakes whoever waits for a session or for something to do. */
  function changed(): void {
    for (const slot of slots) {
      const state = stateOf(slot)
      if (state !== slot.shown.state) slot.shown = { state, since: clock.now() }
    }
    const woken = listeners
    listeners = []
    for (const wake of woken) wake()
  }

  async function nextChange(limitMs: number): Promise<void> {
    const change = new Promise<void>((resolve) => listeners.push(resolve))
    await within(clock, limitMs, change)
  }

  /** What to dial next, and how long until then. */
  function due(): { readonly slot: Slot; readonly inMs: number } | undefined {
    const now = clock.now()
    const missing = slots.find((slot) => slot.session === undefined)
    if (missing !== undefined) return { slot: missing, inMs: notBefore - now }
    let first: { slot: Slot; inMs: number } | undefined
    for (const slot of slots) {
      const hungSince = slot.session?.session.hungSince()
      if (hungSince === undefined) continue
      const inMs = Math.max(notBefore, hungSince + REPLACE_AFTER_MS) - now
      if (first === undefined || inMs < first.inMs) first = { slot, inMs }
    }
    return first
  }

  async function keep(): Promise<void> {
    while (!isClosing) {
      const next = due()
      if (next === undefined || next.inMs > 0) {
        await nextChange(next?.inMs ?? FOREVER_MS)
        continue
      }
      dialing = turn.take(FOREVER_MS, () => dial(next.slot)).then(() => undefined)
      await dialing
      dialing = undefined
    }
  }

  async function dial(slot: Slot): Promise<void> {
    if (isClosing) return
    const isMissed = slot.session === undefined
    slot.dials += 1
    slot.isDialing = true
    changed()
    const opened = await openSession(config, slot.applicationName, clock, changed)
    slot.isDialing = false
    if ('failure' in opened) {
      failure = opened.failure
      slot.lastFailure = opened.failure
      failures += 1
      notBefore = clock.now() + retryDelayMs(failure, failures, isMissed, random())
      log.warn({ server: config.name, session: slot.place, failure }, 'login failed')
      changed()
      return
    }
    failures = 0
    slot.lastFailure = undefined
    await put(slot, opened)
  }

  async function put(slot: Slot, opened: Opened): Promise<void> {
    const old = slot.session
    if (isClosing || (old !== undefined && old.session.hungSince() === undefined)) {
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
    if (isClosing) return
    failure = { kind: 'unreachable', why: 'reset', detail: reason }
    diedYoung = clock.now() - slot.openedAt >= LIVED_MS ? 0 : diedYoung + 1
    failures = 0
    notBefore = clock.now() + redialDelayMs(diedYoung, random())
    log.warn({ server: config.name, session: slot.place, pid, reason }, 'session lost')
    changed()
  }

  function sessionsFor(place: Place): readonly Session[] {
    const [monitor, actor] = slots
    const order = place === 'monitor' ? [monitor, actor] : [actor, monitor]
    return order.flatMap(({ session }) =>
      session === undefined || session.session.state() === 'lost' ? [] : [session.session],
    )
  }

  async function ask<Row>(place: Place, question: Question, limitMs: number, waitMs: number): Promise<Asked<Row>> {
    const startedAt = clock.now()
    let waited: Promise<void> | undefined
    for (;;) {
      const sessions = sessionsFor(place)
      const free = sessions.find((session) => session.state() === 'free')
      if (free !== undefined) return free.ask<Row>(question, limitMs)
      const elapsedMs = clock.now() - startedAt
      if (sessions.length > 0) {
        const isAllHung = sessions.every((session) => session.state() === 'hung')
        if (isAllHung || elapsedMs >= limitMs) return { kind: 'hung', timeoutMs: limitMs }
        await nextChange(limitMs - elapsedMs)
        continue
      }
      // One login's outcome is an answer; waiting for the next one would only make it later.
      const isOutcomeKnown = dialing === undefined || (waited !== undefined && waited !== dialing)
      if (isClosing || isOutcomeKnown || elapsedMs >= waitMs) return { kind: 'no session', failure }
      waited = dialing
      await within(clock, waitMs - elapsedMs, Promise.race([waited, nextChange(waitMs - elapsedMs)]))
    }
  }

  return {
    open() {
      keeper ??= keep()
    },
    ask,
    pids: () => slots.flatMap((slot) => (slot.session === undefined ? [] : [slot.session.pid])),
    status(place) {
      const slot = place === 'monitor' ? slots[0] : slots[1]
      const { lastFailure } = slot
      return {
        ...slot.shown,
        dials: slot.dials,
        ...(lastFailure?.kind === 'refused' ? { refusedBy: lastFailure.limit } : {}),
        ...(lastFailure === undefined ? {} : { lastError: sentenceOf(lastFailure) }),
      }
    },
    async close() {
      isClosing = true
      changed()
      await Promise.all(slots.map((slot) => slot.session?.session.end()))
      await keeper
    },
  }
}

function newSlot(place: Place, applicationName: string, clock: Clock): Slot {
  return {
    place,
    applicationName,
    session: undefined,
    openedAt: 0,
    isDialing: false,
    dials: 0,
    lastFailure: undefined,
    shown: { state: 'closed', since: clock.now() },
  }
}

function stateOf({ session, isDialing }: Slot): SessionStatus['state'] {
  if (session === undefined || session.session.state() === 'lost') return isDialing ? 'dialing' : 'closed'
  return session.session.hungSince() === undefined ? 'open' : 'hung'
}

/** One line for people, without secrets. */
export function sentenceOf(failure: LoginFailure): string {
  switch (failure.kind) {
    case 'refused':
      return `refused: ${failure.limit}`
    case 'unreachable':
      return `${failure.why}: ${failure.detail}`
    case 'starting':
    case 'denied':
      return failure.detail
  }
}
