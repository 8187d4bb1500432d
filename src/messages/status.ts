import type { CanaryResult } from '../core/watch/look.js'
import { numbersOf } from '../core/watch/slots.js'
import type { ServerStatus, StatusAnswer } from '../ports/lifeguard.js'
import type { SessionStatus } from '../ports/postgres.js'
import { limitSentence, lookText, numbersText, severityWord } from './because.js'
import { COLOUR, container, text, type Rendered } from './body.js'
import { code, sentence } from './escape.js'
import { attributionLines } from './origin.js'
import { relativeTime } from './time.js'

/** Discord takes 40 components a message, and 4,000 characters: with more servers than this a line each is too little. */
const SERVERS_SHOWN = 20

/** Every server and Lifeguard itself: what is known, how old it is, and what is degraded. */
export function renderStatus(status: Extract<StatusAnswer, { kind: 'status' }>): Rendered {
  const isWell = status.degraded.length === 0 && status.servers.every((server) => server.live.look?.kind === 'reading')
  const shown = status.servers.toSorted((a, b) => troubleOf(b) - troubleOf(a)).slice(0, SERVERS_SHOWN)
  const more = status.servers.length - shown.length
  return container(isWell ? COLOUR.resolved : COLOUR.warning, [
    ...shown.map((server) => text(serverLines(server).join('\n'))),
    ...(more > 0
      ? [text(`-# and ${more} more ${more === 1 ? 'server' : 'servers'} not shown: those in trouble come first`)]
      : []),
    text(
      [
        `**Lifeguard** ${code(status.version)}, started ${relativeTime(status.startedAt)}`,
        ...(status.degraded.length === 0 && status.servers.every(({ sessions }) => sessions.degraded.length === 0)
          ? ['Nothing is degraded.']
          : status.degraded.map((problem) => `⚠️ ${sentence(problem)}`)),
      ].join('\n'),
    ),
  ])
}

/** Those that need somebody stand first, the others in their order. */
function troubleOf({ live, incidents }: ServerStatus): number {
  return (incidents.length > 0 ? 2 : 0) + (live.look?.kind === 'reading' ? 0 : 1)
}

function serverLines({ live, sessions, schedule, gaps, incidents }: ServerStatus): readonly string[] {
  const { look, reading } = live
  const version =
    sessions.versionNum === undefined
      ? ''
      : ` · PostgreSQL ${Math.floor(sessions.versionNum / 10_000)}.${sessions.versionNum % 10_000}`
  return [
    `### ${code(live.server)}${incidents.length === 0 ? '' : ` — ${incidents.map((one) => `${severityWord(one.severity)} ${one.id}`).join(', ')}`}`,
    reading === undefined
      ? 'Not read yet.'
      : `${numbersText(numbersOf(reading))}, read ${relativeTime(reading.at)}${version}`,
    ...(look === undefined || look.kind === 'reading' ? [] : [`**No reading now** — ${lookText(look)}`]),
    `Sessions: monitor ${sessionText(sessions.monitor)}, actor ${sessionText(sessions.actor)}`,
    `Canary: ${canaryText(live.canary)}`,
    `Schedule ${code(schedule)}: ${gaps.missed === 0 && gaps.overlapped === 0 ? 'no slot missed' : `${gaps.missed} missed, ${gaps.overlapped} skipped as the one before was late${gaps.lastAt === undefined ? '' : `, last ${relativeTime(gaps.lastAt)}`}`}`,
    ...attributionLines(live.traced),
    ...sessions.degraded.map((problem) => `⚠️ ${sentence(problem)}`),
  ]
}

function sessionText(session: SessionStatus): string {
  const refused = session.refusedBy === undefined ? '' : `, refused: ${limitSentence(session.refusedBy)}`
  return `${session.state} since ${relativeTime(session.since)}${session.state === 'open' ? '' : refused}`
}

function canaryText(canary: CanaryResult | undefined): string {
  switch (canary?.kind) {
    case undefined:
      return 'not yet'
    case 'passed':
      return `a plain login passed ${relativeTime(canary.at)}`
    case 'refused':
      return `**refused** ${relativeTime(canary.at)}: ${limitSentence(canary.limit)}`
    case 'failed':
      return `failed ${relativeTime(canary.at)}: ${code(canary.detail, 120)}`
    case 'off':
      return `off: ${sentence(canary.because)}`
  }
}
