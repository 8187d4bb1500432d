import type { AsOf, Exactly, Named } from '../../ports/patient.js'
import type { Effect, RecoveryActs, Scaled } from '../../ports/recoveryCluster.js'
import { refused } from './recoveryAnswer.js'
import type { Ask } from './recoveryApi.js'
import { get } from './recoveryGet.js'
import { DEPLOYMENTS, PODS } from './recoveryKinds.js'
import { asOf, endingOf } from './recoveryMeta.js'
import type { RawDeployment, RawScale } from './recoveryRaw.js'
import { recordActs } from './recoveryRecord.js'
import type { Right } from './recoveryRight.js'
import { deletion, MANAGER, write } from './recoveryWrite.js'

/** Each is one write, sent once: whoever calls reads before and after, and decides whether to call again. */
export function recoveryActs(ask: Ask): RecoveryActs {
  return {
    ...recordActs(ask),
    scale: (deployment, replicas) => scale(ask, deployment, replicas),
    deleteDeployment: (deployment) => deletion(ask, DEPLOYMENTS, deployment, { propagationPolicy: 'Background' }),
    createDeployment: (which, manifest) => createDeployment(ask, which, manifest),
    // A pod's resourceVersion changes with each probe, and is no precondition.
    deletePod: (pod) => deletion(ask, PODS, onlyUid(pod), {}),
    forceDeletePod: (pod) => deletion(ask, PODS, onlyUid(pod), { gracePeriodSeconds: 0 }),
  }
}

function onlyUid({ namespace, name, uid }: Exactly): Exactly {
  return { namespace, name, uid }
}

function scale(ask: Ask, { namespace, name, uid, resourceVersion }: AsOf, replicas: number): Promise<Effect<Scaled>> {
  const right: Right = { ...DEPLOYMENTS, resource: 'deployments/scale', verb: 'patch', namespace, name }
  const body = { metadata: { uid, resourceVersion }, spec: { replicas } }
  return write(ask, { right, query: MANAGER, body }, (raw: RawScale) => {
    const identity = asOf(raw)
    const scaled = raw.spec?.replicas ?? 0 // left out when 0
    return identity === null || scaled !== replicas ? null : { ...identity, replicas: scaled }
  })
}

/**
 * By POST, which the API server refuses when anything bears the name: an apply would be answered 200 by a Deployment that
 * is Terminating, and go with it. Source: found on API servers 1.20 and 1.36.
 */
async function createDeployment(ask: Ask, which: Named, manifest: string): Promise<Effect<AsOf>> {
  const body = bodyOf(manifest, which)
  if (body === null)
    return refused('invalid', `The manifest is not of the Deployment ${which.name} in ${which.namespace}`)
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

function bodyOf(manifest: string, { namespace, name }: Named): object | null {
  try {
    const body = JSON.parse(manifest) as (RawDeployment & { readonly kind?: string }) | null
    const { metadata } = body ?? {}
    return body?.kind === 'Deployment' && metadata?.name === name && metadata.namespace === namespace ? body : null
  } catch {
    return null
  }
}
