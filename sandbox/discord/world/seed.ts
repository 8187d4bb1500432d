import { PermissionFlagsBits } from 'discord-api-types/v10'
import type { SandboxClock } from '../clock.js'
import { snowflakes } from './snowflake.js'
import type { Happening, Member, Role, TextChannel, World } from './state.js'

export type PermissionName = keyof typeof PermissionFlagsBits

type SeedOverwrite = {
  /** A role's or a member's name; '@everyone' is a role. */
  readonly for: string
  readonly allow?: readonly PermissionName[]
  readonly deny?: readonly PermissionName[]
}

/** The guild to begin with. Ids are made when left out; names are unique within their list. */
export type Seed = {
  readonly guild: { readonly id?: string; readonly name: string }
  readonly channels: readonly {
    readonly name: string
    readonly id?: string
    readonly overwrites?: readonly SeedOverwrite[]
  }[]
  /** A role named '@everyone' replaces the default one. */
  readonly roles: readonly {
    readonly name: string
    readonly id?: string
    readonly permissions?: readonly PermissionName[]
    readonly mentionable?: boolean
    readonly color?: number
  }[]
  readonly members: readonly { readonly name: string; readonly id?: string; readonly roles: readonly string[] }[]
  /** `permissions` are given to the bot by a role of its own, as an invite link does. */
  readonly bot: {
    readonly name: string
    readonly id?: string
    readonly roles?: readonly string[]
    readonly permissions?: readonly PermissionName[]
  }
}

export type SeededIds = {
  readonly guild: string
  readonly bot: string
  readonly application: string
  readonly channels: Readonly<Record<string, string>>
  readonly roles: Readonly<Record<string, string>>
  readonly members: Readonly<Record<string, string>>
}

/** What a new guild lets everybody do, without the right to ping all: a stricter default shows who relies on it. */
const EVERYONE: readonly PermissionName[] = [
  'ViewChannel',
  'SendMessages',
  'SendMessagesInThreads',
  'CreatePublicThreads',
  'EmbedLinks',
  'AttachFiles',
  'AddReactions',
  'ReadMessageHistory',
  'UseApplicationCommands',
]

export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n)
}

/** Builds the world a seed describes. Throws when the seed names a role or member it does not list. */
export function seedWorld(
  seed: Seed,
  clock: SandboxClock,
  filesUrl: () => string,
): { readonly world: World; readonly ids: SeededIds } {
  const nextId = snowflakes(clock)
  const guildId = seed.guild.id ?? nextId()
  const roles = seedRoles(seed, guildId, nextId)
  const members = seedMembers(seed, roles, nextId)
  const bot = members[0]
  if (bot === undefined) throw new Error('a seeded guild always has its bot')

  const listeners = new Set<(happening: Happening) => void>()
  const world: World = {
    clock,
    nextId,
    guild: { id: guildId, name: seed.guild.name, ownerId: nextId() },
    botId: bot.id,
    roles: new Map(roles.map((role) => [role.id, role])),
    members: new Map(members.map((member) => [member.id, member])),
    channels: new Map(seedChannels(seed, roles, members, nextId).map((channel) => [channel.id, channel])),
    messages: new Map(),
    commands: new Map(),
    interactions: new Map(),
    uploads: new Map(),
    oldEdits: new Map(),
    commandsCreatedMs: [],
    filesUrl,
    tell: (happening) => {
      for (const listener of listeners) listener(happening)
    },
    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const byName = (records: Iterable<{ readonly id: string; readonly name: string }>) =>
    Object.fromEntries([...records].map(({ name, id }) => [name, id]))
  return {
    world,
    ids: {
      guild: guildId,
      bot: bot.id,
      application: bot.id,
      channels: byName(world.channels.values()),
      roles: byName(roles),
      members: byName(members.slice(1)),
    },
  }
}

function seedRoles(seed: Seed, guildId: string, nextId: () => string): Role[] {
  const everyone = seed.roles.find((role) => role.name === '@everyone')
  const named = seed.roles.filter((role) => role !== everyone)
  return [
    {
      id: guildId, // Discord's rule: @everyone bears the guild's id
      name: '@everyone',
      permissions: permissionBits(everyone?.permissions ?? EVERYONE),
      mentionable: false,
      color: 0,
      position: 0,
    },
    ...named.map((role, index) => ({
      id: role.id ?? nextId(),
      name: role.name,
      permissions: permissionBits(role.permissions ?? []),
      mentionable: role.mentionable ?? false,
      color: role.color ?? 0,
      position: index + 1,
    })),
    ...(seed.bot.permissions === undefined
      ? []
      : [
          {
            id: nextId(),
            name: seed.bot.name,
            permissions: permissionBits(seed.bot.permissions),
            mentionable: false,
            color: 0,
            position: named.length + 1,
          },
        ]),
  ]
}

function seedMembers(seed: Seed, roles: readonly Role[], nextId: () => string): Member[] {
  const ownRole = seed.bot.permissions === undefined ? [] : roles.slice(-1).map((role) => role.id)
  return [
    {
      id: seed.bot.id ?? nextId(),
      name: seed.bot.name,
      isBot: true,
      roles: [...idsNamed(seed.bot.roles ?? [], roles), ...ownRole],
    },
    ...seed.members.map((member) => ({
      id: member.id ?? nextId(),
      name: member.name,
      isBot: false,
      roles: idsNamed(member.roles, roles),
    })),
  ]
}

function seedChannels(
  seed: Seed,
  roles: readonly Role[],
  members: readonly Member[],
  nextId: () => string,
): TextChannel[] {
  return seed.channels.map((channel, position) => ({
    kind: 'text',
    id: channel.id ?? nextId(),
    name: channel.name,
    position,
    overwrites: (channel.overwrites ?? []).map((overwrite) => {
      const role = roles.find((candidate) => candidate.name === overwrite.for)
      const holder = role ?? members.find((candidate) => candidate.name === overwrite.for)
      if (holder === undefined) throw new Error(`seed: no role or member is named "${overwrite.for}"`)
      return {
        id: holder.id,
        kind: role === undefined ? 'member' : 'role',
        allow: permissionBits(overwrite.allow ?? []),
        deny: permissionBits(overwrite.deny ?? []),
      }
    }),
  }))
}

/** The ids of roles given by name (or already by id). Throws for a name that is nobody's. */
function idsNamed(names: readonly string[], roles: Iterable<Role>): string[] {
  const all = [...roles]
  return names.map((name) => {
    const role = all.find((candidate) => candidate.name === name || candidate.id === name)
    if (role === undefined) throw new Error(`no role is named "${name}"`)
    return role.id
  })
}
