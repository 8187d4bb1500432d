import type { AsOf, Exactly } from '../../ports/recoveryObjects.js'
import type { Deleted, Effect } from '../../ports/recoveryCluster.js'
import { effectOf } from './recoveryAnswer.js'
import type { Ask } from './recoveryApi.js'
import type { Asked } from './recoveryCall.js'
import { translated } from './recoveryGet.js'
import type { Translate } from './recoveryGet.js'
import type { Raw, RawMeta } from './recoveryRaw.js'
import type { Right } from './recoveryRight.js'
import { phraseOf } from './recoveryRight.js'

/** Who wrote, in the object's managedFields; without it the HTTP client's name would stand there. */
export const MANAGER = { fieldManager: 'lifeguard' } as const

/** One write, sent once. Done only when the answer shows the object that was meant. */
export async function write<R extends Raw, T>(ask: Ask, asked: Asked, translate: Translate<R, T>): Promise<Effect<T>> {
  const reply = await ask(asked)
  if (reply.kind === 'no reply' || reply.status >= 300) return effectOf(asked.right, reply)
  const value = translated(asked.right.name, reply, translate)
  if (value !== null) return { kind: 'done', value }
  return {
    kind: 'unknown',
    detail: `The answer to ${phraseOf(asked.right)} shows something else; what is there must be read`,
  }
}

/** A delete of exactly this object (and version, where it is told): the server compares before it begins. */
export async function deletion(
  ask: Ask,
  kind: Pick<Right, 'group' | 'resource'>,
  { namespace, name, uid, ...rest }: Exactly | AsOf,
  options: { readonly propagationPolicy?: 'Background'; readonly gracePeriodSeconds?: 0 },
): Promise<Effect<Deleted>> {
  const version = 'resourceVersion' in rest ? { resourceVersion: rest.resourceVersion } : {}
  const right: Right = { ...kind, verb: 'delete', namespace, name }
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, ...version }, ...options }
  const reply = await ask({ right, body })
  if (reply.kind === 'no reply' || reply.status >= 300) return effectOf(right, reply)
  // What is left is answered with itself, what is gone with a Status (a pod always with itself).
  const left = reply.json as { readonly metadata?: RawMeta | null } | null
  return { kind: 'done', value: { finalizers: left?.metadata?.finalizers ?? [] } }
}
