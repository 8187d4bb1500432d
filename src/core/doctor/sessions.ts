import { checked, unseen, BACKENDS_HIDDEN, ROLE_SETTINGS_HIDDEN, type Checked } from './checked.js'
import type { Check, Unlimited } from './finding.js'
import type { IdleLimit, ServerFacts } from './facts.js'
import { applicationRoles, idleLimitOf, isNamedByServer, sumOf, type HoldingRole, type InForce } from './roles.js'

/** Linux begins to ask after two hours of silence. Source: tcp(7), tcp_keepalive_time. */
const SLOW_KEEP_ALIVE_S = 7_200

const CHECK_OF: Readonly<Record<IdleLimit, Check>> = {
  idle_session_timeout: 'limits for idle sessions',
  idle_in_transaction_session_timeout: 'limits for idle transactions',
}

/** What ends sessions that nobody uses any more, and how they can be told apart. */
export function checkSessions(facts: ServerFacts): readonly Checked[] {
  return [
    checkKeepAlives(facts),
    checkConnectionCheck(facts),
    checkIdleLimit(facts, 'idle_in_transaction_session_timeout'),
    checkIdleLimit(facts, 'idle_session_timeout'),
    checkNames(facts),
  ]
}

function checkKeepAlives({ keepAlives }: ServerFacts): Checked {
  if (keepAlives === null) return unseen('keep-alives', "Lifeguard's own role or database sets others")
  const { idleS, intervalS, count } = keepAlives
  const isSlow = idleS === 0 || idleS >= SLOW_KEEP_ALIVE_S
  return checked(
    'keep-alives',
    isSlow
      ? { kind: 'slow keep-alives', keepAlives, noticedAfterS: (idleS || SLOW_KEEP_ALIVE_S) + intervalS * count }
      : undefined,
  )
}

function checkConnectionCheck({ connectionCheckMs, versionNum }: ServerFacts): Checked {
  if (connectionCheckMs === null) return lacking('connection checks', 'client_connection_check_interval', versionNum)
  if (connectionCheckMs === 'hidden')
    return unseen('connection checks', "Lifeguard's own role or database sets another")
  return checked('connection checks', connectionCheckMs === 0 ? { kind: 'no connection check' } : undefined)
}

/**
 * Application roles whose new sessions have no limit. Values set for the role, its database or everybody count. Where only
 * the server's own value could limit them, and it is hidden from us, that is part of the finding.
 */
function checkIdleLimit(facts: ServerFacts, limit: IdleLimit): Checked {
  const check = CHECK_OF[limit]
  if (facts.idleLimits[limit] === null) return lacking(check, limit, facts.versionNum)
  const holding = applicationRoles(facts)
  if (holding === undefined) return unseen(check, BACKENDS_HIDDEN)
  if (facts.roleSettings === null) return unseen(check, ROLE_SETTINGS_HIDDEN)
  const places = holding.flatMap((role) => limitsOf(facts, limit, role))
  if (places.some(({ inForce }) => inForce.value === null)) {
    return unseen(check, 'a role or database has a value that Lifeguard does not understand')
  }
  const without = places.filter(({ inForce }) => inForce.value === 0)
  const uncertain = places.filter(({ inForce }) => inForce.value === 'hidden')
  const finding = (roles: typeof places, mayHaveGlobal: boolean) =>
    roles.length === 0 ? undefined : ({ kind: 'no idle limit', limit, mayHaveGlobal, roles: named(roles) } as const)
  return checked(check, finding(without, false), finding(uncertain, true))
}

type Place = {
  readonly role: string
  readonly database: string | null
  readonly inForce: InForce
  readonly backends: number
}

function limitsOf(facts: ServerFacts, limit: IdleLimit, role: HoldingRole): readonly Place[] {
  return [...new Set(role.held.map((one) => one.database))].map((database) => ({
    role: role.name,
    database,
    inForce: idleLimitOf(facts, limit, role.name, database),
    backends: sumOf(role.held.filter((one) => one.database === database)),
  }))
}

/** One per role, and one per database where it is switched off for the role in that database alone. */
function named(places: readonly Place[]): readonly Unlimited[] {
  const found = new Map<string, Unlimited>()
  for (const { role, database, inForce, backends } of places) {
    const where = inForce.from === 'role in database' ? database : null
    const key = JSON.stringify([role, where])
    found.set(key, { name: role, database: where, backends: backends + (found.get(key)?.backends ?? 0) })
  }
  return [...found.values()]
}

function checkNames(facts: ServerFacts): Checked {
  const holding = applicationRoles(facts)
  if (holding === undefined) return unseen('application names', BACKENDS_HIDDEN)
  const roles = holding
    .map(({ name, held }) => ({
      name,
      backends: sumOf(held.filter((one) => one.applicationName === '' && !isNamedByServer(facts, name, one.database))),
    }))
    .filter((role) => role.backends > 0)
  return checked('application names', roles.length === 0 ? undefined : { kind: 'empty application names', roles })
}

function lacking(check: Check, setting: string, versionNum: number): Checked {
  return unseen(check, `PostgreSQL ${Math.trunc(versionNum / 10_000)} has no ${setting}`)
}
