import type { Clock } from '../site/clock.js'
import { createRoles } from '../site/roles.js'
import { BACKGROUND, startServices } from '../site/services.js'
import { serviceAddress } from '../site/address.js'
import { podName } from '../site/pod-name.js'
import { startSite } from '../site/start.js'
import type { NewPod, Site } from '../site/start.js'
import type { World } from './run.js'
import type { Scenario } from './scenario.js'

export type WorldOptions = {
  readonly postgres: { readonly host: string; readonly port: number; sql(text: string): Promise<unknown> }
  readonly scenario: Scenario
  readonly clock: Clock
  readonly trafficEveryMs?: number
  /** Where the pods of site and services are shown; absent: they belong to no cluster. */
  readonly cluster?: { rollOut(rollout: { readonly deployment: string; readonly pods: readonly NewPod[] }): void }
}

export type OpenWorld = World & { readonly site: Site; stop(): void }

/** Roles, databases, the other services and the site with its first pod: what a scenario starts from. */
export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const { postgres, scenario, clock, cluster } = options
  const traffic = options.trafficEveryMs === undefined ? {} : { trafficEveryMs: options.trafficEveryMs }
  const passwordOf = (role: string): string => `${role}-secret`
  await createRoles(
    (text) => postgres.sql(text),
    [
      { role: 'site', password: passwordOf('site'), superuser: scenario.isSiteSuperuser },
      ...BACKGROUND.map(({ role }) => ({ role, password: passwordOf(role) })),
    ],
    [{ database: 'site', owner: 'site' }, ...BACKGROUND.map(({ database, role }) => ({ database, owner: role }))],
  )
  const site = await startSite({
    postgres,
    role: 'site',
    password: passwordOf('site'),
    databases: ['site', 'metricity'],
    clock,
    ...traffic,
    ...(cluster === undefined ? {} : { onRollout: (pods) => cluster.rollOut({ deployment: 'site', pods }) }),
  })
  for (const [index, { role }] of BACKGROUND.entries()) {
    const address = site.addresses === 'bound' ? { address: serviceAddress(index + 1) } : {}
    cluster?.rollOut({ deployment: role, pods: [{ name: podName(role, 1, 1), ...address }] })
  }
  const services = await startServices({
    postgres,
    services: BACKGROUND,
    passwordOf,
    addresses: site.addresses,
    clock,
    ...traffic,
  })
  await site.rollout({ sessions: scenario.startSessions })

  return {
    site,
    rollout: (sessions, openEveryMs) => site.rollout({ sessions, openEveryMs }),
    holdLocks: (count) => site.holdLocks(count),
    sendRequests: (count, everyMs) => site.sendRequests(count, everyMs),
    counts: () => ({
      ...site.counts(),
      others: services.openSessions(),
      refusals: site.refusals() + services.refusals(),
    }),
    stop() {
      site.stop()
      services.stop()
    },
  }
}
