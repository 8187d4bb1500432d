import type { Owner } from '../../core/attribution/picture.js'
import type { AsOf, Exactly } from '../../ports/recoveryObjects.js'
import type { Raw, RawMeta } from './recoveryRaw.js'

/** Null: an object without its identity is not to be acted on. */
export function exactly({ metadata }: Raw): Exactly | null {
  const { uid, name, namespace } = metadata ?? {}
  if (!isText(uid) || !isText(name)) return null
  return { uid, name, namespace: namespace ?? '' }
}

export function asOf(raw: Raw): AsOf | null {
  const identity = exactly(raw)
  const version = raw.metadata?.resourceVersion
  return identity === null || !isText(version) ? null : { ...identity, resourceVersion: version }
}

export function endingOf({ metadata }: Raw): {
  readonly isTerminating: boolean
  readonly finalizers: readonly string[]
} {
  return { isTerminating: isText(metadata?.deletionTimestamp), finalizers: metadata?.finalizers ?? [] }
}

export function controllerOf({ ownerReferences }: RawMeta): Owner | null {
  const { kind, name, uid } = ownerReferences?.find(({ controller }) => controller === true) ?? {}
  return isText(kind) && isText(name) && isText(uid) ? { kind, name, uid } : null
}

/** Epoch ms; null for what is missing or no time. */
export function timeOf(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? null : at
}

/** Never below 0: the server tells its time in whole seconds. */
export function ageOf(text: string | null | undefined, serverNow: number): number | null {
  const at = timeOf(text)
  return at === null ? null : Math.max(0, serverNow - at)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
