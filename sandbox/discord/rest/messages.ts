import { MessageFlags, MessageType, PermissionFlagsBits } from 'discord-api-types/v10'
import { fieldsOf, isAbsent, type Issue, itemsOf } from '../limits/issue.js'
import { type MessageContext, messageIssues, messageWarnings } from '../limits/message.js'
import { may } from '../permissions.js'
import type { Upload } from '../world/attachments.js'
import { deleteMessage, editMessage, type MessageBody, messageWithNonce, postMessage } from '../world/messages.js'
import { messagePayload } from '../world/payloads.js'
import { bySnowflake, snowflakeTimeMs } from '../world/snowflake.js'
import type { Channel, Message, World } from '../world/state.js'
import { botMember, channelFor, messageIn, requirePermissions, speakIn } from './access.js'
import { DiscordRefusal, refuseIf } from './refusal.js'
import { type Call, DONE, type Reply, type Route } from './route.js'

const HOUR_MS = 3_600_000
// Discord publishes no number; community documentation says 3 edits of hour-old messages in 6 s per channel.
const OLD_EDITS = 3
const OLD_EDITS_WITHIN_MS = 6000

export const MESSAGE_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/channels/:channel/messages', handle: create },
  { method: 'GET', path: '/channels/:channel/messages', handle: list },
  { method: 'GET', path: '/channels/:channel/messages/:message', handle: getOne },
  { method: 'PATCH', path: '/channels/:channel/messages/:message', handle: edit },
  { method: 'DELETE', path: '/channels/:channel/messages/:message', handle: remove },
  { method: 'POST', path: '/channels/:channel/typing', handle: typing },
]

function create(call: Call): Reply {
  const { world } = call
  const channel = channelFor(world, call.param('channel'))
  requirePermissions(world, channel, speakIn(channel))
  if (channel.kind === 'thread' && channel.isArchived && channel.isLocked) throw archived()
  const payload = fieldsOf(call.json)
  refuseIf([
    ...messageIssues(call.json, contextOf(call.uploads)),
    ...referenceIssues(world, channel, payload['message_reference']),
  ])
  requireContentPermissions(world, channel, payload, call.uploads)
  const filenames = call.uploads.map(({ filename }) => filename)
  for (const warning of messageWarnings(payload, { isChannelPost: true, filenames })) call.warn(warning)
  const body = payload as MessageBody
  if (payload['enforce_nonce'] === true && !isAbsent(body.nonce)) {
    const earlier = messageWithNonce(world, world.botId, body.nonce)
    if (earlier !== undefined) return { status: 200, body: messagePayload(world, earlier) }
  }
  const message = postMessage(world, {
    channel,
    author: botMember(world),
    body: { ...body, flags: Number(payload['flags'] ?? 0) & ~MessageFlags.Ephemeral },
    uploads: call.uploads,
    mentionDefault: 'all',
    type: isAbsent(body.message_reference) ? MessageType.Default : MessageType.Reply,
  })
  return { status: 200, body: messagePayload(world, message) }
}

function getOne(call: Call): Reply {
  const channel = channelFor(call.world, call.param('channel'), PermissionFlagsBits.ReadMessageHistory)
  return { status: 200, body: messagePayload(call.world, messageIn(call.world, channel, call.param('message'))) }
}

/** Newest first, 50 unless told, at most 100; `around` takes half before and half after. */
function list(call: Call): Reply {
  const { world, query } = call
  const channel = channelFor(world, call.param('channel'))
  const limit = Number(query.get('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    refuseIf([{ path: ['limit'], code: 'NUMBER_TYPE_MAX', message: 'int value should be between 1 and 100.' }])
  }
  // Discord: without the permission the list is empty, not refused
  if (!may(world, botMember(world), channel, PermissionFlagsBits.ReadMessageHistory)) return { status: 200, body: [] }
  const all = [...world.messages.values()]
    .filter((message) => message.channelId === channel.id && message.viewerId === undefined)
    .sort(bySnowflake)
  const chosen = window(all, query, limit)
  return { status: 200, body: chosen.reverse().map((message) => messagePayload(world, message)) }
}

function window(oldestFirst: readonly Message[], query: URLSearchParams, limit: number): Message[] {
  const before = query.get('before')
  const after = query.get('after')
  const around = query.get('around')
  if (around !== null) {
    const half = Math.floor(limit / 2)
    const older = oldestFirst.filter((message) => BigInt(message.id) < BigInt(around))
    const rest = oldestFirst.filter((message) => BigInt(message.id) >= BigInt(around))
    return [...(half === 0 ? [] : older.slice(-half)), ...rest.slice(0, limit - half)]
  }
  if (after !== null) return oldestFirst.filter((message) => BigInt(message.id) > BigInt(after)).slice(0, limit)
  if (before !== null) return oldestFirst.filter((message) => BigInt(message.id) < BigInt(before)).slice(-limit)
  return oldestFirst.slice(-limit)
}

function edit(call: Call): Reply {
  const { world } = call
  const channel = channelFor(world, call.param('channel'))
  const message = messageIn(world, channel, call.param('message'))
  if (message.authorId !== world.botId) {
    throw new DiscordRefusal(403, 50005, 'Cannot edit a message authored by another user')
  }
  if (channel.kind === 'thread' && channel.isArchived) throw archived()
  const payload = fieldsOf(call.json)
  refuseIf(messageIssues(call.json, contextOf(call.uploads, message)))
  requireContentPermissions(world, channel, payload, call.uploads)
  countOldEdit(world, message)
  const after = editMessage(world, message, payload, call.uploads, { mentionDefault: 'all' })
  return { status: 200, body: messagePayload(world, after) }
}

/** 30046 comes with status 429, so an unmodified discord.js waits and tries again instead of throwing. */
function countOldEdit(world: World, message: Message): void {
  const nowMs = world.clock.now()
  if (nowMs - snowflakeTimeMs(message.id) < HOUR_MS) return
  const recent = (world.oldEdits.get(message.channelId) ?? []).filter((atMs) => nowMs - atMs < OLD_EDITS_WITHIN_MS)
  const first = recent[0]
  if (first !== undefined && recent.length >= OLD_EDITS) {
    throw new DiscordRefusal(
      429,
      30046,
      'Maximum number of edits to messages older than 1 hour reached. Try again later.',
      {
        retryAfterS: (first + OLD_EDITS_WITHIN_MS - nowMs) / 1000,
      },
    )
  }
  world.oldEdits.set(message.channelId, [...recent, nowMs])
}

function remove(call: Call): Reply {
  const { world } = call
  const channel = channelFor(world, call.param('channel'))
  const message = messageIn(world, channel, call.param('message'))
  if (message.authorId !== world.botId) requirePermissions(world, channel, PermissionFlagsBits.ManageMessages)
  if (channel.kind === 'thread' && channel.isArchived) throw archived()
  deleteMessage(world, message)
  return DONE
}

function typing(call: Call): Reply {
  const channel = channelFor(call.world, call.param('channel'))
  requirePermissions(call.world, channel, speakIn(channel))
  return DONE
}

/** What the limits need to know of a request, and of the message it edits. */
export function contextOf(uploads: readonly Upload[], before?: Message): MessageContext {
  return {
    uploads: uploads.map(({ key, filename, bytes }) => ({ key, filename, sizeBytes: bytes.length })),
    ...(before === undefined
      ? {}
      : {
          before: {
            isV2: (before.flags & MessageFlags.IsComponentsV2) !== 0,
            content: before.content,
            embedCount: before.embeds.length,
            componentCount: before.components.length,
            attachments: before.attachments,
          },
        }),
  }
}

/** Embeds and files have permissions of their own. */
function requireContentPermissions(
  world: World,
  channel: Channel,
  payload: Readonly<Record<string, unknown>>,
  uploads: readonly Upload[],
): void {
  if (itemsOf(payload['embeds']).length > 0) requirePermissions(world, channel, PermissionFlagsBits.EmbedLinks)
  if (uploads.length > 0) requirePermissions(world, channel, PermissionFlagsBits.AttachFiles)
}

function referenceIssues(world: World, channel: Channel, reference: unknown): Issue[] {
  if (isAbsent(reference)) return []
  const fields = fieldsOf(reference)
  const isThere = world.messages.get(String(fields['message_id']))?.channelId === channel.id
  return isThere || fields['fail_if_not_exists'] === false
    ? []
    : [{ path: ['message_reference'], code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }]
}

function archived(): DiscordRefusal {
  return new DiscordRefusal(400, 50083, 'Thread is archived')
}
