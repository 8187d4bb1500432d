import {
  type APIAllowedMentions,
  type APIEmbed,
  type APIMessageTopLevelComponent,
  EmbedType,
  MessageFlags,
} from 'discord-api-types/v10'
import { type AttachmentEntry, keepAndAdd, type Upload } from './attachments.js'
import { storedComponents } from './components.js'
import { type MentionDefault, mentionsIn, NO_PINGS } from './mentions.js'
import { snowflakeTimeMs } from './snowflake.js'
import type { Channel, Member, Message, Pings, World } from './state.js'

/** What requests say about a message, once it has passed the limits. */
export type MessageBody = {
  readonly content?: string | null
  readonly embeds?: readonly APIEmbed[] | null
  readonly components?: readonly APIMessageTopLevelComponent[] | null
  readonly flags?: number | null
  readonly allowed_mentions?: APIAllowedMentions | null
  readonly attachments?: readonly AttachmentEntry[] | null
  readonly nonce?: string | number | null
  readonly message_reference?: { readonly message_id?: string } | null
}

type Draft = {
  readonly channel: Channel
  readonly author: Member
  readonly body: MessageBody
  readonly uploads: readonly Upload[]
  readonly mentionDefault: MentionDefault
  readonly type: number
  readonly viewerId?: string
  readonly interactionId?: string
}

const NONCE_MEMORY_MS = 120_000

/** The message that this author posted with this nonce in the last two minutes. */
export function messageWithNonce(world: World, authorId: string, nonce: string | number): Message | undefined {
  const sinceMs = world.clock.now() - NONCE_MEMORY_MS
  return [...world.messages.values()].find(
    (message) =>
      message.authorId === authorId &&
      message.nonce !== undefined &&
      String(message.nonce) === String(nonce) &&
      snowflakeTimeMs(message.id) >= sinceMs,
  )
}

/** Stores a message and tells everybody. The body has passed the limits and the author may post here. */
export function postMessage(world: World, draft: Draft): Message {
  const { channel, author, body } = draft
  const attachments = keepAndAdd(world, channel.id, [], body.attachments, draft.uploads)
  const content = (body.content ?? '').trim()
  const components = storedComponents(body.components ?? [], attachments, world.nextId)
  const mentions = mentionsIn(
    allText(content, components),
    body.allowed_mentions,
    draft.mentionDefault,
    author,
    channel,
    world,
  )
  const message: Message = {
    id: world.nextId(),
    channelId: channel.id,
    authorId: author.id,
    type: draft.type,
    content,
    embeds: storedEmbeds(body.embeds),
    components,
    attachments,
    flags: (body.flags ?? 0) | (draft.viewerId === undefined ? 0 : MessageFlags.Ephemeral),
    edits: 0,
    mentions,
    pings: pingsOf(mentions, body.flags ?? 0, draft.viewerId !== undefined),
    ...(body.nonce === undefined || body.nonce === null ? {} : { nonce: body.nonce }),
    ...(draft.viewerId === undefined ? {} : { viewerId: draft.viewerId }),
    ...(draft.interactionId === undefined ? {} : { interactionId: draft.interactionId }),
    ...(body.message_reference?.message_id === undefined ? {} : { referenceId: body.message_reference.message_id }),
  }
  world.messages.set(message.id, message)
  if (channel.kind === 'thread') {
    // a message wakes an archived thread, unless it is locked (which the caller has refused)
    const thread = { ...channel, isArchived: false, lastActivityMs: world.clock.now() }
    world.channels.set(channel.id, thread)
    if (channel.isArchived) world.tell({ kind: 'thread updated', thread })
  }
  world.tell({ kind: 'message created', message })
  return message
}

/**
 * Applies an edit: what the body leaves out stays. An edit never pings, and Components V2 never goes away.
 * `endsThinking` marks the first words of a deferred answer, which are not counted as an edit.
 */
export function editMessage(
  world: World,
  before: Message,
  body: MessageBody,
  uploads: readonly Upload[],
  options: { readonly mentionDefault: MentionDefault; readonly endsThinking?: boolean },
): Message {
  const author = world.members.get(before.authorId)
  const channel = world.channels.get(before.channelId)
  const attachments = keepAndAdd(world, before.channelId, before.attachments, body.attachments, uploads)
  const content = body.content === undefined ? before.content : (body.content ?? '').trim()
  const components =
    body.components === undefined
      ? before.components
      : storedComponents(body.components ?? [], attachments, world.nextId)
  const isThinkingDone = options.endsThinking === true
  const lasting = before.flags & ~(isThinkingDone ? MessageFlags.Loading : 0)
  const message: Message = {
    ...before,
    content,
    components,
    attachments,
    embeds: body.embeds === undefined ? before.embeds : storedEmbeds(body.embeds),
    flags: lasting | ((body.flags ?? 0) & (MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds)),
    mentions:
      author === undefined || channel === undefined
        ? NO_PINGS
        : mentionsIn(
            allText(content, components),
            body.allowed_mentions,
            options.mentionDefault,
            author,
            channel,
            world,
          ),
    ...(isThinkingDone ? {} : { edits: before.edits + 1, editedMs: world.clock.now() }),
  }
  world.messages.set(message.id, message)
  world.tell({ kind: 'message updated', message })
  return message
}

/** Embeds as Discord gives them back: a bot's are rich, and every field says whether it is inline. */
function storedEmbeds(embeds: MessageBody['embeds']): APIEmbed[] {
  return (embeds ?? []).map((embed) => ({
    ...embed,
    type: EmbedType.Rich,
    ...(embed.fields === undefined ? {} : { fields: embed.fields.map((field) => ({ inline: false, ...field })) }),
  }))
}

export function deleteMessage(world: World, message: Message): void {
  world.messages.delete(message.id)
  world.tell({ kind: 'message deleted', message })
}

/** All words a reader sees, from content and Components V2 texts, one block a line. */
export function allText(content: string, components: unknown): string {
  return [content, ...componentTexts(components)].filter((text) => text !== '').join('\n')
}

function componentTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(componentTexts)
  if (typeof value !== 'object' || value === null) return []
  const record = value as Readonly<Record<string, unknown>>
  const own = record['type'] === 10 && typeof record['content'] === 'string' ? [record['content']] : []
  return [...own, ...componentTexts(record['components']), ...componentTexts(record['accessory'])]
}

function pingsOf(mentions: Pings, flags: number, isEphemeral: boolean): Pings {
  return isEphemeral || (flags & MessageFlags.SuppressNotifications) !== 0 ? NO_PINGS : mentions
}
