import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Picture, Sighting } from '../../src/core/attribution/picture.js'
import type { Backend } from '../../src/core/terminate/backend.js'
import type { Reading } from '../../src/core/watch/look.js'
import { openTracer, type Tracer } from '../../src/flows/tracer.js'
import type { ClusterList, SightingStore } from '../../src/ports/cluster.js'
import { HOUR, NO_RANGES, oldPod, picture, pod, sighting } from '../core/attribution/fixture.js'
import { backend, MINUTE, reading, T0 } from '../core/fixture.js'
import { manualClock } from '../fakes/clock.js'
import { recordingLog } from '../fakes/log.js'

const STALE = { idleMs: MINUTE, idleInTransactionMs: MINUTE, protectedApplications: [] }

type Setup = { readonly known?: readonly Sighting[]; readonly podRanges?: readonly string[] }

async function tracing({ known = [sighting()], podRanges = [] }: Setup = {}) {
  const saved: (readonly Sighting[])[] = []
  const forgot: number[] = []
  let shown: Picture = picture()
  let listed: ClusterList | undefined
  const sightings: SightingStore = {
    read: async () => known,
    save: async (some) => void saved.push(some),
    forgetBefore: async (at) => void forgot.push(at),
    close: async () => undefined,
  }
  const tracer: Tracer = await openTracer({
    cluster: {
      view: () => ({ kind: 'picture', picture: shown, confirmedAt: shown.listBegunAt }),
      list: async () => listed ?? { kind: 'picture', picture: shown },
      refresh: () => undefined,
      close: async () => undefined,
    },
    sightings,
    ranges: { ...NO_RANGES, podRanges },
    clock: manualClock(T0),
    log: recordingLog(),
  })
  return {
    tracer,
    saved,
    forgot,
    show: (next: Picture) => (shown = next),
    list: (next: ClusterList) => (listed = next),
    origin: async (of: Partial<Backend> = {}, at = T0): Promise<string> => {
      const one = backend({ clientAddr: '10.2.0.7', applicationName: '', sessionAgeMs: 5 * HOUR, ...of })
      const judged = await tracer.judge([one], at)
      if (judged.kind === 'failed') return `failed: ${judged.detail}`
      const origin = judged.origins.get(one.pid)
      return `${origin?.kind}: ${origin?.because.kind}`
    },
    trace: (of: Reading = reading([])) => tracer.trace('main', of, STALE),
  }
}

/** A pod that was there before and is there still: what shows that it is the same cluster. */
const LASTING = pod({ uid: 'dns', name: 'dns', addresses: ['10.2.0.2'], owner: null })

describe('what was seen before', () => {
  test('names the dead of the same cluster', async () => {
    const known = [sighting(), sighting({ podUid: 'dns', podName: 'dns', address: '10.2.0.2' })]
    const { show, origin, forgot } = await tracing({ known })
    show(picture([pod(), LASTING]))
    assert.equal(await origin(), 'orphan: seen on a pod that is gone')
    assert.deepEqual(forgot, [])
  })

  test("kills nobody when the kubeconfig names another cluster: its LIST holds none of the first one's living pods", async () => {
    const { origin, forgot, trace } = await tracing()
    trace()
    assert.equal(await origin(), 'unknown: never seen')
    assert.deepEqual(forgot, [Number.MAX_SAFE_INTEGER])
  })

  test('is of the same cluster when every pod was replaced under a watch', async () => {
    const { show, origin, forgot, tracer } = await tracing({ known: [] })
    show(picture([oldPod()], { listBegunAt: T0 - 4 * HOUR }))
    tracer.sawPods([oldPod()])
    tracer.sawPods([pod()])
    show(picture([pod()]))
    assert.equal(await origin(), 'orphan: seen on a pod that is gone')
    assert.deepEqual(forgot, [])
  })
})

test('a clock that was set between backends and pods proves nothing: every backend would be older than its pod', async () => {
  const { origin } = await tracing()
  const healthy = { clientAddr: '10.2.0.9', sessionAgeMs: 150 * MINUTE }
  assert.equal(await origin(healthy, T0 - 5_000), 'current rollout: address of pod')
  assert.match(await origin(healthy, T0 - HOUR), /^failed: the clock was set/)
})

describe('a storm of pod events', () => {
  test('is noted at the next look and all at once, each as of when it was seen', async () => {
    const { tracer, saved, show, trace } = await tracing({ known: [] })
    show(picture([LASTING]))
    for (let which = 0; which < 1_000; which += 1)
      tracer.sawPods([pod({ uid: `p${which}`, addresses: [`10.2.1.${which % 250}`] })])
    assert.equal(saved.length, 0)
    trace()
    await tracer.settled()
    const all = saved.flat()
    assert.equal(all.length, 1_001)
    assert.ok(saved.length <= 2, 'all at once')
    assert.ok(all.every(({ lastSeenAt }) => lastSeenAt === T0))
  })

  test('is noted before the end, and before it fills the memory of a bot that looks no more', async () => {
    const { tracer, saved } = await tracing({ known: [] })
    tracer.sawPods([pod({ uid: 'a' })])
    await tracer.settled()
    assert.equal(saved.length, 1)
    for (let which = 0; which < 5_000; which += 1) tracer.sawPods([pod({ uid: `p${which}` })])
    await tracer.settled()
    assert.equal(saved.flat().length, 5_001)
    assert.ok(saved.length <= 4)
  })

  test('costs no walk over all ReplicaSets for each who asks: one reading is told once', async () => {
    const { trace } = await tracing()
    const one = reading([])
    const [first, second] = [trace(one), trace(one)]
    assert.ok(first.kind === 'traced' && second.kind === 'traced')
    assert.equal(first.rollouts, second.rollouts)
    assert.equal(first.forecasts, second.forecasts)
  })
})
