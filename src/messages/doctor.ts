import { gravityOf, type Finding, type Gravity } from '../core/doctor/finding.js'
import { remedyOf, type Remedy } from '../core/doctor/remedy.js'
import type { DoctorAnswer, Examined } from '../ports/lifeguard.js'
import { attachment, COLOUR, container, text, type Rendered } from './body.js'
import { code, fence, inert, sentence } from './escape.js'
import { detailsOf, headlineOf } from './finding.js'
import { note, unknownServer } from './preview.js'
import { exactTime, relativeTime } from './time.js'

const FILE = 'doctor.sql'
/** Discord takes 4,000 characters: what is left of them is for the head and the last lines. */
const ROOM_FOR_FINDINGS = 3_000
/** Discord takes 40 components a message. */
const FINDINGS_SHOWN = 25
const STATEMENTS_SHOWN = 4
/** Longer than any statement of one role name: a statement that is cut is none. */
const STATEMENT_LENGTH = 220

/** What is wrong before any incident, worst first, each with the lines that mend it; all of them are attached. */
export function renderDoctor(answer: Exclude<DoctorAnswer, { kind: 'refused' }>): Rendered {
  switch (answer.kind) {
    case 'unknown server':
      return unknownServer(answer)
    case 'examined':
      return diagnosis(
        answer,
        [
          `### ${code(answer.server)}: ${countText(answer)}`,
          `-# looked at ${exactTime(answer.facts.at)} · PostgreSQL ${versionText(answer)} · nothing was changed`,
        ],
        true,
      )
    case 'unreadable':
      return answer.last === undefined
        ? note([
            `### ${code(answer.server)} could not be examined`,
            `${sentence(answer.detail)}.`,
            'Nothing is known from before, since Lifeguard started. `/status` shows the sessions.',
          ])
        : diagnosis(
            answer.last,
            [
              `### ${code(answer.server)} could not be examined: ${sentence(answer.detail)}`,
              `**Old findings**, from ${exactTime(answer.last.facts.at)} (${relativeTime(answer.last.facts.at)}): ${countText(answer.last)}`,
            ],
            false,
          )
  }
}

function diagnosis(examined: Examined, head: readonly string[], isFresh: boolean): Rendered {
  const { facts, diagnosis: found } = examined
  const blocks = found.findings.map((finding) => block(finding, remedyOf(finding, facts)))
  const shown = takeWhileRoom(blocks)
  const more = blocks.length - shown.length
  const files = fileOf(examined)
  return container(
    isFresh ? colourOf(found.findings) : COLOUR.grey,
    [
      text(head.join('\n')),
      ...shown.map((one) => text(one)),
      text(
        [
          ...(more > 0
            ? [
                `**${more} more** ${more === 1 ? 'finding' : 'findings'}, less bad than these${files.length > 0 ? `, in ${code(FILE)}` : ''}`,
              ]
            : []),
          ...(found.fine.length > 0 ? [`${isFresh ? '✅ Fine' : 'Fine then'}: ${found.fine.join(', ')}`] : []),
          ...(found.unseen.length > 0
            ? [`❔ Not seen: ${found.unseen.map(({ check, because }) => `${check} (${sentence(because)})`).join('; ')}`]
            : []),
          `-# ${files.length > 0 ? `every line as a file: ${FILE}; read before you run it` : 'nothing to run'}`,
        ].join('\n'),
      ),
      ...files.map(({ name }) => attachment(name)),
    ],
    files,
  )
}

/** Whole findings from the worst on, as many as there is room for, and at least one. */
function takeWhileRoom(blocks: readonly string[]): readonly string[] {
  let room = ROOM_FOR_FINDINGS
  const cut = blocks.findIndex((one, index) => {
    room -= one.length
    return (room < 0 && index > 0) || index === FINDINGS_SHOWN
  })
  return cut === -1 ? blocks : blocks.slice(0, cut)
}

const SYMBOLS: Readonly<Record<Gravity, string>> = { serious: '🔴', risk: '🟡', advice: '🔵' }

function block(finding: Finding, { sql, effect, onCommandLine }: Remedy): string {
  const gravity = gravityOf(finding)
  const lines = sql.map((one) => inert(one, STATEMENT_LENGTH).replaceAll('`', 'ˋ'))
  const isExact = sql.every((one, index) => one === lines[index])
  const more = sql.length - STATEMENTS_SHOWN
  return [
    `**${gravity.toUpperCase()}** ${headlineOf(finding)} ${SYMBOLS[gravity]}`,
    ...detailsOf(finding),
    ...(sql.length === 0 ? [] : [fence(lines.slice(0, STATEMENTS_SHOWN))]),
    ...(more > 0 ? [`-# and ${more} more ${more === 1 ? 'line' : 'lines'} in ${code(FILE)}`] : []),
    ...(onCommandLine.length === 0
      ? []
      : [
          `To be changed on the server's command line (in a container: its arguments), which wins over ALTER SYSTEM: ${onCommandLine
            .map(({ setting, value }) => code(`-c ${setting}=${value.replaceAll("'", '')}`))
            .join(' ')}`,
        ]),
    ...(isExact ? [] : [`-# a name in it cannot be shown here: take the line from ${code(FILE)}`]),
    ...(sql.length === 0 || effect === 'at once' ? [] : [`-# ${EFFECTS[effect]}`]),
  ].join('\n')
}

const EFFECTS = {
  'after a restart': 'takes effect at the next restart of the server',
  'for new sessions': 'for new sessions: those that are open keep what they have',
} as const

/** Every statement as it is, byte by byte. Names are in the comments, too, where a line break would end the comment. */
function fileOf({ facts, diagnosis: { findings } }: Examined): Rendered['files'] {
  const parts = findings.flatMap((finding) => {
    const { sql, effect } = remedyOf(finding, facts)
    if (sql.length === 0) return []
    return [
      [
        `-- ${comment(`${gravityOf(finding)}: ${headlineOf(finding)}`)}`,
        ...detailsOf(finding).map((line) => `-- ${comment(line)}`),
        ...(effect === 'at once' ? [] : [`-- ${EFFECTS[effect]}`]),
        ...sql,
      ].join('\n'),
    ]
  })
  if (parts.length === 0) return []
  const head = '-- What /doctor advises, worst first. Run it as a superuser, line by line, after reading it.'
  return [{ name: FILE, text: `${[head, ...parts].join('\n\n')}\n` }]
}

/** The words are inert by themselves; whatever becomes of them, nothing gets out of a comment that is run as a superuser. */
function comment(words: string): string {
  return inert(words, 600).replaceAll('`', '')
}

function countText({ diagnosis: { findings } }: Examined): string {
  if (findings.length === 0) return 'nothing to mend'
  const counts = (['serious', 'risk', 'advice'] as const).flatMap((gravity) => {
    const count = findings.filter((finding) => gravityOf(finding) === gravity).length
    return count === 0 ? [] : [`${count} ${gravity}`]
  })
  return `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} (${counts.join(', ')})`
}

function colourOf(findings: readonly Finding[]): number {
  const worst = findings[0]
  if (worst === undefined) return COLOUR.resolved
  return { serious: COLOUR.page, risk: COLOUR.warning, advice: COLOUR.info }[gravityOf(worst)]
}

function versionText({ facts: { versionNum } }: Examined): string {
  return `${Math.floor(versionNum / 10_000)}.${versionNum % 10_000}`
}
