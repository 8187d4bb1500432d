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
export const NO_MENTIONS: APIAllowedMentions = { parse: [] }

/** Discord's limits on a Components V2 message. Source: Discord, "Component Reference", and the builders' guide. */
export const MAX_TEXT = 4_000
export const MAX_BUTTON_LABEL = 80

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

/** One container. Text that would pass Discord's total is cut line by line from the end, and says so. */
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

function fitted(parts: readonly ContainerPart[]): ContainerPart[] {
  let room = MAX_TEXT
  return parts.map((part) => {
    if (part.type !== ComponentType.TextDisplay) return part
    const content = shortened(part.content, room)
    room -= content.length
    return { ...part, content }
  })
}

function shortened(content: string, room: number): string {
  if (content.length <= room) return content
  const note = '\n-# … cut to fit'
  const lines = content.split('\n')
  while (lines.length > 1 && lines.join('\n').length + note.length + 4 > room) lines.pop()
  const kept = lines.join('\n').slice(0, Math.max(1, room - note.length - 4))
  // A code block that lost its end would swallow everything after it.
  const isOpen = (kept.match(/```/g)?.length ?? 0) % 2 === 1
  return `${kept}${isOpen ? '\n```' : ''}${note}`.slice(0, Math.max(1, room))
}
