import { ButtonStyle, ComponentType } from 'discord-api-types/v10'
import { breakdown, GROUP_KEYS, type BreakdownKey, type BreakdownRow, type GroupKey } from '../core/watch/breakdown.js'
import type { Live } from '../core/watch/live.js'
import type { Reading } from '../core/watch/look.js'
import { numbersOf } from '../core/watch/slots.js'
import type { ConnectionsAnswer } from '../ports/lifeguard.js'
import { lookText, numbersText } from './because.js'
import { button, COLOUR, container, row, text, type ContainerPart, type Rendered } from './body.js'
import { encodeButtonId } from './buttonId.js'
import { code, cutMiddle, fence, inert } from './escape.js'
import { noOrigins, rolloutLines } from './origin.js'
import { note, unknownServer } from './preview.js'
import { ROLLOUT_LEGEND, rolloutTable, unknownLines } from './rolloutTable.js'
import { exactTime, relativeTime, shortDuration } from './time.js'

const ROWS_PER_PAGE = 10
const NAME_WIDTH = 14
/** States that a column cannot hold, as psql users say them. */
const SHORT_STATES: Readonly<Record<string, string>> = {
  'idle in transaction': 'idle in tx',
  'idle in transaction (aborted)': 'aborted tx',
  'fastpath function call': 'fastpath call',
}

/** Who holds connections, grouped by one key, a page at a time, longest idle first. */
export function renderConnections(
  answer: Exclude<ConnectionsAnswer, { kind: 'refused' }>,
  by: GroupKey,
  page: number,
): Rendered {
  switch (answer.kind) {
    case 'unknown server':
      return unknownServer(answer)
    case 'no reading': {
      const why = answer.live.look === undefined ? 'no look yet' : lookText(answer.live.look)
      return note([
        `### ${code(answer.live.server)} has not been read since Lifeguard started`,
        `The latest look: ${why}.`,
      ])
    }
    case 'connections':
      return connections(answer, by, page)
  }
}

function connections(
  answer: Extract<ConnectionsAnswer, { kind: 'connections' }>,
  by: GroupKey,
  asked: number,
): Rendered {
  const { live, reading } = answer
  const grouped = by === 'rollout' ? byRollout(live, reading) : byKey(reading, by, live)
  const pages = Math.max(1, Math.ceil(grouped.rows / ROWS_PER_PAGE))
  // Between two presses there may be fewer rows: the last page then stands for the one asked for.
  const page = Math.min(asked, pages - 1)
  const { maxConnections, superuserReserved, reserved } = reading.limits
  const age = answer.isFresh
    ? `Read at ${exactTime(reading.at)}.`
    : `**Old numbers**, from ${exactTime(reading.at)} (${relativeTime(reading.at)}): ${live.look === undefined ? 'no answer' : lookText(live.look)}.`
  return container(COLOUR.info, [
    text(
      [
        `### ${code(live.server)}: ${numbersText(numbersOf(reading))}`,
        `-# max_connections ${maxConnections}, reserved for superusers ${superuserReserved}${reserved > 0 ? `, for pg_use_reserved_connections ${reserved}` : ''}`,
        age,
      ].join('\n'),
    ),
    ...grouped.page(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE),
    text(`-# ${grouped.legend} · page ${page + 1} of ${pages}`),
    groupBySelect(live.server, by),
    ...pageButtons(live.server, by, page, pages),
  ])
}

/** What is shown between head and buttons, whatever it is grouped by. */
type Grouped = {
  readonly rows: number
  readonly legend: string
  page(from: number, to: number): readonly ContainerPart[]
}

function byKey(reading: Reading, by: BreakdownKey, live: Live): Grouped {
  const rows = breakdown(reading, by, live.stale)
  const superusers = rows.some((one) => one.isSuperuser) ? ' · *: superuser, cannot be ended by Lifeguard' : ''
  return {
    rows: rows.length,
    legend: `longest idle first, our own last · all: all backends · idl: idle · itx: idle in a transaction · the others are working · stale: may be terminated by rule · age: the longest idle${superusers}`,
    page: (from, to) => [text(fence(table(by, rows.slice(from, to))))],
  }
}

/** The head counts every slot; the rows leave ours out. */
function ownLegend(reading: Reading): string {
  const own = reading.groups.reduce((sum, group) => sum + (group.isOwn ? group.count : 0), 0)
  return own === 0 ? '' : ` · without ${own} of Lifeguard's own`
}

function byRollout(live: Live, reading: Reading): Grouped {
  const { traced } = live
  if (traced.kind !== 'traced') return { rows: 0, legend: 'by rollout', page: () => [text(noOrigins(traced))] }
  const { rows } = traced.origins
  return {
    rows: rows.length,
    legend: `${ROLLOUT_LEGEND}${ownLegend(reading)} · pods as confirmed ${relativeTime(traced.confirmedAt)}`,
    page: (from, to) => [
      text(
        [fence(rolloutTable(rows.slice(from, to), reading.at)), ...unknownLines(rows), ...rolloutLines(traced)].join(
          '\n',
        ),
      ),
    ],
  }
}

/** At most 37 columns: what a phone shows without wrapping. Thousands of backends take their room from the names. */
function table(by: BreakdownKey, rows: readonly BreakdownRow[]): readonly string[] {
  const digits = Math.max(3, ...rows.map((one) => String(one.count).length))
  const nameWidth = Math.max(4, NAME_WIDTH - 3 * (digits - 3))
  const line = (name: string, counts: readonly (string | number)[], stale: string | number, age: string) =>
    [
      name.padEnd(nameWidth),
      ...counts.map((count) => String(count).padStart(digits)),
      String(stale).padStart(5),
      age.padStart(4),
    ]
      .join(' ')
      .trimEnd()
  return [
    line(cutMiddle(by, nameWidth), ['all', 'idl', 'itx'], 'stale', 'age'),
    ...rows.map((one) => {
      const age = Math.max(one.longestIdleMs ?? -1, one.longestIdleInTransactionMs ?? -1)
      const counts = [one.count, one.idle, one.idleInTransaction]
      return line(nameOf(one, by, nameWidth), counts, one.stale, shortDuration(age < 0 ? null : age))
    }),
  ]
}

function nameOf(one: BreakdownRow, by: BreakdownKey, width: number): string {
  if (one.isOwn) return cutMiddle('lifeguard (us)', width)
  const name = by === 'state' ? (SHORT_STATES[one.name ?? ''] ?? one.name) : one.name
  return `${inert(name ?? '(none)', width - (one.isSuperuser ? 1 : 0))}${one.isSuperuser ? '*' : ''}`
}

function groupBySelect(server: string, by: GroupKey): ContainerPart {
  return {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: encodeButtonId({ kind: 'group by', server }),
        placeholder: 'Group by',
        options: GROUP_KEYS.map((key) => ({ label: `by ${key}`, value: key, default: key === by })),
      },
    ],
  }
}

function pageButtons(server: string, by: GroupKey, page: number, pages: number): readonly ContainerPart[] {
  const to = (label: string, target: number) =>
    button(label, encodeButtonId({ kind: 'connections', server, by, page: target }), ButtonStyle.Secondary)
  return [
    row(
      ...(page > 0 ? [to(`Page ${page}`, page - 1)] : []),
      to('Read again', page),
      ...(page + 1 < pages ? [to(`Page ${page + 2}`, page + 1)] : []),
    ),
  ]
}
