import { diagnose } from '../core/doctor/diagnose.js'
import { usableSlots } from '../core/watch/slots.js'
import type { DoctorAnswer, Examined } from '../ports/lifeguard.js'
import type { Watched, WatchedServer } from './watched.js'

/** Examines one server each time it is called, and remembers what it found for when the server cannot be read. */
export function openDoctor(watched: Watched): (server: string | undefined) => Promise<DoctorAnswer> {
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
    const examined = examine(server, setup.facts)
    known.set(config.name, examined)
    return { kind: 'examined', server: config.name, ...examined }
  }
}

function examine({ config, live }: WatchedServer, facts: Examined['facts']): Examined {
  const { maxConnections, superuserReserved, reserved } = facts
  const { traced } = live()
  const diagnosis = diagnose({
    facts,
    budgets: config.services ?? [],
    usable: usableSlots({ maxConnections, superuserReserved, reserved: reserved ?? 0 }),
    ...(traced.kind === 'traced' ? { forecasts: traced.forecasts } : {}),
  })
  return { facts, diagnosis }
}
