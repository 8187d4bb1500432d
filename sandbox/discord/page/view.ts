import { ApplicationCommandType, PermissionFlagsBits } from 'discord-api-types/v10'
import { isSeenBy, mayUse } from '../driver/visibility.js'
import type { Controls } from '../controls.js'
import type { Fields } from '../limits/issue.js'
import { may } from '../permissions.js'
import { channelNow } from '../world/channels.js'
import { bySnowflake, snowflakeTimeMs } from '../world/snowflake.js'
import type { Channel, Interaction, Member, Message, World } from '../world/state.js'
import { MISCHIEF } from './mischief.js'
import type { Notice } from './notice.js'

const FAILURES_SHOWN_MS = 60_000

/** What the page shows of, besides one acting user. */
export type Stage = {
  readonly world: World
  readonly controls: Controls
  readonly notice: () => Notice | undefined
}

/** Everything the page shows to one acting user but time and the wire log, as plain JSON; sent whole when it changed. */
export function pageView({ world, controls, notice }: Stage, memberId: string): Fields {
  const people = [...world.members.values()].filter((member) => !member.isBot)
  const self = people.find((member) => member.id === memberId) ?? people[0]
  if (self === undefined) throw new Error('the page needs a member to act as')
  const channels = [...world.channels.keys()]
    .flatMap((id) => channelNow(world, id) ?? [])
    .filter((channel) => may(world, self, channel, PermissionFlagsBits.ViewChannel))
  return {
    guild: world.guild.name,
    self: self.id,
    members: [...world.members.values()].map((member) => memberView(world, member)),
    roles: [...world.roles.values()]
      .filter((role) => role.id !== world.guild.id)
      .map(({ id, name, color }) => ({ id, name, color, isOfBot: world.members.get(world.botId)?.name === name })),
    channels: channels.map((channel) => channelView(world, channel, self)),
    messages: [...world.messages.values()]
      .filter((message) => isSeenBy(self, message) && channels.some((channel) => channel.id === message.channelId))
      .sort(bySnowflake)
      .map((message) => messageView(world, message, self)),
    commands: commandsOf(world, channels, self),
    interactions: [...world.interactions.values()]
      .filter((interaction) => interaction.userId === self.id && interaction.kind !== 'autocomplete')
      .flatMap((interaction) => interactionView(world, interaction) ?? []),
    mischief: MISCHIEF.map(({ key, name, isFinal }) => ({ key, name, isFinal })),
    // JSON has no Infinity: what lasts until it is switched off has no number
    armed: controls.faults
      .list()
      .map(({ id, name, left, endsMs }) => ({ id, name, ...(left === Infinity ? {} : { left }), endsMs })),
    notice: notice(),
  }
}

function memberView(world: World, member: Member): unknown {
  const roles = member.roles.flatMap((id) => world.roles.get(id) ?? [])
  return {
    id: member.id,
    name: member.name,
    isBot: member.isBot,
    roles: roles.map((role) => role.name),
    roleIds: member.roles,
    color: roles.find((role) => role.color !== 0)?.color ?? 0,
  }
}

function channelView(world: World, channel: Channel, self: Member): unknown {
  const permission =
    channel.kind === 'thread' ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages
  return {
    id: channel.id,
    name: channel.name,
    mayWrite: may(world, self, channel, permission),
    ...(channel.kind === 'thread' ? { parentId: channel.parentId, isArchived: channel.isArchived } : {}),
  }
}

function messageView(world: World, message: Message, self: Member): unknown {
  const interaction = message.interactionId === undefined ? undefined : world.interactions.get(message.interactionId)
  const thread = message.threadId === undefined ? undefined : world.channels.get(message.threadId)
  return {
    id: message.id,
    channelId: message.channelId,
    authorId: message.authorId,
    atMs: snowflakeTimeMs(message.id),
    content: message.content,
    embeds: message.embeds,
    components: message.components,
    attachments: message.attachments.map(({ id, filename, contentType, description, bytes, url }) => ({
      id,
      filename,
      contentType,
      description: description ?? '',
      sizeBytes: bytes.length,
      url,
    })),
    flags: message.flags,
    isEdited: message.editedMs !== undefined,
    isEphemeral: message.viewerId !== undefined,
    pingsSelf:
      message.pings.everyone ||
      message.pings.users.includes(self.id) ||
      message.pings.roles.some((role) => self.roles.includes(role)),
    ...(interaction?.kind === 'command' ? { used: { by: interaction.userId, label: interaction.label } } : {}),
    ...(message.referenceId === undefined ? {} : { referenceId: message.referenceId }),
    ...(thread === undefined
      ? {}
      : {
          thread: {
            id: thread.id,
            name: thread.name,
            count: [...world.messages.values()].filter((other) => other.channelId === thread.id).length,
          },
        }),
  }
}

function commandsOf(world: World, channels: readonly Channel[], self: Member): unknown[] {
  const place = channels[0]
  if (place === undefined) return []
  return [...world.commands.values()]
    .filter((command) => command.type === ApplicationCommandType.ChatInput && mayUse(world, self, place, command))
    .map(({ name, description, options }) => ({ name, description, options: options ?? [] }))
}

/** What is still going on, what has just failed, and a modal that waits. */
function interactionView(world: World, interaction: Interaction): unknown {
  const ageMs = world.clock.now() - interaction.startedMs
  const isNews = interaction.state === 'failed' ? ageMs < FAILURES_SHOWN_MS : !interaction.isSettled
  const isModal = interaction.state === 'modal'
  if (!isNews && !isModal) return undefined
  return {
    id: interaction.id,
    kind: interaction.kind,
    state: interaction.state,
    channelId: interaction.channelId,
    label: interaction.label,
    ...(interaction.sourceId === undefined ? {} : { sourceId: interaction.sourceId }),
    ...(isModal ? { modal: interaction.modal } : {}),
  }
}
