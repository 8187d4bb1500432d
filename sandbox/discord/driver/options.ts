import {
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType as Kind,
  ApplicationCommandType,
} from 'discord-api-types/v10'
import { fieldsOf, itemsOf } from '../limits/issue.js'
import type { Channel, Member, World } from '../world/state.js'
import { isPersonFile, type PersonFile, uploaded } from './files.js'
import { pickedOption } from './picks.js'
import { DriverRefusal } from './refusal.js'

export type OptionValue = string | number | boolean | PersonFile

/** A command as a person has chosen it: the sub-command's path and the options it has there. */
type Chosen = {
  readonly command: APIApplicationCommand
  /** Names of group and sub-command, outermost first. */
  readonly path: readonly { readonly name: string; readonly type: Kind }[]
  readonly options: readonly APIApplicationCommandOption[]
}

export type SentOption = {
  readonly name: string
  readonly type: number
  readonly value?: string | number | boolean
  readonly focused?: boolean
  readonly options?: readonly SentOption[]
}

/** Finds "connections show" among the registered commands. Refuses what is not there, or needs a sub-command. */
export function chooseCommand(commands: Iterable<APIApplicationCommand>, words: string): Chosen {
  const [name, ...rest] = words.replace(/^\//, '').trim().split(/\s+/)
  const command = [...commands].find(
    (candidate) => candidate.name === name && candidate.type === ApplicationCommandType.ChatInput,
  )
  if (command === undefined) throw new DriverRefusal(`no command /${String(name)} is registered`)
  let options: readonly APIApplicationCommandOption[] = command.options ?? []
  const path: { name: string; type: Kind }[] = []
  for (const word of rest) {
    const next = options.find((option) => option.name === word && isNesting(option))
    if (next === undefined) throw new DriverRefusal(`/${words} is not registered: no "${word}"`)
    path.push({ name: next.name, type: next.type })
    options = itemsOf(fieldsOf(next)['options']) as readonly APIApplicationCommandOption[]
  }
  if (options.some(isNesting)) throw new DriverRefusal(`/${words} needs a sub-command`)
  return { command, path, options }
}

function isNesting(option: APIApplicationCommandOption): boolean {
  return option.type === Kind.Subcommand || option.type === Kind.SubcommandGroup
}

/** Who fills the options, and where: files are uploaded there, channels must be seen. */
export type Filling = { readonly world: World; readonly person: Member; readonly channel: Channel }

/** The options as they are sent, in the command's order. Refuses unknown, missing and impossible values. */
export function filledOptions(
  filling: Filling,
  options: readonly APIApplicationCommandOption[],
  values: Readonly<Record<string, OptionValue>>,
): SentOption[] {
  const unknown = Object.keys(values).find((name) => !options.some((option) => option.name === name))
  if (unknown !== undefined) throw new DriverRefusal(`the command has no option "${unknown}"`)
  return options.flatMap((option) => {
    const value = values[option.name]
    if (value !== undefined) return [{ name: option.name, type: option.type, value: sentValue(filling, option, value) }]
    if (option.required === true) throw new DriverRefusal(`option "${option.name}" is required`)
    return []
  })
}

/** Puts the options under their group and sub-command. */
export function nested(path: Chosen['path'], options: readonly SentOption[]): SentOption[] {
  return path.reduceRight<readonly SentOption[]>(
    (inner, step) => [{ name: step.name, type: step.type, options: inner }],
    options,
  ) as SentOption[]
}

function sentValue(
  { world, person, channel }: Filling,
  option: APIApplicationCommandOption,
  value: OptionValue,
): string | number | boolean {
  if (isPersonFile(value) !== (option.type === Kind.Attachment)) {
    throw new DriverRefusal(`${option.name} takes ${option.type === Kind.Attachment ? 'a file' : 'no file'}`)
  }
  if (isPersonFile(value)) return uploaded(world, channel.id, value, fieldsOf(option)['file_types'])
  switch (option.type) {
    case Kind.String: {
      const text = String(value)
      const choices = option.choices ?? []
      const chosen = choices.find((choice) => choice.value === text || choice.name === text)
      if (choices.length > 0 && chosen === undefined)
        throw new DriverRefusal(`"${text}" is no choice of ${option.name}`)
      const [least, most] = 'min_length' in option ? [option.min_length ?? 0, option.max_length ?? 6000] : [0, 6000]
      if (text.length < least || text.length > most)
        throw new DriverRefusal(`${option.name}: ${least} to ${most} characters`)
      return chosen?.value ?? text
    }
    case Kind.Integer:
    case Kind.Number: {
      const choices = option.choices ?? []
      const number = choices.find((choice) => choice.name === value)?.value ?? Number(value)
      const isWhole = option.type === Kind.Number || Number.isInteger(number)
      if (!Number.isFinite(number) || !isWhole) throw new DriverRefusal(`${option.name} takes a number`)
      if (choices.length > 0 && !choices.some((choice) => choice.value === number)) {
        throw new DriverRefusal(`${number} is no choice of ${option.name}`)
      }
      const least = 'min_value' in option ? (option.min_value ?? -Infinity) : -Infinity
      const most = 'max_value' in option ? (option.max_value ?? Infinity) : Infinity
      if (number < least || number > most) throw new DriverRefusal(`${option.name}: ${least} to ${most}`)
      return number
    }
    case Kind.Boolean:
      return value === true || value === 'true'
    case Kind.User:
    case Kind.Role:
    case Kind.Channel:
    case Kind.Mentionable:
    case Kind.Attachment:
    case Kind.Subcommand:
    case Kind.SubcommandGroup:
    default: {
      const id = pickedOption(world, person, fieldsOf(option), String(value))
      if (id === undefined) throw new DriverRefusal(`the sandbox cannot fill options of type ${option.type}`)
      return id
    }
  }
}
