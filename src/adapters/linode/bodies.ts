import type { Instance, Volume, VolumeEvent } from '../../core/recovery/linode.js'

/*
 * Linode's JSON, field by field. What lacks a field that a decision rests on is undefined, not a guess: a volume without
 * `linode_id` is not a detached one. Source: Linode API 4.189.
 */

export function volumeIn(json: unknown): Volume | undefined {
  const { id, label, region, status, linode_id: linodeId, size, io_ready: ioReady } = fieldsOf(json)
  if (!isId(id) || typeof size !== 'number') return undefined
  if (typeof label !== 'string' || typeof region !== 'string' || typeof status !== 'string') return undefined
  if (linodeId !== null && !isId(linodeId)) return undefined
  const isIoReady = typeof ioReady === 'boolean' ? { isIoReady: ioReady } : {}
  return { id, label, region, status, linodeId, sizeGib: size, ...isIoReady }
}

export function instanceIn(json: unknown): Instance | undefined {
  const { id, label, region, status, specs } = fieldsOf(json)
  const { memory } = fieldsOf(specs)
  if (!isId(id) || typeof memory !== 'number') return undefined
  if (typeof label !== 'string' || typeof region !== 'string' || typeof status !== 'string') return undefined
  return { id, label, region, status, memoryMib: memory }
}

/** Undefined for what is no event; null for one of something else, which a filter that was not heeded lets through. */
export function eventIn(json: unknown, volumeId: number): VolumeEvent | null | undefined {
  const { id, action, status, created, entity, message, username } = fieldsOf(json)
  const createdAt = typeof created === 'string' ? timeIn(created) : undefined
  if (!isId(id) || createdAt === undefined) return undefined
  if (typeof action !== 'string' || typeof status !== 'string') return undefined
  const about = fieldsOf(entity)
  if (about['type'] !== 'volume' || about['id'] !== volumeId) return null
  return {
    id,
    action,
    status,
    createdAt,
    ...(typeof message === 'string' && message !== '' ? { message: oneLine(message) } : {}),
    ...(typeof username === 'string' ? { username: oneLine(username) } : {}),
  }
}

export type Page = { readonly data: readonly unknown[]; readonly pages: number; readonly results: number }

export function pageIn(json: unknown, page: number): Page | undefined {
  const { data, page: got, pages, results } = fieldsOf(json)
  if (!Array.isArray(data) || got !== page || !isCount(pages) || !isCount(results)) return undefined
  return { data: data as readonly unknown[], pages, results }
}

export type Reason = { readonly reason: string; readonly field?: string }

/** The list of errors that every refusal of Linode's consists of; undefined: somebody else answered. */
export function reasonsIn(json: unknown): readonly Reason[] | undefined {
  const { errors } = fieldsOf(json)
  if (!Array.isArray(errors) || errors.length === 0) return undefined
  const reasons: Reason[] = []
  for (const error of errors as readonly unknown[]) {
    const { reason, field } = fieldsOf(error)
    if (typeof reason !== 'string') return undefined
    reasons.push({ reason: oneLine(reason), ...(typeof field === 'string' ? { field: oneLine(field) } : {}) })
  }
  return reasons.slice(0, 5)
}

export function isJsonObject(json: unknown): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** Linode writes UTC without saying so: `2018-01-01T00:01:01`. */
function timeIn(text: string): number | undefined {
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(time) ? undefined : time
}

/** As X-Filter takes it: UTC to the second. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(json) ? (json as Readonly<Record<string, unknown>>) : {}
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** What others wrote goes into cards and logs: no line breaks or control characters, and not without end. */
function oneLine(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain
}
