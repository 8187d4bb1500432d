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
 * SQL condition: row `a` of pg_stat_get_activity is one of our own backends. The CTE `me` has our role's oid; the parameters
 * are the pids of the held sessions, our application names and the canary's role. A name alone is not enough: any
 * client may call itself what it likes, and what counts as ours is left out of every list of victims.
 */
export function isOwnSql(pids: string, applications: string, canaryRoleName: string): string {
  return `(a.pid = ANY (${pids}::int[])
    OR a.application_name = ANY (${applications}::text[]) AND a.usesysid = (SELECT m.oid FROM me m)
    OR a.application_name = '${CANARY}' AND a.usesysid = (SELECT c.oid FROM pg_roles c WHERE c.rolname = ${canaryRoleName}::text))`
}
