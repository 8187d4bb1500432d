import type { Picture } from '../../src/core/attribution/picture.js'
import type { Cluster, ClusterProblem } from '../../src/ports/cluster.js'
import { picture } from '../core/attribution/fixture.js'
import type { ManualClock } from './clock.js'
import { power as alwaysOn, type Power } from './power.js'

/** A cluster and what is seen of it: it outlives the bot. */
export type Pods = {
  /** What a LIST would show now. */
  truth: Picture
  /** What the informer shows: it lags behind until told to look. Undefined: nothing yet. */
  seen: Picture | undefined
  confirmedAt: number
  /** What the informer complains about. */
  problem: ClusterProblem | undefined
  /** What a LIST meets, instead of an answer. */
  fault: ClusterProblem | undefined
  listTakesMs: number
  /** Called when a LIST arrives, before it is answered. */
  onList: () => void
  /** Every picture that a LIST was answered with. */
  given: readonly Picture[]
  refreshes: number
}

export function pods(truth: Picture = picture()): Pods {
  return {
    truth,
    seen: undefined,
    confirmedAt: 0,
    problem: undefined,
    fault: undefined,
    listTakesMs: 0,
    onList: () => undefined,
    given: [],
    refreshes: 0,
  }
}

/** The informer catches up. */
export function look(on: Pods, clock: Pick<ManualClock, 'now'>): void {
  on.seen = { ...on.truth, listBegunAt: clock.now() }
  on.confirmedAt = clock.now()
}

/** Points: `kubernetes list`. */
export function fakeKubernetes(on: Pods, clock: ManualClock, power: Power = alwaysOn()): Cluster {
  const since = clock.now()
  return {
    view() {
      const why = on.problem === undefined ? {} : { problem: on.problem }
      return on.seen === undefined
        ? { kind: 'none yet', since, ...why }
        : { kind: 'picture', picture: on.seen, confirmedAt: on.confirmedAt, ...why }
    },
    async list() {
      await power.pass('kubernetes list')
      on.onList()
      if (on.listTakesMs > 0) await clock.sleep(on.listTakesMs)
      if (on.fault !== undefined) return { kind: 'failed', ...on.fault }
      look(on, clock)
      const given = { ...on.truth, listBegunAt: clock.now() }
      on.given = [...on.given, given]
      return { kind: 'picture', picture: given }
    },
    refresh() {
      on.refreshes += 1
    },
    close: () => Promise.resolve(),
  }
}
