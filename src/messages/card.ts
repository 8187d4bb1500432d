import { ButtonStyle, ComponentType } from 'discord-api-types/v10'
import { assess } from '../core/watch/assess.js'
import { breakdown } from '../core/watch/breakdown.js'
import { forecastsIn } from '../core/attribution/traced.js'
import { isInHand, type Incident } from '../core/incident/incident.js'
import { suspectOf } from '../core/terminate/suspect.js'
import type { Live } from '../core/watch/live.js'
import type { Reading } from '../core/watch/look.js'
import { numbersOf, usableSlots, usedSlots } from '../core/watch/slots.js'
import type { AlertMessage } from '../ports/alertChannel.js'
import { becauseLines, lookText, numbersText, severitySymbol, severityWord } from './because.js'
import { button, COLOUR, container, row, text, type ContainerPart, type Rendered } from './body.js'
import { adviceLines, originSuspect, ORIGIN_NOUN, staleBesides, suspectRole } from './advice.js'
import { byHandLines } from './byHand.js'
import { encodeButtonId } from './buttonId.js'
import { code, fence, inert, person, sentence } from './escape.js'
import { clockTime, duration, exactTime, relativeTime } from './time.js'
import { outcomeLine } from './outcome.js'
import { originLines } from './origin.js'
import { backends } from './count.js'

/** How the card finds other messages: a link that opens in the client. */
export type Link = (ref: { readonly channelId: string; readonly messageId: string }) => string

const GROUPS_SHOWN = 5
const NAME_WIDTH = 14
const BAR_WIDTH = 10
const ACTS_SHOWN = 5

/** The one message of an incident. Pure: ages are Discord timestamps, so that only news makes it look different. */
export function renderCard(message: Extract<AlertMessage, { kind: 'card' }>, link: Link): Rendered {
  const { incident } = message
  const parts: ContainerPart[] =
    incident.resolved === undefined ? openParts(message) : [text(resolvedLines(incident).join('\n'))]
  const degraded = message.degraded.map((problem) => `⚠️ ${sentence(problem)}`)
  const footer = `-# ${[
    message.previous === undefined ? undefined : `continued from ${link(message.previous)}`,
    message.threadId === undefined ? undefined : `thread: <#${message.threadId}>`,
    message.marker,
  ]
    .filter((part) => part !== undefined)
    .join(' · ')}`
  const isAct = (part: ContainerPart) => part.type === ComponentType.ActionRow
  return container(colourOf(message), [
    ...parts.filter((part) => !isAct(part)),
    ...(degraded.length === 0 ? [] : [text(degraded.join('\n'))]),
    text(footer),
    ...parts.filter(isAct),
  ])
}

/** What is left of a card that Discord no longer lets us edit freely. */
export function renderReplacedCard(message: Extract<AlertMessage, { kind: 'replaced card' }>, link: Link): Rendered {
  const { incident, next, marker } = message
  const where = next === undefined ? 'in a newer message of this channel' : link(next)
  return container(COLOUR.grey, [
    text(`### ${code(incident.server)}: this card is out of date\nIt goes on ${where}.\n-# ${marker}`),
  ])
}

/** Changes of this do not wait for their turn: severity, acknowledgement, acts, the end, and losing or regaining sight. */
export function cardUrgency({ incident, live }: Extract<AlertMessage, { kind: 'card' }>): string {
  return JSON.stringify([
    live?.look?.kind,
    incident.severity,
    incident.firing,
    incident.acknowledged?.at,
    incident.resolved?.at,
    incident.acts.map((act) => [act.intended?.at, act.finished?.at]),
  ])
}

function colourOf({ incident, live }: Extract<AlertMessage, { kind: 'card' }>): number {
  if (incident.resolved !== undefined) return COLOUR.resolved
  const isBlind = live?.look !== undefined && live.look.kind !== 'reading' && live.look.kind !== 'refused'
  return isBlind ? COLOUR.grey : COLOUR[incident.severity]
}

function openParts({ incident, live }: Extract<AlertMessage, { kind: 'card' }>): ContainerPart[] {
  const reading = live?.reading
  return [
    text([headline(incident, live), ...reasonLines(incident, live), sinceLine(incident, live)].join('\n')),
    ...(reading === undefined || live === undefined ? [] : [text(groupLines(reading, live))]),
    ...originPart(incident, live),
    text(
      [
        ...blindLines(live),
        ...(isCalm(incident, live) ? CALM : adviceLines(incident, live)),
        ...doneLines(incident),
      ].join('\n') || '-# Nothing has been done yet.',
    ),
    buttons(incident, live),
  ]
}

/** Whose they are: told of the reading that the table shows. */
function originPart(incident: Incident, live: Live | undefined): readonly ContainerPart[] {
  if (incident.subject !== 'connections' || live?.reading === undefined) return []
  const lines = originLines(live.traced, live.reading.at)
  return lines.length === 0 ? [] : [text(lines.join('\n'))]
}

/** In the past tense once the numbers are calm: the rules hold on, and what they saw is over. */
function reasonLines(incident: Incident, live: Live | undefined): readonly string[] {
  const lines = becauseLines(reasonsNow(incident, live))
  return isCalm(incident, live) ? lines.map((line) => line.replace(/^Over /, 'Was over ')) : lines
}

/** What the full server said is no news any more once its numbers are calm; the rules that still hold on are. */
function reasonsNow(incident: Incident, live: Live | undefined): Incident['because'] {
  return isCalm(incident, live) ? incident.because.filter((one) => one.kind === 'rule') : incident.because
}

const CALM = ['**Below every limit now.** The incident ends by itself if that lasts.']

/** Between the last breach and the end of the hold-down; without a word the card would look as if nothing had helped. */
function isCalm(incident: Incident, live: Live | undefined): boolean {
  if (incident.subject !== 'connections' || live?.look?.kind !== 'reading') return false
  const { look, rules, traced } = live
  // A login refused before the latest act says nothing of after it.
  const actedAt = Math.max(0, ...incident.acts.map((act) => act.finished?.at ?? 0))
  const canary = live.canary?.kind === 'refused' && live.canary.at < actedAt ? undefined : live.canary
  const verdicts = assess({ look, canary, rules, noDataAfterMs: 0, forecasts: forecastsIn(traced) })
  return !verdicts.some((verdict) => verdict.subject === 'connections' && verdict.standing === 'above')
}

function headline(incident: Incident, live: Live | undefined): string {
  const what = `${severityWord(incident.severity)} — ${code(incident.server)}`
  const symbol = severitySymbol(incident.severity)
  if (live?.look?.kind === 'refused') return `### ${what}: full, and Lifeguard is locked out ${symbol}`
  if (incident.subject === 'data') {
    const isBack = live?.look?.kind === 'reading'
    return `### ${what}: ${isBack ? 'answers again, watching whether it stays' : 'no data'} ${isBack ? symbol : '⚪'}`
  }
  return live?.reading === undefined
    ? `### ${what}: connections ${symbol}`
    : `### ${what}: ${numbersText(numbersOf(live.reading))} ${symbol}`
}

function sinceLine(incident: Incident, live: Live | undefined): string {
  const growth = live?.growthPerMinute
  const reading = live?.look?.kind === 'reading' ? live.look : undefined
  const free = reading === undefined ? 0 : usableSlots(reading.limits) - usedSlots(reading)
  const course =
    reading === undefined || incident.subject !== 'connections' ? '' : courseText(growth, free, isCalm(incident, live))
  return `Since ${clockTime(incident.since)} (${relativeTime(incident.since)})${course}`
}

/** Whether it is getting worse: the first question of whoever is woken. */
function courseText(growth: number | undefined, free: number, isOver: boolean): string {
  if (free <= 0) return ' · full, so it rises no further: new logins are refused'
  if (growth === undefined || isOver) return ''
  if (growth >= 1)
    return ` · rising ${Math.round(growth)} a minute, full in about ${duration((free / growth) * 60_000)}`
  return growth <= -1 ? ` · falling ${Math.round(-growth)} a minute` : ' · neither rising nor falling'
}

function groupLines(reading: Reading, live: Live): string {
  const rows = [...breakdown(reading, 'role', live.stale)].sort((a, b) => b.count - a.count)
  const shown = rows.slice(0, GROUPS_SHOWN)
  const others = rows.slice(GROUPS_SHOWN)
  const rest = others.reduce((sum, one) => sum + one.count, 0)
  // Against what there is, not against the largest: a bar tells how much of the server it is.
  const most = Math.max(1, usableSlots(reading.limits), rest, ...rows.map((one) => one.count))
  const orphansOf = (role: string | null) =>
    live.traced.kind === 'traced' ? (live.traced.origins.roles.find((one) => one.role === role)?.tally.orphans ?? 0) : 0
  const line = (name: string, count: number, stale: number, orphans = 0) => {
    const bar = '█'.repeat(Math.max(1, Math.round((count / most) * BAR_WIDTH))).padEnd(BAR_WIDTH, '░')
    return `${name.padEnd(NAME_WIDTH)}${String(count).padStart(4)} ${bar}${orphans > 0 ? ` ${orphans} orphaned` : stale > 0 ? ` ${stale} stale` : ''}`
  }
  return fence([
    ...shown.map((one) =>
      line(
        one.isOwn ? 'lifeguard (us)' : inert(one.name ?? '(logging in)', NAME_WIDTH),
        one.count,
        one.stale,
        one.isOwn ? 0 : orphansOf(one.name),
      ),
    ),
    ...(others.length === 0
      ? []
      : [
          line(
            others.length === 1 ? '1 other role' : `${others.length} other roles`,
            rest,
            others.reduce((sum, one) => sum + one.stale, 0),
          ),
        ]),
  ])
}

/** An old number never stands without its age. */
function blindLines(live: Live | undefined): readonly string[] {
  if (live === undefined) return ['This server is not in the configuration any more.']
  const { look, reading } = live
  if (look === undefined || look.kind === 'reading') return []
  const last =
    reading === undefined
      ? 'It has not been read since Lifeguard started.'
      : `Last known: ${numbersText(numbersOf(reading))} at ${exactTime(reading.at)} (${relativeTime(reading.at)}); the table is from then.`
  const words = [`**No reading** — ${lookText(look)}. ${last}`]
  if (look.kind === 'denied') return [...words, `To mend it: ${code(look.remedy, 300)}`]
  if (look.kind === 'refused')
    return [...words, ...byHandLines(look.limit === 'every slot', suspectRole(live), live.stale)]
  return words
}

function doneLines(incident: Incident): readonly string[] {
  const { acknowledged, acts, evidence } = incident
  const earlier = acts.length - ACTS_SHOWN
  return [
    ...(acknowledged === undefined
      ? incident.resolved === undefined
        ? ['Nobody has acknowledged yet.']
        : []
      : [`Acknowledged by ${person(acknowledged.by)} at ${clockTime(acknowledged.at)}${acknowledgedWords(incident)}.`]),
    ...(earlier > 0 ? [`-# ${earlier} earlier ${earlier === 1 ? 'act' : 'acts'}: see the thread`] : []),
    ...acts.slice(-ACTS_SHOWN).flatMap((act) => {
      if (act.finished !== undefined) return [`${clockTime(act.finished.at)} ${outcomeLine(act.finished)}`]
      return act.intended === undefined
        ? []
        : [`${person(act.intended.by)} is terminating ${backends(act.intended.pids.length)}…`]
    }),
    ...(evidence?.type === 'evidence.failed' ? [`No evidence was kept: ${code(evidence.detail, 120)}`] : []),
  ]
}

/** Who took a warning in hand did not stop the paging of what may become of it. */
function acknowledgedWords(incident: Incident): string {
  if (incident.resolved !== undefined) return ''
  if (!isInHand(incident)) return `, before it rose to ${severityWord(incident.severity)}`
  return incident.acknowledged?.severity === 'page' ? ' — paging stopped' : ' — a rise to PAGE still pages'
}

function buttons(incident: Incident, live: Live | undefined): ContainerPart {
  const reading = live?.look?.kind === 'reading' ? live.look : undefined
  const suspect =
    reading === undefined || live === undefined || incident.subject === 'data'
      ? undefined
      : suspectOf(reading, incident, live.rules, live.stale)
  const byOrigin =
    reading !== undefined && live !== undefined && incident.subject !== 'data' ? originSuspect(live) : undefined
  // One orphan must not hide forty stale ones.
  const isStaleShown = byOrigin === undefined || (live !== undefined && staleBesides(live, incident) !== undefined)
  return row(
    ...(byOrigin === undefined
      ? []
      : [
          button(
            `Terminate ${byOrigin.suspect.stale} ${ORIGIN_NOUN[byOrigin.origin]}…`,
            encodeButtonId({ kind: 'terminate origin', origin: byOrigin.origin, incident: incident.id }),
            ButtonStyle.Primary,
          ),
        ]),
    ...(incident.subject === 'data' || !isStaleShown
      ? []
      : [
          button(
            suspect === undefined ? 'Terminate stale…' : `Terminate ${suspect.stale} stale…`,
            encodeButtonId({ kind: 'terminate stale', incident: incident.id }),
            byOrigin === undefined ? ButtonStyle.Primary : ButtonStyle.Secondary,
          ),
        ]),
    button('Inspect', encodeButtonId({ kind: 'inspect', incident: incident.id }), ButtonStyle.Secondary),
    ...(isInHand(incident)
      ? []
      : [button('Acknowledge', encodeButtonId({ kind: 'acknowledge', incident: incident.id }), ButtonStyle.Secondary)]),
  )
}

function resolvedLines(incident: Incident): readonly string[] {
  const { resolved, peak } = incident
  if (resolved === undefined) return []
  const took = duration(resolved.at - incident.since)
  const now = resolved.numbers === undefined ? '' : `: ${numbersText(resolved.numbers)}`
  return [
    `### RESOLVED — ${code(incident.server)} after ${took}${now} 🟢`,
    `From ${clockTime(incident.since)} to ${clockTime(resolved.at)}.${peak === undefined ? '' : ` Peak ${peak.used} of ${peak.usable}${peak.used > peak.usable ? ' (the reserve too)' : ''}.`} Worst: ${severityWord(incident.worstSeverity)}.`,
    ...(resolved.by === 'watch'
      ? []
      : [`Closed by ${person(resolved.by)}${resolved.note === undefined ? '' : `: ${code(resolved.note, 500)}`}`]),
    ...doneLines(incident),
  ]
}
