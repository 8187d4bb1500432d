import { ButtonStyle } from 'discord-api-types/v10'
import type { Selection, Spared } from '../core/terminate/select.js'
import { minAgeMs } from '../core/terminate/select.js'
import type { StaleFilter } from '../core/incident/event.js'
import type { Live } from '../core/watch/live.js'
import type { PreviewAnswer } from '../ports/lifeguard.js'
import { attachment, button, COLOUR, container, row, text, type Rendered } from './body.js'
import { encodeButtonId } from './buttonId.js'
import { superuserRemedy } from './byHand.js'
import { code } from './escape.js'
import { whose } from './outcome.js'
import { backends } from './count.js'
import { evidenceText, rolloutName } from './origin.js'
import { listOf, SPARED_WORDS } from './previewList.js'
import { duration, exactTime } from './time.js'

type Previewed = Extract<PreviewAnswer, { kind: 'preview' }>

/** The answer to *Terminate stale*: what would be done, to whom, and the button that does it. Seen by its presser alone. */
export function renderPreview(answer: Exclude<PreviewAnswer, { kind: 'refused' }>): Rendered {
  switch (answer.kind) {
    case 'preview':
      return preview(answer)
    case 'nobody':
      return note([
        `### Nobody to terminate on ${code(answer.server)}`,
        `Looked for ${described(answer.filter, answer.live)}.`,
        ...leftAloneLines(answer.selection),
        'Nothing was done. Another role, state or age: `/terminate stale`.',
      ])
    case 'empty filter':
      return note([
        '### Whose backends?',
        'Give an application or a role: without either, nothing is selected.',
        'Nothing was done. `/connections show` lists who holds connections.',
      ])
    case 'no suspect':
      return note([
        `### No stale backend on ${code(answer.server)}`,
        `Nobody has been idle for ${duration(answer.live.stale.idleMs)}, or idle in a transaction for ${duration(answer.live.stale.idleInTransactionMs)}.`,
        'Nothing was done. `/connections show` lists who holds connections; `/terminate stale` takes another age.',
      ])
    case 'already resolved':
      return note([
        `Incident ${code(answer.incident.id)} is over.`,
        'Nothing was done. `/terminate stale` works without an incident, too.',
      ])
    case 'unreadable':
      return note([
        `${code(answer.server)} could not be read: ${code(answer.detail, 200)}`,
        'Nothing was done. Try again in a few seconds; `/status` shows the sessions.',
      ])
    case 'no origins':
      return note([
        `### The pods of ${code(answer.server)}'s cluster could not be listed`,
        `${code(answer.detail, 200)}${answer.remedy === undefined ? '' : ` — to mend it: ${code(answer.remedy, 300)}`}`,
        'Without a fresh list nobody is an orphan. Nothing was done. `/terminate stale` goes by age alone.',
      ])
    case 'not recorded':
      return note([
        `Lifeguard's journal does not take records (${code(answer.detail, 200)}), and without a record there is no act.`,
        'Nothing was done. `/status` says more.',
      ])
    case 'unknown server':
      return unknownServer(answer)
    case 'unknown incident':
      return note([`There is no incident ${code(answer.asked)}.`, 'Nothing was done. `/incident list` shows them.'])
  }
}

export function unknownServer(answer: {
  readonly asked: string | undefined
  readonly servers: readonly string[]
}): Rendered {
  const names = answer.servers.map((name) => code(name)).join(', ')
  return note([
    answer.asked === undefined ? 'Which server?' : `No server ${code(answer.asked)} is watched.`,
    `Give \`server\`: one of ${names}. Nothing was done.`,
  ])
}

function preview({ preview: id, server, filter, selection, live, validUntil }: Previewed): Rendered {
  const { victims } = selection
  const count = victims.length
  const ages = victims.map((victim) => victim.stateAgeMs ?? 0)
  const file = `backends-${id}.txt`
  return container(
    COLOUR.warning,
    [
      text(
        [
          `### Terminate ${backends(count)} on ${code(server)}? Nothing has been done yet.`,
          ...belowRuleLines(filter, live),
          ...whyLines(filter, live, selection),
          `In that state for ${span(ages)}.`,
          ...lockLines(selection),
          ...leftAloneLines(selection),
          `-# Valid for 60 s, until ${exactTime(validUntil)} · what changes until then is left alone · list attached`,
        ].join('\n'),
      ),
      row(
        button(`Terminate ${backends(count)}`, encodeButtonId({ kind: 'terminate', preview: id }), ButtonStyle.Danger),
      ),
      attachment(file),
    ],
    [{ name: file, text: listOf(selection) }],
  )
}

const EVIDENCE_SHOWN = 5

function span(agesMs: readonly number[]): string {
  const shortest = duration(Math.min(...agesMs))
  const longest = duration(Math.max(...agesMs))
  return shortest === longest ? longest : `${shortest} to ${longest}`
}

/** A person may ask for less than the rule, and must see that it is less. */
function belowRuleLines(filter: StaleFilter, live: Live): readonly string[] {
  if (filter.origin !== undefined) return []
  const below = filter.states.filter(
    (state) => minAgeMs(state, filter, live.stale) < minAgeMs(state, { states: [] }, live.stale),
  )
  return below.length === 0
    ? []
    : [
        `⚠️ **Younger than the stale rule** (${below.map((state) => `${state}: ${duration(minAgeMs(state, { states: [] }, live.stale))}`).join(', ')}): these may be in use.`,
      ]
}

function described(filter: StaleFilter, live: Live): string {
  if (filter.origin !== undefined) {
    const age = filter.minAgeMs === undefined ? '' : ` for ${duration(filter.minAgeMs)} or more`
    const proof =
      filter.origin === 'orphans'
        ? 'of pods that no longer exist'
        : 'held by terminating pods of a previous rollout, the new one being complete'
    return `${whose(filter)}, ${proof}, ${filter.states.join(' or ')}${age}`
  }
  const states = filter.states.map((state) => `${state} for ${duration(minAgeMs(state, filter, live.stale))} or more`)
  return `${whose(filter)}, ${states.join(', or ')}`
}

/** Why each of them: by age, or by where it comes from, with the evidence and the pods. */
function whyLines(filter: StaleFilter, live: Live, { victims }: Selection): readonly string[] {
  const why = `Why these: ${described(filter, live)}.`
  if (filter.origin === undefined) return [why]
  const counts = new Map<string, number>()
  for (const { attribution } of victims) {
    if (attribution === undefined) continue
    const pod = 'pod' in attribution ? attribution.pod : null
    const line = `${pod === null ? 'a pod not known by name' : code(rolloutName(pod))}: each ${evidenceText(attribution.because.kind)}`
    counts.set(line, (counts.get(line) ?? 0) + 1)
  }
  const lines = [...counts].sort(([, a], [, b]) => b - a)
  const more = lines.slice(EVIDENCE_SHOWN).reduce((sum, [, count]) => sum + count, 0)
  return [
    why,
    ...lines.slice(0, EVIDENCE_SHOWN).map(([line, count]) => `- ${count} of ${line}`),
    ...(more > 0 ? [`- ${more} of others: see the list`] : []),
    '-# The pods were listed just now, and are listed again when you confirm.',
  ]
}

function lockLines({ victims, blocks }: Selection): readonly string[] {
  const holders = victims.filter((victim) => victim.locksHeld > 0)
  if (holders.length === 0) return []
  const named = holders.slice(0, 5).map((victim) => {
    const waiting = blocks.get(victim.pid) ?? 0
    return `${victim.pid} (${victim.state}${waiting > 0 ? `, blocks ${waiting}` : ''})`
  })
  const more = holders.length > 5 ? ` and ${holders.length - 5} more` : ''
  return [`${holders.length} ${holders.length === 1 ? 'holds' : 'hold'} locks: ${named.join(', ')}${more}.`]
}

function leftAloneLines({ spared }: Selection): readonly string[] {
  const counts = new Map<Spared, number>()
  for (const { because } of spared) counts.set(because, (counts.get(because) ?? 0) + 1)
  const superusers = spared.filter((one) => one.because === 'superuser').map((one) => one.backend)
  const listed = [...counts]
    .filter(([because]) => because !== 'superuser')
    .map(([because, count]) => `${count} ${SPARED_WORDS[because]}`)
  return [
    listed.length === 0 ? 'Left alone: nobody else fits.' : `Left alone: ${listed.join(', ')}.`,
    ...(superusers.length === 0
      ? []
      : [
          `**Can't be ended by Lifeguard: ${backends(superusers.length, 'superuser')}** (${superusers.length === 1 ? 'pid' : 'pids'} ${superusers
            .slice(0, 12)
            .map((backend) => backend.pid)
            .join(
              ', ',
            )}${superusers.length > 12 ? ', …' : ''}). A superuser can: \`SELECT pg_terminate_backend(pid)\`. To mend it for good: ${superuserRemedy(superusers[0]?.role ?? '')}`,
        ]),
  ]
}

export function note(lines: readonly string[]): Rendered {
  return container(COLOUR.grey, [text(lines.join('\n'))])
}
