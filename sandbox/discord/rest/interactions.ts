import {
  type APIInteractionResponse,
  InteractionResponseType as Kind,
  InteractionType,
  MessageFlags,
  MessageType,
} from 'discord-api-types/v10'
import { callbackIssues } from '../limits/callback.js'
import { fieldsOf } from '../limits/issue.js'
import { changeInteraction } from '../world/interactions.js'
import { editMessage, type MessageBody, postMessage } from '../world/messages.js'
import { messagePayload } from '../world/payloads.js'
import type { Interaction, Message, World } from '../world/state.js'
import { botMember } from './access.js'
import { contextOf } from './messages.js'
import { DiscordRefusal, refuseIf, unknownThing } from './refusal.js'
import { type Call, DONE, type Reply, type Route } from './route.js'

export const CALLBACK_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/interactions/:interaction/:token/callback', isOpen: true, handle: answer },
]

const TYPES: Readonly<Record<Interaction['kind'], InteractionType>> = {
  command: InteractionType.ApplicationCommand,
  autocomplete: InteractionType.ApplicationCommandAutocomplete,
  component: InteractionType.MessageComponent,
  modal: InteractionType.ModalSubmit,
}

/** Answers whose message comes back at once, as a resource. */
const BEARING: readonly number[] = [Kind.ChannelMessageWithSource, Kind.UpdateMessage]

/** The first answer to an interaction: within three seconds (10062), and only once (40060). */
function answer(call: Call): Reply {
  const { world } = call
  const interaction = world.interactions.get(call.param('interaction'))
  if (interaction === undefined || interaction.token !== call.param('token') || interaction.state === 'failed') {
    throw unknownThing(10062, 'interaction')
  }
  if (interaction.state !== 'waiting') {
    throw new DiscordRefusal(400, 40060, 'Interaction has already been acknowledged.')
  }
  const source = interaction.sourceId === undefined ? undefined : world.messages.get(interaction.sourceId)
  const type = fieldsOf(call.json)['type']
  refuseIf(
    callbackIssues(call.json, {
      interaction: interaction.kind,
      hasSource: interaction.sourceId !== undefined,
      ...(interaction.optionType === undefined ? {} : { optionType: interaction.optionType }),
      message: contextOf(call.uploads, type === Kind.UpdateMessage ? source : undefined),
    }),
  )
  const message = carryOut(call, interaction, source, call.json as APIInteractionResponse)
  if (call.query.get('with_response') !== 'true') return DONE
  return { status: 200, body: callbackResult(world, interaction, Number(type), message) }
}

/** Does what the answer says; gives the message it made, promised or changed. */
function carryOut(
  call: Call,
  interaction: Interaction,
  source: Message | undefined,
  body: APIInteractionResponse,
): Message | undefined {
  const { world } = call
  const change = (next: Partial<Interaction>) => changeInteraction(world, interaction.id, next)
  switch (body.type) {
    case Kind.ChannelMessageWithSource: {
      const message = speak(call, interaction, body.data as MessageBody)
      change({ state: 'answered', isSettled: true, originalId: message.id })
      return message
    }
    case Kind.DeferredChannelMessageWithSource: {
      const flags = (body.data?.flags ?? 0) | MessageFlags.Loading
      const message = speak(call, interaction, { flags })
      change({ state: 'thinking', originalId: message.id })
      return message
    }
    case Kind.DeferredMessageUpdate:
      change({ state: 'deferred', ...(source === undefined ? {} : { originalId: source.id }) })
      return source
    case Kind.UpdateMessage: {
      if (source === undefined) throw unknownThing(10008, 'Message')
      const data = (body.data ?? {}) as MessageBody
      const message = editMessage(world, source, data, call.uploads, { mentionDefault: 'users' })
      change({ state: 'answered', isSettled: true, originalId: message.id })
      return message
    }
    case Kind.ApplicationCommandAutocompleteResult:
      change({ state: 'choices', isSettled: true, choices: body.data.choices ?? [] })
      return undefined
    case Kind.Modal:
      change({ state: 'modal', isSettled: true, modal: body.data })
      return undefined
    case Kind.Pong:
    case Kind.PremiumRequired:
    case Kind.LaunchActivity:
    default:
      throw new Error(`answers of type ${String(body.type)} pass the limits but are not carried out`)
  }
}

/** Posts a message in an interaction's name; ephemeral ones are for its user alone. */
export function speak(call: Call, interaction: Interaction, body: MessageBody): Message {
  const { world } = call
  const channel = world.channels.get(interaction.channelId)
  if (channel === undefined) throw unknownThing(10003, 'Channel')
  const isEphemeral = ((body.flags ?? 0) & MessageFlags.Ephemeral) !== 0
  const isFirst = interaction.originalId === undefined
  return postMessage(world, {
    channel,
    author: botMember(world),
    body,
    uploads: call.uploads,
    mentionDefault: 'users',
    type: isFirst ? answerType(interaction) : MessageType.Default,
    interactionId: interaction.id,
    ...(isEphemeral ? { viewerId: interaction.userId } : {}),
  })
}

function answerType(interaction: Interaction): MessageType {
  if (interaction.kind !== 'command') return MessageType.Default
  return interaction.commandType === undefined ? MessageType.ChatInputCommand : MessageType.ContextMenuCommand
}

function callbackResult(world: World, interaction: Interaction, type: number, message: Message | undefined): unknown {
  const isLoading = message !== undefined && (message.flags & MessageFlags.Loading) !== 0
  return {
    interaction: {
      id: interaction.id,
      type: TYPES[interaction.kind],
      channel_id: interaction.channelId,
      guild_id: world.guild.id,
      ...(message === undefined
        ? {}
        : {
            response_message_id: message.id,
            response_message_loading: isLoading,
            response_message_ephemeral: message.viewerId !== undefined,
          }),
    },
    // what a deferral promises, choices and modals are no resource: the specification has it for types 4 and 7 alone
    ...(message !== undefined && BEARING.includes(type)
      ? { resource: { type, message: messagePayload(world, message) } }
      : {}),
  }
}
