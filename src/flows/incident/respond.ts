import { forecastsIn } from '../../core/attribution/traced.js'
import { assess, FULL_RULE, NO_DATA_RULE, ROLLOUT_RULE } from '../../core/watch/assess.js'
import { numbersOf } from '../../core/watch/slots.js'
import type { EventBody, Numbers } from '../../core/incident/event.js'
import { isInHand, type Incident } from '../../core/incident/incident.js'
import type { Live } from '../../core/watch/live.js'
import type { Presser } from '../../core/access/tier.js'
import type { ServerConfig } from '../../ports/config.js'
import type { AcknowledgeAnswer, ResolveAnswer } from '../../ports/lifeguard.js'
import type { Ledger } from '../ledger.js'

type Deps = {
  readonly ledger: Ledger
  readonly liveOf: (server: string) => Live | undefined
  readonly configOf: (server: string) => ServerConfig | undefined
  /** The journal holds no readings: the peak between two changes is the watch's to tell. */
  readonly peakOf: (incident: Incident) => Numbers | undefined
}

/** Takes an incident in hand: pages that are still owed are dropped. Says who was first when somebody was. */
export async function acknowledge(deps: Deps, presser: Presser, id: string): Promise<AcknowledgeAnswer> {
  const by = { id: presser.id, name: presser.name }
  const recorded = await deps.ledger.note((book) => {
    const incident = book.incidents.get(id)
    return incident === undefined || incident.resolved !== undefined || isInHand(incident)
      ? []
      : [{ v: 1, type: 'incident.acknowledged', incident: id, by }]
  })
  const incident = deps.ledger.book().incidents.get(id)
  if (incident === undefined) return { kind: 'unknown incident', asked: id }
  if (recorded.length > 0) return { kind: 'acknowledged', incident }
  const before = incident.acknowledged
  return incident.resolved !== undefined || before === undefined
    ? { kind: 'already resolved', incident }
    : { kind: 'already acknowledged', incident, by: before.by, at: before.at }
}

/**
 * Ends an incident by hand, with a note. Refused while the latest look still breaches one of its rules: closing the
 * card would not lower the number, only hide it.
 */
export async function resolve(deps: Deps, presser: Presser, id: string, note: string): Promise<ResolveAnswer> {
  const incident = deps.ledger.book().incidents.get(id)
  if (incident === undefined) return { kind: 'unknown incident', asked: id }
  if (incident.resolved !== undefined) return { kind: 'already resolved', incident }
  const live = deps.liveOf(incident.server)
  const config = deps.configOf(incident.server)
  if (live !== undefined && config !== undefined && isBreaching(live, config, incident.subject)) {
    return { kind: 'still firing', incident, live }
  }
  const peak = deps.peakOf(incident)
  const resolved: EventBody = {
    v: 1,
    type: 'incident.resolved',
    incident: id,
    by: { id: presser.id, name: presser.name },
    note,
    ...(live?.reading === undefined ? {} : { numbers: numbersOf(live.reading) }),
    ...(peak === undefined ? {} : { peak }),
  }
  try {
    // The watch may have ended it while this press waited for its turn.
    const recorded = await deps.ledger.commit((book) =>
      book.incidents.get(id)?.resolved === undefined ? [resolved] : [],
    )
    const after = deps.ledger.book().incidents.get(id) ?? incident
    return recorded.length > 0 ? { kind: 'resolved', incident: after } : { kind: 'already resolved', incident: after }
  } catch (error) {
    return { kind: 'not recorded', detail: error instanceof Error ? error.message : String(error) }
  }
}

function isBreaching(live: Live, config: ServerConfig, subject: 'connections' | 'data'): boolean {
  if (live.look === undefined) return false
  const verdicts = assess({
    look: live.look,
    canary: live.canary,
    rules: config.rules,
    noDataAfterMs: config.noDataAfterMs,
    forecasts: forecastsIn(live.traced),
  })
  const names =
    subject === 'data' ? [NO_DATA_RULE] : [FULL_RULE, ROLLOUT_RULE, ...config.rules.map((rule) => rule.name)]
  return verdicts.some((verdict) => names.includes(verdict.rule) && verdict.standing === 'above')
}
