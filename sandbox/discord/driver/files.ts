import { extname } from 'node:path'
import { itemsOf } from '../limits/issue.js'
import { servedName } from '../world/attachments.js'
import type { World } from '../world/state.js'
import { DriverRefusal } from './refusal.js'

/** A file a person chooses from their machine. */
export type PersonFile = {
  readonly name: string
  /** Media type; default 'application/octet-stream'. */
  readonly contentType?: string
  readonly bytes: Buffer
}

const MOST_FILE_BYTES = 10 * 1024 * 1024

export function isPersonFile(value: unknown): value is PersonFile {
  return typeof value === 'object' && value !== null && 'bytes' in value && Buffer.isBuffer(value.bytes)
}

/**
 * Uploads a file for an interaction, and gives the attachment's id. `types` is the filter of the option or the input:
 * kinds of media or endings; any file when it is empty or absent.
 */
export function uploaded(world: World, channelId: string, file: PersonFile, types: unknown): string {
  const { name, contentType = 'application/octet-stream', bytes } = file
  const fits = (type: unknown) =>
    type === extname(name).toLowerCase() || (typeof type === 'string' && contentType.startsWith(`${type}/`))
  const allowed = itemsOf(types)
  if (allowed.length > 0 && !allowed.some(fits)) throw new DriverRefusal(`${name}: only ${allowed.join(', ')}`)
  if (bytes.length > MOST_FILE_BYTES) throw new DriverRefusal(`${name} is larger than 10 MiB`)
  const id = world.nextId()
  const filename = servedName(name)
  const url = `${world.filesUrl()}/${channelId}/${id}/${filename}`
  world.uploads.set(id, { id, filename, contentType, bytes, url })
  return id
}
