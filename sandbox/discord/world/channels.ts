import type { Channel, Message, Thread, World } from './state.js'

/** A channel as it is now: a thread nobody wrote in for long enough is archived, without anybody's doing. */
export function channelNow(world: World, id: string): Channel | undefined {
  const channel = world.channels.get(id)
  if (channel?.kind !== 'thread' || channel.isArchived) return channel
  const quietMs = world.clock.now() - channel.lastActivityMs
  return quietMs > channel.autoArchiveMinutes * 60_000 ? { ...channel, isArchived: true } : channel
}

/** Starts a thread under a message; it bears the message's id. The caller has made sure that there is none yet. */
export function startThread(
  world: World,
  starter: Message,
  options: { readonly name: string; readonly ownerId: string; readonly autoArchiveMinutes: number },
): Thread {
  const nowMs = world.clock.now()
  const thread: Thread = {
    kind: 'thread',
    id: starter.id,
    name: options.name,
    parentId: starter.channelId,
    ownerId: options.ownerId,
    isArchived: false,
    isLocked: false,
    autoArchiveMinutes: options.autoArchiveMinutes,
    lastActivityMs: nowMs,
    archiveChangedMs: nowMs,
  }
  world.channels.set(thread.id, thread)
  const message = { ...starter, threadId: thread.id, flags: starter.flags | 32 } // 32: MessageFlags.HasThread
  world.messages.set(message.id, message)
  world.tell({ kind: 'thread created', thread })
  world.tell({ kind: 'message updated', message })
  return thread
}

/** Archives a thread, as its owner, a moderator or the passing of time does. */
export function archiveThread(world: World, before: Thread, isLocked: boolean): Thread {
  const thread = { ...before, isArchived: true, isLocked, archiveChangedMs: world.clock.now() }
  world.channels.set(thread.id, thread)
  world.tell({ kind: 'thread updated', thread })
  return thread
}

/** Removes a channel with its threads and all their messages. */
export function deleteChannel(world: World, channel: Channel): void {
  for (const other of world.channels.values()) {
    if (other.kind === 'thread' && other.parentId === channel.id) deleteChannel(world, other)
  }
  for (const message of world.messages.values()) {
    if (message.channelId === channel.id) world.messages.delete(message.id)
  }
  world.channels.delete(channel.id)
  world.tell({ kind: 'channel deleted', channel })
}
