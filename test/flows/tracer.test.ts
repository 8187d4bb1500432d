import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Sighting } from '../../src/core/attribution/picture.js'
import type { DeclaredRanges } from '../../src/core/attribution/pictureIndex.js'
import { FORGET_AFTER_MS } from '../../src/core/attribution/sightings.js'
import type { Traced } from '../../src/core/attribution/traced.js'
import type { Backend } from '../../src/core/terminate/backend.js'
import type { BackendGroup, Reading } from '../../src/core/watch/look.js'
import { openTracer, type Tracer } from '../../src/flows/tracer.js'
import { DEPLOYMENT, HOUR, NO_RANGES, oldPod, picture, pod, sighting } from '../core/attribution/fixture.js'
import { backend, group, MINUTE, reading, STALE } from '../core/fixture.js'
import { manualClock, T0, type ManualClock } from '../fakes/clock.js'
import { fakeKubernetes, look, pods, type Pods } from '../fakes/kubernetes.js'
import { backends } from '../fakes/postgres.js'
import { boot, onlyIncident, TICK_MS, world } from '../fakes/world.js'
import { standing } from '../fakes/discord.js'
import { recordingLog } from '../fakes/log.js'
import { fakeSightings, sightingDisk, type SightingDisk } from '../fakes/sightings.js'

/** Of the pod that is there: by it the cluster is known again. */
const HERE = sighting({ podUid: 'p-new', podName: 'site-7d4b9c6f8-x2k4p', address: '10.2.0.9', lastSeenAt: T0 })

type Scene = { readonly tracer: Tracer; readonly on: Pods; readonly disk: SightingDisk; readonly clock: ManualClock }

/** A tracer whose informer has looked once, unless told otherwise. */
async function scene(
  of: { readonly on?: Pods; readonly disk?: SightingDisk; readonly ranges?: Partial<DeclaredRanges> } = {},
): Promise<Scene> {
  const clock = manualClock()
  const { on = seen(clock), disk = sightingDisk() } = of
  const tracer = await openTracer({
    cluster: fakeKubernetes(on, clock),
    sightings: fakeSightings(disk),
    ranges: { ...NO_RANGES, ...of.ranges },
    clock,
    log: recordingLog(),
  })
  return { tracer, on, disk, clock }
}

function seen(clock: ManualClock, truth = picture()): Pods {
  const on = pods(truth)
  look(on, clock)
  return on
}

function aged(ageMs: number, of: Partial<BackendGroup> = {}): BackendGroup {
  return group({ sessionAgesMs: Array.from({ length: of.count ?? 1 }, () => ageMs), ...of })
}

/** 31 backends of the rollout before, 13 of the pod that is there. */
const SURGE = reading([aged(5 * HOUR, { count: 31 }), aged(HOUR, { count: 13, clientAddr: '10.2.0.9' })])

function traced(tracer: Tracer, of: Reading = SURGE, server = 'production'): Extract<Traced, { kind: 'traced' }> {
  const answer = tracer.trace(server, of, STALE)
  if (answer.kind !== 'traced') throw new Error(answer.kind)
  return answer
}

function namesOf(sightings: readonly Sighting[]): readonly string[] {
  return sightings.map(({ podName, lastSeenAt }) => `${podName} ${lastSeenAt - T0}`)
}

describe('what the informer shows is noted', () => {
  test('once for each picture', async () => {
    const { tracer, on, disk, clock } = await scene()
    for (let n = 0; n < 3; n += 1) traced(tracer)
    await tracer.settled()
    assert.deepEqual(disk.saves.map(namesOf), [['site-7d4b9c6f8-x2k4p 0']])
    await clock.advance(5_000)
    on.truth = picture([pod(), pod({ uid: 'p-3', name: 'site-7d4b9c6f8-third', addresses: ['10.2.0.10'] })])
    look(on, clock)
    traced(tracer)
    await tracer.settled()
    assert.deepEqual(disk.saves.slice(1).map(namesOf), [['site-7d4b9c6f8-third 5000']])
  })

  test('and once a minute while it stands still, as long as the API server goes on confirming it', async () => {
    const { tracer, on, disk, clock } = await scene()
    traced(tracer)
    await clock.advance(10 * MINUTE)
    traced(tracer)
    on.confirmedAt = T0 + MINUTE - 1
    traced(tracer)
    await tracer.settled()
    assert.equal(disk.saves.length, 1, 'a frozen picture sees nobody')
    on.confirmedAt = T0 + MINUTE
    traced(tracer)
    await tracer.settled()
    assert.deepEqual(disk.saves.slice(1).map(namesOf), [['site-7d4b9c6f8-x2k4p 60000']])
  })

  test('as soon as it learns of a pod, so that one which lives shorter than a tick is seen as well', async () => {
    const { tracer, disk } = await scene()
    tracer.sawPods([oldPod()])
    await tracer.settled()
    assert.deepEqual(namesOf(disk.sightings), ['site-6f9c8d7b5-q8zvw 0'])
    const [, one] = [tracer, disk.sightings[0]]
    assert.equal(one?.rollout?.name, 'site-6f9c8d7b5')
    const orphans = traced(tracer, reading([aged(5 * MINUTE)])).origins.rows.map(({ kind, pods: names }) => [
      kind,
      names,
    ])
    assert.deepEqual(orphans, [['orphan', ['site-6f9c8d7b5-q8zvw']]])
  })

  test('but not before there is a picture to say what a pod belongs to', async () => {
    const { tracer, disk } = await scene({ on: pods() })
    tracer.sawPods([oldPod()])
    await tracer.settled()
    assert.deepEqual(disk.saves, [])
  })
})

describe('a history at fault', () => {
  test('that cannot be written is told, and no longer once it can', async () => {
    const { tracer, on, disk, clock } = await scene()
    disk.fault = 'full'
    traced(tracer)
    await tracer.settled()
    assert.match(tracer.problems().join(), /What was seen of pods cannot be kept.*the disk is full/)
    assert.equal(traced(tracer).origins.all.current, 13, 'who is there is known without it')
    disk.fault = 'none'
    await clock.advance(MINUTE)
    look(on, clock)
    traced(tracer)
    await tracer.settled()
    assert.deepEqual(tracer.problems(), [])
  })

  test('keeps what it could not write for the next time, of pods that are gone by then as well', async () => {
    const { tracer, on, disk, clock } = await scene({ on: seen(manualClock(), picture([pod(), oldPod()])) })
    disk.fault = 'full'
    traced(tracer)
    await tracer.settled()
    disk.fault = 'none'
    await clock.advance(MINUTE)
    on.truth = picture()
    look(on, clock)
    traced(tracer)
    await tracer.settled()
    assert.deepEqual(namesOf(disk.sightings).toSorted(), ['site-6f9c8d7b5-q8zvw 0', 'site-7d4b9c6f8-x2k4p 60000'])
  })

  test('that cannot be read costs the names of the dead, is told, and stops nothing', async () => {
    const disk: SightingDisk = { ...sightingDisk([sighting()]), fault: 'unreadable' }
    const { tracer } = await scene({ disk })
    assert.match(tracer.problems().join(), /it is not a database/)
    const { all } = traced(tracer).origins
    assert.deepEqual([all.current, all.orphans, all.unknown], [13, 0, 31])
  })

  test('that is well names the dead after a restart', async () => {
    const { tracer } = await scene({ disk: sightingDisk([sighting(), HERE]) })
    const { dead } = traced(tracer).origins.roles[0] ?? { dead: [] }
    assert.deepEqual(
      dead.map(({ rollout, count }) => [rollout?.name, count]),
      [['site-6f9c8d7b5', 31]],
    )
  })
})

test('once an hour those of more than thirty days ago are forgotten, on disk and in memory', async () => {
  const disk = sightingDisk([sighting({ lastSeenAt: T0 - FORGET_AFTER_MS + 10 * MINUTE }), HERE])
  const { tracer, on, clock } = await scene({ disk })
  traced(tracer)
  await clock.advance(HOUR - 1)
  look(on, clock)
  traced(tracer)
  await tracer.settled()
  assert.deepEqual(disk.forgottenBefore, [])
  await clock.advance(1)
  look(on, clock)
  traced(tracer)
  await tracer.settled()
  assert.deepEqual(disk.forgottenBefore, [T0 + HOUR - FORGET_AFTER_MS])
  assert.deepEqual(
    disk.sightings.map(({ podUid }) => podUid),
    ['p-new'],
  )
})

test('a newer LIST is asked for when a backend is too young for the present one, and for nothing else', async () => {
  const { tracer, on } = await scene({ disk: sightingDisk([sighting({ lastSeenAt: T0 - MINUTE }), HERE]) })
  traced(tracer)
  traced(tracer, reading([aged(HOUR, { clientAddr: '10.9.9.9' }), aged(10, { clientAddr: null })]))
  assert.equal(on.refreshes, 0)
  traced(tracer, reading([aged(29_000, { clientAddr: '10.2.0.7' })]))
  assert.equal(on.refreshes, 1)
})

test('the same reading of the same picture is judged once, for each server of its own', async () => {
  const { tracer, on, clock } = await scene()
  const first = traced(tracer).origins
  assert.equal(traced(tracer).origins, first)
  const other = reading([aged(HOUR, { count: 2, clientAddr: '10.2.0.9' })])
  assert.equal(traced(tracer, other, 'staging').origins.all.total, 2)
  assert.equal(traced(tracer).origins, first, 'another server does not disturb it')
  assert.notEqual(traced(tracer, { ...SURGE }).origins, first)
  const again = traced(tracer).origins
  look(on, clock)
  assert.equal(traced(tracer).origins, again, 'an old reading is not judged by pods of after it')
  assert.notEqual(traced(tracer, { ...SURGE }).origins, again)
})

test('a declared range alone accuses nobody who began while every pod was being watched', async () => {
  const { tracer, on, clock } = await scene({ ranges: { podRanges: ['10.2.0.0/16'] } })
  const kinds = (ageMs: number) =>
    traced(tracer, reading([aged(ageMs, { clientAddr: '10.2.7.7' })], { at: clock.now() })).origins.rows.map(
      ({ kind, because }) => because ?? kind,
    )
  assert.deepEqual(kinds(HOUR), ['orphan'], 'it is from before our time')
  await clock.advance(10 * MINUTE)
  look(on, clock)
  assert.deepEqual(kinds(9 * MINUTE + 1), ['orphan'], 'the clocks may differ by a minute')
  // The picture is newer than the backend, but the watch began before it.
  assert.deepEqual(kinds(9 * MINUTE), ['never seen'])
})

describe('by pods listed now', () => {
  const judged = async ({ tracer, clock }: Scene, of: Partial<Backend> = {}): Promise<string> => {
    const answer = await tracer.judge([backend({ pid: 7, sessionAgeMs: 5 * HOUR, ...of })], clock.now())
    return answer.kind === 'judged' ? (answer.origins.get(7)?.kind ?? 'nobody') : `failed: ${answer.detail}`
  }

  test('a pod that the informer still shows is gone, and one that it does not show yet is there', async () => {
    const one = await scene({ on: seen(manualClock(), picture([pod(), oldPod()])) })
    assert.equal(traced(one.tracer).origins.all.orphans, 0)
    one.on.truth = picture()
    assert.equal(await judged(one), 'orphan')
    const two = await scene({ disk: sightingDisk([sighting(), HERE]) })
    assert.equal(traced(two.tracer).origins.all.orphans, 31)
    two.on.truth = picture([pod(), oldPod()])
    assert.equal(await judged(two), 'previous rollout')
  })

  test('it counts from when the backends were read, and without an age nothing is proven', async () => {
    const one = await scene({ disk: sightingDisk([sighting({ lastSeenAt: T0 }), HERE]) })
    assert.equal(await judged(one, { sessionAgeMs: 30_000 }), 'orphan')
    assert.equal(await judged(one, { sessionAgeMs: 29_999 }), 'unknown')
    assert.equal(await judged(one, { sessionAgeMs: -5 * HOUR }), 'unknown')
  })

  test('a LIST that fails proves nothing, and says why and what mends it', async () => {
    const one = await scene({ disk: sightingDisk([sighting()]) })
    one.on.fault = { why: 'denied', detail: 'may not list pods', remedy: 'kubectl create clusterrole …' }
    assert.deepEqual(await one.tracer.judge([backend()], T0), {
      kind: 'failed',
      detail: 'may not list pods',
      remedy: 'kubectl create clusterrole …',
    })
  })

  test('a LIST without any pod is no cluster, and accuses nobody', async () => {
    const one = await scene({ disk: sightingDisk([sighting()]) })
    one.on.truth = picture([])
    assert.equal(await judged(one), 'unknown')
  })

  test('what it shows is noted as well', async () => {
    const one = await scene({ on: pods() })
    one.on.truth = picture([pod()])
    await judged(one)
    await one.tracer.settled()
    assert.deepEqual(namesOf(one.disk.sightings), ['site-7d4b9c6f8-x2k4p 0'])
  })
})

test('without a picture it says so, with the problem and its remedy', async () => {
  const on = pods()
  const { tracer } = await scene({ on })
  assert.deepEqual(tracer.trace('production', SURGE, STALE), { kind: 'no picture' })
  on.problem = { why: 'unauthorised', detail: 'the token was refused', remedy: 'renew it' }
  assert.deepEqual(tracer.trace('production', SURGE, STALE), {
    kind: 'no picture',
    problem: 'the token was refused: renew it',
  })
  assert.match(tracer.problems().join(), /The cluster is not seen as it should be: the token was refused: renew it/)
})

test('it tells how old the pods are, their number, what is wrong, and the rollouts of those that hold backends', async () => {
  const { tracer, on, clock } = await scene({ disk: sightingDisk([sighting()]) })
  on.problem = { why: 'hung', detail: 'no answer in 5 s' }
  await clock.advance(10 * MINUTE)
  const { confirmedAt, pods: count, problem, rollouts } = traced(tracer)
  assert.deepEqual([confirmedAt, count, problem], [T0, 1, 'no answer in 5 s'])
  assert.deepEqual(
    rollouts.map(({ workload, rollout, isComplete }) => [workload.name, rollout.name, isComplete]),
    [['site', 'site-7d4b9c6f8', true]],
  )
  assert.deepEqual(traced(tracer, reading([aged(HOUR, { clientAddr: '10.9.9.9' })])).rollouts, [])
})

test('a forecast goes by the most that a pod was ever seen to hold, and those that do not fit come first', async () => {
  const other = { ...DEPLOYMENT, uid: 'd-2', name: 'api', replicas: 3 }
  const apiPod = pod({
    uid: 'p-api',
    name: 'api-5c7-1',
    addresses: ['10.2.0.20'],
    owner: { kind: 'ReplicaSet', name: 'api-5c7', uid: 'rs-api' },
  })
  const sets = picture().replicaSets
  const apiSet = {
    ...(sets[1] ?? sets[0]),
    uid: 'rs-api',
    name: 'api-5c7',
    owner: { kind: 'Deployment', name: 'api', uid: 'd-2' },
  }
  const truth = picture([pod(), apiPod], {
    deployments: [DEPLOYMENT, other],
    replicaSets: [...sets, apiSet as (typeof sets)[number]],
  })
  const { tracer } = await scene({ on: seen(manualClock(), truth) })
  const site = (count: number) => aged(HOUR, { count, clientAddr: '10.2.0.9' })
  traced(tracer, reading([site(60)]))
  const { forecasts } = traced(
    tracer,
    reading([site(2), aged(HOUR, { count: 5, clientAddr: '10.2.0.20', role: 'api' })]),
  )
  assert.deepEqual(
    forecasts.map(({ workload, podsAtPeak, perPod, need, exceedsBy }) => [
      workload.name,
      podsAtPeak,
      perPod,
      need,
      exceedsBy,
    ]),
    [
      ['site', 2, 60, 125, 28],
      ['api', 4, 5, 22, 0],
    ],
  )
  assert.deepEqual(
    traced(tracer, reading([site(2)]), 'staging').forecasts.map(({ perPod }) => perPod),
    [2],
  )
})

test('whatever addresses, names and times are, nothing throws', async () => {
  const strange = ['', ' ', '10.2.0.7/33', '999.1.1.1', '::ffff:10.2.0.7%eth0', '__proto__', '\u0000', '[::1]']
  const all = strange.map((text, index) =>
    pod({ uid: text, name: text, addresses: [text], createdAt: index % 2 === 0 ? NaN : -1, node: text, owner: null }),
  )
  const { tracer, clock } = await scene({ on: seen(manualClock(), picture(all)) })
  const groups = strange.map((text) =>
    group({ applicationName: text, role: text, clientAddr: text, sessionAgesMs: [NaN, -1, Infinity], count: 4 }),
  )
  assert.equal(traced(tracer, reading(groups)).origins.all.total, 32)
  tracer.sawPods(all)
  const list = strange.map((text, pid) => backend({ pid, clientAddr: text, applicationName: text, sessionAgeMs: NaN }))
  const answer = await tracer.judge(list, clock.now())
  assert.equal(answer.kind === 'judged' && answer.origins.size, 8)
  await tracer.settled()
})

describe('none of this delays or drops an alert:', () => {
  const HUNG = { why: 'hung', detail: 'no answer in 5 s' } as const
  const states: readonly (readonly [string, (on: Pods, disk: SightingDisk) => unknown])[] = [
    ['a cluster that was never listed', () => undefined],
    ['one that is denied', (on) => (on.problem = { why: 'denied', detail: 'may not list pods' })],
    ['one whose LIST hangs for good', (on) => Object.assign(on, { fault: HUNG, problem: HUNG, listTakesMs: 1e9 })],
    [
      'half a list, without nodes and Deployments',
      (on) => (on.seen = picture([pod()], { nodes: [], deployments: [] })),
    ],
    ['an empty list', (on) => (on.seen = picture([]))],
    ['a picture of last week', (on) => Object.assign(on, { seen: picture(), confirmedAt: T0 - 7 * 24 * HOUR })],
    ['a history that cannot be read', (_on, disk) => (disk.fault = 'unreadable')],
    ['a history that is full', (on, disk) => Object.assign(on, { seen: picture() }) && (disk.fault = 'full')],
    [
      'a bug of ours in attribution',
      (on) =>
        Object.defineProperty(on, 'seen', {
          get() {
            throw new Error('a bug')
          },
        }),
    ],
  ]
  for (const [name, begin] of states) {
    test(name, async () => {
      const kube = pods()
      const on = world({ pods: kube })
      begin(kube, on.sightings)
      on.cluster.backends = backends(95)
      const bot = await boot(on)
      await bot.tick(2)
      assert.equal(onlyIncident(bot).severity, 'page')
      assert.equal(onlyIncident(bot).since, T0 + TICK_MS)
      assert.equal(standing(on.guild, 'card').length, 1)
      assert.equal(standing(on.guild, 'page').length, 1)
    })
  }
})
