import {
  type GatewayChannelDeleteDispatchData,
  type GatewayChannelPinsUpdateDispatchData,
  type GatewayGuildCreateDispatchData,
  type GatewayGuildMemberUpdateDispatchData,
  type GatewayGuildRoleUpdateDispatchData,
  GatewayIntentBits,
  type GatewayMessageCreateDispatchData,
  type GatewayMessageDeleteDispatchData,
  type GatewayReadyDispatchData,
  type GatewayThreadCreateDispatchData,
  type GatewayThreadDeleteDispatchData,
  type ApplicationFlags,
  ChannelType,
} from 'discord-api-types/v10'
import { guildPayload, messagePayload, textChannelPayload, threadPayload } from '../world/payloads.js'
import { memberPayload, rolePayload, userPayload } from '../world/people.js'
import type { Channel, Happening, Message, World } from '../world/state.js'

/** An event for the bot and the intent it takes (0: none). */
export type Dispatch = { readonly event: string; readonly intent: number; readonly data: unknown }

const { Guilds, GuildMembers, GuildMessages, MessageContent } = GatewayIntentBits

/** What the gateway says of a happening; nothing for what only users see. */
export function dispatchOf(world: World, happening: Happening, intents: number): Dispatch | undefined {
  switch (happening.kind) {
    case 'message created':
      return messageDispatch(world, 'MESSAGE_CREATE', happening.message, intents)
    case 'message updated':
      return messageDispatch(world, 'MESSAGE_UPDATE', happening.message, intents)
    case 'message deleted': {
      const { message } = happening
      if (message.viewerId !== undefined) return undefined
      const data = { id: message.id, channel_id: message.channelId, guild_id: world.guild.id }
      return {
        event: 'MESSAGE_DELETE',
        intent: GuildMessages,
        data: data satisfies GatewayMessageDeleteDispatchData,
      }
    }
    case 'thread created': {
      const data = { ...threadPayload(world, happening.thread), newly_created: true as const }
      return { event: 'THREAD_CREATE', intent: Guilds, data: data satisfies GatewayThreadCreateDispatchData }
    }
    case 'thread updated':
      return { event: 'THREAD_UPDATE', intent: Guilds, data: threadPayload(world, happening.thread) }
    case 'channel deleted':
      return channelGone(world, happening.channel)
    case 'pins updated': {
      const { channel, lastPinMs } = happening
      const data: GatewayChannelPinsUpdateDispatchData = {
        guild_id: world.guild.id,
        channel_id: channel.id,
        last_pin_timestamp: lastPinMs === undefined ? null : new Date(lastPinMs).toISOString(),
      }
      return { event: 'CHANNEL_PINS_UPDATE', intent: Guilds, data }
    }
    case 'member updated': {
      const data: GatewayGuildMemberUpdateDispatchData = {
        ...memberPayload(happening.member),
        avatar: null,
        banner: null,
        user: userPayload(happening.member),
        guild_id: world.guild.id,
      }
      return { event: 'GUILD_MEMBER_UPDATE', intent: GuildMembers, data }
    }
    case 'role updated': {
      const data: GatewayGuildRoleUpdateDispatchData = { guild_id: world.guild.id, role: rolePayload(happening.role) }
      return { event: 'GUILD_ROLE_UPDATE', intent: Guilds, data }
    }
    case 'interaction sent':
      return { event: 'INTERACTION_CREATE', intent: 0, data: happening.payload }
    case 'interaction changed':
    case 'commands changed':
    case 'controls changed':
    default:
      return undefined
  }
}

function channelGone(world: World, channel: Channel): Dispatch {
  if (channel.kind === 'text') {
    const data: GatewayChannelDeleteDispatchData = { ...textChannelPayload(world, channel), guild_id: world.guild.id }
    return { event: 'CHANNEL_DELETE', intent: Guilds, data }
  }
  const data: GatewayThreadDeleteDispatchData = {
    id: channel.id,
    guild_id: world.guild.id,
    parent_id: channel.parentId,
    type: ChannelType.PublicThread,
  }
  return { event: 'THREAD_DELETE', intent: Guilds, data }
}

/** Others' words are blank without the intent for them, unless the bot is mentioned. Ephemeral ones are not told. */
function messageDispatch(world: World, event: string, message: Message, intents: number): Dispatch | undefined {
  const author = world.members.get(message.authorId)
  if (message.viewerId !== undefined || author === undefined) return undefined
  const payload = messagePayload(world, message)
  const isReadable =
    message.authorId === world.botId || message.mentions.users.includes(world.botId) || (intents & MessageContent) !== 0
  const { user: _user, ...member } = memberPayload(author)
  const data: GatewayMessageCreateDispatchData = {
    ...payload,
    ...(isReadable ? {} : { content: '', embeds: [], attachments: [], components: [] }),
    guild_id: world.guild.id,
    member,
    mentions: [],
  }
  return { event, intent: GuildMessages, data }
}

export function readyData(world: World, sessionId: string, resumeUrl: string): GatewayReadyDispatchData {
  const bot = world.members.get(world.botId)
  if (bot === undefined) throw new Error('the bot is a member of its guild')
  return {
    v: 10,
    user: userPayload(bot),
    guilds: [{ id: world.guild.id, unavailable: true }],
    session_id: sessionId,
    resume_gateway_url: resumeUrl,
    shard: [0, 1],
    application: { id: world.botId, flags: 0 as ApplicationFlags, flags_new: '0' },
  }
}

/** The guild as a bot without the members intent gets it: of the members, only itself. */
export function guildCreateData(world: World): GatewayGuildCreateDispatchData {
  const bot = world.members.get(world.botId)
  const channels = [...world.channels.values()]
  return {
    ...guildPayload(world),
    joined_at: new Date(world.clock.now()).toISOString(),
    large: false,
    unavailable: false,
    member_count: world.members.size,
    voice_states: [],
    members: bot === undefined ? [] : [memberPayload(bot)],
    channels: channels.flatMap((channel) => (channel.kind === 'text' ? [textChannelPayload(world, channel)] : [])),
    threads: channels.flatMap((channel) =>
      channel.kind === 'thread' && !channel.isArchived ? [threadPayload(world, channel)] : [],
    ),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  } satisfies GatewayGuildCreateDispatchData
}
