import type { EventBody, JournalEvent, Person, PreviewedVictim } from '../../src/core/incident/event.js'
import type { Backend } from '../../src/core/terminate/backend.js'
import type { BackendGroup, Limits, Reading } from '../../src/core/watch/look.js'
import type { Rule, StaleRule } from '../../src/core/watch/rule.js'

/** 2020-12-11 13:24:00 UTC: the minute the post-mortem's alert came. */
export const T0 = Date.UTC(2020, 11, 11, 13, 24)
export const MINUTE = 60_000

export const LIMITS: Limits = { maxConnections: 100, superuserReserved: 3, reserved: 0 }
export const STALE: StaleRule = { idleMs: 15 * MINUTE, idleInTransactionMs: 5 * MINUTE, protectedApplications: [] }
export const RESPONDER: Person = { id: '267624335836053506', name: 'joe' }
export const COLLEAGUE: Person = { id: '409416496733880320', name: 'lemon' }

const HYSTERESIS = { confirm: 2, forMs: 0, holdDownMs: 30_000 } as const
export const TOTAL: Rule = {
  name: 'total',
  match: 'total',
  above: { kind: 'share of max', ratio: 0.9 },
  clearBelow: { kind: 'share of max', ratio: 0.8 },
  severity: 'page',
  ...HYSTERESIS,
}
export const SITE: Rule = {
  name: 'site',
  match: [{ role: 'site' }, { database: 'site' }, { applicationName: 'site*' }],
  above: { kind: 'count', count: 32 },
  clearBelow: { kind: 'count', count: 28 },
  severity: 'warning',
  ...HYSTERESIS,
}

export function group(of: Partial<BackendGroup> = {}): BackendGroup {
  return {
    applicationName: '',
    role: 'site',
    database: 'site',
    clientAddr: '10.2.0.7',
    state: 'idle',
    isSuperuser: false,
    isOwn: false,
    count: 1,
    staleCount: 0,
    oldestStateAgeMs: MINUTE,
    longestTransactionMs: null,
    ...of,
  }
}

export function reading(groups: readonly BackendGroup[], of: Partial<Reading> = {}): Reading {
  return {
    kind: 'reading',
    at: T0,
    tookMs: 3,
    versionNum: 130_001,
    limits: LIMITS,
    roleLimits: [],
    databaseLimits: [],
    groups,
    ...of,
  }
}

/** A reading of so many backends, none of them of `site`. */
export function used(count: number, of: Partial<Reading> = {}): Reading {
  return reading([group({ role: 'metricity', database: 'metricity', count })], of)
}

/** What the post-mortem's server looked like: 96 of 97, 71 of them `site`'s, 31 of those stale. */
export const SURGE: Reading = reading([
  group({ state: 'active', count: 2, oldestStateAgeMs: 40 }),
  group({ state: 'idle', count: 69, staleCount: 31, oldestStateAgeMs: 164 * MINUTE }),
  group({ role: 'metricity', database: 'metricity', clientAddr: '10.2.0.9', count: 12 }),
  group({ role: 'bitwarden', database: 'bitwarden', clientAddr: '10.2.0.11', count: 2 }),
  group({ role: 'grafana', database: 'grafana', clientAddr: '10.2.0.12', count: 4 }),
  group({ role: 'sir-lancebot', database: 'lancebot', clientAddr: '10.2.0.13', count: 3 }),
  group({ role: 'pinnwand', database: 'pinnwand', clientAddr: '10.2.0.14', count: 2 }),
  group({ role: 'lifeguard', database: 'postgres', applicationName: 'lifeguard monitor', isOwn: true, count: 2 }),
])

export function backend(of: Partial<Backend> = {}): Backend {
  return {
    pid: 4242,
    backendStart: '2020-12-11 10:40:03.123456+00',
    stateChange: '2020-12-11 11:22:17.654321+00',
    applicationName: '',
    role: 'site',
    database: 'site',
    clientAddr: '10.2.0.7',
    state: 'idle',
    sessionAgeMs: 3 * 60 * 60_000,
    stateAgeMs: 122 * MINUTE,
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

export function victim(of: Partial<PreviewedVictim> = {}): PreviewedVictim {
  const { pid, backendStart, state, applicationName, role, database, clientAddr } = backend()
  const stateChange = '2020-12-11 11:22:17.654321+00'
  return { pid, backendStart, state, stateChange, applicationName, role, database, clientAddr, ...of }
}

/** `Omit` that keeps a union a union. */
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never

/** Numbers bodies from `firstSeq` on, one second apart unless told otherwise. */
export function log(
  bodies: readonly Without<EventBody, 'v'>[],
  from: { readonly seq?: number; readonly at?: number; readonly everyMs?: number } = {},
): JournalEvent[] {
  const { seq = 1, at = T0, everyMs = 1000 } = from
  return bodies.map((body, index) => ({
    seq: seq + index,
    at: at + index * everyMs,
    body: { v: 1, ...body } as EventBody,
  }))
}

export const OPENED = {
  type: 'incident.opened',
  incident: '7QK2M',
  server: 'production',
  subject: 'connections',
  severity: 'page',
  firing: ['total', 'site'],
  because: [
    { kind: 'rule', rule: 'total', value: 96, limit: 90, severity: 'page' },
    { kind: 'rule', rule: 'site', value: 71, limit: 32, severity: 'warning' },
  ],
  since: T0,
  numbers: { used: 96, usable: 97, max: 100, at: T0 },
} as const satisfies Without<EventBody, 'v'>
