import {
  ComponentType,
  MessageFlags,
  type APIAllowedMentions,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
  type ButtonStyle,
} from 'discord-api-types/v10'

/** What is sent to Discord, as its API takes it, and what is attached to it. */
export type Rendered = {
  readonly body: {
    readonly flags: number
    readonly content?: string
    readonly components: APIMessageTopLevelComponent[]
    readonly allowed_mentions: APIAllowedMentions
  }
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

/** Nobody is pinged unless a message names whom. Passed on every send and every edit. */
const NO_MENTIONS: APIAllowedMentions = { parse: [] }

/** Discord's limits on a Components V2 message. Source: Discord, "Component Reference", and the builders' guide. */
const MAX_TEXT = 4_000
const MAX_BUTTON_LABEL = 80

export const COLOUR = { page: 0xc62828, warning: 0xe6a100, info: 0x3a6ea5, resolved: 0x2e7d32, grey: 0x7a7a7a } as const

export type ContainerPart = APIComponentInContainer

export function text(content: string): ContainerPart {
  return { type: ComponentType.TextDisplay, content }
}

export function button(
  label: string,
  customId: string,
  style: ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Danger,
): APIButtonComponent {
  return { type: ComponentType.Button, style, label: label.slice(0, MAX_BUTTON_LABEL), custom_id: customId }
}

export function row(...buttons: APIButtonComponent[]): ContainerPart {
  return { type: ComponentType.ActionRow, components: buttons }
}

export function attachment(name: string): ContainerPart {
  return { type: ComponentType.File, file: { url: `attachment://${name}` } }
}

/** One container. Text that would pass Discord's total is cut, the longest parts first, line by line, and says so. */
export function container(colour: number, parts: readonly ContainerPart[], files: Rendered['files'] = []): Rendered {
  return {
    body: {
      flags: MessageFlags.IsComponentsV2,
      components: [{ type: ComponentType.Container, accent_color: colour, components: fitted(parts) }],
      allowed_mentions: NO_MENTIONS,
    },
    files,
  }
}

/** The longest texts give up room first, so that a short footer (our marker is in it) always stands. */
function fitted(parts: readonly ContainerPart[]): ContainerPart[] {
  const lengths = parts.flatMap((part) => (part.type === ComponentType.TextDisplay ? [part.content.length] : []))
  const most = fairShare(lengths, MAX_TEXT)
  return parts.map((part) =>
    part.type === ComponentType.TextDisplay ? { ...part, content: shortened(part.content, most) } : part,
  )
}

/** The length that no text may exceed, so that all of them together fit. */
function fairShare(lengths: readonly number[], room: number): number {
  let left = room
  for (const [index, length] of lengths.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (lengths.length - index))
    if (length > share) return share
    left -= length
  }
  return room
}

const CUT = '\n-# … cut to fit'
const FENCE_END = '\n```'

function shortened(content: string, room: number): string {
  if (content.length <= room) return content
  const lines = content.split('\n')
  const most = room - CUT.length - FENCE_END.length
  while (lines.length > 1 && lines.join('\n').length > most) lines.pop()
  // A pair of surrogates cut in two would be refused by Discord.
  const kept = lines
    .join('\n')
    .slice(0, Math.max(1, most))
    .replace(/[\uD800-\uDBFF]$/, '')
  // A code block that lost its end would swallow everything after it.
  const isOpen = (kept.match(/```/g)?.length ?? 0) % 2 === 1
  return `${kept}${isOpen ? FENCE_END : ''}${CUT}`
}
