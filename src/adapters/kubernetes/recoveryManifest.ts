import { createHash } from 'node:crypto'

import { isText } from './recoveryMeta.js'
import type { RawDeployment } from './recoveryRaw.js'

type JsonObject = Readonly<Record<string, unknown>>

/** What the server sets; with any of it a create is refused, or points at what is no more. */
const SERVERS = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
])
const REVISION = 'deployment.kubernetes.io/revision'
/** Of a deletion that was under way: with them the new object could not go in its turn. */
const DELETIONS = new Set(['foregroundDeletion', 'orphan'])

/**
 * The live Deployment as text that a create takes: the fields in the order the API server sent them, without what it
 * sets itself. Null when it is no Deployment, or holds a number that JSON.parse can't keep.
 */
export function manifestOf(raw: RawDeployment): string | null {
  const metadata: JsonObject = { ...raw.metadata }
  if (!isText(raw.metadata?.name) || !isText(raw.metadata?.namespace) || raw.spec === undefined) return null
  if (!hasExactNumbers(raw.spec)) return null
  const kept = Object.entries(metadata).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
    if (SERVERS.has(key)) return []
    if (key === 'annotations') return keptOf(key, raw.metadata?.annotations ?? {})
    if (key !== 'finalizers') return [[key, value]]
    const finalizers = (raw.metadata?.finalizers ?? []).filter((each) => !DELETIONS.has(each))
    return finalizers.length === 0 ? [] : [[key, finalizers]]
  })
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: Object.fromEntries(kept),
    spec: raw.spec,
  })
}

function keptOf(key: string, annotations: Readonly<Record<string, string>>): readonly (readonly [string, unknown])[] {
  const kept = Object.entries(annotations).filter(([name]) => name !== REVISION)
  return kept.length === 0 ? [] : [[key, Object.fromEntries(kept)]]
}

/** Of the specification without `replicas`, in the order the API server sent it, which is that of its types. */
export function specSha256Of({ spec }: RawDeployment): string {
  const { replicas: _wanted, ...rest } = spec ?? {}
  return sha256Of(JSON.stringify(rest))
}

/** Hex, of the text in UTF-8. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** An int64 beyond 2^53 was rounded when it was read. */
function hasExactNumbers(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(hasExactNumbers)
}
