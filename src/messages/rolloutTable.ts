import type { OriginRow } from '../core/attribution/summary.js'
import { backends } from './count.js'
import { cutMiddle, inert } from './escape.js'
import { evidenceText, rolloutName } from './origin.js'
import { shortDuration } from './time.js'

const NAME_WIDTH = 14

/** At most 37 columns: name, all, idle, may be ended, and what it is. Thousands of backends take their room from the names. */
export function rolloutTable(rows: readonly OriginRow[], now: number): readonly string[] {
  const digits = Math.max(3, ...rows.map((one) => String(one.count).length))
  const nameWidth = Math.max(4, NAME_WIDTH - 3 * (digits - 3))
  const line = (name: string, counts: readonly (string | number)[], what: string) =>
    [name.padEnd(nameWidth), ...counts.map((count) => String(count).padStart(digits)), what].join(' ').trimEnd()
  return [
    line(cutMiddle('rollout', nameWidth), ['all', 'idl', 'end'], 'what'),
    ...rows.map((one) => line(inert(nameOf(one), nameWidth), [one.count, one.idle, one.terminable], whatOf(one, now))),
  ]
}

export const ROLLOUT_LEGEND =
  'most backends first · all: all backends · idl: idle · end: may be ended for where they come from · now: current rollout · prev: an earlier one, its pods are there · gone: its pods are not'

/** Why there are rows without an owner, one line for each reason. */
export function unknownLines(rows: readonly OriginRow[]): readonly string[] {
  return rows.flatMap(({ because, count }) =>
    because === null
      ? []
      : [`-# ${backends(count)} of unknown origin: ${count === 1 ? 'it' : 'each'} ${evidenceText(because)}`],
  )
}

function nameOf(one: OriginRow): string {
  if (one.place !== null) return one.place
  if (one.kind === 'unknown') return 'unknown'
  if (one.workload === null && one.rollout === null) return one.pods[0] ?? 'pods not known'
  return rolloutName(one)
}

function whatOf({ kind, goneSince }: OriginRow, now: number): string {
  switch (kind) {
    case 'current rollout':
      return 'now'
    case 'previous rollout':
      return 'prev'
    case 'orphan':
      return goneSince === null ? 'gone' : `gone ${shortDuration(Math.max(0, now - goneSince))}`
    case 'node address':
      return 'node'
    case 'pooler':
      return 'pooler'
    case 'known host':
      return 'host'
    case 'unknown':
      return '?'
  }
}
