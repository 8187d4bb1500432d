import { ComponentType, type APIMessageComponent } from 'discord-api-types/v10'

/** The words of a message, top to bottom, without its buttons: its text twin, and what a marker is looked for in. */
export function plainText(message: {
  readonly content?: string
  readonly components?: readonly APIMessageComponent[] | undefined
}): string {
  return [message.content ?? '', ...(message.components ?? []).flatMap(wordsOf)]
    .filter((line) => line !== '')
    .join('\n')
}

function wordsOf(component: APIMessageComponent): readonly string[] {
  switch (component.type) {
    case ComponentType.TextDisplay:
      return [component.content]
    case ComponentType.Container:
    case ComponentType.Section:
      return component.components.flatMap(wordsOf)
    default:
      return []
  }
}
