import { PermissionFlagsBits } from 'discord-api-types/v10'
import { fieldsOf, isAbsent, textOf } from '../limits/issue.js'
import { threadIssues } from '../limits/threads.js'
import { may } from '../permissions.js'
import { startThread } from '../world/channels.js'
import { channelPayload, textChannelPayload, threadPayload } from '../world/payloads.js'
import type { Thread } from '../world/state.js'
import { botMember, channelFor, messageIn, requirePermissions } from './access.js'
import { DiscordRefusal, refuseIf } from './refusal.js'
import type { Call, Reply, Route } from './route.js'

export const CHANNEL_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/channels/:channel', handle: getChannel },
  { method: 'PATCH', path: '/channels/:channel', handle: patchThread },
  { method: 'POST', path: '/channels/:channel/messages/:message/threads', handle: start },
  { method: 'GET', path: '/guilds/:guild/channels', handle: listChannels },
  { method: 'GET', path: '/guilds/:guild/threads/active', handle: listThreads },
]

function getChannel(call: Call): Reply {
  return { status: 200, body: channelPayload(call.world, channelFor(call.world, call.param('channel'))) }
}

function listChannels({ world }: Call): Reply {
  const channels = [...world.channels.values()].flatMap((channel) =>
    channel.kind === 'text' ? [textChannelPayload(world, channel)] : [],
  )
  return { status: 200, body: channels }
}

function listThreads({ world }: Call): Reply {
  const bot = botMember(world)
  const threads = [...world.channels.values()].filter(
    (channel): channel is Thread =>
      channel.kind === 'thread' && !channel.isArchived && may(world, bot, channel, PermissionFlagsBits.ViewChannel),
  )
  return {
    status: 200,
    body: { threads: threads.map((thread) => threadPayload(world, thread)), members: [], has_more: false },
  }
}

/** A thread started from a message bears the message's id, so there can be only one: 160004. */
function start(call: Call): Reply {
  const { world } = call
  const channel = channelFor(world, call.param('channel'))
  const message = messageIn(world, channel, call.param('message'))
  requirePermissions(world, channel, PermissionFlagsBits.CreatePublicThreads)
  if (channel.kind === 'thread') throw new DiscordRefusal(400, 50024, 'Cannot execute action on this channel type')
  const payload = fieldsOf(call.json)
  refuseIf(threadIssues(payload))
  if (world.channels.has(message.id)) {
    throw new DiscordRefusal(400, 160004, 'A thread has already been created for this message')
  }
  const thread = startThread(world, message, {
    name: String(payload['name']),
    ownerId: world.botId,
    autoArchiveMinutes: Number(payload['auto_archive_duration'] ?? 1440),
  })
  return { status: 201, body: threadPayload(world, thread) }
}

/** Its creator may rename and archive a thread; locking it takes ManageThreads. */
function patchThread(call: Call): Reply {
  const { world } = call
  const thread = channelFor(world, call.param('channel'))
  if (thread.kind !== 'thread') throw new DiscordRefusal(403, 50013, 'Missing Permissions')
  const payload = fieldsOf(call.json)
  const locks = typeof payload['locked'] === 'boolean' && payload['locked'] !== thread.isLocked
  if (thread.ownerId !== world.botId || locks || thread.isLocked) {
    requirePermissions(world, thread, PermissionFlagsBits.ManageThreads)
  }
  refuseIf(threadIssues(payload, true))
  const staysArchived = thread.isArchived && payload['archived'] !== false
  if (staysArchived && !isAbsent(payload['name'])) throw new DiscordRefusal(400, 50083, 'Thread is archived')
  const nowMs = world.clock.now()
  const isArchived = typeof payload['archived'] === 'boolean' ? payload['archived'] : thread.isArchived
  const after: Thread = {
    ...thread,
    name: isAbsent(payload['name']) ? thread.name : textOf(payload['name']),
    autoArchiveMinutes: Number(payload['auto_archive_duration'] ?? thread.autoArchiveMinutes),
    isLocked: typeof payload['locked'] === 'boolean' ? payload['locked'] : thread.isLocked,
    isArchived,
    ...(isArchived === thread.isArchived ? {} : { archiveChangedMs: nowMs, lastActivityMs: nowMs }),
  }
  world.channels.set(after.id, after)
  world.tell({ kind: 'thread updated', thread: after })
  return { status: 200, body: threadPayload(world, after) }
}
