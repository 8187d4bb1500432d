import type { AsOf, Exactly } from '../../ports/recoveryObjects.js'
import type { Effect, RecoveryActs, Scaled } from '../../ports/recoveryCluster.js'
import type { Ask } from './recoveryApi.js'
import { createDeployment } from './recoveryCreate.js'
import { DEPLOYMENTS, PODS } from './recoveryKinds.js'
import { asOf } from './recoveryMeta.js'
import type { RawScale } from './recoveryRaw.js'
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
