import { createHash } from 'node:crypto'
import {
  Routes,
  type Client,
  type APIMessage,
  type APIThreadChannel,
  type RawFile,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord.js'
import { renderCard, renderReplacedCard, cardUrgency, type Link } from '../../messages/card.js'
import { renderEvidence } from '../../messages/evidence.js'
import { renderOutcome } from '../../messages/outcome.js'
import { renderPage } from '../../messages/page.js'
import { plainText } from '../../messages/plainText.js'
import type { Rendered } from '../../messages/body.js'
import type { AlertChannel, AlertMessage, Edited, Failed } from '../../ports/alertChannel.js'
import { call, codeOf, CODES, failed, isUnauthorised } from './call.js'

/** A thread is archived by Discord after a day without a message; ours un-archives it by posting. */
const ARCHIVE_AFTER_MINUTES = 1_440
const SEARCHED = 100

/** The alert channel over discord.js' REST client: plain API JSON in, message ids out. */
export function alertChannel(
  client: Pick<Client, 'rest' | 'user'>,
  config: { readonly guildId: string; readonly channelId: string; readonly pageRoleId: string | undefined },
  onUnauthorised: () => void,
): AlertChannel {
  const link: Link = (ref) => `https://discord.com/channels/${config.guildId}/${ref.channelId}/${ref.messageId}`

  const render = (message: AlertMessage): Rendered => {
    switch (message.kind) {
      case 'card':
        return renderCard(message, link)
      case 'replaced card':
        return renderReplacedCard(message, link)
      case 'page':
        return renderPage(message, config.pageRoleId, link)
      case 'evidence':
        return renderEvidence(message)
      case 'outcome':
        return renderOutcome(message)
    }
  }

  const failure = (error: unknown): Failed => {
    if (isUnauthorised(error)) onUnauthorised()
    return failed(error)
  }

  return {
    channelId: config.channelId,

    hashOf(message) {
      // A file is attached once and never edited: with it or without, the message says the same.
      const comparable = message.kind === 'evidence' ? { ...message, file: undefined } : message
      return createHash('sha256')
        .update(JSON.stringify(render(comparable).body))
        .digest('hex')
        .slice(0, 16)
    },

    urgencyOf: (message) => (message.kind === 'card' ? cardUrgency(message) : message.kind),

    async send(message, { channelId, nonce }) {
      const { body, files } = render(message)
      try {
        const sent = await call((signal) =>
          client.rest.post(Routes.channelMessages(channelId), {
            body: {
              ...body,
              nonce,
              enforce_nonce: true,
              ...(files.length === 0
                ? {}
                : { attachments: files.map((file, n) => ({ id: String(n), filename: file.name })) }),
            } satisfies RESTPostAPIChannelMessageJSONBody,
            files: files.map(toRawFile),
            signal,
          }),
        )
        return { kind: 'sent', ref: { channelId, messageId: (sent as APIMessage).id } }
      } catch (error) {
        return failure(error)
      }
    },

    async edit(message, { channelId, messageId }): Promise<Edited> {
      const { body } = render(message)
      const evidence = message.kind === 'evidence'
      try {
        await call((signal) =>
          client.rest.patch(Routes.channelMessage(channelId, messageId), {
            body: {
              ...(body.content === undefined ? {} : { content: body.content }),
              ...(body.content === undefined && !evidence ? { components: body.components } : {}),
              allowed_mentions: body.allowed_mentions,
            } satisfies RESTPatchAPIChannelMessageJSONBody,
            signal,
          }),
        )
        return { kind: 'edited' }
      } catch (error) {
        switch (codeOf(error) ?? 0) {
          case CODES.unknownMessage:
            return { kind: 'gone' }
          case CODES.oldMessageEdits:
            return { kind: 'edits refused' }
          default:
            return failure(error)
        }
      }
    },

    async find(marker, channelId) {
      try {
        const query = new URLSearchParams({ limit: String(SEARCHED) })
        const messages = (await call((signal) =>
          client.rest.get(Routes.channelMessages(channelId), { query, signal }),
        )) as APIMessage[]
        const found = messages.find((one) => one.author.id === client.user?.id && hasMarker(plainText(one), marker))
        return found === undefined ? { kind: 'none' } : { kind: 'found', ref: { channelId, messageId: found.id } }
      } catch (error) {
        return failure(error)
      }
    },

    async thread(of, name) {
      try {
        const started = await call((signal) =>
          client.rest.post(Routes.threads(of.channelId, of.messageId), {
            body: { name: name.slice(0, 100), auto_archive_duration: ARCHIVE_AFTER_MINUTES },
            signal,
          }),
        )
        return { kind: 'sent', ref: { channelId: of.channelId, messageId: (started as APIThreadChannel).id } }
      } catch (error) {
        // A thread started from a message bears the message's id: that it is there already is success.
        if (codeOf(error) === CODES.threadExists) return { kind: 'sent', ref: of }
        return failure(error)
      }
    },
  }
}

function hasMarker(words: string, marker: string): boolean {
  return words.split('\n').some((line) => line.endsWith(marker))
}

function toRawFile(file: Rendered['files'][number]): RawFile {
  return { name: file.name, data: Buffer.from(file.text, 'utf8'), contentType: 'text/plain; charset=utf-8' }
}
