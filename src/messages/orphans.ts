import { ButtonStyle } from 'discord-api-types/v10'
import type { OriginRow } from '../core/attribution/summary.js'
import type { ConnectionsAnswer } from '../ports/lifeguard.js'
import { button, COLOUR, container, row, text, type Rendered } from './body.js'
import { encodeButtonId } from './buttonId.js'
import { renderConnections } from './connections.js'
import { backends } from './count.js'
import { code, inert, sentence } from './escape.js'
import { noOrigins, rolloutLines, rolloutName } from './origin.js'
import { note } from './preview.js'
import { unknownLines } from './rolloutTable.js'
import { exactTime, relativeTime } from './time.js'

const ROWS_SHOWN = 10
const PODS_SHOWN = 3

/** Backends of pods that no longer exist, by the rollout they come from; and the button that previews their end. */
export function renderOrphans(answer: Exclude<ConnectionsAnswer, { kind: 'refused' }>): Rendered {
  if (answer.kind !== 'connections') return renderConnections(answer, 'rollout', 0)
  const { live, reading } = answer
  const { traced } = live
  if (traced.kind !== 'traced') return note([`### ${code(live.server)}: no origins`, noOrigins(traced)])
  const orphans = traced.origins.rows.filter((one) => one.kind === 'orphan')
  const { all } = traced.origins
  const terminable = all.terminable.orphans
  return container(all.orphans === 0 ? COLOUR.grey : COLOUR.info, [
    text(
      [
        all.orphans === 0
          ? `### ${code(live.server)}: no orphans`
          : `### ${code(live.server)}: ${all.orphans} of ${backends(all.total)} come from pods that no longer exist (Lifeguard's own left out)`,
        `Read ${exactTime(reading.at)}, pods as confirmed ${relativeTime(traced.confirmedAt)}${traced.problem === undefined ? '' : ` (${sentence(traced.problem)})`}.`,
        ...orphans.slice(0, ROWS_SHOWN).map(orphanLine),
        ...(orphans.length > ROWS_SHOWN ? [`-# and ${orphans.length - ROWS_SHOWN} more rollouts`] : []),
        ...rolloutLines(traced),
        ...unknownLines(traced.origins.rows),
        ...(all.node === 0 ? [] : [`-# ${backends(all.node)} with a node's address: whose they are cannot be told`]),
      ].join('\n'),
    ),
    ...(terminable === 0
      ? []
      : [
          row(
            button(
              `Terminate ${terminable} orphaned…`,
              encodeButtonId({ kind: 'terminate orphans', server: live.server }),
              ButtonStyle.Primary,
            ),
          ),
        ]),
  ])
}

function orphanLine(one: OriginRow): string {
  const roles = one.roles.map((role) => code(role)).join(', ')
  const named = one.pods.slice(0, PODS_SHOWN).map((pod) => inert(pod, 63))
  const more = one.pods.length - named.length
  const pods =
    named.length === 0 ? 'pods not known by name' : `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const gone = one.goneSince === null ? '' : `, last seen ${exactTime(one.goneSince)} (${relativeTime(one.goneSince)})`
  return `- **${one.count}** of ${code(rolloutName(one))}${gone}: ${roles === '' ? '' : `role ${roles}, `}${one.idle} idle · ${code(pods, 200)}`
}
