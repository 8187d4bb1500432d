import type { Incident } from '../core/incident/incident.js'
import { numbersOf } from '../core/watch/slots.js'
import type { AcknowledgeAnswer, IncidentAnswer, ResolveAnswer } from '../ports/lifeguard.js'
import { becauseLines, numbersText, severitySymbol, severityWord } from './because.js'
import { COLOUR, container, text, type Rendered } from './body.js'
import { code, person } from './escape.js'
import { outcomeLine } from './outcome.js'
import { note } from './preview.js'
import { clockTime, duration, exactTime, relativeTime } from './time.js'

const LISTED = 10

/** Open incidents first, the newest of each first. */
export function renderIncidentList(incidents: readonly Incident[]): Rendered {
  if (incidents.length === 0)
    return note(['### No incident yet', 'Nothing has crossed a limit since the journal began.'])
  const more = incidents.length - LISTED
  return container(COLOUR.info, [
    text(
      [
        `### ${incidents.filter((one) => one.resolved === undefined).length} open, ${incidents.filter((one) => one.resolved !== undefined).length} ended`,
        ...incidents.slice(0, LISTED).map(listLine),
        ...(more > 0 ? [`-# and ${more} older`] : []),
      ].join('\n'),
    ),
  ])
}

function listLine(incident: Incident): string {
  const what = incident.subject === 'data' ? 'no data' : 'connections'
  const name = `**${incident.id}** ${code(incident.server)} ${what}`
  if (incident.resolved !== undefined) {
    return `- ${name}: resolved ${relativeTime(incident.resolved.at)} after ${duration(incident.resolved.at - incident.since)} 🟢`
  }
  const owner =
    incident.acknowledged === undefined
      ? 'nobody has acknowledged'
      : `acknowledged by ${person(incident.acknowledged.by)}`
  return `- ${name}: ${severityWord(incident.severity)} since ${relativeTime(incident.since)}, ${owner} ${severitySymbol(incident.severity)}`
}

export function renderIncident(answer: Exclude<IncidentAnswer, { kind: 'refused' }>): Rendered {
  if (answer.kind === 'unknown incident') return unknownIncident(answer.asked)
  const { incident, live } = answer
  const now =
    live?.reading === undefined
      ? []
      : [`Latest: ${numbersText(numbersOf(live.reading))}, read ${relativeTime(live.reading.at)}.`]
  return container(incident.resolved === undefined ? COLOUR[incident.severity] : COLOUR.resolved, [
    text(
      [
        listLine(incident).slice(2),
        ...becauseLines(incident.because),
        ...(incident.resolved === undefined ? now : []),
        ...(incident.peak === undefined ? [] : [`Peak on record: ${numbersText(incident.peak)}.`]),
        ...incident.acts.flatMap((act) => (act.finished === undefined ? [] : [outcomeLine(act.finished)])),
      ].join('\n'),
    ),
    text(['**Timeline**', ...timeline(incident)].join('\n')),
  ])
}

function timeline(incident: Incident): readonly string[] {
  const words: Partial<Record<Incident['timeline'][number]['event'], string>> = {
    'incident.opened': 'opened',
    'incident.changed': 'changed',
    'incident.acknowledged': 'acknowledged',
    'incident.resolved': 'resolved',
    'evidence.taken': 'evidence kept',
    'evidence.failed': 'evidence could not be kept',
    'terminate.intended': 'termination begun',
    'terminate.finished': 'termination finished',
    'terminate.followed up': 'counted who came back',
  }
  const lines = incident.timeline.map((one, index) => {
    const before = incident.timeline.slice(0, index).findLast(({ firing }) => firing !== undefined)
    const isSame = one.event === 'incident.changed' && sameJudgement(before, one)
    const isJudged = one.event === 'incident.opened' || one.event === 'incident.changed'
    const rules = (one.firing ?? []).map((rule) => code(rule)).join(', ')
    const severity = isJudged ? ` (${severityWord(one.severity)}${rules === '' ? '' : `: ${rules}`})` : ''
    return `${exactTime(one.at)} ${isSame ? 'another reason' : (words[one.event] ?? one.event)}${isSame ? '' : severity}${one.by === undefined ? '' : ` by ${person(one.by)}`}`
  })
  return lines.length > 20 ? [...lines.slice(0, 5), `-# … ${lines.length - 19} more`, ...lines.slice(-14)] : lines
}

type Judgement = Pick<Incident['timeline'][number], 'severity' | 'firing'>

function sameJudgement(before: Judgement | undefined, after: Judgement): boolean {
  const rules = (of: Judgement) => [...(of.firing ?? [])].sort().join('\n')
  return before !== undefined && before.severity === after.severity && rules(before) === rules(after)
}

export function renderAcknowledged(answer: Exclude<AcknowledgeAnswer, { kind: 'refused' }>): Rendered {
  switch (answer.kind) {
    case 'acknowledged':
      return note([
        `Incident **${answer.incident.id}** on ${code(answer.incident.server)} is yours. ${answer.incident.acknowledged?.severity === 'page' ? 'Paging stopped.' : 'Should it rise to PAGE, it still pages.'}`,
      ])
    case 'already acknowledged':
      return note([
        `${person(answer.by)} acknowledged this at ${clockTime(answer.at)} (${relativeTime(answer.at)}).`,
        'This press changed nothing.',
      ])
    case 'already resolved':
      return alreadyResolved(answer.incident)
    case 'not recorded':
      return notRecorded(answer.detail)
    case 'unknown incident':
      return unknownIncident(answer.asked)
  }
}

export function renderResolved(answer: Exclude<ResolveAnswer, { kind: 'refused' }>): Rendered {
  switch (answer.kind) {
    case 'resolved':
      return note([`Incident **${answer.incident.id}** on ${code(answer.incident.server)} is closed, with your note.`])
    case 'still firing': {
      const reading = answer.live.reading
      return note([
        `### Not resolved: ${code(answer.incident.server)} still ${reading === undefined ? 'breaches its rules' : `has ${numbersText(numbersOf(reading))}`}`,
        ...becauseLines(answer.incident.because),
        'Nothing was changed. *Acknowledge* stops the paging; the incident ends by itself when its numbers do.',
      ])
    }
    case 'already resolved':
      return alreadyResolved(answer.incident)
    case 'not recorded':
      return notRecorded(answer.detail)
    case 'unknown incident':
      return unknownIncident(answer.asked)
  }
}

function alreadyResolved(incident: Incident): Rendered {
  const at = incident.resolved?.at ?? incident.openedAt
  return note([`Incident **${incident.id}** was over ${relativeTime(at)} already.`, 'Nothing was changed.'])
}

function notRecorded(detail: string): Rendered {
  return note([
    `Lifeguard's journal does not take records: ${code(detail, 200)}`,
    'Nothing was changed. `/status` says more.',
  ])
}

function unknownIncident(asked: string): Rendered {
  return note([`There is no incident ${code(asked)}.`, '`/incident list` shows them.'])
}
