import type { ServerFacts } from '../../src/core/doctor/facts.js'
import type { Backend, Victim } from '../../src/core/terminate/backend.js'
import type { BackendGroup, CanaryResult, Look } from '../../src/core/watch/look.js'
import type { StaleRule } from '../../src/core/watch/rule.js'
import { staleKind } from '../../src/core/terminate/select.js'
import type { PostgresServer, Signalled } from '../../src/ports/postgres.js'
import type { ManualClock } from './clock.js'
import { power as alwaysOn, type Power } from './power.js'

export const STALE: StaleRule = { idleMs: 900_000, idleInTransactionMs: 300_000, protectedApplications: [] }

/** A Postgres server: it outlives the bot. */
export type Cluster = {
  backends: readonly Backend[]
  state: 'up' | 'hung' | 'unreachable' | 'broken driver'
  /** `lost signal`: it terminates, and the answer never comes. `stubborn`: signalled backends stay. */
  terminating: 'as asked' | 'lost signal' | 'stubborn' | 'denied'
  canary: 'passed' | 'refused'
  /** Called whenever the list of backends is read, before it is answered. */
  onBackendsRead: (times: number) => void
  /** Called when the act's statement arrives, before anybody is signalled. */
  onTerminate: (victims: readonly Victim[]) => void
  /** Every pid ever signalled, with its start. */
  signalled: readonly string[]
}

export function cluster(list: readonly Backend[] = []): Cluster {
  return {
    backends: list,
    state: 'up',
    terminating: 'as asked',
    canary: 'passed',
    onBackendsRead: () => undefined,
    onTerminate: () => undefined,
    signalled: [],
  }
}

/** An idle backend of `site`, 20 minutes in its state. */
export function backend(pid: number, of: Partial<Backend> = {}): Backend {
  return {
    pid,
    backendStart: `2020-12-11 10:40:00.${String(pid).padStart(6, '0')}+00`,
    stateChange: '2020-12-11 13:04:00.000001+00',
    applicationName: '',
    role: 'site',
    database: 'site',
    clientAddr: '10.2.0.7',
    state: 'idle',
    sessionAgeMs: 3 * 60 * 60_000,
    stateAgeMs: 20 * 60_000,
    transactionAgeMs: null,
    waitEventType: 'Client',
    locksHeld: 0,
    blockedBy: [],
    isSuperuser: false,
    isOwn: false,
    isReplication: false,
    ...of,
  }
}

/** So many idle backends of `site`, with pids from `first` on. */
export function backends(count: number, first = 1_000, of: Partial<Backend> = {}): readonly Backend[] {
  return Array.from({ length: count }, (_, index) => backend(first + index, of))
}

/** Points: `postgres look`, `postgres canary`, `postgres backends`, `before postgres terminate`, `after postgres terminate`. */
export function fakePostgres(on: Cluster, clock: ManualClock, power: Power = alwaysOn()): PostgresServer {
  let reads = 0
  const list = () => on.backends.map((one) => ({ ...one, sessionAgeMs: sessionAgeMs(one, clock.now()) }))
  const look = (): Look => {
    const at = clock.now()
    if (on.state === 'hung') return { kind: 'hung', at, timeoutMs: 2_000 }
    if (on.state === 'unreachable') return { kind: 'unreachable', at, why: 'refused', detail: 'ECONNREFUSED' }
    return {
      kind: 'reading',
      at,
      tookMs: 3,
      versionNum: 180_004,
      limits: { maxConnections: 100, superuserReserved: 3, reserved: 0 },
      roleLimits: [],
      databaseLimits: [],
      groups: groupsOf(list()),
    }
  }
  return {
    name: 'production',
    async look() {
      await power.pass('postgres look')
      if (on.state === 'broken driver') throw new Error('a bug in the driver')
      return look()
    },
    async canary(): Promise<CanaryResult> {
      await power.pass('postgres canary')
      return on.canary === 'passed'
        ? { kind: 'passed', at: clock.now() }
        : { kind: 'refused', at: clock.now(), limit: 'usable slots', role: 'canary' }
    },
    async backends() {
      await power.pass('postgres backends')
      reads += 1
      on.onBackendsRead(reads)
      if (on.state !== 'up') return { kind: 'failed', at: clock.now(), detail: 'no answer in 2 s' }
      return { kind: 'backends', at: clock.now(), backends: list() }
    },
    async terminate(victims): Promise<Signalled> {
      await power.pass('before postgres terminate')
      on.onTerminate(victims)
      if (on.terminating === 'denied') {
        return { kind: 'denied', detail: '42501', remedy: 'GRANT pg_signal_backend TO lifeguard;' }
      }
      const hit = on.backends.filter((one) => !one.isSuperuser && victims.some((victim) => isSame(one, victim)))
      on.signalled = [...on.signalled, ...hit.map((one) => `${one.pid} ${one.backendStart}`)]
      if (on.terminating !== 'stubborn') on.backends = on.backends.filter((one) => !hit.includes(one))
      await power.pass('after postgres terminate')
      return on.terminating === 'lost signal'
        ? { kind: 'unknown', detail: 'no answer in 2 s' }
        : { kind: 'signalled', pids: hit.map((one) => one.pid) }
    },
    async setup() {
      await power.pass('postgres setup')
      if (on.state !== 'up') return { kind: 'failed', at: clock.now(), detail: 'no answer in 2 s' }
      return { kind: 'setup', facts: { ...WELL_SET_UP, at: clock.now(), backends: rolesOf(on.backends) } }
    },
    sessions: () => ({
      monitor: { state: 'open', since: 0, dials: 1 },
      actor: { state: 'open', since: 0, dials: 1 },
      degraded: [],
    }),
    close: () => Promise.resolve(),
  }
}

/** A server that /doctor has nothing to say about, but for what its backends are. */
const WELL_SET_UP: ServerFacts = {
  at: 0,
  versionNum: 180_004,
  maxConnections: 100,
  superuserReserved: 3,
  reserved: 2,
  waitsForRestart: [],
  onCommandLine: [],
  keepAlives: { idleS: 60, intervalS: 10, count: 6 },
  connectionCheckMs: 10_000,
  idleLimits: { idle_session_timeout: 900_000, idle_in_transaction_session_timeout: 60_000 },
  roles: [{ name: 'site', isSuperuser: false, isBootstrap: false, connectionLimit: 60 }],
  backends: [],
  roleSettings: [],
  own: { role: 'lifeguard', weaknesses: [] },
}

function rolesOf(list: readonly Backend[]): ServerFacts['backends'] {
  return list
    .filter((one) => !one.isOwn)
    .map(({ role, database, applicationName }) => ({ role: role ?? '', database, applicationName, count: 1 }))
}

/** As Postgres counts it, from its own text: an age that stood still would make a backend younger from tick to tick. */
function sessionAgeMs({ backendStart }: Backend, now: number): number {
  return Math.max(0, now - Date.parse(backendStart.replace(' ', 'T').replace('+00', 'Z')))
}

function isSame(one: Backend, victim: Victim): boolean {
  return (
    one.pid === victim.pid &&
    one.backendStart === victim.backendStart &&
    one.state === victim.state &&
    one.stateChange === victim.stateChange
  )
}

function groupsOf(list: readonly Backend[]): readonly BackendGroup[] {
  return list.map((one) => ({
    applicationName: one.applicationName,
    role: one.role,
    database: one.database,
    clientAddr: one.clientAddr,
    state: one.state,
    isSuperuser: one.isSuperuser,
    isOwn: one.isOwn,
    count: 1,
    staleCount: isStale(one) ? 1 : 0,
    oldestStateAgeMs: one.stateAgeMs,
    longestTransactionMs: one.transactionAgeMs,
    sessionAgesMs: [one.sessionAgeMs],
  }))
}

function isStale(one: Backend): boolean {
  const kind = staleKind(one.state)
  if (kind === undefined || one.stateAgeMs === null) return false
  return one.stateAgeMs >= (kind === 'idle' ? STALE.idleMs : STALE.idleInTransactionMs)
}
