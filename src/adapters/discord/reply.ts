import { MessageFlags, type InteractionEditReplyOptions, type InteractionReplyOptions } from 'discord.js'
import type { Rendered } from '../../messages/body.js'

/** A rendered message as discord.js takes it for the answer to a deferred interaction. */
export function asReply(rendered: Rendered): InteractionEditReplyOptions {
  return {
    flags: MessageFlags.IsComponentsV2,
    components: rendered.body.components,
    allowedMentions: { parse: [] },
    files: rendered.files.map((file) => ({ attachment: Buffer.from(file.text, 'utf8'), name: file.name })),
  }
}

/** The same in place of an earlier answer: what was attached to that is taken away. */
export function asReplacement(rendered: Rendered): InteractionEditReplyOptions {
  return { ...asReply(rendered), attachments: [] }
}

/** The same as a first answer that only its presser sees. */
export function asEphemeral(rendered: Rendered): InteractionReplyOptions {
  return {
    flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral,
    components: rendered.body.components,
    allowedMentions: { parse: [] },
  }
}
