import { PermissionFlagsBits } from 'discord-api-types/v10'
import { may } from '../permissions.js'
import { channelNow } from '../world/channels.js'
import type { Channel, Member, Message, World } from '../world/state.js'
import { DiscordRefusal, unknownThing } from './refusal.js'

export function botMember(world: World): Member {
  const bot = world.members.get(world.botId)
  if (bot === undefined) throw new Error('the bot is a member of its guild')
  return bot
}

/** The channel, when the bot sees it: 10003 or 50001 otherwise; 50013 when it lacks one of the permissions there. */
export function channelFor(world: World, id: string, ...permissions: bigint[]): Channel {
  const channel = channelNow(world, id)
  if (channel === undefined) throw unknownThing(10003, 'Channel')
  const bot = botMember(world)
  if (!may(world, bot, channel, PermissionFlagsBits.ViewChannel)) throw new DiscordRefusal(403, 50001, 'Missing Access')
  requirePermissions(world, channel, ...permissions)
  return channel
}

export function requirePermissions(world: World, channel: Channel, ...permissions: bigint[]): void {
  const bot = botMember(world)
  if (permissions.some((permission) => !may(world, bot, channel, permission))) {
    throw new DiscordRefusal(403, 50013, 'Missing Permissions')
  }
}

/** The permission that speaking takes: another one in threads. */
export function speakIn(channel: Channel): bigint {
  return channel.kind === 'thread' ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages
}

/** A message of that channel; ephemeral ones are known only to their interaction's token. */
export function messageIn(world: World, channel: Channel, id: string): Message {
  const message = world.messages.get(id)
  if (message === undefined || message.channelId !== channel.id || message.viewerId !== undefined) {
    throw unknownThing(10008, 'Message')
  }
  return message
}
