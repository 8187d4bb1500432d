import type { Numbers } from '../core/incident/event.js'
import type { Incident } from '../core/incident/incident.js'
import type { Live } from '../core/watch/live.js'
import type { Look } from '../core/watch/look.js'
import type { ServerConfig } from '../ports/config.js'
import type { PostgresServer } from '../ports/postgres.js'
import type { Tracer } from './tracer.js'

/** One server with all that belongs to it. */
export type WatchedServer = {
  readonly config: ServerConfig
  readonly postgres: PostgresServer
  readonly live: () => Live
  readonly lookNow: () => Promise<Look>
  /** Absent: no cluster is configured, and nothing is told by its origin. */
  readonly tracer?: Pick<Tracer, 'judge'>
  /** The highest numbers of an open incident, those between two changes included. */
  readonly peakOf: (incident: Incident) => Numbers | undefined
}

/** The servers that are watched, by name. */
export type Watched = {
  names(): readonly string[]
  all(): readonly WatchedServer[]
  /** Undefined asks for the only one; with several, a name is needed. */
  find(name: string | undefined): WatchedServer | undefined
}

export function watchedServers(servers: readonly WatchedServer[]): Watched {
  return {
    names: () => servers.map((server) => server.config.name),
    all: () => servers,
    find: (name) =>
      name === undefined
        ? servers.length === 1
          ? servers[0]
          : undefined
        : servers.find((server) => server.config.name === name),
  }
}
