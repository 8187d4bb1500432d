import { checked, unseen, BACKENDS_HIDDEN, type Checked } from './checked.js'
import type { LoginRole, ServerFacts } from './facts.js'
import type { ProposedLimit } from './finding.js'
import { applicationRoles, type HoldingRole } from './roles.js'

/** Slots that no application's limit should promise: administrators, migrations, backups, Lifeguard's own. */
const KEPT_FREE = 5
/** No service alone may take more than this share. Source: the post-mortem's world, 60 of 97 for `site`. */
const LARGEST_SHARE = 0.6
/** A service that is quiet now is not proposed less than this. */
const LEAST = 3

/**
 * CONNECTION LIMITs: application roles without one (superusers are not bound by theirs and have a finding of their own),
 * and limits that together promise more than the usable slots. `peaks`: what the budgets allow a role, by its name.
 */
export function checkLimits(
  facts: ServerFacts,
  usable: number,
  peaks: ReadonlyMap<string, number>,
): readonly Checked[] {
  const limited = facts.roles.filter((role) => !role.isSuperuser && role.connectionLimit >= 0)
  const sum = limited.reduce((total, role) => total + role.connectionLimit, 0)
  const holding = applicationRoles(facts)
  const unlimited = (holding ?? []).filter((role) => !role.isSuperuser && role.connectionLimit < 0)
  const proposed = proposals(limited, unlimited, usable, peaks)
  const backendsOf = new Map((holding ?? []).map((role) => [role.name, role.backends]))
  const proposalsFor = (roles: readonly LoginRole[]): readonly ProposedLimit[] =>
    roles.map(({ name, connectionLimit }) => ({
      name,
      backends: backendsOf.get(name) ?? 0,
      limit: connectionLimit,
      proposed: proposed.get(name) ?? connectionLimit,
    }))
  return [
    holding === undefined
      ? unseen('connection limits', BACKENDS_HIDDEN)
      : checked(
          'connection limits',
          unlimited.length === 0 ? undefined : { kind: 'no connection limit', usable, roles: proposalsFor(unlimited) },
        ),
    // Without any limit there is no sum to call fine.
    ...(limited.length === 0
      ? []
      : [
          checked(
            'sum of the limits',
            sum <= usable ? undefined : { kind: 'limits over usable', sum, usable, roles: proposalsFor(limited) },
          ),
        ]),
  ]
}

/**
 * A limit for each role that needs another one, all of them together within the usable slots. Limits that fit stay as
 * they are and the others share the rest; limits that do not fit shrink in proportion. At least 1 each, so hundreds of
 * roles may still add up to more.
 */
function proposals(
  limited: readonly LoginRole[],
  unlimited: readonly HoldingRole[],
  usable: number,
  peaks: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const room = Math.max(1, usable - KEPT_FREE)
  const largest = Math.max(1, Math.floor(usable * LARGEST_SHARE))
  const wanted = unlimited.map(({ name, backends }) => {
    const wants = peaks.get(name) ?? Math.max(LEAST, 2 * backends)
    return { name, wants: Math.min(largest, wants) }
  })
  const sum = limited.reduce((total, role) => total + role.connectionLimit, 0)
  const wishes = wanted.reduce((total, one) => total + one.wants, 0)
  const scaled = (value: number, factor: number) => Math.max(1, Math.floor(value * factor))
  if (sum <= usable) {
    const factor = Math.min(1, Math.max(0, room - sum) / wishes)
    return new Map(wanted.map(({ name, wants }) => [name, scaled(wants, factor)]))
  }
  const factor = room / (sum + wishes)
  return new Map([
    ...limited.map((role) => [role.name, scaled(role.connectionLimit, factor)] as const),
    ...wanted.map(({ name, wants }) => [name, scaled(wants, factor)] as const),
  ])
}
