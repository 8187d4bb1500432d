import { deleteObject } from '../store/lifecycle.js'
import { type KubeObject, rfc3339, textAt, within } from '../store/object.js'
import { NODES, PODS } from '../store/resources.js'
import type { Store } from '../store/store.js'
import { hasEnded } from './ownership.js'

export type KubeletOptions = {
  /** The address a new pod gets; undefined keeps it Pending. */
  readonly addressOf: (pod: KubeObject) => string | undefined
  /** From its creation until it is Running and Ready; absent: 0. */
  readonly startsAfterMs?: number
}

export type KubeletWorld = {
  readonly store: Store
  readonly nowMs: () => number
  readonly held: ReadonlySet<string>
  /** Looks again at that time; the key keeps one look for each reason. */
  readonly later: (key: string, atMs: number) => void
}

/** Scheduler and kubelet: pods get a node and an address, run, and end when their grace period is over. */
export function runKubelet(world: KubeletWorld, options: KubeletOptions): void {
  for (const pod of world.store.list(PODS)) {
    if (pod.metadata.deletionTimestamp !== undefined) finish(world, pod, pod.metadata.deletionTimestamp)
    else if (!hasEnded(pod) && textAt(pod, 'status', 'phase') !== 'Running') begin(world, options, pod)
  }
}

function finish({ store, nowMs, held, later }: KubeletWorld, pod: KubeObject, deletionTimestamp: string): void {
  const { uid, deletionGracePeriodSeconds } = pod.metadata
  if (held.has(uid) || deletionGracePeriodSeconds === 0) return
  const endsMs = Date.parse(deletionTimestamp)
  if (nowMs() < endsMs) later(`end ${uid} ${deletionTimestamp}`, endsMs)
  else deleteObject(store, nowMs, PODS, pod, { graceSeconds: 0, propagation: 'Background' })
}

function begin({ store, nowMs, later }: KubeletWorld, options: KubeletOptions, pod: KubeObject): void {
  const startsMs = Date.parse(pod.metadata.creationTimestamp) + (options.startsAfterMs ?? 0)
  if (nowMs() < startsMs) {
    later(`begin ${pod.metadata.uid}`, startsMs)
    return
  }
  const address = options.addressOf(pod)
  if (address === undefined) return
  const nodeName = textAt(pod, 'spec', 'nodeName') ?? store.list(NODES)[0]?.metadata.name ?? 'node-1'
  const now = rfc3339(nowMs())
  store.replace(PODS, {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...within(pod, 'status'), ...runningStatus([address], now) },
  })
}

/** What a kubelet reports of a pod that runs and is ready. */
export function runningStatus(addresses: readonly string[], now: string): Readonly<Record<string, unknown>> {
  const condition = (type: string) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: now })
  return {
    phase: 'Running',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    ...(addresses[0] === undefined ? {} : { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }),
    startTime: now,
  }
}
