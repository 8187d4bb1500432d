import type { AsOf, Named } from '../../ports/recoveryObjects.js'
import type { Effect, Refused } from '../../ports/recoveryCluster.js'
import { refused } from './recoveryAnswer.js'
import type { Ask } from './recoveryApi.js'
import { get } from './recoveryGet.js'
import { DEPLOYMENTS } from './recoveryKinds.js'
import { asOf, endingOf } from './recoveryMeta.js'
import type { RawDeployment } from './recoveryRaw.js'
import type { Right } from './recoveryRight.js'
import { MANAGER, write } from './recoveryWrite.js'

/**
 * By POST, which the API server refuses when anything bears the name: an apply would be answered 200 by a Deployment that
 * is Terminating, and go with it. Source: found on API servers 1.20 and 1.36.
 */
export async function createDeployment(ask: Ask, which: Named, manifest: string): Promise<Effect<AsOf>> {
  const body = bodyOf(manifest, which)
  if (body === null) return notOf(which)
  const before = await get(ask, { ...DEPLOYMENTS, verb: 'get', ...which }, (raw: RawDeployment) => {
    const identity = asOf(raw)
    return identity === null ? null : { ...identity, ...endingOf(raw) }
  })
  if (before.kind === 'unread') return refused('not sent', `Not created, for want of a look: ${before.detail}`)
  if (before.kind === 'found') {
    const state = before.value.isTerminating ? 'is still there, Terminating' : 'is there'
    return refused('exists', `Not created: the Deployment ${which.name} ${state} (uid ${before.value.uid})`)
  }
  const right: Right = { ...DEPLOYMENTS, verb: 'create', ...which }
  return write(ask, { right, query: MANAGER, body }, (raw: RawDeployment) => {
    // Of a new object never so; if it is, it is not the one that will stay.
    return endingOf(raw).isTerminating ? null : asOf(raw)
  })
}

/**
 * The same POST as a dry run. The server looks whether the name is taken only after it has defaulted, admitted and
 * validated, so `exists` says that nothing but the living one is in the way.
 */
export async function tryManifest(ask: Ask, which: Named, manifest: string): Promise<Effect<'accepted'>> {
  const body = bodyOf(manifest, which)
  if (body === null) return notOf(which)
  const right: Right = { ...DEPLOYMENTS, verb: 'create', ...which }
  const tried = await write(ask, { right, query: { ...MANAGER, dryRun: 'All' }, body }, () => 'accepted' as const)
  return tried.kind === 'refused' && tried.why === 'exists' ? { kind: 'done', value: 'accepted' } : tried
}

function notOf({ namespace, name }: Named): Refused {
  return refused('invalid', `The manifest is not of the Deployment ${name} in ${namespace}`)
}

function bodyOf(manifest: string, { namespace, name }: Named): object | null {
  try {
    const body = JSON.parse(manifest) as (RawDeployment & { readonly kind?: string }) | null
    const { metadata } = body ?? {}
    return body?.kind === 'Deployment' && metadata?.name === name && metadata.namespace === namespace ? body : null
  } catch {
    return null
  }
}
