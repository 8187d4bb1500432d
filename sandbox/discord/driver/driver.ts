import {
  type APIApplicationCommand,
  type APIApplicationCommandOptionChoice,
  ApplicationCommandType,
  ComponentType,
  PermissionFlagsBits,
} from 'discord-api-types/v10'
import { type Fields, itemsOf } from '../limits/issue.js'
import { may } from '../permissions.js'
import { sendInteraction } from '../world/interactions.js'
import { postMessage } from '../world/messages.js'
import { messagePayload } from '../world/payloads.js'
import { type SeenMessage, seenMessage } from '../world/seen.js'
import type { Channel, Interaction, Member, World } from '../world/state.js'
import { type Answer, answerTo, FAILED } from './answer.js'
import { buttonAt, flatComponents, type Pointer, selectAt } from './components.js'
import { menuCommand, menuData } from './menu.js'
import { type ModalValues, submittedComponents } from './modal.js'
import { chooseCommand, filledOptions, nested, type OptionValue, type SentOption } from './options.js'
import { type CommandData, interactionPayload, newInteraction, resolvedData } from './payload.js'
import { chosenValues, pickedUser } from './picks.js'
import { DriverRefusal } from './refusal.js'
import { anyChannelSeenBy, channelSeenBy, mayUse, messageSeenBy } from './visibility.js'

/**
 * What one person can do in Discord's client. Every act resolves as soon as it is sent; `wait()` on the answer
 * for the bot. What the client would not offer throws a DriverRefusal.
 */
export type Driver = {
  /** `command` with its sub-commands: 'connections show'. `channel` is an id or a name; default the first one seen. */
  readonly slash: (
    command: string,
    options?: Readonly<Record<string, OptionValue>>,
    channel?: string,
  ) => Promise<Answer>
  /** A menu command on a message ("Apps" in its menu). */
  readonly messageMenu: (command: string, messageId: string) => Promise<Answer>
  /** A menu command on a member, by name or id, from a channel; default the first one seen. */
  readonly userMenu: (command: string, member: string, channel?: string) => Promise<Answer>
  readonly click: (messageId: string, button: Pointer) => Promise<Answer>
  /** Values of string selects by value or label; users, roles, mentionables and channels by name or id. */
  readonly select: (messageId: string, select: Pointer, values: readonly string[]) => Promise<Answer>
  /** Fills and sends the modal that an answer opened; values by custom id. */
  readonly submitModal: (answer: Answer | string, values: ModalValues) => Promise<Answer>
  /** The choices offered while `text` stands in `option`; `others` are the options filled before. */
  readonly autocomplete: (
    command: string,
    option: string,
    text: string,
    others?: Readonly<Record<string, OptionValue>>,
    channel?: string,
  ) => Promise<readonly APIApplicationCommandOptionChoice[]>
  /** Writes a plain message. */
  readonly say: (channel: string, text: string) => Promise<SeenMessage>
}

/** Options whose value is the id of something that comes along: users, channels, roles, mentionables, files. */
const REFERRING: readonly number[] = [6, 7, 8, 9, 11]

/** Drives as a member, who is looked up afresh at every act: roles change in between. */
export function driverOf(world: World, memberId: string): Driver {
  const person = (): Member => {
    const member = world.members.get(memberId)
    if (member === undefined) throw new DriverRefusal(`no member is named "${memberId}"`)
    return member
  }

  const send = (
    channel: Channel,
    about: Pick<Interaction, 'kind' | 'label'> & { sourceId?: string; optionType?: number; commandType?: number },
    rest: { data: unknown; message?: unknown },
  ): Answer => {
    const interaction = newInteraction(world, person(), channel, about)
    sendInteraction(world, interaction, interactionPayload(world, interaction, person(), channel, rest))
    return answerTo(world, interaction.id)
  }

  const useComponent = (messageId: string, component: Fields, data: object): Answer => {
    const message = messageSeenBy(world, person(), messageId)
    const channel = channelSeenBy(world, person(), message.channelId)
    return send(
      channel,
      { kind: 'component', label: String(component['custom_id']), sourceId: message.id },
      {
        data: {
          component_type: component['type'],
          custom_id: component['custom_id'],
          id: component['id'],
          ...data,
        },
        message: messagePayload(world, message),
      },
    )
  }

  const requireUse = (channel: Channel, command: APIApplicationCommand) => {
    if (channel.kind === 'thread' && channel.isArchived) {
      throw new DriverRefusal('commands cannot be used in an archived thread')
    }
    if (!mayUse(world, person(), channel, command)) {
      throw new DriverRefusal(`/${command.name} is hidden from ${person().name}`)
    }
  }

  const useMenu = (
    channel: Channel,
    command: APIApplicationCommand,
    target: Parameters<typeof menuData>[2],
  ): Answer => {
    requireUse(channel, command)
    const about = { kind: 'command', label: command.name, commandType: command.type } as const
    return send(channel, about, { data: menuData(world, command, target) })
  }

  const commandIn = (words: string, channelName: string | undefined) => {
    const channel =
      channelName === undefined ? anyChannelSeenBy(world, person()) : channelSeenBy(world, person(), channelName)
    const chosen = chooseCommand(world.commands.values(), words)
    requireUse(channel, chosen.command)
    const data: CommandData = {
      id: chosen.command.id,
      name: chosen.command.name,
      type: ApplicationCommandType.ChatInput,
    }
    return { channel, chosen, data }
  }

  return {
    async slash(words, options = {}, channelName) {
      const { channel, chosen, data } = commandIn(words, channelName)
      const filled = filledOptions({ world, person: person(), channel }, chosen.options, options)
      const ids = filled.flatMap(({ type, value }) => (REFERRING.includes(type) ? [String(value)] : []))
      return send(
        channel,
        { kind: 'command', label: `/${words.replace(/^\//, '')}` },
        {
          data: {
            ...data,
            guild_id: world.guild.id,
            options: nested(chosen.path, filled),
            ...(ids.length === 0 ? {} : { resolved: resolvedData(world, ids) }),
          },
        },
      )
    },

    async messageMenu(name, messageId) {
      const message = messageSeenBy(world, person(), messageId)
      const command = menuCommand(world, name, ApplicationCommandType.Message)
      return useMenu(channelSeenBy(world, person(), message.channelId), command, { message })
    },

    async userMenu(name, member, channelName) {
      const channel =
        channelName === undefined ? anyChannelSeenBy(world, person()) : channelSeenBy(world, person(), channelName)
      const command = menuCommand(world, name, ApplicationCommandType.User)
      return useMenu(channel, command, { userId: pickedUser(world, person(), member) })
    },

    async click(messageId, pointer) {
      const message = messageSeenBy(world, person(), messageId)
      return useComponent(messageId, buttonAt(message.components, pointer), {})
    },

    async select(messageId, pointer, values) {
      const message = messageSeenBy(world, person(), messageId)
      const select = selectAt(message.components, pointer)
      const chosen = chosenValues(world, person(), select, values)
      const isOwn = select['type'] === ComponentType.StringSelect
      return useComponent(messageId, select, {
        values: chosen,
        ...(isOwn ? {} : { resolved: resolvedData(world, chosen) }),
      })
    },

    async submitModal(answer, values) {
      const id = typeof answer === 'string' ? answer : answer.interactionId
      const opened = world.interactions.get(id)
      if (opened?.modal === undefined || opened.userId !== memberId) {
        throw new DriverRefusal(`${person().name} has no modal of interaction ${id} open`)
      }
      const channel = channelSeenBy(world, person(), opened.channelId)
      const source = opened.sourceId === undefined ? undefined : world.messages.get(opened.sourceId)
      const filling = { world, person: person(), channel }
      const components = submittedComponents(filling, opened.modal as unknown as Fields, values)
      const ids = flatComponents(components).flatMap((input) => itemsOf(input['values']).map(String))
      return send(
        channel,
        {
          kind: 'modal',
          label: opened.modal.title,
          ...(source === undefined ? {} : { sourceId: source.id }),
        },
        {
          data: {
            custom_id: opened.modal.custom_id,
            components,
            resolved: resolvedData(world, ids),
          },
          ...(source === undefined ? {} : { message: messagePayload(world, source) }),
        },
      )
    },

    async autocomplete(words, name, text, others = {}, channelName) {
      const { channel, chosen, data } = commandIn(words, channelName)
      const option = chosen.options.find((candidate) => candidate.name === name)
      if (option === undefined || !('autocomplete' in option) || !option.autocomplete) {
        throw new DriverRefusal(`/${words} has no autocomplete for "${name}"`)
      }
      const known = chosen.options.filter((candidate) => candidate.name in others && candidate.name !== name)
      const filled: SentOption[] = [
        ...filledOptions(
          { world, person: person(), channel },
          known,
          Object.fromEntries(Object.entries(others).filter(([key]) => key !== name)),
        ),
        { name, type: option.type, value: text, focused: true },
      ]
      const answer = await send(
        channel,
        { kind: 'autocomplete', label: `/${words} ${name}`, optionType: option.type },
        { data: { ...data, guild_id: world.guild.id, options: nested(chosen.path, filled) } },
      ).wait()
      if (answer.state() === 'failed') throw new DriverRefusal(`${FAILED}: no choices in time`)
      return answer.choices()
    },

    async say(channelName, text) {
      const channel = channelSeenBy(world, person(), channelName)
      const permission =
        channel.kind === 'thread' ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages
      if (!may(world, person(), channel, permission)) {
        throw new DriverRefusal(`${person().name} cannot write in #${channel.name}`)
      }
      const body = { content: text.slice(0, 2000) }
      const message = postMessage(world, {
        channel,
        author: person(),
        body,
        uploads: [],
        mentionDefault: 'all',
        type: 0,
      })
      return seenMessage(world, message)
    },
  }
}
