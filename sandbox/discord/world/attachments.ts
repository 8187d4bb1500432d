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

/** Of a message, or sent with a command or a modal. */
export function attachmentWithId(world: World, id: string): Attachment | undefined {
  const ofMessages = [...world.messages.values()].flatMap((message) => message.attachments)
  return world.uploads.get(id) ?? ofMessages.find((attachment) => attachment.id === id)
}
