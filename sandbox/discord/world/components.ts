import { type APIMessageTopLevelComponent, ComponentType, SeparatorSpacingSize } from 'discord-api-types/v10'
import { servedName } from './attachments.js'
import type { Attachment } from './state.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * Components as Discord gives them back: each with a number as `id`, defaults filled in, media resolved to addresses.
 * Numbers that the bot chose stay; the others are counted from 1 in reading order.
 */
export function storedComponents(
  components: readonly APIMessageTopLevelComponent[],
  attachments: readonly Attachment[],
  nextId: () => string,
): APIMessageTopLevelComponent[] {
  const taken = new Set(chosenIds(components))
  let last = 0
  const nextNumber = () => {
    do last += 1
    while (taken.has(last))
    return last
  }
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const record = value as Fields
    // 0 and absent both mean "choose for me"; emoji and select options have no numeric type, so they get none
    const id = typeof record['type'] === 'number' && !record['id'] ? { id: nextNumber() } : {}
    const inner = Object.fromEntries(Object.entries(record).map(([key, child]) => [key, resolve(child)]))
    return { ...defaults(record, attachments), ...inner, ...id, ...resolvedMedia(record, attachments, nextId) }
  }
  return components.map((component) => resolve(component) as APIMessageTopLevelComponent)
}

function chosenIds(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(chosenIds)
  if (typeof value !== 'object' || value === null) return []
  const record = value as Fields
  const own = typeof record['type'] === 'number' && typeof record['id'] === 'number' ? [record['id']] : []
  return [...own, ...Object.values(record).flatMap(chosenIds)]
}

/** What Discord says of a component when the bot did not; by its response schemas. */
function defaults(record: Fields, attachments: readonly Attachment[]): Fields {
  switch (record['type']) {
    case ComponentType.StringSelect:
    case ComponentType.UserSelect:
    case ComponentType.RoleSelect:
    case ComponentType.MentionableSelect:
    case ComponentType.ChannelSelect:
      return { min_values: 1, max_values: 1 }
    case ComponentType.Separator:
      return { spacing: SeparatorSpacingSize.Small, divider: true }
    case ComponentType.Container:
      return { accent_color: null, spoiler: false }
    case ComponentType.File: {
      const file = referred(record['file'], attachments)
      return { name: file?.filename ?? null, size: file?.bytes.length ?? null, spoiler: false }
    }
    default:
      return 'media' in record ? { description: null, spoiler: false } : {}
  }
}

function referred(media: unknown, attachments: readonly Attachment[]): Attachment | undefined {
  const url = typeof media === 'object' && media !== null ? (media as Fields)['url'] : undefined
  if (typeof url !== 'string' || !url.startsWith('attachment://')) return undefined
  const name = servedName(url.slice('attachment://'.length))
  return attachments.find((attachment) => attachment.filename === name)
}

function resolvedMedia(record: Fields, attachments: readonly Attachment[], nextId: () => string): Fields {
  const attachment = referred(record, attachments)
  if (attachment === undefined) {
    // a picture on the web; a link button has an address too, but it has a type
    const isOnTheWeb = typeof record['url'] === 'string' && !('type' in record)
    return isOnTheWeb && record['proxy_url'] === undefined ? { id: nextId(), proxy_url: record['url'] } : {}
  }
  return {
    id: attachment.id,
    attachment_id: attachment.id,
    content_type: attachment.contentType,
    url: attachment.url,
    proxy_url: attachment.url,
  }
}
