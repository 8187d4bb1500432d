import { PermissionFlagsBits, type RESTGetAPIChannelMessagesPinsResult } from 'discord-api-types/v10'
import { messagePayload } from '../world/payloads.js'
import { pinMessage, pinsOf, unpinMessage } from '../world/pins.js'
import type { Channel, Message, World } from '../world/state.js'
import { channelFor, messageIn } from './access.js'
import { DiscordRefusal, refuseIf } from './refusal.js'
import { type Call, DONE, type Reply, type Route } from './route.js'

const MOST_PINS = 250
const ALL = '/channels/:channel/messages/pins'
const ONE = `${ALL}/:message`

/** Pins by the routes of 2025; the older ones are gone for bots that use discord.js 14.2x. */
export const PIN_ROUTES: readonly Route[] = [
  { method: 'GET', path: ALL, handle: list },
  { method: 'PUT', path: ONE, handle: pin },
  { method: 'DELETE', path: ONE, handle: unpin },
]

/** Newest pin first, 50 unless told; `before` is the time of a pin. */
function list(call: Call): Reply {
  const { world, query } = call
  const channel = channelFor(world, call.param('channel'), PermissionFlagsBits.ReadMessageHistory)
  const limit = Number(query.get('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) {
    refuseIf([{ path: ['limit'], code: 'NUMBER_TYPE_MAX', message: 'int value should be between 1 and 50.' }])
  }
  const beforeMs = query.has('before') ? Date.parse(query.get('before') ?? '') : Infinity
  const pins = pinsOf(world, channel.id).filter((pinned) => pinned.pinnedMs < beforeMs)
  const body: RESTGetAPIChannelMessagesPinsResult = {
    items: pins.slice(0, limit).map(({ message, pinnedMs }) => ({
      pinned_at: new Date(pinnedMs).toISOString(),
      message: messagePayload(world, message),
    })),
    has_more: pins.length > limit,
  }
  return { status: 200, body }
}

/** Pinning what is pinned already changes nothing. The 251st is refused: 30003. */
function pin(call: Call): Reply {
  const { world, channel, message } = pinnable(call)
  if (message.pinnedMs !== undefined) return DONE
  if (pinsOf(world, channel.id).length >= MOST_PINS) {
    throw new DiscordRefusal(400, 30003, `Maximum number of pins reached (${MOST_PINS})`)
  }
  pinMessage(world, channel, message)
  return DONE
}

function unpin(call: Call): Reply {
  const { world, channel, message } = pinnable(call)
  if (message.pinnedMs !== undefined) unpinMessage(world, channel, message)
  return DONE
}

function pinnable(call: Call): { readonly world: World; readonly channel: Channel; readonly message: Message } {
  const { world } = call
  const channel = channelFor(world, call.param('channel'), PermissionFlagsBits.PinMessages)
  if (channel.kind === 'thread' && channel.isArchived) throw new DiscordRefusal(400, 50083, 'Thread is archived')
  return { world, channel, message: messageIn(world, channel, call.param('message')) }
}
