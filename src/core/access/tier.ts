/** Three cumulative tiers: who may recover may operate, who may operate may view. */
export type Tier = 'view' | 'operate' | 'recover'

/** Everything a person can ask of Lifeguard, with the tier it needs. Deny by default: what is not here cannot be asked. */
export const ACTIONS = {
  'connections.show': { tier: 'view', says: 'see who holds connections' },
  'status.show': { tier: 'view', says: 'see the status of every server' },
  'doctor.show': { tier: 'view', says: 'see what is wrong with a server before an incident' },
  'incident.list': { tier: 'view', says: 'list incidents' },
  'incident.show': { tier: 'view', says: 'look into an incident' },
  'incident.acknowledge': { tier: 'operate', says: 'acknowledge an incident' },
  'incident.resolve': { tier: 'operate', says: 'resolve an incident' },
  'terminate.preview': { tier: 'operate', says: 'preview a termination' },
  'terminate.act': { tier: 'operate', says: 'terminate backends' },
} as const satisfies Readonly<Record<string, { readonly tier: Tier; readonly says: string }>>

export type Action = keyof typeof ACTIONS

/** Role ids by tier, as configured. An empty list lets nobody in. */
export type TierRoles = Readonly<Record<Tier, readonly string[]>>

/** The person at the click, as this very interaction (or a fresh look-up) shows them. */
export type Presser = {
  readonly id: string
  readonly name: string
  /** Undefined outside a guild. */
  readonly guildId: string | undefined
  /** Ids; undefined when Discord did not say. */
  readonly roleIds: readonly string[] | undefined
  readonly isBot: boolean
  /** Epoch ms until which the person is timed out. */
  readonly timedOutUntil: number | undefined
}

export type Decision =
  | { readonly allowed: true; readonly tier: Tier }
  | { readonly allowed: false; readonly because: DenialReason; readonly has: readonly Tier[] }

export type DenialReason =
  | 'not in a server'
  | 'another server'
  | 'a bot'
  | 'roles unknown'
  | 'timed out'
  | 'tier missing'

const RANK: Readonly<Record<Tier, number>> = { view: 0, operate: 1, recover: 2 }

/** The tiers a set of roles gives, lowest first; cumulative. */
export function tiersOf(roleIds: readonly string[], roles: TierRoles): readonly Tier[] {
  const highest = (['recover', 'operate', 'view'] as const).find((tier) =>
    roles[tier].some((role) => roleIds.includes(role)),
  )
  return highest === undefined
    ? []
    : (['view', 'operate', 'recover'] as const).filter((tier) => RANK[tier] <= RANK[highest])
}

/** Decides by ids only, from what this click carries. Every path that is not an explicit yes is a no. */
export function decideAccess(
  presser: Presser,
  action: Action,
  config: { readonly guildId: string; readonly roles: TierRoles },
  now: number,
): Decision {
  const deny = (because: DenialReason, has: readonly Tier[] = []): Decision => ({ allowed: false, because, has })
  if (presser.guildId === undefined) return deny('not in a server')
  if (presser.guildId !== config.guildId) return deny('another server')
  if (presser.isBot) return deny('a bot')
  if (presser.roleIds === undefined) return deny('roles unknown')
  const has = tiersOf(presser.roleIds, config.roles)
  if (presser.timedOutUntil !== undefined && presser.timedOutUntil > now) return deny('timed out', has)
  const { tier } = ACTIONS[action]
  return has.includes(tier) ? { allowed: true, tier } : deny('tier missing', has)
}
