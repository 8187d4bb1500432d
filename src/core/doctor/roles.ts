import { matchesPattern } from '../watch/match.js'
import type { IdleLimit, LoginRole, RoleBackends, ServerFacts, Setting } from './facts.js'

/** What people and backups use; a superuser's login by one of these is administration, not an application. */
const ADMINISTRATION = ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pg_basebackup', 'pg_repack', 'pgAdmin*']

/** A role with the backends it holds at the moment. */
export type HoldingRole = LoginRole & { readonly held: readonly RoleBackends[]; readonly backends: number }

/** Login roles that hold backends other than for administration, most backends first; undefined when they cannot be seen. */
export function applicationRoles(facts: ServerFacts): readonly HoldingRole[] | undefined {
  const { backends } = facts
  if (backends === null) return undefined
  return facts.roles
    .map((role) => {
      const held = backends.filter((one) => one.role === role.name && !isAdministration(one.applicationName))
      return { ...role, held, backends: sumOf(held) }
    })
    .filter((role) => role.backends > 0)
    .toSorted((a, b) => b.backends - a.backends)
}

function isAdministration(applicationName: string): boolean {
  return ADMINISTRATION.some((pattern) => matchesPattern(applicationName, pattern))
}

export function sumOf(list: readonly { readonly count: number }[]): number {
  return list.reduce((sum, one) => sum + one.count, 0)
}

/** A limit as new sessions of a role get it, and the place it comes from. */
export type InForce = {
  /** Null for a value that cannot be understood. */
  readonly value: Setting
  readonly from: 'role in database' | 'role' | 'database' | 'everybody' | 'server'
}

/**
 * The idle limit of a role's new sessions in a database: its own there, its own, the database's, everybody's, the server's.
 * A client may still set another by itself, which no other session can see.
 *
 * Source: PostgreSQL manual, "ALTER ROLE", Notes; `process_settings` in postinit.c.
 */
export function idleLimitOf(facts: ServerFacts, name: IdleLimit, role: string, database: string | null): InForce {
  const settings = facts.roleSettings ?? []
  const find = (ofRole: string | null, ofDatabase: string | null) =>
    settings.find((one) => one.name === name && one.role === ofRole && one.database === ofDatabase)
  const places = [
    ['role in database', database === null ? undefined : find(role, database)],
    ['role', find(role, null)],
    ['database', database === null ? undefined : find(null, database)],
    ['everybody', find(null, null)],
  ] as const
  for (const [from, found] of places) {
    if (found !== undefined && found.name === name) return { value: found.ms, from }
  }
  return { value: facts.idleLimits[name], from: 'server' }
}

/** True when new sessions of the role get a name from the server although the client gives none. */
export function isNamedByServer(facts: ServerFacts, role: string, database: string | null): boolean {
  return (facts.roleSettings ?? []).some(
    (one) =>
      one.name === 'application_name' &&
      one.value !== '' &&
      (one.role === role || one.role === null) &&
      (one.database === database || one.database === null),
  )
}
