import { diagnose } from '../core/doctor/diagnose.js'
import { usableSlots } from '../core/watch/slots.js'
import type { DoctorAnswer, Examined } from '../ports/lifeguard.js'
import type { Watched, WatchedServer } from './watched.js'

export type DoctorDeps = {
  readonly watched: Watched
  /** What the cluster says of rollouts that would not fit; absent, or undefined for a server: nothing is asked. */
  readonly forecastsOf?: (server: string) => readonly string[] | undefined
}

/** Examines one server each time it is called, and remembers what it found for when the server cannot be read. */
export function openDoctor(deps: DoctorDeps): (server: string | undefined) => Promise<DoctorAnswer> {
  const { watched } = deps
  const known = new Map<string, Examined>()

  return async (name) => {
    const server = watched.find(name)
    if (server === undefined) return { kind: 'unknown server', asked: name, servers: watched.names() }
    const { config, postgres } = server
    const setup = await postgres.setup()
    if (setup.kind === 'failed') {
      const last = known.get(config.name)
      return {
        kind: 'unreadable',
        server: config.name,
        detail: setup.detail,
        ...(last === undefined ? {} : { last }),
      }
    }
    const examined = examine(deps, server, setup.facts)
    known.set(config.name, examined)
    return { kind: 'examined', server: config.name, ...examined }
  }
}

function examine({ forecastsOf }: DoctorDeps, { config }: WatchedServer, facts: Examined['facts']): Examined {
  const { maxConnections, superuserReserved, reserved } = facts
  const forecasts = forecastsOf?.(config.name)
  const diagnosis = diagnose({
    facts,
    budgets: config.services ?? [],
    usable: usableSlots({ maxConnections, superuserReserved, reserved: reserved ?? 0 }),
    ...(forecasts === undefined ? {} : { forecasts }),
  })
  return { facts, diagnosis }
}
