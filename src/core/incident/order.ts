import type { Incident } from './incident.js'

/** Sorts open incidents before ended ones, the newest of each first. */
export function byOpenThenNewest(a: Incident, b: Incident): number {
  const isOver = (incident: Incident) => (incident.resolved === undefined ? 0 : 1)
  return isOver(a) - isOver(b) || b.openedAt - a.openedAt
}
