import { type APIApplicationCommand, ApplicationCommandType } from 'discord-api-types/v10'
import { messagePayload } from '../world/payloads.js'
import type { Message, World } from '../world/state.js'
import { resolvedData } from './payload.js'
import { DriverRefusal } from './refusal.js'

/** The menu command of this name for messages or users. */
export function menuCommand(
  world: World,
  name: string,
  type: ApplicationCommandType.Message | ApplicationCommandType.User,
): APIApplicationCommand {
  const command = [...world.commands.values()].find((candidate) => candidate.name === name && candidate.type === type)
  const kind = type === ApplicationCommandType.Message ? 'messages' : 'users'
  if (command === undefined) throw new DriverRefusal(`no menu command "${name}" for ${kind} is registered`)
  return command
}

/** `data` of a menu command: its target, and the target in full. */
export function menuData(
  world: World,
  command: APIApplicationCommand,
  target: { readonly message: Message } | { readonly userId: string },
): object {
  const named = { id: command.id, name: command.name, type: command.type, guild_id: world.guild.id }
  return 'message' in target
    ? {
        ...named,
        target_id: target.message.id,
        resolved: { messages: { [target.message.id]: messagePayload(world, target.message) } },
      }
    : { ...named, target_id: target.userId, resolved: resolvedData(world, [target.userId]) }
}
