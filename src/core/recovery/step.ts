import type { Facts } from './facts.js'
import type { Observation } from './observation.js'

export type StepId =
  | 'record'
  | 'stop'
  | 'pods gone'
  | 'gate'
  | 'delete'
  | 'release'
  | 'attach'
  | 'start'
  | 'verify'
  | 'close'

/** What a step may send. A verb that `changes` the world is journaled as an intent first, and never sent twice on a guess. */
export type Verb =
  | 'save record'
  | 'scale to 0'
  | 'force delete pod'
  | 'shut down instance'
  | 'delete deployment'
  | 'detach volume'
  | 'attach volume'
  | 'scale to 1'
  | 'apply manifest'
  | 'clear record'

/** Acts nobody sends without their own approval: in the plan's hash from the start, or given while the run is open. */
export type Permission = 'force delete' | 'detach by hand' | 'fence'

/** A request with all it names. Uids are frozen ones; the resourceVersion is the one just read, and the server compares both. */
export type Act =
  | { readonly verb: 'save record' }
  | { readonly verb: 'clear record' }
  | {
      readonly verb: 'scale to 0' | 'scale to 1' | 'delete deployment'
      readonly namespace: string
      readonly name: string
      readonly uid: string
      readonly resourceVersion: string
    }
  | { readonly verb: 'force delete pod'; readonly namespace: string; readonly name: string; readonly uid: string }
  | { readonly verb: 'shut down instance'; readonly linodeId: number }
  | { readonly verb: 'detach volume'; readonly volumeId: number; readonly linodeId: number }
  /** `persist_across_boots: false`, as CSI does: `true` eats one of eight slots. */
  | { readonly verb: 'attach volume'; readonly volumeId: number; readonly linodeId: number }
  /** By create (an object of that name is a 409): an apply would answer 200 on one that is being deleted, and vanish with it. */
  | {
      readonly verb: 'apply manifest'
      readonly namespace: string
      readonly name: string
      readonly manifestDigest: string
    }

type Part = Exclude<keyof Observation, 'at' | 'afterSeq'>

export type Step = {
  readonly id: StepId
  /** The parts it is decided on; with one of them unknown it only observes. */
  readonly observes: readonly Part[]
  /** What it may send, the usual one first. */
  readonly acts: readonly Verb[]
  /** What is seen when it is done. */
  readonly until: string
  /** What must be so before it sends anything. */
  readonly before: readonly string[]
  /** From the step's last movement, in ms; then it asks or halts. */
  readonly limitMs: number
}

const MINUTE_MS = 60_000

/** Starting values of kubernetes-linode 5.2; `pods gone` adds the longest grace of the pods. */
export const STEPS: Readonly<Record<StepId, Step>> = {
  record: {
    id: 'record',
    observes: ['record'],
    acts: ['save record'],
    until: 'the saved manifest and its copy are read back and equal',
    before: ['approvals stand', 'no other run is recorded'],
    limitMs: 15_000,
  },
  stop: {
    id: 'stop',
    observes: ['deployment'],
    acts: ['scale to 0'],
    until: 'replicas are 0 and the controller has seen it',
    before: ['approvals stand', 'the Deployment is the frozen uid at the frozen generation'],
    limitMs: MINUTE_MS,
  },
  'pods gone': {
    id: 'pods gone',
    observes: ['deployment', 'pods', 'nodes'],
    acts: ['force delete pod', 'shut down instance'],
    until: 'no pod mounts the claim',
    before: [
      'permission',
      'a frozen pod uid, terminating beyond its grace, without finalizers',
      'its node answers, or is off',
    ],
    limitMs: 30_000,
  },
  gate: {
    id: 'gate',
    observes: ['deployment', 'pods', 'nodes', 'attachments'],
    acts: ['shut down instance'],
    until: 'the old postmaster is proven dead',
    before: ['permission', 'not the bot’s own node'],
    limitMs: 2 * MINUTE_MS,
  },
  delete: {
    id: 'delete',
    observes: ['deployment', 'replicaSets', 'pods', 'nodes', 'attachments'],
    acts: ['delete deployment'],
    until: 'the Deployment is 404 and no ReplicaSet of its uid is left',
    before: ['proof of death', 'the frozen uid at 0 replicas'],
    limitMs: MINUTE_MS,
  },
  release: {
    id: 'release',
    observes: ['deployment', 'pods', 'nodes', 'attachments', 'volume'],
    acts: ['detach volume'],
    until: 'no VolumeAttachment is left and the volume is on no Linode',
    before: [
      'permission, one POST for each',
      'proof of death',
      'no VolumeAttachment, no pod, 0 replicas at the recorded generation',
    ],
    limitMs: 5 * MINUTE_MS,
  },
  attach: {
    id: 'attach',
    observes: ['deployment', 'pods', 'nodes', 'attachments', 'volume'],
    acts: ['attach volume'],
    until: 'the volume is on the planned Linode and ready',
    before: ['the volume is outside CSI and on no Linode', 'no pod mounts the claim'],
    limitMs: 5 * MINUTE_MS,
  },
  start: {
    id: 'start',
    observes: ['deployment', 'pods', 'nodes', 'attachments'],
    acts: ['scale to 1', 'apply manifest'],
    until: 'the Deployment is there with 1 replica and is not being deleted',
    before: ['proof of death', 'no pod mounts the claim', 'the volume is free or on a planned Linode'],
    limitMs: MINUTE_MS,
  },
  verify: {
    id: 'verify',
    observes: ['deployment', 'pods', 'postgres'],
    acts: [],
    until: 'one pod is Ready, Postgres answers and is not in recovery, for 60 s',
    before: [],
    limitMs: 10 * MINUTE_MS,
  },
  close: {
    id: 'close',
    observes: ['record'],
    acts: ['clear record'],
    until: 'the record is gone from the cluster',
    before: ['verified'],
    limitMs: MINUTE_MS,
  },
}

/** A node that is not Ready keeps the attachment for 6 minutes of Kubernetes and up to 5 of the driver. */
export const RELEASE_OF_DEAD_NODE_MS = 12 * MINUTE_MS

/**
 * The steps of a plan, in order. Mode B is mode A up to the gate and then the post-mortem's own acts. A volume outside CSI stays
 * where it is in mode A and *bring back*: nobody but us would attach it again.
 */
export function stepsOf({ mode, volume }: Pick<Facts, 'mode' | 'volume'>): readonly StepId[] {
  const isCsi = volume.csi !== null
  switch (mode) {
    case 'A':
      return [
        'record',
        'stop',
        'pods gone',
        'gate',
        ...(isCsi ? (['release'] as const) : []),
        'start',
        'verify',
        'close',
      ]
    case 'B':
      return [
        'record',
        'stop',
        'pods gone',
        'gate',
        'delete',
        'release',
        ...(isCsi ? [] : (['attach'] as const)),
        'start',
        'verify',
        'close',
      ]
    case 'bring back':
      return isCsi
        ? ['record', 'pods gone', 'gate', 'release', 'start', 'verify', 'close']
        : ['record', 'pods gone', 'gate', 'attach', 'start', 'verify', 'close']
  }
}

/** Whether the verb touches Postgres or its volume; the record alone does not. */
export function changesWorld(verb: Verb): boolean {
  return verb !== 'save record' && verb !== 'clear record'
}
