import { ApplicationCommandOptionType, InteractionResponseType as Kind, MessageFlags } from 'discord-api-types/v10'
import { choiceIssues } from './commands.js'
import { countIssues, fieldsOf, isAbsent, type Issue, itemsOf, required } from './issue.js'
import { type MessageContext, messageIssues } from './message.js'
import { modalIssues } from './modal.js'

type CallbackContext = {
  readonly interaction: 'command' | 'autocomplete' | 'component' | 'modal'
  /** True for a modal that was opened from a message, whose submit may update it. */
  readonly hasSource: boolean
  readonly message: MessageContext
  /** The type of the option that is being typed, when this is an autocomplete. */
  readonly optionType?: number
}

/** The answer to an interaction: the kinds that fit it, and the rules of each. Paths begin at the body. */
export function callbackIssues(payload: unknown, context: CallbackContext): Issue[] {
  const body = fieldsOf(payload)
  const type = body['type']
  if (!fitting(context).includes(Number(type))) {
    return [
      {
        path: ['type'],
        code: 'BASE_TYPE_CHOICES',
        message: `Value must be one of (${fitting(context).join(', ')}) for this interaction.`,
      },
    ]
  }
  switch (type) {
    case Kind.ChannelMessageWithSource:
    case Kind.UpdateMessage:
      if (isAbsent(body['data'])) return messageIssues({}, { uploads: [] })
      return under('data', messageIssues(body['data'], context.message))
    case Kind.DeferredChannelMessageWithSource:
      return deferIssues(body['data'])
    case Kind.ApplicationCommandAutocompleteResult:
      return choicesIssues(body['data'], context.optionType ?? ApplicationCommandOptionType.String)
    case Kind.Modal:
      return isAbsent(body['data']) ? [required(['data'])] : modalIssues(body['data'])
    default:
      return []
  }
}

function fitting(context: CallbackContext): number[] {
  if (context.interaction === 'autocomplete') return [Kind.ApplicationCommandAutocompleteResult]
  const speak = [Kind.ChannelMessageWithSource, Kind.DeferredChannelMessageWithSource]
  const update = [Kind.DeferredMessageUpdate, Kind.UpdateMessage]
  switch (context.interaction) {
    case 'command':
      return [...speak, Kind.Modal]
    case 'component':
      return [...speak, ...update, Kind.Modal]
    case 'modal':
    default:
      return context.hasSource ? [...speak, ...update] : speak
  }
}

/** A deferral carries at most the ephemeral flag: Components V2 comes with the edit. */
function deferIssues(data: unknown): Issue[] {
  const flags = Number(fieldsOf(data)['flags'] ?? 0)
  return (flags & ~MessageFlags.Ephemeral) === 0
    ? []
    : [
        {
          path: ['data', 'flags'],
          code: 'SANDBOX_DEFER_FLAGS',
          message: 'Only the ephemeral flag has an effect on a deferral',
        },
      ]
}

function choicesIssues(data: unknown, type: number): Issue[] {
  const { choices } = fieldsOf(data)
  return [
    ...(isAbsent(choices) ? [required(['data', 'choices'])] : countIssues(choices, ['data', 'choices'], 0, 25)),
    ...itemsOf(choices).flatMap((choice, index) => choiceIssues(choice, ['data', 'choices', index], type)),
  ]
}

function under(key: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ ...issue, path: issue.path.length === 0 ? issue.path : [key, ...issue.path] }))
}
