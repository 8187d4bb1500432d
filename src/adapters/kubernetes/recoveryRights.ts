import type { PlannedWork, RightAnswer } from '../../ports/recoveryCluster.js'
import type { Ask } from './recoveryApi.js'
import { unread, unreadBecause } from './recoveryAnswer.js'
import {
  ATTACHMENTS,
  AUTOSCALERS,
  CLAIMS,
  DEPLOYMENTS,
  EVENTS,
  LEASES,
  NODES,
  PODS,
  REPLICA_SETS,
  SECRETS,
  VOLUMES,
} from './recoveryKinds.js'
import { ruleOf, HEARTBEATS, phraseOf } from './recoveryRight.js'
import type { Right } from './recoveryRight.js'

/** Every call that the work makes of this adapter, in the order in which it would. */
export function rightsOf({ kind, deployment, claim, lease, secret }: PlannedWork): readonly Right[] {
  const { namespace } = deployment
  const record = (verb: Right['verb']): Right => ({ ...LEASES, verb, ...lease })
  const restart: readonly Right[] = [
    { ...DEPLOYMENTS, verb: 'get', ...deployment },
    { ...REPLICA_SETS, verb: 'list', namespace },
    { ...PODS, verb: 'list', namespace },
    record('get'),
    record('create'),
    record('update'),
    record('delete'),
    { ...PODS, verb: 'delete', namespace },
  ]
  if (kind === 'restart pods') return restart
  const scaling: readonly Right[] = [
    ...restart,
    { ...CLAIMS, verb: 'get', namespace, ...claim },
    { ...VOLUMES, verb: 'get' },
    { ...NODES, verb: 'get' },
    { ...NODES, verb: 'list' },
    { ...LEASES, verb: 'get', namespace: HEARTBEATS },
    { ...ATTACHMENTS, verb: 'list' },
    { ...EVENTS, verb: 'list', namespace },
    { ...AUTOSCALERS, verb: 'list', namespace },
    { ...DEPLOYMENTS, resource: 'deployments/scale', verb: 'patch', ...deployment },
  ]
  if (kind === 'scale') return scaling
  const saved = secret === undefined ? [] : (['create', 'get', 'delete'] as const)
  return [
    ...scaling,
    ...saved.map((verb): Right => ({ ...SECRETS, verb, ...secret })),
    { ...DEPLOYMENTS, verb: 'delete', ...deployment },
    { ...DEPLOYMENTS, verb: 'create', ...deployment },
  ]
}

/** Asked all at once: each is answered from the API server's memory. */
export function askRights(ask: Ask, rights: readonly Right[]): Promise<readonly RightAnswer[]> {
  return Promise.all(rights.map((right) => askRight(ask, right)))
}

const REVIEW: Right = { group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews', verb: 'create' }

async function askRight(ask: Ask, wanted: Right): Promise<RightAnswer> {
  const right = phraseOf(wanted)
  const [resource = '', subresource] = wanted.resource.split('/')
  const { verb, group, namespace, name } = wanted
  const attributes = {
    verb,
    group,
    version: 'v1',
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    // Asked with a name, a create is answered by rules that its real request, which has none, does not meet.
    ...(name === undefined || verb === 'create' ? {} : { name }),
  }
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: attributes },
  }
  const reply = await ask({ right: REVIEW, body })
  if (reply.kind === 'no reply') return unknown(right, unread(reply.problem).detail)
  const { status } = (reply.json ?? {}) as { readonly status?: { readonly allowed?: boolean } }
  if (reply.status !== 201 || typeof status?.allowed !== 'boolean')
    return unknown(right, unreadBecause(REVIEW, reply).detail)
  if (status.allowed) return { right, answer: 'allowed' }
  return { right, answer: 'denied', detail: `Lifeguard may not ${right}`, remedy: ruleOf(wanted) }
}

function unknown(right: string, detail: string): RightAnswer {
  return { right, answer: 'unknown', detail }
}
