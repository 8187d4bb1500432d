import type { DeploymentSeen, NodeSeen, PodSeen } from '../../../../src/core/recovery/observation.js'
import type { Random } from './random.js'

export const SPEC = 'spec-1'
export const GRACE_MS = 30_000
const IN_USE = 'kubernetes.io/csi/linodebs.csi.linode.com^77-pg'

export type Deployment = { -readonly [K in keyof DeploymentSeen]: DeploymentSeen[K] } & { scaledBy: string }
export type Pod = { -readonly [K in keyof PodSeen]: PodSeen[K] } & {
  terminatingSince: number
  createdBy: string
  startsAt: number
}
export type Node = { -readonly [K in keyof NodeSeen]: NodeSeen[K] } & {
  isKubeletDead: boolean
  diedAt: number
  isDeleted: boolean
  isMounted: boolean
}
/** A postmaster in truth, whatever the API says of its pod. */
export type Postmaster = { readonly podUid: string; readonly node: string; readyAt: number; stopsAt: number }

/** The truth: what the cluster, its volume and its machines are, beside what anybody can read of them. */
export type World = {
  deployment: Deployment | undefined
  pods: Pod[]
  nodes: Node[]
  postmasters: Postmaster[]
  attachment: { node: string; isAttached: boolean; isDeleting: boolean } | undefined
  volumeOn: number | null
  volumeMoves: { to: number | null; at: number } | undefined
  offline: Set<number>
  /** The run whose manifest is saved in the cluster. */
  record: string | undefined
  uids: number
  /** Whoever caused two postmasters on one volume. */
  torn: string[]
}

export function world(): World {
  const node = (name: string, linodeId: number): Node => ({
    name,
    uid: `node-${name}`,
    bootId: `boot-${name}`,
    linodeId,
    isReady: true,
    leaseRenewed: '0',
    volumesInUse: [],
    isKubeletDead: false,
    diedAt: 0,
    isDeleted: false,
    isMounted: false,
  })
  const a = node('a', 101)
  a.isMounted = true
  a.volumesInUse = [IN_USE]
  return {
    deployment: {
      uid: 'dep-1',
      resourceVersion: '1',
      generation: 1,
      observedGeneration: 1,
      specDigest: SPEC,
      replicas: 1,
      isDeleting: false,
      scaledBy: 'install',
    },
    pods: [
      {
        name: 'postgres-1',
        uid: 'pod-1',
        nodeName: 'a',
        deploymentUid: 'dep-1',
        isTerminating: false,
        isReady: true,
        finalizers: [],
        terminatingSince: 0,
        createdBy: 'install',
        startsAt: 0,
      },
    ],
    nodes: [a, node('b', 102)],
    postmasters: [{ podUid: 'pod-1', node: 'a', readyAt: 0, stopsAt: Infinity }],
    attachment: { node: 'a', isAttached: true, isDeleting: false },
    volumeOn: 101,
    volumeMoves: undefined,
    offline: new Set(),
    record: undefined,
    uids: 1,
    torn: [],
  }
}

export function scale(on: World, replicas: number, by: string): void {
  if (on.deployment === undefined) return
  const { deployment } = on
  deployment.resourceVersion = String(Number(deployment.resourceVersion) + 1)
  if (deployment.replicas !== replicas) deployment.generation += 1
  deployment.replicas = replicas
  deployment.scaledBy = by
}

/** Those that can write: alive, on a machine that runs and holds the volume. */
export function writers(on: World): readonly Postmaster[] {
  return on.postmasters.filter(({ node }) => {
    const linodeId = on.nodes.find(({ name }) => name === node)?.linodeId
    return linodeId === on.volumeOn && linodeId !== null && linodeId !== undefined && !on.offline.has(linodeId)
  })
}

export function isUp(on: World, now: number): boolean {
  return on.pods.some(
    ({ uid, isTerminating }) =>
      !isTerminating && writers(on).some(({ podUid, readyAt }) => podUid === uid && readyAt <= now),
  )
}

/** Some seconds of the controllers, the kubelets, CSI and Linode. They know nothing of recoveries. */
export function tick(on: World, now: number, dice: Random): void {
  for (const node of on.nodes) beat(on, node, now)
  control(on, now, dice)
  for (const pod of on.pods) tend(on, pod, now, dice)
  stopLeftovers(on, now, dice)
  moveVolume(on, now, dice)
  if (on.postmasters.length < 2) return
  const together = writers(on)
  if (together.length > 1 && on.torn.length === 0) {
    on.torn.push(on.pods.find(({ uid }) => uid === together.at(-1)?.podUid)?.createdBy ?? 'nobody')
  }
}

function beat(on: World, node: Node, now: number): void {
  const isOff = node.linodeId !== null && on.offline.has(node.linodeId)
  if (isOff) {
    on.postmasters = on.postmasters.filter((one) => one.node !== node.name)
    node.isMounted = false
  }
  if ((isOff || node.isKubeletDead) && node.diedAt === 0) node.diedAt = now
  if (!isOff && !node.isKubeletDead) {
    node.diedAt = 0
    if (now - Number(node.leaseRenewed) >= 10_000) node.leaseRenewed = String(now)
    // The kubelet reports what it has mounted, and nobody else does.
    node.volumesInUse = node.isMounted ? [IN_USE] : []
  }
  node.isReady = node.diedAt === 0 || now - node.diedAt < 40_000
}

function control(on: World, now: number, dice: Random): void {
  const { deployment } = on
  if (deployment === undefined) return
  if (dice.chance(0.6)) deployment.observedGeneration = deployment.generation
  if (deployment.observedGeneration !== deployment.generation) return
  const own = on.pods.filter(({ deploymentUid, isTerminating }) => deploymentUid === deployment.uid && !isTerminating)
  if (deployment.replicas === 0) {
    for (const pod of own) {
      pod.isTerminating = true
      pod.isReady = false
      pod.terminatingSince = now
    }
    return
  }
  // A pod that is on its way out does not count, Recreate or not: this is how two come to stand on one claim.
  if (own.length > 0) return
  const ready = on.nodes.filter(({ isReady, isDeleted }) => isReady && !isDeleted)
  const node = ready.find(({ name }) => name === 'a' && dice.chance(0.7)) ?? ready.at(-1)
  on.uids += 1
  on.pods.push({
    name: `postgres-${on.uids}`,
    uid: `pod-${on.uids}`,
    nodeName: node?.name ?? null,
    deploymentUid: deployment.uid,
    isTerminating: false,
    isReady: false,
    finalizers: [],
    terminatingSince: 0,
    createdBy: deployment.scaledBy,
    startsAt: now + dice.between(1, 4) * 1_000,
  })
}

function tend(on: World, pod: Pod, now: number, dice: Random): void {
  const node = on.nodes.find(({ name }) => name === pod.nodeName)
  const remove = (): void => {
    on.pods = on.pods.filter((one) => one !== pod)
  }
  if (node === undefined) {
    if (pod.isTerminating) remove()
    // Scheduled as soon as a node can take it.
    else pod.nodeName = on.nodes.find(({ isReady, isDeleted }) => isReady && !isDeleted)?.name ?? null
    return
  }
  if (node.isDeleted) {
    // PodGC: the object goes, and nobody asks the machine.
    if (dice.chance(0.05)) {
      remove()
      if (on.deployment !== undefined) on.deployment.scaledBy = 'pod collector'
    }
    return
  }
  if (!pod.isTerminating && !node.isReady && now - node.diedAt > 300_000) {
    pod.isTerminating = true
    pod.terminatingSince = now
    // What replaces it beside a postmaster that nobody stopped is Kubernetes' own doing.
    if (on.deployment !== undefined) on.deployment.scaledBy = 'eviction'
  }
  if (node.isKubeletDead || (node.linodeId !== null && on.offline.has(node.linodeId))) {
    pod.isReady = false
    return
  }
  const postmaster = on.postmasters.find(({ podUid }) => podUid === pod.uid)
  if (pod.isTerminating) {
    if (postmaster === undefined) {
      if (dice.chance(0.5)) remove()
      return
    }
    const graceful = pod.terminatingSince + dice.between(2_000, GRACE_MS)
    postmaster.stopsAt = Math.min(postmaster.stopsAt, Math.max(now, graceful))
    return
  }
  if (postmaster !== undefined) {
    pod.isReady = postmaster.readyAt <= now
    return
  }
  const isHere = on.attachment?.node === node.name && on.attachment.isAttached && on.volumeOn === node.linodeId
  if (!isHere || now < pod.startsAt) return
  node.isMounted = true
  on.postmasters.push({
    podUid: pod.uid,
    node: node.name,
    readyAt: now + dice.between(3, 40) * 1_000,
    stopsAt: Infinity,
  })
}

function stopLeftovers(on: World, now: number, dice: Random): void {
  for (const postmaster of on.postmasters) {
    const node = on.nodes.find(({ name }) => name === postmaster.node)
    if (node === undefined || node.isKubeletDead) continue
    // Its pod's object was removed by force: the kubelet notices, and takes its time.
    if (!on.pods.some(({ uid }) => uid === postmaster.podUid) && postmaster.stopsAt === Infinity) {
      postmaster.stopsAt = now + dice.between(1_000, 40_000)
    }
    if (postmaster.stopsAt <= now) on.postmasters = on.postmasters.filter((one) => one !== postmaster)
  }
  for (const node of on.nodes) {
    const isUsed = on.postmasters.some((one) => one.node === node.name)
    if (node.isMounted && !node.isKubeletDead && !isUsed && dice.chance(0.2)) node.isMounted = false
  }
}

function moveVolume(on: World, now: number, dice: Random): void {
  if (on.volumeMoves !== undefined) {
    if (on.volumeMoves.at > now) return
    on.volumeOn = on.volumeMoves.to
    on.volumeMoves = undefined
  }
  const start = (to: number | null): void => {
    on.volumeMoves = { to, at: now + dice.between(1, 90) * 1_000 }
  }
  const { attachment } = on
  const wanted = on.pods.find(({ nodeName, isTerminating }) => nodeName !== null && !isTerminating)?.nodeName
  if (attachment === undefined) {
    if (wanted !== undefined && wanted !== null) {
      on.attachment = { node: wanted, isAttached: false, isDeleting: false }
    }
    return
  }
  const node = on.nodes.find(({ name }) => name === attachment.node)
  if (attachment.isDeleting) {
    // The driver detaches from this machine only; on another one it leaves the volume alone.
    if (on.volumeOn === node?.linodeId) start(null)
    else on.attachment = undefined
    return
  }
  if (!attachment.isAttached) {
    if (on.volumeOn === node?.linodeId) attachment.isAttached = true
    else if (on.volumeOn === null) start(node?.linodeId ?? null)
  }
  const isUsed = on.pods.some(({ nodeName }) => nodeName === attachment.node)
  const lists = node?.isDeleted !== true && (node?.volumesInUse.includes(IN_USE) ?? false)
  const isForced = node !== undefined && node.diedAt !== 0 && now - node.diedAt > 360_000
  if (!isUsed && (!lists || isForced) && dice.chance(0.5)) attachment.isDeleting = true
}
