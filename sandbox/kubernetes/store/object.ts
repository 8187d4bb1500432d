/** What is between braces in JSON. */
export type JsonObject = { readonly [key: string]: unknown }

export type OwnerReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** ObjectMeta as the server keeps it. Times are RFC 3339 in whole seconds. */
export type Metadata = {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion: string
  /** Kept only by kinds whose specification a controller follows. */
  readonly generation?: number
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
  readonly [key: string]: unknown
}

/** Any stored object: only metadata is understood by the storage. */
export type KubeObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly spec?: JsonObject
  readonly status?: JsonObject
  readonly [key: string]: unknown
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at that path, or an empty one. */
export function within(value: unknown, ...path: readonly string[]): JsonObject {
  const found = path.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), value)
  return isJsonObject(found) ? found : {}
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const last = path.at(-1) ?? ''
  const found = within(value, ...path.slice(0, -1))[last]
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const last = path.at(-1) ?? ''
  const found = within(value, ...path.slice(0, -1))[last]
  return typeof found === 'number' ? found : undefined
}

/** As the API server writes a time: whole seconds, `2020-12-11T09:30:00Z`. */
export function rfc3339(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}

export function withMetadata(object: KubeObject, change: Partial<Metadata>): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...change } }
}
