import { chooseAddresses, podAddress } from './address.js'
import type { Addresses } from './address.js'
import { systemClock } from './clock.js'
import type { Clock } from './clock.js'
import { leak } from './leak.js'
import { podName } from './pod-name.js'
import { startPod } from './pod.js'
import type { Pod } from './pod.js'
import { webRequests } from './requests.js'
import { openSession } from './session.js'
import type { Session } from './session.js'

export type SiteOptions = {
  readonly postgres: { readonly host: string; readonly port: number }
  readonly role: string
  readonly password: string
  /** Django's database aliases: each thread holds a session of each. The first one takes the writes. */
  readonly databases: readonly string[]
  /** Absent: `site`. */
  readonly applicationName?: string
  /** gunicorn's `-w`; absent: 4. */
  readonly workers?: number
  /** gunicorn's `--threads`; absent: 8. */
  readonly threads?: number
  readonly trafficEveryMs?: number
  readonly clock?: Clock
  /** Absent: bound where the system allows it. */
  readonly addresses?: Addresses
  /** Told of every rollout before its first session: the cluster's side of it. */
  readonly onRollout?: (pods: readonly NewPod[]) => void
}

export type NewPod = { readonly name: string; readonly address?: string }

export type Rollout = {
  /** Absent: 1. */
  readonly pods?: number
  /** Sessions each pod wants; absent: workers × threads × databases. */
  readonly sessions?: number
  /** From one session of a pod to its next; absent: 0, all at once. */
  readonly openEveryMs?: number
}

export type PodStatus = {
  readonly name: string
  readonly rollout: number
  /** Its own address, where addresses are bound. */
  readonly address?: string
  readonly isAlive: boolean
  readonly sessions: number
}

/** Open sessions by what became of them, and the logins met with 53300. */
export type SiteCounts = {
  readonly living: number
  readonly leftBehind: number
  readonly holdingLocks: number
  readonly requests: number
  readonly refusals: number
}

/** A leaking web service: real sessions on a real server. */
export type Site = {
  readonly addresses: Addresses
  /** Starts new pods and leaves all earlier ones' sessions open. Resolves when every wanted session was tried once. */
  rollout(options?: Rollout): Promise<void>
  pods(): readonly PodStatus[]
  /** Opens idle sessions that no living pod owns; resolves with how many of them the server took. */
  leak(count: number): Promise<number>
  holdLocks(count: number): Promise<number>
  sendRequests(count: number, everyMs: number): Promise<void>
  /** Living pods die, their sockets with them. What earlier rollouts left stays. */
  crash(): void
  openSessions(): number
  counts(): SiteCounts
  refusals(): number
  /** Drops everything. */
  stop(): void
}

type Deployed = { readonly pod: Pod; readonly rollout: number; readonly address: string }

/** Prepares the service; nothing is opened before the first `rollout` or `leak`. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const { databases, workers = 4, threads = 8, trafficEveryMs = 2_000, clock = systemClock } = options
  const applicationName = options.applicationName ?? 'site'
  const addresses = options.addresses ?? (await chooseAddresses())
  const deployed: Deployed[] = []
  const leaked = leak()
  let rollouts = 0

  const requests = webRequests(clock, () => open(newest()?.pod.name ?? applicationName, newest()?.address, 0))
  const refusals = (): number =>
    leaked.refusals() + requests.refusals() + deployed.reduce((total, { pod }) => total + pod.refusals(), 0)
  const counts = (): SiteCounts => ({
    living: sum(deployed.filter(({ pod }) => pod.isAlive())),
    leftBehind: sum(deployed.filter(({ pod }) => !pod.isAlive())) + leaked.sessions(),
    holdingLocks: requests.holding(),
    requests: requests.waiting(),
    refusals: refusals(),
  })

  return {
    addresses,
    counts,
    refusals,
    holdLocks: (count) => requests.holdLocks(count),
    sendRequests: (count, everyMs) => requests.send(count, everyMs),

    async rollout({ pods = 1, sessions = workers * threads * databases.length, openEveryMs = 0 } = {}) {
      rollouts += 1
      const old = deployed.filter(({ pod }) => pod.isAlive())
      const rollout = rollouts
      options.onRollout?.(
        Array.from({ length: pods }, (_, index) => ({
          name: podName(applicationName, rollout, index + 1),
          ...(addresses === 'bound' ? { address: podAddress(rollout, index + 1) } : {}),
        })),
      )
      const started = Array.from({ length: pods }, (_, index): Deployed => {
        const name = podName(applicationName, rollout, index + 1)
        const address = podAddress(rollout, index + 1)
        const pod = startPod({
          name,
          clock,
          sessions,
          openEveryMs,
          trafficEveryMs,
          open: (number) => open(name, address, number),
        })
        return { pod, rollout, address }
      })
      deployed.push(...started)
      for (const { pod } of old) pod.leave()
      await Promise.all(started.map(({ pod }) => pod.settled))
    },

    pods: () =>
      deployed.map(({ pod, rollout, address }) => ({
        name: pod.name,
        rollout,
        isAlive: pod.isAlive(),
        sessions: pod.sessions(),
        ...(addresses === 'bound' ? { address } : {}),
      })),

    leak(count) {
      rollouts += 1
      const rollout = rollouts
      return leaked.add(count, (number) => open(podName(applicationName, rollout, 1), podAddress(rollout, 1), number))
    },

    crash() {
      for (const { pod } of deployed) if (pod.isAlive()) pod.crash()
    },

    openSessions() {
      const { living, leftBehind, holdingLocks, requests: running } = counts()
      return living + leftBehind + holdingLocks + running
    },

    stop() {
      requests.stop()
      for (const { pod } of deployed) pod.crash()
      leaked.drop()
    },
  }

  function newest(): Deployed | undefined {
    return deployed.at(-1)
  }

  function open(pod: string, address: string | undefined, number: number): Promise<Session> {
    const { host, port } = options.postgres
    const { role, password } = options
    const database = databases[number % databases.length]
    if (database === undefined) throw new Error('A site needs at least one database.')
    const whence = addresses === 'named' ? { applicationName: pod } : { applicationName }
    const local = addresses === 'bound' && address !== undefined ? { localAddress: address } : {}
    return openSession({ host, port, role, password, database, ...whence, ...local })
  }
}

function sum(deployed: readonly Deployed[]): number {
  return deployed.reduce((total, { pod }) => total + pod.sessions(), 0)
}
