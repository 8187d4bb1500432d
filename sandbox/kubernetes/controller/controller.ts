import type { MovableClock } from '../../discord/clock.js'
import type { Store } from '../store/store.js'
import { reconcileDeployments } from './deployments.js'
import { collectGarbage } from './garbage.js'
import { type KubeletOptions, runKubelet } from './kubelet.js'
import { reconcileReplicaSets } from './replicaSets.js'

export type ControllerOptions = {
  /** Absent: no pod gets a node, an address or an end, as on a control plane without nodes. */
  readonly kubelet?: KubeletOptions
}

export type ControllerWorld = {
  readonly store: Store
  readonly clock: MovableClock
  /** For names it makes. */
  readonly draw: () => number
  /** Pods, by uid, whose kubelet does not answer: Terminating stays so. */
  readonly held: ReadonlySet<string>
}

export type Controller = {
  /** Does at once what there is to do, until nothing more changes. */
  readonly settle: () => void
  readonly stop: () => void
}

const MOST_ROUNDS = 1000

/** Deployments, ReplicaSets and garbage collection, and with a kubelet pods that run. Acts soon after each write. */
export function startController(world: ControllerWorld, options: ControllerOptions): Controller {
  const { store } = world
  const nowMs = world.clock.now
  const timers = new Map<string, () => void>()
  let soon: NodeJS.Immediate | undefined
  let isSettling = false

  const later = (key: string, atMs: number) => {
    if (timers.has(key)) return
    const due = () => {
      timers.delete(key)
      settle()
    }
    timers.set(key, world.clock.after(Math.max(atMs - nowMs(), 0), due))
  }
  const settle = () => {
    if (isSettling) return
    isSettling = true
    for (let round = 0, before = -1; before !== store.version(); round += 1) {
      if (round > MOST_ROUNDS) throw new Error('the controller does not come to rest')
      before = store.version()
      reconcileDeployments(store, nowMs)
      reconcileReplicaSets(store, nowMs, world.draw)
      collectGarbage(store, nowMs)
      if (options.kubelet !== undefined) runKubelet({ store, nowMs, held: world.held, later }, options.kubelet)
    }
    isSettling = false
  }
  const unwatch = store.watch(() => {
    if (isSettling || soon !== undefined) return
    soon = setImmediate(() => {
      soon = undefined
      settle()
    })
  })
  return {
    settle,
    stop: () => {
      unwatch()
      if (soon !== undefined) clearImmediate(soon)
      for (const cancel of timers.values()) cancel()
    },
  }
}
