import type { ServerConfig } from '../../ports/config.js'

/** Names under which Lifeguard's own logins show in `pg_stat_activity.application_name`. */
export const MONITOR = 'lifeguard monitor'
export const ACTOR = 'lifeguard actor'
export const CANARY = 'lifeguard canary'
export const OWN_APPLICATIONS: readonly string[] = [MONITOR, ACTOR, CANARY]

/** The role of the canary where it is another than our own. */
export function canaryRole({ canary }: Pick<ServerConfig, 'canary'>): string | null {
  return canary.kind === 'role' ? canary.user : null
}

/**
 * SQL condition: this row (or group of rows) is of our own logins, by name and role. The CTE `me` has our role's oid; the
 * parameters are our application names and the canary's role. A name alone is not enough: any client may call itself
 * what it likes, and what counts as ours is left out of every list of victims. Oids first: they settle nearly every row.
 */
export function isOwnSql(row: string, applications: string, canaryRoleName: string): string {
  return `(${row}.usesysid = (SELECT m.oid FROM me m) AND ${row}.application_name = ANY (${applications}::text[])
    OR ${row}.usesysid = (SELECT c.oid FROM pg_roles c WHERE c.rolname = ${canaryRoleName}::text) AND ${row}.application_name = '${CANARY}')`
}
