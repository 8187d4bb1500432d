import { ApplicationCommandOptionType as Kind, ApplicationCommandType } from 'discord-api-types/v10'
import { fileTypeIssues } from './inputs.js'
import {
  countIssues,
  fieldsOf,
  type Fields,
  isAbsent,
  type Issue,
  itemsOf,
  numberIssues,
  type Path,
  repeated,
  required,
  textIssues,
} from './issue.js'

const CHAT: number = ApplicationCommandType.ChatInput
const TEXT: number = Kind.String
const ATTACHMENT: number = Kind.Attachment
const CHAT_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u
const MOST_COMMAND_TEXT = 8000
const MOST_OPTION_TEXT = 6000
const MOST_OF_TYPE: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15 }

/** A list of commands to put in place of the guild's: each of them, their number, and distinct names. */
export function commandListIssues(payload: unknown): Issue[] {
  if (!Array.isArray(payload)) return countIssues(payload, [], 0, 130)
  const typeOf = (command: unknown) => Number(fieldsOf(command)['type'] ?? ApplicationCommandType.ChatInput)
  const names = payload.map((command) => `${typeOf(command)} ${String(fieldsOf(command)['name'])}`)
  const twice = repeated(names)
  return [
    ...payload.flatMap((command, index) => commandIssues(command, [index])),
    ...names.flatMap((name, index) =>
      twice.includes(name) && names.indexOf(name) !== index ? [nameTaken([index, 'name'])] : [],
    ),
    ...Object.entries(MOST_OF_TYPE).flatMap(([type, most]) =>
      payload.filter((command) => typeOf(command) === Number(type)).length > most
        ? [{ path: [], code: 'SANDBOX_TOO_MANY_COMMANDS', message: `At most ${most} commands of type ${type}` }]
        : [],
    ),
  ]
}

export function nameTaken(path: Path): Issue {
  return { path, code: 'APPLICATION_COMMANDS_DUPLICATE_NAME', message: 'Application command names must be unique' }
}

/** One command. `path` is where it lies in the request. */
export function commandIssues(payload: unknown, path: Path = []): Issue[] {
  const command = fieldsOf(payload)
  const type = Number(command['type'] ?? ApplicationCommandType.ChatInput)
  if (type !== CHAT) {
    return [
      ...textIssues(command['name'], [...path, 'name'], { min: 1, max: 32, isRequired: true }),
      ...(isAbsent(command['description']) || command['description'] === ''
        ? []
        : [{ path: [...path, 'description'], code: 'SANDBOX_MENU_DESCRIPTION', message: 'Menus have no description' }]),
    ]
  }
  const textLength = commandTextLength(command)
  return [
    ...namedIssues(command, path),
    ...optionListIssues(command['options'], [...path, 'options']),
    ...(textLength > MOST_COMMAND_TEXT
      ? [
          {
            path,
            code: 'APPLICATION_COMMAND_TOO_LARGE',
            message: `Command exceeds maximum size (${MOST_COMMAND_TEXT})`,
          },
        ]
      : []),
  ]
}

/** The edit of one command: only what it says is judged, by the rules of the command's type. */
export function commandEditIssues(payload: unknown, type: number = CHAT): Issue[] {
  const filler = { name: 'name', ...(type === CHAT ? { description: 'description' } : {}) }
  return commandIssues({ ...filler, ...fieldsOf(payload), type })
}

/** True when there is room for one more command of this type beside the `others`. */
export function hasRoomFor(type: number, others: readonly { readonly type: number }[]): boolean {
  return others.filter((other) => other.type === type).length < (MOST_OF_TYPE[type] ?? Infinity)
}

function namedIssues(named: Fields, path: Path): Issue[] {
  const name = named['name']
  const badName: Issue[] =
    typeof name === 'string' && (!CHAT_NAME.test(name) || name !== name.toLowerCase())
      ? [
          {
            path: [...path, 'name'],
            code: 'APPLICATION_COMMAND_INVALID_NAME',
            message: "Command name is invalid: lower case letters, digits, -, _ and ', at most 32",
          },
        ]
      : []
  return [
    ...(isAbsent(name) || name === '' ? [required([...path, 'name'])] : badName),
    ...textIssues(named['description'], [...path, 'description'], { min: 1, max: 100, isRequired: true }),
  ]
}

function optionListIssues(raw: unknown, path: Path): Issue[] {
  if (isAbsent(raw)) return []
  const options = itemsOf(raw).map(fieldsOf)
  const isNesting = (option: Fields) => option['type'] === Kind.Subcommand || option['type'] === Kind.SubcommandGroup
  const nesting = options.filter(isNesting).length
  const names = options.map((option) => option['name'])
  const twice = repeated(names)
  return [
    ...countIssues(raw, path, 0, 25),
    ...(nesting > 0 && nesting < options.length
      ? [
          {
            path,
            code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
            message: 'Sub-commands and options cannot be mixed',
          },
        ]
      : []),
    ...options.flatMap((option, index) => {
      const at = [...path, index]
      const isLate =
        option['required'] === true && options.slice(0, index).some((earlier) => earlier['required'] !== true)
      return [
        ...namedIssues(option, at),
        ...(isNesting(option) ? nestedIssues(option, at) : valueOptionIssues(option, at)),
        ...(isLate
          ? [
              {
                path: at,
                code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
                message: 'Required options must be placed before non-required options',
              },
            ]
          : []),
        ...(twice.includes(option['name']) && names.indexOf(option['name']) !== index
          ? [
              {
                path: at,
                code: 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS',
                message: 'Option name already exists',
              },
            ]
          : []),
      ]
    }),
  ]
}

/** Command, group, sub-command: no deeper. */
function nestedIssues(option: Fields, path: Path): Issue[] {
  const children = itemsOf(option['options']).map((child) => fieldsOf(child)['type'])
  const isWrong =
    option['type'] === Kind.SubcommandGroup
      ? children.some((type) => type !== Kind.Subcommand)
      : children.some((type) => type === Kind.Subcommand || type === Kind.SubcommandGroup)
  return isWrong
    ? [{ path, code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', message: 'Sub-commands are nested too deep' }]
    : optionListIssues(option['options'], [...path, 'options'])
}

function valueOptionIssues(option: Fields, path: Path): Issue[] {
  const type = Number(option['type'])
  const choices = itemsOf(option['choices'])
  const takesChoices = [Kind.String, Kind.Integer, Kind.Number].includes(type)
  const hasBoth = option['autocomplete'] === true && choices.length > 0
  return [
    ...(type >= 1 && type <= 11
      ? []
      : [{ path: [...path, 'type'], code: 'BASE_TYPE_CHOICES', message: 'Value must be one of 1 to 11.' }]),
    ...(hasBoth || (option['autocomplete'] === true && !takesChoices)
      ? [{ path, code: 'APPLICATION_COMMAND_AUTOCOMPLETE_INVALID', message: 'Autocomplete cannot go with this option' }]
      : []),
    ...numberIssues(option['min_length'], [...path, 'min_length'], 0, MOST_OPTION_TEXT),
    ...numberIssues(option['max_length'], [...path, 'max_length'], 1, MOST_OPTION_TEXT),
    ...(type === ATTACHMENT ? fileTypeIssues(option['file_types'], [...path, 'file_types']) : []),
    ...(isAbsent(option['choices']) ? [] : countIssues(option['choices'], [...path, 'choices'], 0, 25)),
    ...choices.flatMap((choice, index) => choiceIssues(choice, [...path, 'choices', index], type)),
  ]
}

/** A fixed choice or an autocomplete choice: a name of 100, a value of the option's type. */
export function choiceIssues(choice: unknown, path: Path, type: number): Issue[] {
  const { name, value } = fieldsOf(choice)
  const isText = type === TEXT
  return [
    ...textIssues(name, [...path, 'name'], { min: 1, max: 100, isRequired: true }),
    ...(isText
      ? typeof value === 'string'
        ? textIssues(value, [...path, 'value'], { min: 1, max: 100, isRequired: true })
        : [{ path: [...path, 'value'], code: 'STRING_TYPE_CONVERT', message: 'Could not interpret value as string.' }]
      : typeof value === 'number'
        ? []
        : [{ path: [...path, 'value'], code: 'NUMBER_TYPE_COERCE', message: 'Value is not a number.' }]),
  ]
}

/** Names, descriptions and values of a command with all its options. */
function commandTextLength(fields: Fields): number {
  const own = [fields['name'], fields['description'], fields['value']].reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? text.length : 0),
    0,
  )
  const inner = [...itemsOf(fields['options']), ...itemsOf(fields['choices'])]
  return inner.reduce<number>((sum, child) => sum + commandTextLength(fieldsOf(child)), own)
}
