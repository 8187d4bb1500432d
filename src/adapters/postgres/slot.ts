import type { Clock } from '../../ports/clock.js'
import type { SessionStatus } from '../../ports/postgres.js'
import { sentenceOf } from './failure.js'
import type { LoginFailure } from './failure.js'
import type { Opened } from './opening.js'
import { ACTOR, MONITOR } from './own.js'

export type Place = 'monitor' | 'actor'

/** Where one of the two sessions is held, and what became of the attempts to fill it. */
export type Slot = {
  readonly place: Place
  readonly applicationName: string
  session: Opened | undefined
  openedAt: number
  isDialing: boolean
  dials: number
  lastFailure: LoginFailure | undefined
  shown: Pick<SessionStatus, 'state' | 'since'>
}

export function newSlot(place: Place, clock: Clock): Slot {
  return {
    place,
    applicationName: place === 'monitor' ? MONITOR : ACTOR,
    session: undefined,
    openedAt: 0,
    isDialing: false,
    dials: 0,
    lastFailure: undefined,
    shown: { state: 'closed', since: clock.now() },
  }
}

/** Its session as long as it may still answer; one whose socket is about to close may not. */
export function usableSession({ session }: Slot): Opened['session'] | undefined {
  return session === undefined || session.session.state() === 'lost' ? undefined : session.session
}

/** Notes since when the slot has been in its present state. */
export function noteState(slot: Slot, clock: Clock): void {
  const session = usableSession(slot)
  const empty = slot.isDialing ? 'dialing' : 'closed'
  const held = session?.hungSince() === undefined ? 'open' : 'hung'
  const state = session === undefined ? empty : held
  if (state !== slot.shown.state) slot.shown = { state, since: clock.now() }
}

export function statusOf({ shown, dials, lastFailure }: Slot): SessionStatus {
  return {
    ...shown,
    dials,
    ...(lastFailure?.kind === 'refused' ? { refusedBy: lastFailure.limit } : {}),
    ...(lastFailure === undefined ? {} : { lastError: sentenceOf(lastFailure) }),
  }
}
