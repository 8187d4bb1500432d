import { type APIApplicationCommand, InteractionContextType, PermissionFlagsBits } from 'discord-api-types/v10'
import { channelPermissions, may } from '../permissions.js'
import { channelNow } from '../world/channels.js'
import type { Channel, Member, Message, World } from '../world/state.js'
import { DriverRefusal } from './refusal.js'

/** A channel this person sees, by id or name. */
export function channelSeenBy(world: World, member: Member, idOrName: string): Channel {
  const name = idOrName.replace(/^#/, '')
  const found = world.channels.get(name) ?? [...world.channels.values()].find((channel) => channel.name === name)
  const channel = found === undefined ? undefined : channelNow(world, found.id)
  if (channel === undefined) throw new DriverRefusal(`there is no channel "${idOrName}"`)
  if (!may(world, member, channel, PermissionFlagsBits.ViewChannel)) {
    throw new DriverRefusal(`${member.name} cannot see #${channel.name}`)
  }
  return channel
}

/** The first channel this person sees, where commands are typed when none is named. */
export function anyChannelSeenBy(world: World, member: Member): Channel {
  const channel = [...world.channels.values()].find(
    (candidate) => candidate.kind === 'text' && may(world, member, candidate, PermissionFlagsBits.ViewChannel),
  )
  if (channel === undefined) throw new DriverRefusal(`${member.name} sees no channel`)
  return channel
}

/** A message this person sees: in a visible channel, and not somebody else's ephemeral one. */
export function messageSeenBy(world: World, member: Member, id: string): Message {
  const message = world.messages.get(id)
  if (message === undefined) throw new DriverRefusal(`there is no message ${id}`)
  if (!isSeenBy(member, message)) throw new DriverRefusal(`message ${id} is ephemeral and not ${member.name}'s`)
  channelSeenBy(world, member, message.channelId)
  return message
}

export function isSeenBy(member: Member, message: Message): boolean {
  return message.viewerId === undefined || message.viewerId === member.id
}

/**
 * Commands are hidden from members without `default_member_permissions`; "0" leaves administrators only. Those that
 * are for other places than guilds are hidden from everybody here.
 */
export function mayUse(world: World, member: Member, channel: Channel, command: APIApplicationCommand): boolean {
  const { contexts } = command
  if (contexts !== null && contexts !== undefined && !contexts.includes(InteractionContextType.Guild)) return false
  const held = channelPermissions(world, member, channel)
  if ((held & PermissionFlagsBits.Administrator) !== 0n) return true
  if ((held & PermissionFlagsBits.UseApplicationCommands) === 0n) return false
  const needed = command.default_member_permissions
  if (needed === null || needed === undefined) return true
  return BigInt(needed) !== 0n && (held & BigInt(needed)) === BigInt(needed)
}
