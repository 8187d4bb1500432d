import type { StaleFilter, TerminateFinished } from '../core/incident/event.js'
import type { Act } from '../core/incident/incident.js'
import type { AlertMessage } from '../ports/alertChannel.js'
import type { ActAnswer } from '../ports/lifeguard.js'
import { numbersText } from './because.js'
import { COLOUR, container, text, type Rendered } from './body.js'
import { backends } from './count.js'
import { code, person } from './escape.js'
import { ORIGIN_WORDS } from './origin.js'
import { clockTime, duration, relativeTime } from './time.js'

/** Whose backends: `site` by role, or by application. */
export function whose(filter: StaleFilter): string {
  const parts = [
    filter.role === undefined ? undefined : `role ${code(filter.role)}`,
    filter.applicationName === undefined ? undefined : `application ${code(filter.applicationName)}`,
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return filter.origin === undefined ? 'nobody' : 'any role'
  return parts.join(', ')
}

/** What they are: `orphaned`, `of a previous rollout`, or `stale` by age. */
function kindOf(filter: StaleFilter): string {
  return filter.origin === undefined ? 'stale' : ORIGIN_WORDS[filter.origin]
}

/** `31 orphaned backends of role site`. */
function described(count: number, filter: StaleFilter): string {
  return filter.origin === 'previous rollout'
    ? `${backends(count)} of ${whose(filter)}, ${kindOf(filter)}`
    : `${backends(count, kindOf(filter))} of ${whose(filter)}`
}

/** One line for the card. */
export function outcomeLine(finished: TerminateFinished): string {
  const { outcome } = finished
  const alive = outcome.stillAlive.length === 0 ? '' : `, ${outcome.stillAlive.length} still alive`
  return `${person(finished.by)} terminated ${described(outcome.gone, finished.filter)}${alive}.`
}

/** The public post in the incident's thread. */
export function renderOutcome(message: Extract<AlertMessage, { kind: 'outcome' }>): Rendered {
  const { act, marker } = message
  return container(colourOf(act), [text([...outcomeLines(act), `-# ${marker}`].join('\n'))])
}

/** What the person who pressed sees in place of the preview. */
export function renderActAnswer(answer: Exclude<ActAnswer, { kind: 'refused' }>): Rendered {
  switch (answer.kind) {
    case 'acted':
      return renderAct(answer.act)
    case 'nothing left':
      return note(
        `**Nothing to terminate any more.** Since the preview ${answer.alreadyGone} ended by themselves${changedWords(answer.changed, answer.act.previewed.filter)}.\nNothing was done.`,
      )
    case 'already pressed':
      return note(
        `${person(answer.by)} pressed this first (${relativeTime(answer.at)}).\nThis press did nothing.${
          answer.act.finished === undefined ? '' : `\n${outcomeLine(answer.act.finished)}`
        }`,
      )
    case 'expired':
      return note(
        `This preview was made ${relativeTime(answer.previewedAt)} and is valid for 60 s.\nNothing was done. Press *Terminate …* on the card, or use \`/terminate\`, for a fresh one.`,
      )
    case 'unknown preview':
      return note('Lifeguard has no record of this preview.\nNothing was done. Ask for a fresh one.')
    case 'unreadable':
      return note(
        `${code(answer.server)} could not be read: ${code(answer.detail, 200)}\nNothing was done. Try again in a few seconds; \`/status\` shows the sessions.`,
      )
    case 'no origins':
      return note(
        `The pods of the cluster could not be listed: ${code(answer.detail, 200)}\n${answer.remedy === undefined ? '' : `To mend it: ${code(answer.remedy, 300)}\n`}Without a fresh list nobody is an orphan. Nothing was done. \`/terminate stale\` goes by age alone.`,
      )
    case 'not recorded':
      return note(
        `Lifeguard's journal does not take records (${code(answer.detail, 200)}), and without a record there is no act.\nNothing was done. \`/status\` says more.`,
      )
    case 'unknown server':
      return note(`${code(answer.asked ?? '')} is not watched any more.\nNothing was done.`)
  }
}

/** By origin, a pod may have come back as well: whose backends are not orphaned any more need not have worked. */
function changedWords(changed: number, { origin }: StaleFilter): string {
  return origin === undefined
    ? ` and ${changed} went back to work`
    : `, and ${changed} went back to work or are not proven ${ORIGIN_WORDS[origin]} any more`
}

export function renderAct(act: Act): Rendered {
  const where =
    act.previewed.incident === undefined
      ? 'Your colleagues see this in the alert channel.'
      : "Your colleagues see this in the thread of the incident's card, with the evidence from before."
  return container(colourOf(act), [text([...outcomeLines(act), `-# ${where}`].join('\n'))])
}

function note(words: string): Rendered {
  return container(COLOUR.grey, [text(words)])
}

function colourOf(act: Act): number {
  const outcome = act.finished?.outcome
  const isClean = outcome?.unknown === undefined && outcome?.denied === undefined && outcome?.stillAlive.length === 0
  return isClean ? COLOUR.resolved : COLOUR.warning
}

function outcomeLines(act: Act): readonly string[] {
  const { finished, followedUp, previewed } = act
  if (finished === undefined) return ['Under way…']
  const { outcome } = finished
  const headline = `${person(finished.by)} terminated ${outcome.gone} of ${described(previewed.victims.length, finished.filter)} on ${code(finished.server)} in ${seconds(finished.tookMs)}.`
  return [
    `### ${headline}`,
    `${outcome.gone} gone · ${outcome.stillAlive.length} still alive · ${outcome.alreadyGone} already gone before · ${outcome.changed} changed since the preview, left alone`,
    ...(outcome.stillAlive.length === 0
      ? []
      : [
          `Still alive: ${pids(outcome.stillAlive)}. Look again with Inspect; a backend ends when it next reads its socket.`,
        ]),
    ...(outcome.denied === undefined
      ? []
      : [`The server refused: Lifeguard's role lacks a grant. To mend it: ${code(outcome.denied, 200)}`]),
    ...(outcome.unknown === undefined
      ? []
      : [`Not certain: ${code(outcome.unknown, 200)}. \`/connections show\` tells how it is now.`]),
    ...(outcome.numbers === undefined ? [] : [`Right after: ${numbersText(outcome.numbers)}.`]),
    ...(followedUp === undefined ? [] : [followUpLine(followedUp, whose(finished.filter))]),
    `-# at ${clockTime(finished.at)}`,
  ]
}

function followUpLine(followedUp: NonNullable<Act['followedUp']>, who: string): string {
  const after = `After ${duration(followedUp.afterMs)}`
  const numbers = followedUp.numbers === undefined ? '' : `${numbersText(followedUp.numbers)}; `
  if (followedUp.cameBack === undefined) return `${after}: ${numbers}who came back could not be read.`
  return followedUp.cameBack === 0
    ? `${after}: ${numbers}nobody of ${who} came back.`
    : `${after}: ${numbers}${who} came back with ${backends(followedUp.cameBack, 'new')}.`
}

function pids(list: readonly number[]): string {
  return list.length > 15 ? `${list.slice(0, 15).join(', ')} and ${list.length - 15} more` : list.join(', ')
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)
}
