import type { Because, EventBody, Numbers, Subject } from '../incident/event.js'
import type { Incident } from '../incident/incident.js'
import { FULL_RULE, NO_DATA_RULE, ROLLOUT_RULE, type Verdict } from './assess.js'
import { isWorse, worst } from './severity.js'
import { NEW_TRACK, stepTrack, type RuleTrack } from './track.js'

export type Tracks = Readonly<Record<string, RuleTrack>>

/** The tracks to begin with: what the journal says is firing goes on firing until it has been clear long enough. */
export function tracksFrom(open: readonly Incident[]): Tracks {
  return Object.fromEntries(
    open.flatMap((incident) => incident.firing).map((rule) => [rule, { ...NEW_TRACK, firing: true }]),
  )
}

export function stepTracks(tracks: Tracks, verdicts: readonly Verdict[], now: number): Tracks {
  return Object.fromEntries(
    verdicts.map((verdict) => [verdict.rule, stepTrack(trackOf(tracks, verdict.rule), verdict, now)]),
  )
}

/** Rules are named by people: a rule named `constructor` is not to be found in the prototype. */
function trackOf(tracks: Tracks, rule: string): RuleTrack {
  return (Object.hasOwn(tracks, rule) ? tracks[rule] : undefined) ?? NEW_TRACK
}

/**
 * Stops what fires without an open incident: a person ended it by hand while its hold-down ran. What is still above
 * its limit keeps its count, and fires again as anything new would.
 */
export function releaseTracks(tracks: Tracks, verdicts: readonly Verdict[], open: readonly Incident[]): Tracks {
  const subjects = new Set(open.map((incident) => incident.subject))
  const released = verdicts.filter((verdict) => !subjects.has(verdict.subject)).map((verdict) => verdict.rule)
  return Object.fromEntries(
    Object.entries(tracks).map(([rule, track]) => [
      rule,
      released.includes(rule) ? { ...track, firing: false } : track,
    ]),
  )
}

export type DecideInput = {
  readonly server: string
  readonly tracks: Tracks
  readonly verdicts: readonly Verdict[]
  /** This server's open incidents, at most one per subject. */
  readonly open: readonly Incident[]
  readonly numbers: Numbers | undefined
  /** The highest numbers seen since each open incident began. */
  readonly peakOf: (incident: Incident) => Numbers | undefined
  /** The id to give to a new incident of this subject. */
  readonly newId: (subject: Subject) => string
  readonly now: number
}

/** The events that this look makes necessary: open, change, resolve, or none. Never journals what did not change. */
export function decide(input: DecideInput): readonly EventBody[] {
  return (['connections', 'data'] as const).flatMap((subject) => decideSubject(input, subject))
}

function decideSubject(input: DecideInput, subject: Subject): readonly EventBody[] {
  const verdicts = input.verdicts.filter((verdict) => verdict.subject === subject)
  const firing = verdicts.filter((verdict) => input.tracks[verdict.rule]?.firing === true)
  const open = input.open.find((incident) => incident.subject === subject)
  const numbers = input.numbers === undefined ? {} : { numbers: input.numbers }
  const severity = worst(firing.map((verdict) => severityOf(verdict, open)))

  if (severity === undefined) {
    if (open === undefined) return []
    const peak = input.peakOf(open)
    return [
      {
        v: 1,
        type: 'incident.resolved',
        incident: open.id,
        by: 'watch',
        ...numbers,
        ...(peak === undefined ? {} : { peak }),
      },
    ]
  }
  const names = firing.map((verdict) => verdict.rule)
  const because = firing.flatMap((verdict) => becauseOf(verdict, open))
  if (open === undefined) {
    const since = Math.min(...names.map((name) => input.tracks[name]?.aboveSince ?? input.now))
    const incident = input.newId(subject)
    return [
      {
        v: 1,
        type: 'incident.opened',
        incident,
        server: input.server,
        subject,
        severity,
        firing: names,
        because,
        since,
        ...numbers,
      },
    ]
  }
  // A reason that comes and goes while its rule fires is news when it first comes, not at every turn.
  const known = open.because.map(signature)
  const isNews = because.some((one) => !known.includes(signature(one)))
  if (severity === open.severity && !isNews && sameNames(names, open.firing)) return []
  const fresh = because.map(signature)
  const earlier = open.because.filter((one) => names.includes(ruleOf(one)) && !fresh.includes(signature(one)))
  return [
    {
      v: 1,
      type: 'incident.changed',
      incident: open.id,
      severity,
      firing: names,
      because: [...because, ...earlier],
      ...numbers,
    },
  ]
}

/**
 * The severity of no data depends on its kind (a hung server pages, a missing grant warns), and kinds can alternate from
 * look to look: what has risen stays until the incident is over, or every turn would page anew. A rule on connections
 * has one severity only.
 */
function severityOf(verdict: Verdict, open: Incident | undefined): Verdict['severity'] {
  return verdict.subject === 'data' && open !== undefined && isWorse(open.severity, verdict.severity)
    ? open.severity
    : verdict.severity
}

/** Reasons of a rule that holds on without being above are the ones it last gave. */
function becauseOf(verdict: Verdict, open: Incident | undefined): readonly Because[] {
  if (verdict.because.length > 0 || open === undefined) return verdict.because
  return open.because.filter((one) => ruleOf(one) === verdict.rule)
}

function ruleOf(because: Because): string {
  if (because.kind === 'rule') return because.rule
  if (because.kind === 'rollout will not fit') return ROLLOUT_RULE
  return because.kind === 'no data' ? NO_DATA_RULE : FULL_RULE
}

/** Reasons are the same while their kind and name are, whatever the numbers: those change at every look. */
function signature(one: Because): string {
  switch (one.kind) {
    case 'rule':
      return `rule ${one.rule}`
    case 'role at its limit':
    case 'database at its limit':
      return `${one.kind} ${one.name}`
    case 'canary refused':
    case 'locked out':
      return `${one.kind} ${one.limit}`
    case 'no data':
      return `no data ${one.look}`
    case 'rollout will not fit':
      return `${one.kind} ${one.workload}`
    case 'usable slots gone':
      return one.kind
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}
