import {
  type APIAttachment,
  type APIGuild,
  type APIMessage,
  type APITextChannel,
  type APIThreadChannel,
  ApplicationIntegrationType,
  type ChannelFlags,
  ChannelType,
  InteractionType,
  Locale,
  type MessageFlags,
  type MessageType,
  OverwriteType,
  type ThreadMemberFlags,
} from 'discord-api-types/v10'
import { rolePayload, userPayload } from './people.js'
import { snowflakeTimeMs } from './snowflake.js'
import type { Attachment, Channel, Interaction, Message, TextChannel, Thread, World } from './state.js'

/** A message as Discord returns it. Throws when its author is gone, which the sandbox never lets happen. */
export function messagePayload(world: World, message: Message): APIMessage {
  const author = world.members.get(message.authorId)
  if (author === undefined) throw new Error(`message ${message.id} has no author`)
  const thread = message.threadId === undefined ? undefined : world.channels.get(message.threadId)
  const interaction = message.interactionId === undefined ? undefined : world.interactions.get(message.interactionId)
  return {
    id: message.id,
    channel_id: message.channelId,
    author: userPayload(author),
    content: message.content,
    timestamp: isoTime(snowflakeTimeMs(message.id)),
    edited_timestamp: message.editedMs === undefined ? null : isoTime(message.editedMs),
    tts: false,
    mention_everyone: message.mentions.everyone,
    mentions: message.mentions.users.flatMap((id) => {
      const member = world.members.get(id)
      return member === undefined ? [] : [userPayload(member)]
    }),
    mention_roles: [...message.mentions.roles],
    attachments: message.attachments.map((attachment) =>
      attachmentPayload(attachment, { isEphemeral: message.viewerId !== undefined }),
    ),
    embeds: [...message.embeds],
    pinned: message.pinnedMs !== undefined,
    type: message.type as MessageType,
    flags: message.flags as MessageFlags,
    components: [...message.components],
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.referenceId === undefined
      ? {}
      : {
          message_reference: {
            type: 0,
            message_id: message.referenceId,
            channel_id: message.channelId,
            guild_id: world.guild.id,
          },
        }),
    ...(thread?.kind === 'thread' ? { thread: threadPayload(world, thread) } : {}),
    ...(interaction === undefined ? {} : interactionOrigin(world, interaction)),
  } satisfies APIMessage
}

function interactionOrigin(
  world: World,
  interaction: Interaction,
): Pick<APIMessage, 'webhook_id' | 'application_id' | 'interaction_metadata'> {
  const user = world.members.get(interaction.userId)
  if (user === undefined) return {}
  const common = {
    id: interaction.id,
    user: userPayload(user),
    authorizing_integration_owners: { [ApplicationIntegrationType.GuildInstall]: world.guild.id },
  }
  return {
    webhook_id: world.botId,
    application_id: world.botId,
    interaction_metadata:
      interaction.kind === 'component'
        ? {
            ...common,
            type: InteractionType.MessageComponent,
            interacted_message_id: interaction.sourceId ?? interaction.id,
          }
        : { ...common, type: InteractionType.ApplicationCommand },
  }
}

export function attachmentPayload(
  attachment: Attachment,
  { isEphemeral }: { readonly isEphemeral: boolean },
): APIAttachment {
  return {
    id: attachment.id,
    filename: attachment.filename,
    size: attachment.bytes.length,
    url: attachment.url,
    proxy_url: attachment.url,
    content_type: attachment.contentType,
    ...(attachment.description === undefined ? {} : { description: attachment.description }),
    ...(isEphemeral ? { ephemeral: true } : {}),
  } satisfies APIAttachment
}

export function textChannelPayload(world: World, channel: TextChannel): APITextChannel {
  return {
    id: channel.id,
    type: ChannelType.GuildText,
    guild_id: world.guild.id,
    name: channel.name,
    position: channel.position,
    parent_id: null,
    topic: null,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: lastMessageId(world, channel),
    permission_overwrites: channel.overwrites.map((overwrite) => ({
      id: overwrite.id,
      type: overwrite.kind === 'role' ? OverwriteType.Role : OverwriteType.Member,
      allow: overwrite.allow.toString(),
      deny: overwrite.deny.toString(),
    })),
    flags: 0 as ChannelFlags,
  } satisfies APITextChannel
}

export function threadPayload(world: World, thread: Thread): APIThreadChannel {
  const messages = [...world.messages.values()].filter((message) => message.channelId === thread.id)
  return {
    id: thread.id,
    type: ChannelType.PublicThread,
    guild_id: world.guild.id,
    name: thread.name,
    parent_id: thread.parentId,
    owner_id: thread.ownerId,
    last_message_id: lastMessageId(world, thread),
    message_count: messages.length,
    total_message_sent: messages.length,
    member_count: 1,
    rate_limit_per_user: 0,
    applied_tags: [],
    thread_metadata: {
      archived: thread.isArchived,
      locked: thread.isLocked,
      auto_archive_duration: thread.autoArchiveMinutes,
      archive_timestamp: isoTime(thread.archiveChangedMs),
      create_timestamp: isoTime(snowflakeTimeMs(thread.id)),
    },
    member: {
      id: thread.id,
      user_id: world.botId,
      join_timestamp: isoTime(snowflakeTimeMs(thread.id)),
      flags: 0 as ThreadMemberFlags,
    },
    flags: 0 as ChannelFlags,
  } satisfies APIThreadChannel
}

export function channelPayload(world: World, channel: Channel): APITextChannel | APIThreadChannel {
  return channel.kind === 'text' ? textChannelPayload(world, channel) : threadPayload(world, channel)
}

export function guildPayload(world: World): APIGuild {
  return {
    id: world.guild.id,
    name: world.guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    description: null,
    owner_id: world.guild.ownerId,
    region: 'sandbox',
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: [...world.roles.values()].map(rolePayload),
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0 as APIGuild['system_channel_flags'],
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    vanity_url_code: null,
    premium_tier: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: Locale.EnglishUS,
    nsfw_level: 0,
    hub_type: null,
    widget_enabled: false,
    widget_channel_id: null,
    max_presences: null,
    max_members: 500_000,
    max_video_channel_users: 25,
    max_stage_video_channel_users: 50,
    premium_subscription_count: 0,
    incidents_data: null,
  } satisfies APIGuild
}

function lastMessageId(world: World, channel: Channel): string | null {
  return [...world.messages.values()].findLast((message) => message.channelId === channel.id)?.id ?? null
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00')
}
