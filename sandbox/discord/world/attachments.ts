import type { APIMessageTopLevelComponent } from 'discord-api-types/v10'
import type { Attachment, World } from './state.js'

/** A file of a multipart request; `key` is the n of `files[n]`. */
export type Upload = {
  readonly key: string
  readonly filename: string
  readonly contentType: string
  readonly bytes: Buffer
}

/** An entry of a payload's `attachments`: metadata of an upload, or an attachment that stays. */
export type AttachmentEntry = {
  readonly id: string | number
  readonly filename?: string | null
  readonly description?: string | null
}

/** Discord serves files under names without blanks and other surprises. */
export function servedName(filename: string): string {
  return filename.replaceAll(/[^\w.-]+/g, '_')
}

/**
 * The attachments a message has after a request: those of `before` that are listed (all, when nothing is listed),
 * then the uploads, described by their entry when there is one.
 */
export function keepAndAdd(
  world: World,
  channelId: string,
  before: readonly Attachment[],
  entries: readonly AttachmentEntry[] | null | undefined,
  uploads: readonly Upload[],
): Attachment[] {
  const listed = entries ?? (entries === undefined ? before.map(({ id }): AttachmentEntry => ({ id })) : [])
  const kept = listed.flatMap((entry) => before.filter((attachment) => attachment.id === String(entry.id)))
  const added = uploads.map((upload) => {
    const entry = (entries ?? []).find((candidate) => String(candidate.id) === upload.key)
    const id = world.nextId()
    const filename = servedName(entry?.filename ?? upload.filename)
    return {
      id,
      filename,
      contentType: upload.contentType,
      ...(entry?.description ? { description: entry.description } : {}),
      bytes: upload.bytes,
      url: `${world.filesUrl()}/${channelId}/${id}/${filename}`,
    }
  })
  return [...kept, ...added]
}

/** Names in components that say `attachment://…`, in order, repeated as they are. */
export function referencedNames(components: unknown): string[] {
  if (Array.isArray(components)) return components.flatMap(referencedNames)
  if (typeof components !== 'object' || components === null) return []
  return Object.entries(components).flatMap(([key, value]) =>
    key === 'url' && typeof value === 'string' && value.startsWith('attachment://')
      ? [value.slice('attachment://'.length)]
      : referencedNames(value),
  )
}

/**
 * Components as Discord gives them back: each with a number as `id`, and media resolved to addresses.
 * Numbers that the bot chose stay; the others are counted from 1 in reading order.
 */
export function storedComponents(
  components: readonly APIMessageTopLevelComponent[],
  attachments: readonly Attachment[],
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
    const record = value as Readonly<Record<string, unknown>>
    // 0 and absent both mean "choose for me"; emoji and select options have no numeric type, so they get none
    const id = typeof record['type'] === 'number' && !record['id'] ? { id: nextNumber() } : {}
    const inner = Object.fromEntries(Object.entries(record).map(([key, child]) => [key, resolve(child)]))
    return { ...media(record, attachments), ...inner, ...id, ...mediaAddress(record, attachments) }
  }
  return components.map((component) => resolve(component) as APIMessageTopLevelComponent)
}

function chosenIds(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(chosenIds)
  if (typeof value !== 'object' || value === null) return []
  const record = value as Readonly<Record<string, unknown>>
  const own = typeof record['type'] === 'number' && typeof record['id'] === 'number' ? [record['id']] : []
  return [...own, ...Object.values(record).flatMap(chosenIds)]
}

function find(record: Readonly<Record<string, unknown>>, attachments: readonly Attachment[]): Attachment | undefined {
  const url = record['url']
  if (typeof url !== 'string' || !url.startsWith('attachment://')) return undefined
  const name = servedName(url.slice('attachment://'.length))
  return attachments.find((attachment) => attachment.filename === name)
}

function media(record: Readonly<Record<string, unknown>>, attachments: readonly Attachment[]): object {
  const attachment = find(record, attachments)
  return attachment === undefined ? {} : { attachment_id: attachment.id, content_type: attachment.contentType }
}

function mediaAddress(record: Readonly<Record<string, unknown>>, attachments: readonly Attachment[]): object {
  const attachment = find(record, attachments)
  return attachment === undefined ? {} : { url: attachment.url, proxy_url: attachment.url }
}
