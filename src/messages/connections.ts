import { ButtonStyle, ComponentType } from 'discord-api-types/v10'
import { breakdown, BREAKDOWN_KEYS, type BreakdownKey, type BreakdownRow } from '../core/watch/breakdown.js'
import { numbersOf } from '../core/watch/slots.js'
import type { ConnectionsAnswer } from '../ports/lifeguard.js'
import { lookText, numbersText } from './because.js'
import { button, COLOUR, container, row, text, type ContainerPart, type Rendered } from './body.js'
import { encodeButtonId } from './buttonId.js'
import { code, fence, inert } from './escape.js'
import { note, unknownServer } from './preview.js'
import { exactTime, relativeTime, shortDuration } from './time.js'

const ROWS_PER_PAGE = 10
const NAME_WIDTH = 16

/** Who holds connections, grouped by one key, a page at a time, longest idle first. */
export function renderConnections(
  answer: Exclude<ConnectionsAnswer, { kind: 'refused' }>,
  by: BreakdownKey,
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
  by: BreakdownKey,
  asked: number,
): Rendered {
  const { live, reading } = answer
  const rows = breakdown(reading, by, live.stale)
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_PER_PAGE))
  // Between two presses there may be fewer rows: the last page then stands for the one asked for.
  const page = Math.min(asked, pages - 1)
  const shown = rows.slice(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE)
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
    text(fence([header(by), ...shown.map(tableRow)])),
    text(
      `-# idle tx: idle in transaction · stale: may be terminated by rule · longest idle first · page ${page + 1} of ${pages}${
        rows.some((one) => one.isSuperuser) ? ' · *: superuser, cannot be ended by Lifeguard' : ''
      }`,
    ),
    groupBySelect(live.server, by),
    ...pageButtons(live.server, by, page, pages),
  ])
}

function header(by: BreakdownKey): string {
  return `${by.padEnd(NAME_WIDTH)} all act idl itx stale longest`
}

function tableRow(one: BreakdownRow): string {
  const name = one.isOwn ? 'lifeguard (us)' : inert(one.name ?? '(none)', NAME_WIDTH - (one.isSuperuser ? 1 : 0))
  const numbers = [one.count, one.active, one.idle, one.idleInTransaction].map((count) => String(count).padStart(3))
  const longest = Math.max(one.longestIdleMs ?? -1, one.longestIdleInTransactionMs ?? -1)
  return `${`${name}${one.isSuperuser ? '*' : ''}`.padEnd(NAME_WIDTH)} ${numbers.join(' ')} ${String(one.stale).padStart(5)} ${shortDuration(longest < 0 ? null : longest).padStart(7)}`
}

function groupBySelect(server: string, by: BreakdownKey): ContainerPart {
  return {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: encodeButtonId({ kind: 'group by', server }),
        placeholder: 'Group by',
        options: BREAKDOWN_KEYS.map((key) => ({ label: `by ${key}`, value: key, default: key === by })),
      },
    ],
  }
}

function pageButtons(server: string, by: BreakdownKey, page: number, pages: number): readonly ContainerPart[] {
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
