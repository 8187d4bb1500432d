import { serviceAddress } from './address.js'
import type { Addresses } from './address.js'
import type { Clock } from './clock.js'
import { startPod } from './pod.js'
import { openSession } from './session.js'

/** A well-behaved service that shares the server: one role, one database, a steady number of sessions. */
export type Service = {
  readonly role: string
  readonly database: string
  readonly applicationName: string
  readonly sessions: number
}

export const BACKGROUND: readonly Service[] = [
  { role: 'metricity', database: 'metricity', applicationName: 'metricity', sessions: 12 },
  { role: 'bitwarden', database: 'bitwarden', applicationName: 'vaultwarden', sessions: 2 },
  { role: 'keycloak', database: 'keycloak', applicationName: 'PostgreSQL JDBC Driver', sessions: 3 },
  { role: 'pinnwand', database: 'pinnwand', applicationName: 'pinnwand', sessions: 2 },
  { role: 'pixels', database: 'pixels', applicationName: 'pixels', sessions: 1 },
]

export type ServicesOptions = {
  readonly postgres: { readonly host: string; readonly port: number }
  readonly services: readonly Service[]
  readonly passwordOf: (role: string) => string
  readonly addresses: Addresses
  readonly clock: Clock
  readonly trafficEveryMs?: number
}

export type Services = { readonly openSessions: () => number; readonly refusals: () => number; stop(): void }

/** Opens their sessions and keeps them busy. Resolves when each was tried once. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { addresses, clock, trafficEveryMs = 2_000 } = options
  const pods = options.services.map(({ role, database, applicationName, sessions }, index) =>
    startPod({
      name: role,
      clock,
      sessions,
      openEveryMs: 0,
      trafficEveryMs,
      open: () =>
        openSession({
          host: options.postgres.host,
          port: options.postgres.port,
          role,
          password: options.passwordOf(role),
          database,
          applicationName,
          ...(addresses === 'bound' ? { localAddress: serviceAddress(index + 1) } : {}),
        }),
    }),
  )
  await Promise.all(pods.map((pod) => pod.settled))
  return {
    openSessions: () => pods.reduce((sum, pod) => sum + pod.sessions(), 0),
    refusals: () => pods.reduce((sum, pod) => sum + pod.refusals(), 0),
    stop() {
      for (const pod of pods) pod.crash()
    },
  }
}
