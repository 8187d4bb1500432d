import { type APIEmbed, type APIMessageTopLevelComponent, MessageFlags } from 'discord-api-types/v10'
import { fieldsOf, itemsOf } from '../limits/issue.js'
import { allText } from './messages.js'
import { snowflakeTimeMs } from './snowflake.js'
import type { Attachment, Message, Pings, World } from './state.js'

/** A message as a test or a reader looks at it. */
export type SeenMessage = {
  readonly id: string
  readonly channelId: string
  /** The author's name. */
  readonly author: string
  readonly content: string
  /** Everything it says: content, Components V2 texts, button labels apart, then embeds. */
  readonly text: string
  readonly components: readonly APIMessageTopLevelComponent[]
  readonly embeds: readonly APIEmbed[]
  readonly attachments: readonly Attachment[]
  readonly isV2: boolean
  readonly isThinking: boolean
  /** The name of the one who sees it, when it is ephemeral. */
  readonly viewer?: string
  readonly edits: number
  readonly createdMs: number
  readonly editedMs?: number
  readonly threadId?: string
  readonly nonce?: string | number
  /** Whom it notified; ids. */
  readonly pings: Pings
}

export function seenMessage(world: World, message: Message): SeenMessage {
  const viewer = message.viewerId === undefined ? undefined : (world.members.get(message.viewerId)?.name ?? 'somebody')
  return {
    id: message.id,
    channelId: message.channelId,
    author: world.members.get(message.authorId)?.name ?? 'somebody',
    content: message.content,
    text: [allText(message.content, message.components), ...message.embeds.map(embedText)]
      .filter((text) => text !== '')
      .join('\n'),
    components: message.components,
    embeds: message.embeds,
    attachments: message.attachments,
    isV2: (message.flags & MessageFlags.IsComponentsV2) !== 0,
    isThinking: (message.flags & MessageFlags.Loading) !== 0,
    edits: message.edits,
    createdMs: snowflakeTimeMs(message.id),
    pings: message.pings,
    ...(viewer === undefined ? {} : { viewer }),
    ...(message.editedMs === undefined ? {} : { editedMs: message.editedMs }),
    ...(message.threadId === undefined ? {} : { threadId: message.threadId }),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
  }
}

function embedText(embed: APIEmbed): string {
  const fields = itemsOf(embed.fields).map(
    (field) => `${String(fieldsOf(field)['name'])}: ${String(fieldsOf(field)['value'])}`,
  )
  return [embed.title, embed.description, ...fields, embed.footer?.text].filter(Boolean).join('\n')
}
