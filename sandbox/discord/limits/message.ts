import { MessageFlags } from 'discord-api-types/v10'
import { servedName } from '../world/attachments.js'
import { componentIssues } from './components.js'
import { embedIssues } from './embeds.js'
import {
  countIssues,
  errorTree,
  fieldsOf,
  type Fields,
  isAbsent,
  type Issue,
  isFields,
  itemsOf,
  numberIssues,
  textIssues,
  textOf,
} from './issue.js'
import { allowedMentionsIssues } from './mentions.js'

export type MessageContext = {
  /** The n of every `files[n]` of the request, with its name. */
  readonly uploads: readonly { readonly key: string; readonly filename: string; readonly sizeBytes: number }[]
  /** The message as it was, when this is an edit. */
  readonly before?: {
    readonly isV2: boolean
    readonly content: string
    readonly embedCount: number
    readonly componentCount: number
    readonly attachments: readonly { readonly id: string; readonly filename: string }[]
  }
}

const MOST_FILE_BYTES = 10 * 1024 * 1024

/** The marker of an empty message: not a form error, but Discord's own 50006. */
const EMPTY_MESSAGE = 'EMPTY_MESSAGE'

/** Everything about a message to post, or about an edit of one. No issue means that Discord takes it. */
export function messageIssues(payload: unknown, context: MessageContext): Issue[] {
  if (!isFields(payload)) {
    return [{ path: [], code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' }]
  }
  const isV2 = ((Number(payload['flags'] ?? 0) & MessageFlags.IsComponentsV2) !== 0 || context.before?.isV2) ?? false
  const shape = [
    ...textIssues(payload['content'], ['content'], { max: 2000 }),
    ...embedIssues(payload['embeds']),
    ...componentIssues(payload['components'], { isV2, attached: attachedNames(payload, context) }),
    ...allowedMentionsIssues(payload['allowed_mentions']),
    ...textIssues(payload['nonce'], ['nonce'], { max: 25 }),
    ...numberIssues(payload['flags'], ['flags'], 0, Number.MAX_SAFE_INTEGER),
    ...attachmentIssues(payload, context),
    ...unknownHereIssues(payload),
    ...(isV2 ? legacyFieldIssues(payload, context) : []),
  ]
  return shape.length > 0 ? shape : emptyIssues(payload, context)
}

/** Notes that Discord takes without a word, but that no bot can mean. `filenames` are the uploads' names. */
export function messageWarnings(
  payload: unknown,
  context: { readonly isChannelPost: boolean; readonly filenames?: readonly string[] },
): string[] {
  const { flags: given, components } = fieldsOf(payload)
  const flags = Number(given ?? 0)
  const shown = JSON.stringify(components ?? [])
  const unseen =
    (flags & MessageFlags.IsComponentsV2) === 0
      ? []
      : (context.filenames ?? []).filter((name) => !shown.includes(`attachment://${servedName(name)}`))
  return [
    ...(context.isChannelPost && (flags & MessageFlags.Ephemeral) !== 0
      ? ['the ephemeral flag has no effect on a message to a channel']
      : []),
    ...unseen.map((name) => `no component refers to the file ${name}, so nobody sees it`),
  ]
}

/** What Discord has and the sandbox has not: refused, so that no test takes it for sent. */
function unknownHereIssues(payload: Fields): Issue[] {
  return ['poll', 'sticker_ids']
    .filter((key) => !isAbsent(payload[key]) && !(Array.isArray(payload[key]) && payload[key].length === 0))
    .map((key) => ({ path: [key], code: 'SANDBOX_HAS_NO_SUCH_THING', message: `The sandbox has no "${key}"` }))
}

/** Content, embeds, polls and stickers cannot go with Components V2. */
function legacyFieldIssues(payload: Fields, context: MessageContext): Issue[] {
  const isFilled = (value: unknown) => !isAbsent(value) && value !== '' && !(Array.isArray(value) && value.length === 0)
  const left = (key: string, isStored: boolean) => (key in payload ? isFilled(payload[key]) : isStored)
  const { before } = context
  const filled = [
    ...(left('content', before !== undefined && before.content !== '') ? ['content'] : []),
    ...(left('embeds', before !== undefined && before.embedCount > 0) ? ['embeds'] : []),
    ...['poll', 'sticker_ids'].filter((key) => isFilled(payload[key])),
  ]
  return filled.map((key) => ({
    path: [key],
    code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
    message: `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
  }))
}

function attachmentIssues(payload: Fields, context: MessageContext): Issue[] {
  const entries = itemsOf(payload['attachments'])
  const kept = context.before?.attachments ?? []
  const isKnown = (id: unknown) =>
    context.uploads.some((upload) => upload.key === String(id)) ||
    kept.some((attachment) => attachment.id === String(id))
  return [
    ...(isAbsent(payload['attachments']) ? [] : countIssues(payload['attachments'], ['attachments'], 0, 10)),
    ...entries.flatMap((entry, index) => {
      const { id, description } = fieldsOf(entry)
      return [
        ...(isKnown(id)
          ? []
          : [
              {
                path: ['attachments', index, 'id'],
                code: 'SANDBOX_ATTACHMENT_NOT_FOUND',
                message: `No file or attachment "${String(id)}" is part of this message`,
              },
            ]),
        ...textIssues(description, ['attachments', index, 'description'], { max: 1024 }),
      ]
    }),
    ...(context.uploads.length > 10 ? countIssues(context.uploads, ['files'], 0, 10) : []),
    ...context.uploads
      .filter((upload) => upload.sizeBytes > MOST_FILE_BYTES)
      .map((upload) => ({
        path: ['files', upload.key],
        code: 'ATTACHMENT_MAX_SIZE',
        message: `File cannot be larger than ${MOST_FILE_BYTES} bytes.`,
      })),
  ]
}

function attachedNames(payload: Fields, context: MessageContext): string[] {
  const entries = payload['attachments']
  const listed = itemsOf(entries).map((entry) => String(fieldsOf(entry)['id']))
  const renamed = itemsOf(entries).flatMap((entry) => {
    const { filename } = fieldsOf(entry)
    return typeof filename === 'string' ? [filename] : []
  })
  const kept = (context.before?.attachments ?? []).filter(
    (attachment) => entries === undefined || listed.includes(attachment.id),
  )
  return [...context.uploads.map((upload) => upload.filename), ...renamed, ...kept.map(({ filename }) => filename)]
}

function emptyIssues(payload: Fields, context: MessageContext): Issue[] {
  const { before } = context
  const content = payload['content']
  const hasWords = content === undefined ? (before?.content ?? '') !== '' : textOf(content).trim() !== ''
  const count = (key: string, stored: number) => (payload[key] === undefined ? stored : itemsOf(payload[key]).length)
  const attachments = count('attachments', before?.attachments.length ?? 0) + context.uploads.length
  const isEmpty =
    !hasWords &&
    count('embeds', before?.embedCount ?? 0) === 0 &&
    count('components', before?.componentCount ?? 0) === 0 &&
    attachments === 0
  return isEmpty ? [{ path: [], code: EMPTY_MESSAGE, message: 'Cannot send an empty message' }] : []
}

/** The body of Discord's answer to a bad form. */
export function formError(issues: readonly Issue[]): { code: number; message: string; errors?: Fields } {
  const empty = issues.find((issue) => issue.code === EMPTY_MESSAGE)
  return empty === undefined
    ? { message: 'Invalid Form Body', code: 50035, errors: errorTree(issues) }
    : { message: empty.message, code: 50006 }
}
