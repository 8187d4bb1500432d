import type { Channel, Message, World } from './state.js'

export function pinMessage(world: World, channel: Channel, message: Message): void {
  put(world, channel, { ...message, pinnedMs: world.clock.now() })
}

export function unpinMessage(world: World, channel: Channel, message: Message): void {
  const { pinnedMs: _pinnedMs, ...rest } = message
  put(world, channel, rest)
}

/** The channel's pinned messages, the newest pin first. */
export function pinsOf(world: World, channelId: string): { readonly message: Message; readonly pinnedMs: number }[] {
  return [...world.messages.values()]
    .flatMap((message) =>
      message.channelId === channelId && message.pinnedMs !== undefined
        ? [{ message, pinnedMs: message.pinnedMs }]
        : [],
    )
    .sort((a, b) => b.pinnedMs - a.pinnedMs)
}

function put(world: World, channel: Channel, message: Message): void {
  world.messages.set(message.id, message)
  world.tell({ kind: 'message updated', message })
  world.tell({ kind: 'pins updated', channel, ...lastPin(world, channel.id) })
}

function lastPin(world: World, channelId: string): { lastPinMs?: number } {
  const last = pinsOf(world, channelId)[0]
  return last === undefined ? {} : { lastPinMs: last.pinnedMs }
}
