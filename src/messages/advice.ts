import type { Incident } from '../core/incident/incident.js'
import type { StaleOrigin } from '../core/incident/event.js'
import { originSuspectOf, suspectOf, superuserSuspectOf, type Suspect } from '../core/terminate/suspect.js'
import type { Live } from '../core/watch/live.js'
import { numbersOf } from '../core/watch/slots.js'
import { byHandLines, superuserRemedy } from './byHand.js'
import { backends } from './count.js'
import { code } from './escape.js'
import { duration } from './time.js'

/** The mildest step that can work, and what it would leave; with the way by hand where Lifeguard cannot. */
export function adviceLines(incident: Incident, live: Live | undefined): readonly string[] {
  if (incident.subject !== 'connections' || live?.look?.kind !== 'reading') return []
  const { used, usable } = numbersOf(live.look)
  const byOrigin = originSuspect(live)
  if (byOrigin !== undefined) {
    const { suspect: whose, origin } = byOrigin
    const words = origin === 'orphans' ? 'no pod is left to use them' : 'their pods are terminating, and replaced'
    const then = staleBesides(live, incident)
    return [
      // It may end one of a hundred: that it can work is not said.
      `**Mildest step:** terminate ${backends(whose.stale, ORIGIN_NOUN[origin])} of ${code(whose.role)} (${words}). Leaves ${used - whose.stale} of ${usable} in use.`,
      ...(then === undefined
        ? []
        : [
            `If that is not enough: ${backends(then.stale, 'stale')} of ${code(then.role)} (idle for ${duration(live.stale.idleMs)} or more).`,
          ]),
    ]
  }
  const suspect = suspectOf(live.look, incident, live.rules, live.stale)
  if (suspect === undefined) return superuserLines(live)
  return [
    `**Mildest step that can work:** terminate ${backends(suspect.stale, 'stale')} of ${code(suspect.role)} (idle for ${duration(live.stale.idleMs)} or more). Leaves ${used - suspect.stale} of ${usable} in use.`,
  ]
}

function superuserLines(live: Live): readonly string[] {
  const suspect = live.reading === undefined ? undefined : superuserSuspectOf(live.reading, live.stale)
  if (suspect === undefined) {
    return ['No stale backend to end: look who holds connections (Inspect), and restart or scale down what leaks.']
  }
  const isEverySlotGone = live.canary?.kind === 'refused' && live.canary.limit === 'every slot'
  return [
    `**Lifeguard can't end the ${backends(suspect.stale, 'stale')} of ${code(suspect.role)}:** the role is a superuser.`,
    ...byHandLines(isEverySlotGone, suspect.role, live.stale),
    `To mend it for good: ${superuserRemedy(suspect.role)}`,
  ]
}

/** Whose backends to end by hand, by the last reading there is. */
export function suspectRole(live: Live): string | undefined {
  if (live.reading === undefined) return undefined
  const suspect =
    suspectOf(live.reading, { firing: [] }, [], live.stale) ?? superuserSuspectOf(live.reading, live.stale)
  return suspect?.role
}

/** What is offered first: orphans, then what terminating pods of a replaced rollout hold; only then stale ones by age. */
export function originSuspect(live: Live): { readonly origin: StaleOrigin; readonly suspect: Suspect } | undefined {
  for (const origin of ['orphans', 'previous rollout'] as const) {
    const suspect = originSuspectOf(live.traced, origin)
    if (suspect !== undefined) return { origin, suspect }
  }
  return undefined
}

/** Who else has stale backends, or the same role more of them than are offered by their origin. */
export function staleBesides(live: Live, incident: Incident): Suspect | undefined {
  const byOrigin = originSuspect(live)?.suspect
  const suspect = live.look?.kind === 'reading' ? suspectOf(live.look, incident, live.rules, live.stale) : undefined
  const isSame = byOrigin !== undefined && suspect?.role === byOrigin.role && suspect.stale <= byOrigin.stale
  return isSame ? undefined : suspect
}

export const ORIGIN_NOUN: Readonly<Record<StaleOrigin, string>> = {
  orphans: 'orphaned',
  'previous rollout': 'replaced',
}
