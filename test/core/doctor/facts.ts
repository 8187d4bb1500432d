import type { LoginRole, RoleBackends, ServerFacts } from '../../../src/core/doctor/facts.js'
import { T0 } from '../fixture.js'

/** A server that nothing is wrong with. */
export const SOUND: ServerFacts = {
  at: T0,
  versionNum: 180_004,
  maxConnections: 100,
  superuserReserved: 3,
  reserved: 2,
  waitsForRestart: [],
  onCommandLine: [],
  keepAlives: { idleS: 60, intervalS: 10, count: 6 },
  connectionCheckMs: 10_000,
  idleLimits: { idle_session_timeout: 900_000, idle_in_transaction_session_timeout: 60_000 },
  roles: [],
  backends: [],
  roleSettings: [],
  own: { role: 'lifeguard', weaknesses: [] },
}

/** The world of 2020-12-11 as the post-mortem has it, on PostgreSQL 12's successor and with a name for the superuser. */
export const IN_2020: ServerFacts = {
  ...SOUND,
  versionNum: 130_023,
  reserved: null,
  keepAlives: { idleS: 7_200, intervalS: 75, count: 9 },
  connectionCheckMs: null,
  idleLimits: { idle_session_timeout: null, idle_in_transaction_session_timeout: 0 },
  roles: [role('site', { isSuperuser: true }), role('devops', { isSuperuser: true }), role('metricity')],
  backends: [held('site', 31), held('metricity', 12, 'metricity')],
  own: {
    role: 'lifeguard',
    weaknesses: [{ about: 'reserve', says: 'PostgreSQL 13 reserves slots for superusers only', sql: [] }],
  },
}

export function role(name: string, of: Partial<LoginRole> = {}): LoginRole {
  return { name, isSuperuser: false, isBootstrap: false, connectionLimit: -1, ...of }
}

export function held(roleName: string, count: number, applicationName = ''): RoleBackends {
  return { role: roleName, database: roleName, applicationName, count }
}
