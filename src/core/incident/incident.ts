import type { Severity } from '../watch/severity.js'
import { isWorse } from '../watch/severity.js'
import { higher } from '../watch/slots.js'
import type {
  Because,
  EvidenceFailed,
  EvidenceTaken,
  IncidentResolved,
  JournalEvent,
  Numbers,
  Person,
  Subject,
  TerminateFinished,
  TerminateFollowedUp,
  TerminateIntended,
  TerminatePreviewed,
  Told,
} from './event.js'

/** One incident as its events tell it. */
export type Incident = {
  readonly id: string
  readonly server: string
  readonly subject: Subject
  readonly severity: Severity
  readonly worstSeverity: Severity
  readonly firing: readonly string[]
  readonly because: readonly Because[]
  readonly since: number
  readonly openedAt: number
  /** The highest numbers any event carried. */
  readonly peak?: Numbers
  /** The latest acknowledgement; its severity is the worst that was ever acknowledged. */
  readonly acknowledged?: { readonly by: Person; readonly at: number; readonly severity: Severity }
  readonly resolved?: Pick<IncidentResolved, 'by' | 'note' | 'numbers'> & { readonly at: number }
  /** Every rise to page, in order; the n-th owes the message `page:n`. */
  readonly pages: readonly { readonly at: number; readonly because: readonly Because[]; readonly numbers?: Numbers }[]
  readonly evidence?: (EvidenceTaken | EvidenceFailed) & { readonly seq: number; readonly at: number }
  readonly acts: readonly Act[]
  readonly timeline: readonly {
    readonly at: number
    readonly event: JournalEvent['body']['type']
    readonly severity: Severity
    /** Absent for what the watch did by itself. */
    readonly by?: Person
    /** The rules that fire from then on, where that is what changed. */
    readonly firing?: readonly string[]
  }[]
}

/** One termination, from its preview to what came of it. */
export type Act = {
  readonly previewed: TerminatePreviewed
  readonly at: number
  readonly intended?: TerminateIntended & { readonly at: number }
  readonly finished?: TerminateFinished & { readonly at: number; readonly seq: number }
  readonly followedUp?: TerminateFollowedUp
}

export type ToldMessage = Pick<Told, 'channelId' | 'messageId' | 'hash'> & {
  readonly at: number
  readonly firstAt: number
}

/** State: the fold of the journal. */
export type Book = {
  readonly lastSeq: number
  readonly incidents: ReadonlyMap<string, Incident>
  readonly acts: ReadonlyMap<string, Act>
  /** By {@link toldKey}. */
  readonly told: ReadonlyMap<string, ToldMessage>
  /** By {@link toldKey}: why it will not be told. */
  readonly notTold: ReadonlyMap<string, string>
}

export const EMPTY_BOOK: Book = {
  lastSeq: 0,
  incidents: new Map(),
  acts: new Map(),
  told: new Map(),
  notTold: new Map(),
}

export function toldKey(incident: string, key: string): string {
  return `${incident} ${key}`
}

/**
 * Folds events, in order, into a new book. Events of an incident or a preview that the book does not know are kept
 * out of it: they belong to a part of the log that was archived.
 */
export function fold(events: readonly JournalEvent[], from: Book = EMPTY_BOOK): Book {
  const incidents = new Map(from.incidents)
  const acts = new Map(from.acts)
  const told = new Map(from.told)
  const notTold = new Map(from.notTold)
  let lastSeq = from.lastSeq

  for (const event of events) {
    const { seq, at, body } = event
    lastSeq = seq
    switch (body.type) {
      case 'incident.opened':
      case 'incident.changed':
      case 'incident.acknowledged':
      case 'incident.resolved':
      case 'evidence.taken':
      case 'evidence.failed': {
        const next = stepIncident(incidents.get(body.incident), event)
        if (next !== undefined) incidents.set(body.incident, next)
        break
      }
      case 'terminate.previewed':
        acts.set(body.preview, { previewed: body, at })
        break
      case 'terminate.intended':
      case 'terminate.finished':
      case 'terminate.followed up': {
        const act = acts.get(body.preview)
        if (act === undefined) break
        const next: Act =
          body.type === 'terminate.intended'
            ? { ...act, intended: { ...body, at } }
            : body.type === 'terminate.finished'
              ? { ...act, finished: { ...body, at, seq } }
              : { ...act, followedUp: body }
        acts.set(body.preview, next)
        const incident = act.previewed.incident === undefined ? undefined : incidents.get(act.previewed.incident)
        if (incident !== undefined) incidents.set(incident.id, withAct(incident, next, event))
        break
      }
      case 'told': {
        const key = toldKey(body.incident, body.key)
        told.set(key, {
          channelId: body.channelId,
          messageId: body.messageId,
          hash: body.hash,
          at,
          firstAt: told.get(key)?.firstAt ?? at,
        })
        break
      }
      case 'not told':
        notTold.set(toldKey(body.incident, body.key), body.because)
        break
      case 'access.refused':
      case 'bot.started':
        break
    }
  }
  return { lastSeq, incidents, acts, told, notTold }
}

function stepIncident(incident: Incident | undefined, { seq, at, body }: JournalEvent): Incident | undefined {
  if (body.type === 'incident.opened') {
    return {
      id: body.incident,
      server: body.server,
      subject: body.subject,
      severity: body.severity,
      worstSeverity: body.severity,
      firing: body.firing,
      because: body.because,
      since: body.since,
      openedAt: at,
      ...(body.numbers === undefined ? {} : { peak: body.numbers }),
      pages: body.severity === 'page' ? [page(at, body)] : [],
      acts: [],
      timeline: [{ at, event: body.type, severity: body.severity, firing: body.firing }],
    }
  }
  if (incident === undefined) return undefined
  const seen: Incident = {
    ...incident,
    timeline: [
      ...incident.timeline,
      {
        at,
        event: body.type,
        severity: 'severity' in body ? body.severity : incident.severity,
        ...('firing' in body ? { firing: body.firing } : {}),
        ...byOf(body),
      },
    ],
  }
  switch (body.type) {
    case 'incident.changed':
      return {
        ...seen,
        severity: body.severity,
        worstSeverity: isWorse(body.severity, incident.worstSeverity) ? body.severity : incident.worstSeverity,
        firing: body.firing,
        because: body.because,
        ...peakOf(incident, body.numbers),
        pages: isPaging(incident, body.severity) ? [...incident.pages, page(at, body)] : incident.pages,
      }
    case 'incident.acknowledged':
      return { ...seen, acknowledged: { by: body.by, at, severity: acknowledgedAs(incident) } }
    case 'incident.resolved':
      return {
        ...seen,
        ...peakOf(incident, body.peak),
        resolved: {
          by: body.by,
          at,
          ...(body.note === undefined ? {} : { note: body.note }),
          ...(body.numbers === undefined ? {} : { numbers: body.numbers }),
        },
      }
    case 'evidence.taken':
    case 'evidence.failed':
      return { ...seen, evidence: { ...body, seq, at } }
    default:
      return seen
  }
}

/** The worst severity anybody took in hand: a later press on what has fallen to a warning takes nothing away from it. */
function acknowledgedAs({ severity, acknowledged }: Incident): Severity {
  return acknowledged !== undefined && isWorse(acknowledged.severity, severity) ? acknowledged.severity : severity
}

/** Whether somebody acknowledged it at this severity, or at a worse one it has fallen from. */
export function isInHand({ severity, acknowledged }: Pick<Incident, 'severity' | 'acknowledged'>): boolean {
  return acknowledged !== undefined && !isWorse(severity, acknowledged.severity)
}

function byOf(body: JournalEvent['body']): { readonly by?: Person } {
  return 'by' in body && body.by !== 'watch' ? { by: body.by } : {}
}

/** A rise to page is paged, unless somebody acknowledged the incident when it was a page already. */
function isPaging(before: Incident, severity: Severity): boolean {
  return isWorse(severity, before.severity) && severity === 'page' && before.acknowledged?.severity !== 'page'
}

function page(
  at: number,
  body: { readonly because: readonly Because[]; readonly numbers?: Numbers },
): Incident['pages'][number] {
  return { at, because: body.because, ...(body.numbers === undefined ? {} : { numbers: body.numbers }) }
}

function peakOf(incident: Incident, numbers: Numbers | undefined): Pick<Incident, 'peak'> {
  const peak = higher(incident.peak, numbers)
  return peak === undefined ? {} : { peak }
}

function withAct(incident: Incident, act: Act, { at, body }: JournalEvent): Incident {
  const others = incident.acts.filter((one) => one.previewed.preview !== act.previewed.preview)
  return {
    ...incident,
    acts: [...others, act],
    timeline: [...incident.timeline, { at, event: body.type, severity: incident.severity, ...byOf(body) }],
  }
}

export function openIncidents(book: Book, server?: string): readonly Incident[] {
  return [...book.incidents.values()].filter(
    (incident) => incident.resolved === undefined && (server === undefined || incident.server === server),
  )
}
