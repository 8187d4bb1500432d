import { PermissionFlagsBits } from 'discord-api-types/v10'
import type { Channel, Member, TextChannel, World } from './world/state.js'

const ALL = Object.values(PermissionFlagsBits).reduce((bits, bit) => bits | bit, 0n)

/** What a member may do in the whole guild, before a channel's overwrites. */
export function guildPermissions(world: World, member: Member): bigint {
  if (member.id === world.guild.ownerId) return ALL
  const held = [world.guild.id, ...member.roles].reduce(
    (bits, id) => bits | (world.roles.get(id)?.permissions ?? 0n),
    0n,
  )
  return (held & PermissionFlagsBits.Administrator) === 0n ? held : ALL
}

/**
 * What a member may do in a channel; a thread takes its parent's. Nothing at all without ViewChannel.
 * Source: Discord's documentation, "Permission Overwrites": @everyone, then roles together, then the member.
 */
export function channelPermissions(world: World, member: Member, channel: Channel): bigint {
  const base = guildPermissions(world, member)
  if (base === ALL) return ALL
  const place = textChannelOf(world, channel)
  if (place === undefined) return 0n
  const everyone = place.overwrites.filter((overwrite) => overwrite.id === world.guild.id)
  const roles = place.overwrites.filter((overwrite) => overwrite.kind === 'role' && member.roles.includes(overwrite.id))
  const own = place.overwrites.filter((overwrite) => overwrite.kind === 'member' && overwrite.id === member.id)
  const held = [everyone, roles, own].reduce((bits, overwrites) => {
    const deny = overwrites.reduce((sum, overwrite) => sum | overwrite.deny, 0n)
    const allow = overwrites.reduce((sum, overwrite) => sum | overwrite.allow, 0n)
    return (bits & ~deny) | allow
  }, base)
  return (held & PermissionFlagsBits.ViewChannel) === 0n ? 0n : held
}

export function may(world: World, member: Member, channel: Channel, permission: bigint): boolean {
  return (channelPermissions(world, member, channel) & permission) === permission
}

/** The text channel whose overwrites count. Undefined for a thread whose parent is gone. */
function textChannelOf(world: World, channel: Channel): TextChannel | undefined {
  if (channel.kind === 'text') return channel
  const parent = world.channels.get(channel.parentId)
  return parent?.kind === 'text' ? parent : undefined
}
