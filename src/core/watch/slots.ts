import type { Numbers } from '../incident/event.js'
import type { BackendGroup, Limits, Reading } from './look.js'

/**
 * Slots that ordinary roles can have: `max_connections` less both reserves.
 *
 * Source: PostgreSQL manual, "Connections and Authentication", superuser_reserved_connections and
 * reserved_connections. Used may exceed usable: reserved slots are then in use too.
 */
export function usableSlots(limits: Limits): number {
  return Math.max(0, limits.maxConnections - limits.superuserReserved - limits.reserved)
}

/** Every client backend takes a slot, our own and those still logging in included. */
export function usedSlots(reading: Reading): number {
  return countOf(reading.groups)
}

export function countOf(groups: readonly BackendGroup[]): number {
  return groups.reduce((sum, group) => sum + group.count, 0)
}

export function numbersOf(reading: Reading): Numbers {
  return {
    used: usedSlots(reading),
    usable: usableSlots(reading.limits),
    max: reading.limits.maxConnections,
    at: reading.at,
  }
}

/** The one with more backends in use; the earlier one when equal. */
export function higher(a: Numbers | undefined, b: Numbers | undefined): Numbers | undefined {
  if (a === undefined) return b
  if (b === undefined) return a
  return b.used > a.used ? b : a
}
