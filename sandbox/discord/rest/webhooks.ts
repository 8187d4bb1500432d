import { MessageFlags } from 'discord-api-types/v10'
import { fieldsOf } from '../limits/issue.js'
import { messageIssues } from '../limits/message.js'
import { changeInteraction, TOKEN_LIVES_MS } from '../world/interactions.js'
import { deleteMessage, editMessage, type MessageBody } from '../world/messages.js'
import { messagePayload } from '../world/payloads.js'
import type { Interaction, Message, World } from '../world/state.js'
import { speak } from './interactions.js'
import { contextOf } from './messages.js'
import { DiscordRefusal, refuseIf, unknownThing } from './refusal.js'
import { type Call, DONE, type Reply, type Route } from './route.js'

const HOOK = '/webhooks/:application/:token'
const ONE = `${HOOK}/messages/:message`

/** Follow-ups and @original: all by the interaction's token, for fifteen minutes. */
export const WEBHOOK_ROUTES: readonly Route[] = [
  { method: 'POST', path: HOOK, isOpen: true, handle: followUp },
  { method: 'GET', path: ONE, isOpen: true, handle: getOne },
  { method: 'PATCH', path: ONE, isOpen: true, handle: edit },
  { method: 'DELETE', path: ONE, isOpen: true, handle: remove },
]

function interactionOf(call: Call): Interaction {
  const token = call.param('token')
  const interaction = [...call.world.interactions.values()].find((candidate) => candidate.token === token)
  const isExpired = interaction !== undefined && call.world.clock.now() - interaction.startedMs > TOKEN_LIVES_MS
  if (interaction === undefined || isExpired) throw new DiscordRefusal(401, 50027, 'Invalid Webhook Token')
  if (call.param('application') !== call.world.botId) throw unknownThing(10015, 'Webhook')
  // Discord knows the webhook of an interaction only once it has been acknowledged
  if (interaction.state === 'waiting' || interaction.state === 'failed') throw unknownThing(10015, 'Webhook')
  return interaction
}

/** The message this token may touch: @original, a follow-up, or the message the component is on. */
function messageOf(world: World, interaction: Interaction, name: string): Message {
  const id = name === '@original' ? interaction.originalId : name
  const isOwn = id === interaction.originalId || interaction.followUpIds.includes(String(id))
  const message = id === undefined || !isOwn ? undefined : world.messages.get(id)
  if (message === undefined) throw unknownThing(10008, 'Message')
  return message
}

function followUp(call: Call): Reply {
  const { world } = call
  const interaction = interactionOf(call)
  refuseIf(messageIssues(call.json, contextOf(call.uploads)))
  const body = fieldsOf(call.json) as MessageBody
  const promised = interaction.state === 'thinking' && !interaction.isSettled ? interaction.originalId : undefined
  const waiting = promised === undefined ? undefined : world.messages.get(promised)
  if (waiting !== undefined) {
    // Discord gives the first follow-up after a deferral to the waiting message, whose visibility stays
    const message = fill(call, interaction, waiting, body)
    return { status: 200, body: messagePayload(world, message) }
  }
  const message = speak(call, interaction, body)
  changeInteraction(world, interaction.id, {
    isSettled: true,
    followUpIds: [...interaction.followUpIds, message.id],
  })
  return { status: 200, body: messagePayload(world, message) }
}

function getOne(call: Call): Reply {
  const message = messageOf(call.world, interactionOf(call), call.param('message'))
  return { status: 200, body: messagePayload(call.world, message) }
}

function edit(call: Call): Reply {
  const { world } = call
  const interaction = interactionOf(call)
  const before = messageOf(world, interaction, call.param('message'))
  refuseIf(messageIssues(call.json, contextOf(call.uploads, before)))
  const message = fill(call, interaction, before, fieldsOf(call.json))
  return { status: 200, body: messagePayload(world, message) }
}

function fill(call: Call, interaction: Interaction, before: Message, body: MessageBody): Message {
  const message = editMessage(call.world, before, body, call.uploads, {
    mentionDefault: 'users',
    endsThinking: (before.flags & MessageFlags.Loading) !== 0,
  })
  changeInteraction(call.world, interaction.id, { isSettled: true })
  return message
}

function remove(call: Call): Reply {
  const interaction = interactionOf(call)
  const message = messageOf(call.world, interaction, call.param('message'))
  deleteMessage(call.world, message)
  changeInteraction(call.world, interaction.id, { isSettled: true })
  return DONE
}
