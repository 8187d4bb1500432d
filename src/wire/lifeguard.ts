import { openIncidents, type Incident } from '../core/incident/incident.js'
import { byOpenThenNewest } from '../core/incident/order.js'
import type { Action, Presser } from '../core/access/tier.js'
import type { Clock } from '../ports/clock.js'
import type { EvidenceStore } from '../ports/evidence.js'
import type { Lifeguard, Refused, ServerStatus } from '../ports/lifeguard.js'
import type { Log } from '../ports/log.js'
import type { Gaps } from '../ports/schedule.js'
import type { Gate } from '../flows/access/gate.js'
import { openDoctor } from '../flows/doctor.js'
import { acknowledge, resolve } from '../flows/incident/respond.js'
import type { Ledger } from '../flows/ledger.js'
import { act, type Press } from '../flows/terminate/act.js'
import { preview } from '../flows/terminate/preview.js'
import type { Watched, WatchedServer } from '../flows/watched.js'

const SUGGESTIONS = 25

export type LifeguardDeps = {
  readonly ledger: Ledger
  readonly gate: Gate
  readonly watched: Watched
  readonly clock: Clock
  readonly evidence: EvidenceStore
  readonly log: Log
  readonly sha256: (text: string) => string
  readonly newId: (isTaken: (id: string) => boolean) => string
  readonly cameBackAfterMs: number
  readonly underWay: Map<string, Press>
  readonly version: string
  readonly startedAt: number
  readonly gapsOf: (server: string) => Gaps
  readonly degraded: () => readonly string[]
  /** After anything that may have changed what Discord should say. */
  readonly poke: () => void
}

/** What people can ask, each question behind the gate. */
export function lifeguard(deps: LifeguardDeps): Lifeguard {
  const { ledger, gate, watched } = deps
  const book = () => ledger.book()

  const behind = async <T>(presser: Presser, action: Action, work: () => Promise<T>): Promise<T | Refused> => {
    const refused = await gate.atClick(presser, action)
    if (refused !== undefined) return refused
    const answer = await work()
    deps.poke()
    return answer
  }

  const responding = {
    ledger,
    liveOf: (server: string) => watched.find(server)?.live(),
    configOf: (server: string) => watched.find(server)?.config,
    peakOf: (incident: Incident) => watched.find(incident.server)?.peakOf(incident) ?? incident.peak,
  }

  const examine = openDoctor(watched)

  return {
    servers: () => watched.names(),

    suggest(presser, server, field, typed) {
      if (!gate.mayAtAll(presser, 'connections.show')) return []
      const matching = (values: readonly string[]) =>
        [...new Set(values)]
          .filter((value) => value !== '' && value.toLowerCase().includes(typed.toLowerCase()))
          .slice(0, SUGGESTIONS)
      if (field === 'server') return matching(watched.names())
      if (field === 'incident') {
        return matching([...book().incidents.values()].sort(byOpenThenNewest).map((incident) => incident.id))
      }
      const servers = server === undefined ? watched.all() : [watched.find(server)].filter((one) => one !== undefined)
      const groups = servers.flatMap((one) => one.live().reading?.groups ?? []).filter((group) => !group.isOwn)
      return matching(groups.map((group) => (field === 'role' ? (group.role ?? '') : group.applicationName)))
    },

    connections: (presser, name) =>
      behind(presser, 'connections.show', async () => {
        const server = watched.find(name)
        if (server === undefined) return { kind: 'unknown server', asked: name, servers: watched.names() }
        const look = await server.lookNow()
        const live = server.live()
        if (live.reading === undefined) return { kind: 'no reading', live }
        return { kind: 'connections', live, reading: live.reading, isFresh: look.kind === 'reading' }
      }),

    status: (presser) =>
      behind(presser, 'status.show', async () => ({
        kind: 'status',
        version: deps.version,
        startedAt: deps.startedAt,
        servers: watched.all().map((server) => serverStatus(deps, server)),
        degraded: deps.degraded(),
      })),

    doctor: (presser, name) => behind(presser, 'doctor.show', () => examine(name)),

    listIncidents: (presser) =>
      behind(presser, 'incident.list', async () => ({
        kind: 'incidents',
        incidents: [...book().incidents.values()].sort(byOpenThenNewest),
      })),

    showIncident: (presser, id) =>
      behind(presser, 'incident.show', async () => {
        const incident = book().incidents.get(id)
        if (incident === undefined) return { kind: 'unknown incident', asked: id }
        return { kind: 'incident', incident, live: watched.find(incident.server)?.live() }
      }),

    acknowledge: (presser, id) => behind(presser, 'incident.acknowledge', () => acknowledge(responding, presser, id)),
    resolve: (presser, id, note) => behind(presser, 'incident.resolve', () => resolve(responding, presser, id, note)),
    preview: (presser, target) => behind(presser, 'terminate.preview', () => preview(deps, presser, target)),

    act: (presser, id) =>
      behind(presser, 'terminate.act', async () => {
        const answer = await act({ ...deps, authoriseAgain: () => gate.atAct(presser, 'terminate.act') }, presser, id)
        if (answer.kind === 'acted') void answer.followUp.then(deps.poke)
        return answer
      }),
  }
}

function serverStatus(deps: LifeguardDeps, server: WatchedServer): ServerStatus {
  return {
    live: server.live(),
    sessions: server.postgres.sessions(),
    schedule: server.config.schedule,
    gaps: deps.gapsOf(server.config.name),
    incidents: openIncidents(deps.ledger.book(), server.config.name),
  }
}
