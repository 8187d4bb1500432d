import type { Incident } from '../incident/incident.js'
import type { StaleFilter, StaleOrigin } from '../incident/event.js'
import type { Traced } from '../attribution/traced.js'
import type { BackendGroup, Reading } from '../watch/look.js'
import { groupsOf } from '../watch/match.js'
import type { Rule, StaleRule } from '../watch/rule.js'
import { isProtected, terminableCount } from './select.js'

/** Whose stale backends a card offers to end, and how many they are by the latest reading. */
export type Suspect = {
  readonly filter: StaleFilter
  readonly role: string
  readonly stale: number
  readonly held: number
}

export const BOTH_STATES: StaleFilter['states'] = ['idle', 'idle in transaction']

/**
 * The role with the most stale backends, among those a firing group rule counts when there is one, else among all.
 * One role at a time: a button at 3 a.m. must be explained in one line. Undefined when nobody has any.
 */
export function suspectOf(
  reading: Reading,
  incident: Pick<Incident, 'firing'>,
  rules: readonly Rule[],
  stale: StaleRule,
): Suspect | undefined {
  const firingGroups = rules.filter((rule) => rule.match !== 'total' && incident.firing.includes(rule.name))
  const counted = firingGroups.flatMap((rule) => groupsOf(reading.groups, rule))
  const count = (group: BackendGroup) => terminableCount(group, stale)
  return largest(counted, reading, count) ?? largest(reading.groups, reading, count)
}

/**
 * The role with the most backends that may be ended for where they come from. Undefined when there is none, or nothing is
 * known of origins.
 */
export function originSuspectOf(traced: Traced, origin: StaleOrigin): Suspect | undefined {
  if (traced.kind !== 'traced') return undefined
  const suspects = traced.origins.roles.flatMap(({ role, tally }): Suspect[] => {
    const stale = origin === 'orphans' ? tally.terminable.orphans : tally.terminable.previous
    if (role === null || stale === 0) return []
    return [{ filter: { role, states: BOTH_STATES, origin }, role, stale, held: tally.total }]
  })
  return suspects.toSorted((a, b) => b.stale - a.stale)[0]
}

/**
 * The superuser role with the most stale backends. Lifeguard cannot end them: a card that left them out would say that
 * nobody is stale while they fill the server, as `site` did in 2020.
 */
export function superuserSuspectOf(reading: Reading, stale: StaleRule): Suspect | undefined {
  const count = (group: BackendGroup) =>
    group.isSuperuser && !group.isOwn && !isProtected(group.applicationName, stale) ? group.staleCount : 0
  return largest(reading.groups, reading, count)
}

function largest(
  groups: readonly BackendGroup[],
  reading: Reading,
  staleIn: (group: BackendGroup) => number,
): Suspect | undefined {
  const roles = [...new Set(groups.flatMap((group) => (group.role === null ? [] : [group.role])))]
  const suspects = roles.map((role): Suspect => {
    const own = reading.groups.filter((group) => group.role === role)
    return {
      filter: { role, states: BOTH_STATES },
      role,
      stale: own.reduce((sum, group) => sum + staleIn(group), 0),
      held: own.reduce((sum, group) => sum + group.count, 0),
    }
  })
  return suspects.filter((suspect) => suspect.stale > 0).sort((a, b) => b.stale - a.stale)[0]
}
