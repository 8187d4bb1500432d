import type { Presser } from '../../core/access/tier.js'
import type { PreviewedVictim, StaleFilter } from '../../core/incident/event.js'
import { PREVIEW_VALID_MS } from '../../core/terminate/outcome.js'
import { hashInput, namesSomebody, selectStale } from '../../core/terminate/select.js'
import { BOTH_STATES, originSuspectOf, suspectOf, superuserSuspectOf } from '../../core/terminate/suspect.js'
import { openIncidents } from '../../core/incident/incident.js'
import type { Clock } from '../../ports/clock.js'
import type { PreviewAnswer, PreviewTarget } from '../../ports/lifeguard.js'
import type { Watched } from '../watched.js'
import type { Ledger } from '../ledger.js'
import { judgeOrigins } from './origins.js'

export type PreviewDeps = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly watched: Watched
  readonly sha256: (text: string) => string
  readonly newId: (isTaken: (id: string) => boolean) => string
}

/**
 * Freezes a list of backends that may be terminated: read now, chosen by rule, hashed, written down, valid for a
 * minute. Nothing else is done.
 */
export async function preview(deps: PreviewDeps, presser: Presser, target: PreviewTarget): Promise<PreviewAnswer> {
  const { ledger, clock } = deps
  const found = await locate(deps, target)
  if (found.kind !== 'located') return found
  const { server, filter, incident } = found
  const { config, postgres, live } = server

  const read = await postgres.backends()
  if (read.kind === 'failed') return { kind: 'unreadable', server: config.name, detail: read.detail }
  const judged = filter.origin === undefined ? undefined : await judgeOrigins(server, read)
  if (judged?.kind === 'failed') return { kind: 'no origins', server: config.name, ...judged.why }
  const selection = selectStale(read.backends, filter, config.stale, judged?.origins)
  if (selection.victims.length === 0) return { kind: 'nobody', server: config.name, filter, selection, live: live() }

  const victims = selection.victims.map(
    ({ pid, backendStart, state, stateChange, applicationName, role, database, clientAddr }): PreviewedVictim => ({
      pid,
      backendStart,
      state,
      stateChange,
      applicationName,
      role,
      database,
      clientAddr,
    }),
  )
  const id = deps.newId((taken) => ledger.book().acts.has(taken) || ledger.book().incidents.has(taken))
  try {
    await ledger.commit([
      {
        v: 1,
        type: 'terminate.previewed',
        preview: id,
        server: config.name,
        ...(incident === undefined ? {} : { incident }),
        by: { id: presser.id, name: presser.name },
        filter,
        victims,
        hash: deps.sha256(hashInput(config.name, victims)),
      },
    ])
  } catch (error) {
    return { kind: 'not recorded', detail: error instanceof Error ? error.message : String(error) }
  }
  const validUntil = (ledger.book().acts.get(id)?.at ?? clock.now()) + PREVIEW_VALID_MS
  return { kind: 'preview', preview: id, server: config.name, filter, selection, live: live(), validUntil }
}

type Located = {
  readonly kind: 'located'
  readonly server: NonNullable<ReturnType<Watched['find']>>
  readonly filter: StaleFilter
  /** The incident that the act will belong to. */
  readonly incident: string | undefined
}

async function locate(deps: PreviewDeps, target: PreviewTarget): Promise<Located | PreviewAnswer> {
  const { ledger, watched } = deps
  if (target.kind === 'filter') {
    const server = watched.find(target.server)
    if (server === undefined) return { kind: 'unknown server', asked: target.server, servers: watched.names() }
    if (!namesSomebody(target.filter)) return { kind: 'empty filter' }
    const open = openIncidents(ledger.book(), server.config.name)
    const incident = open.find((one) => one.subject === 'connections')
    return { kind: 'located', server, filter: target.filter, incident: incident?.id }
  }
  const incident = ledger.book().incidents.get(target.incident)
  if (incident === undefined) return { kind: 'unknown incident', asked: target.incident }
  if (incident.resolved !== undefined) return { kind: 'already resolved', incident }
  const server = watched.find(incident.server)
  if (server === undefined) return { kind: 'unknown server', asked: incident.server, servers: watched.names() }
  // Whose backends are offered is decided on the world as it is now, not as the card showed it.
  const look = await server.lookNow()
  const { config } = server
  if (look.kind !== 'reading')
    return { kind: 'unreadable', server: config.name, detail: `the server could not be read (${look.kind})` }
  if (target.origin !== undefined) {
    const role = originSuspectOf(server.live().traced, target.origin)?.role
    const filter = { states: BOTH_STATES, origin: target.origin }
    // Of nobody by what is known here: the fresh list may know better, and the answer says what it found.
    return {
      kind: 'located',
      server,
      filter: role === undefined ? filter : { ...filter, role },
      incident: incident.id,
    }
  }
  // A superuser's backends cannot be ended, but the answer must name them, with the remedy, instead of "nobody".
  const suspect = suspectOf(look, incident, config.rules, config.stale) ?? superuserSuspectOf(look, config.stale)
  if (suspect === undefined) return { kind: 'no suspect', server: config.name, live: server.live() }
  return { kind: 'located', server, filter: suspect.filter, incident: incident.id }
}
