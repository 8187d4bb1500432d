import type { Facts } from '../../../../src/core/recovery/facts.js'
import { linodeIdsOf } from '../../../../src/core/recovery/facts.js'
import type { Act } from '../../../../src/core/recovery/step.js'
import type { Answer, Look } from '../../../../src/ports/recoveryRun.js'
import { GRACE_MS, isUp, scale, SPEC, writers, type World } from './world.js'

/** What the servers do with a request, preconditions and all. Linode has none, and does as it is told. */
export function land(on: World, run: string, facts: Facts, act: Act, now: number): Answer {
  const { deployment } = on
  const refused = (detail: string): Answer => ({ kind: 'refused', detail })
  switch (act.verb) {
    case 'save record':
      if (on.record !== undefined && on.record !== run && on.record !== facts.adopts) return refused('409')
      on.record = run
      break
    case 'clear record':
      if (on.record !== run) return refused('404')
      on.record = undefined
      break
    case 'scale to 0':
    case 'scale to 1':
    case 'delete deployment':
      if (deployment === undefined) return refused('404')
      if (deployment.uid !== act.uid || deployment.resourceVersion !== act.resourceVersion) return refused('409')
      if (act.verb === 'delete deployment') remove(on, now)
      else scale(on, act.verb === 'scale to 1' ? 1 : 0, run)
      break
    case 'apply manifest':
      if (deployment !== undefined) return refused('409')
      create(on, run)
      break
    case 'force delete pod':
      if (!on.pods.some(({ uid }) => uid === act.uid)) return refused('404')
      on.pods = on.pods.filter(({ uid }) => uid !== act.uid)
      break
    case 'shut down instance':
      on.offline.add(act.linodeId)
      break
    case 'detach volume':
      if (on.volumeOn !== act.linodeId) return refused('not attached there')
      on.volumeMoves = { to: null, at: now + 20_000 }
      break
    case 'attach volume':
      if (on.volumeOn !== null) return refused('already attached')
      on.volumeMoves = { to: act.linodeId, at: now + 20_000 }
      break
  }
  return { kind: 'accepted', detail: '200' }
}

/** Background deletion: the object goes at once, its pods are told to. */
export function remove(on: World, now: number): void {
  on.deployment = undefined
  for (const pod of on.pods) {
    if (pod.isTerminating) continue
    pod.isTerminating = true
    pod.isReady = false
    pod.terminatingSince = now
  }
}

export function create(on: World, by: string): void {
  on.uids += 1
  on.deployment = {
    uid: `dep-${on.uids}`,
    resourceVersion: String(1_000 * on.uids),
    generation: 1,
    observedGeneration: 0,
    specDigest: SPEC,
    replicas: 1,
    isDeleting: false,
    scaledBy: by,
  }
}

type Parts = Partial<Look>

/** What three groups of reads see, each at a moment of its own: a look is never one instant. */
export const READS: readonly ((on: World, run: string, facts: Facts, now: number) => Parts)[] = [
  (on) => ({
    deployment: known(on.deployment === undefined ? 'absent' : { ...on.deployment }),
    replicaSets: known(on.deployment === undefined ? [] : [{ uid: `rs-${on.deployment.uid}`, replicas: 0 }]),
  }),
  (on) => ({
    pods: known(on.pods.map((pod) => ({ ...pod }))),
    nodes: known(on.nodes.filter(({ isDeleted }) => !isDeleted).map((node) => ({ ...node }))),
  }),
  (on, run, facts, now) => ({
    attachments: known(
      on.attachment === undefined
        ? []
        : [
            {
              name: 'csi-1',
              nodeName: on.attachment.node,
              isAttached: on.attachment.isAttached,
              isDeleting: on.attachment.isDeleting,
            },
          ],
    ),
    volume: known({ volumeId: 77, label: 'pg', region: 'eu', status: 'active', linodeId: on.volumeOn }),
    instances: known(
      linodeIdsOf(facts).map((linodeId) => ({ linodeId, status: on.offline.has(linodeId) ? 'offline' : 'running' })),
    ),
    postgres: known(
      isUp(on, now)
        ? { kind: 'login', isInRecovery: false }
        : writers(on).length > 0
          ? { kind: 'starting' }
          : { kind: 'down', detail: 'refused' },
    ),
    record: known(
      on.record === undefined || on.record === facts.adopts ? 'absent' : on.record === run ? 'saved' : 'another run',
    ),
  }),
]

export function unreadable(parts: Parts): Parts {
  return Object.fromEntries(Object.keys(parts).map((part) => [part, { known: false, because: 'no answer' }]))
}

function known<T>(value: T): { readonly known: true; readonly value: T } {
  return { known: true, value }
}

/** What a plan made now would freeze. */
export function factsOf(on: World, mode: Facts['mode'], adopts: string | null): Facts {
  const nodes = on.nodes.filter(
    ({ name, linodeId, isDeleted }) =>
      !isDeleted &&
      (on.pods.some(({ nodeName }) => nodeName === name) || on.attachment?.node === name || linodeId === on.volumeOn),
  )
  return {
    server: 'main',
    mode,
    namespace: 'default',
    deploymentName: 'postgres',
    deployment: on.deployment === undefined ? 'absent' : { ...on.deployment, strategy: 'Recreate' },
    pods: on.pods.map(({ name, uid, nodeName }) => ({ name, uid, nodeName, graceMs: GRACE_MS })),
    claim: { name: 'pg', uid: 'claim-1' },
    volume: {
      persistentVolume: 'pv-1',
      persistentVolumeUid: 'pv-uid',
      csi: { driver: 'linodebs.csi.linode.com', handle: '77-pg' },
      linode: { volumeId: 77, label: 'pg', region: 'eu', linodeId: on.volumeOn },
    },
    nodes: nodes.map(({ name, uid, bootId, linodeId }) => ({ name, uid, bootId, linodeId })),
    manifest: { digest: 'manifest-1', specDigest: SPEC, source: 'live', image: 'postgres:15' },
    botNode: null,
    adopts,
  }
}
