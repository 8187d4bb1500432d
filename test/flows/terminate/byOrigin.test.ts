import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Presser } from '../../../src/core/access/tier.js'
import type { StaleFilter, StaleOrigin } from '../../../src/core/incident/event.js'
import type { Backend } from '../../../src/core/terminate/backend.js'
import type { ActAnswer, PreviewAnswer } from '../../../src/ports/lifeguard.js'
import { DEPLOYMENT, oldPod, picture, pod } from '../../core/attribution/fixture.js'
import { look, pods, type Pods } from '../../fakes/kubernetes.js'
import { backend, backends } from '../../fakes/postgres.js'
import { boot, eventsOf, onlyIncident, operator, world, type Bot, type World } from '../../fakes/world.js'

const STATES: StaleFilter['states'] = ['idle', 'idle in transaction']
const DENIED = { why: 'denied', detail: 'may not list pods', remedy: 'kubectl create clusterrolebinding …' } as const

/** 31 that the rollout before left behind, 13 of the pod that is there, 4 behind a node's address. */
const LEFT_BEHIND = backends(31, 1_000)
const LIVING = backends(13, 2_000, { clientAddr: '10.2.0.9' })
const BEHIND_NODE = backends(4, 3_000, { role: 'metricity', clientAddr: '192.168.1.5' })
const pidsOf = (list: readonly Pick<Backend, 'pid'>[]): readonly number[] => list.map(({ pid }) => pid)

type Scene = { readonly on: World; readonly kube: Pods; readonly bot: Bot; readonly joe: Presser }

/** Lifeguard watched the old pod go, and an incident is open. Nobody has pressed anything. */
async function surge(list: readonly Backend[] = [...LEFT_BEHIND, ...LIVING, ...BEHIND_NODE]): Promise<Scene> {
  const kube = pods(picture([pod(), oldPod()]))
  const on = world({ pods: kube })
  look(kube, on.clock)
  on.cluster.backends = list
  const bot = await boot(on)
  await bot.tick()
  kube.truth = picture([pod()])
  look(kube, on.clock)
  await bot.tick()
  return { on, kube, bot, joe: operator(on) }
}

/** A rollout that is complete, and whose old pod takes its time to end. */
async function replaced(): Promise<Scene> {
  const scene = await surge()
  scene.kube.truth = picture([pod(), oldPod({ isTerminating: true })])
  look(scene.kube, scene.on.clock)
  return scene
}

async function preview({ on, bot, joe }: Scene, origin: StaleOrigin, of: Partial<StaleFilter> = {}) {
  const filter = { states: STATES, origin, ...of }
  return await on.clock.finish(bot.desk.preview(joe, { kind: 'filter', server: undefined, filter }))
}

function idOf(answer: PreviewAnswer): string {
  if (answer.kind !== 'preview') throw new Error(`no preview: ${answer.kind}`)
  return answer.preview
}

async function press({ on, bot, joe }: Scene, id: string): Promise<ActAnswer> {
  return await on.clock.finish(bot.desk.act(joe, id))
}

function outcomeOf(answer: ActAnswer): readonly number[] {
  if (answer.kind === 'nothing left') return [0, answer.alreadyGone, answer.changed]
  if (answer.kind !== 'acted' || answer.act.finished === undefined) throw new Error(`no outcome: ${answer.kind}`)
  const { gone, alreadyGone, changed } = answer.act.finished.outcome
  return [gone, alreadyGone, changed]
}

function assertNothingDone({ on }: Scene): void {
  assert.deepEqual(on.cluster.signalled, [])
  assert.deepEqual(eventsOf(on, 'terminate.intended'), [])
}

describe('a preview by origin', () => {
  test('is of exactly those whose pods are gone, by pods listed for it, and is on record as such', async () => {
    const scene = await surge()
    const answer = await preview(scene, 'orphans')
    assert.equal(answer.kind, 'preview')
    const [recorded] = eventsOf(scene.on, 'terminate.previewed')
    assert.deepEqual(recorded?.victims.map(({ pid }) => pid).toSorted(), pidsOf(LEFT_BEHIND))
    assert.equal(recorded?.filter.origin, 'orphans')
    assert.equal(scene.kube.given.length, 1)
    if (answer.kind !== 'preview') return
    const spared = answer.selection.spared.map(({ because }) => because)
    assert.equal(spared.filter((because) => because === 'living pod').length, 13)
    assert.equal(spared.filter((because) => because === 'origin not proven').length, 4)
    assertNothingDone(scene)
  })

  test('of what terminating pods of a replaced rollout hold leaves the others alone', async () => {
    const scene = await replaced()
    assert.equal((await preview(scene, 'orphans')).kind, 'nobody')
    await preview(scene, 'previous rollout')
    const [recorded] = eventsOf(scene.on, 'terminate.previewed')
    assert.deepEqual(recorded?.victims.map(({ pid }) => pid).toSorted(), pidsOf(LEFT_BEHIND))
  })

  test('goes by the LIST and not by the informer, whichever knows more', async () => {
    const scene = await surge()
    scene.kube.truth = picture([pod(), oldPod()])
    assert.equal((await preview(scene, 'orphans')).kind, 'nobody', 'the informer has lost a pod that is there')
    scene.kube.truth = picture([pod()])
    assert.equal((await preview(scene, 'orphans')).kind, 'preview', 'the informer shows a pod that is gone')
  })

  test('without a LIST is none: it says why and what mends it, and nothing is on record', async () => {
    const scene = await surge()
    scene.kube.fault = DENIED
    assert.deepEqual(await preview(scene, 'orphans'), {
      kind: 'no origins',
      server: 'production',
      detail: DENIED.detail,
      remedy: DENIED.remedy,
    })
    assert.deepEqual(eventsOf(scene.on, 'terminate.previewed'), [])
    assertNothingDone(scene)
  })

  test('without a cluster is none, and says which setting is missing', async () => {
    const on = world()
    on.cluster.backends = LEFT_BEHIND
    const scene = { on, bot: await boot(on), joe: operator(on), kube: pods() }
    const answer = await preview(scene, 'orphans')
    assert.equal(answer.kind, 'no origins')
    if (answer.kind === 'no origins') assert.match(answer.remedy ?? '', /KUBERNETES/)
    assert.deepEqual(eventsOf(on, 'terminate.previewed'), [])
  })

  test('of a role is of that role alone', async () => {
    const scene = await surge([...LEFT_BEHIND, ...backends(5, 4_000, { role: 'pinnwand' }), ...LIVING])
    const answer = await preview(scene, 'orphans', { role: 'pinnwand' })
    assert.equal(answer.kind === 'preview' ? answer.selection.victims.length : answer.kind, 5)
    assert.deepEqual(outcomeOf(await press(scene, idOf(answer))), [5, 0, 0])
    assert.deepEqual(pidsOf(scene.on.cluster.backends), pidsOf([...LEFT_BEHIND, ...LIVING]))
  })

  test('by age never asks for pods, and works while the API server does not', async () => {
    const scene = await surge()
    scene.kube.fault = DENIED
    const filter = { role: 'site', states: STATES }
    const { on, bot, joe } = scene
    const answer = await on.clock.finish(bot.desk.preview(joe, { kind: 'filter', server: undefined, filter }))
    assert.deepEqual(outcomeOf(await press(scene, idOf(answer))), [44, 0, 0])
    assert.ok(!bot.power.passed.includes('kubernetes list'))
  })
})

describe('from a card', () => {
  const fromCard = async ({ on, bot, joe }: Scene, origin: StaleOrigin) => {
    const incident = onlyIncident(bot).id
    return await on.clock.finish(bot.desk.preview(joe, { kind: 'incident', incident, origin }))
  }

  test('it is of the role with the most, as they are now', async () => {
    const scene = await surge([...LEFT_BEHIND, ...backends(5, 4_000, { role: 'pinnwand' }), ...LIVING])
    const answer = await fromCard(scene, 'orphans')
    assert.equal(answer.kind === 'preview' ? answer.filter.role : answer.kind, 'site')
    assert.equal(eventsOf(scene.on, 'terminate.previewed')[0]?.incident, onlyIncident(scene.bot).id)
    scene.on.cluster.backends = backends(40, 4_000, { role: 'pinnwand' })
    const next = await fromCard(scene, 'orphans')
    assert.equal(next.kind === 'preview' ? next.filter.role : next.kind, 'pinnwand')
  })

  test('whose orphans the informer has not noticed yet, the LIST finds them', async () => {
    const scene = await surge()
    scene.kube.seen = picture([pod(), oldPod()])
    const answer = await fromCard(scene, 'orphans')
    assert.equal(answer.kind === 'preview' ? answer.selection.victims.length : answer.kind, 31)
  })
})

describe('an act by origin', () => {
  test('ends exactly the orphans, by pods listed once more', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    assert.deepEqual(outcomeOf(await press(scene, id)), [31, 0, 0])
    assert.deepEqual(pidsOf(scene.on.cluster.backends), pidsOf([...LIVING, ...BEHIND_NODE]))
    assert.equal(scene.kube.given.length, 2)
  })

  test('lists backends, then pods, then asks who is pressing, then writes, then signals', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    const before = scene.bot.power.passed.length
    await press(scene, id)
    const passed = scene.bot.power.passed.slice(before)
    const order = [
      'kubernetes list',
      'before discord member',
      'before journal terminate.intended',
      'before postgres terminate',
    ]
    const places = order.map((point) => passed.indexOf(point))
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    )
    assert.ok(places[0] !== undefined && passed.lastIndexOf('postgres backends', places[0]) >= 0)
  })

  test('without a LIST does nothing and intends nothing; once there is one, the same press works', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    scene.kube.fault = DENIED
    const answer = await press(scene, id)
    assert.deepEqual(answer, { kind: 'no origins', server: 'production', detail: DENIED.detail, remedy: DENIED.remedy })
    assertNothingDone(scene)
    scene.kube.fault = undefined
    assert.deepEqual(outcomeOf(await press(scene, id)), [31, 0, 0])
  })

  test('leaves alone whose pod is there again with its address', async () => {
    const scene = await surge([...LEFT_BEHIND, ...backends(3, 5_000, { clientAddr: '10.2.0.8' })])
    const sibling = oldPod({ uid: 'p-old-2', name: 'site-6f9c8d7b5-2nd', addresses: ['10.2.0.8'] })
    scene.bot.tracer?.sawPods([sibling])
    const id = idOf(await preview(scene, 'orphans'))
    scene.kube.truth = picture([pod(), oldPod()])
    assert.deepEqual(outcomeOf(await press(scene, id)), [3, 0, 31])
    assert.deepEqual(pidsOf(scene.on.cluster.backends), pidsOf(LEFT_BEHIND))
  })

  test('of whom nobody is proven any more does nothing and intends nothing', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    scene.kube.truth = picture([pod(), oldPod()])
    assert.deepEqual(outcomeOf(await press(scene, id)), [0, 0, 31])
    assertNothingDone(scene)
  })

  test('leaves alone what a terminating pod holds when the rollout that replaced it is complete no more', async () => {
    const scene = await replaced()
    const id = idOf(await preview(scene, 'previous rollout'))
    const status = { replicas: 2, updatedReplicas: 1, availableReplicas: 1 }
    scene.kube.truth = { ...scene.kube.truth, deployments: [{ ...DEPLOYMENT, status }] }
    assert.deepEqual(outcomeOf(await press(scene, id)), [0, 0, 31])
    assertNothingDone(scene)
    scene.kube.truth = { ...scene.kube.truth, deployments: [DEPLOYMENT] }
    assert.deepEqual(outcomeOf(await press(scene, id)), [31, 0, 0])
  })

  test('leaves alone who went to work, and who began only now at the same pid', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    scene.on.cluster.backends = scene.on.cluster.backends.map((one) => {
      if (one.pid === 1_000) return { ...one, state: 'active', stateChange: '2020-12-11 13:24:30.5+00' }
      return one.pid === 1_001 ? backend(1_001, { backendStart: '2020-12-11 13:24:32.5+00' }) : one
    })
    assert.deepEqual(outcomeOf(await press(scene, id)), [29, 1, 1])
  })

  test('is expired when listing the pods took it beyond its minute', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    await scene.on.clock.advance(57_000)
    scene.kube.listTakesMs = 4_000
    assert.equal((await press(scene, id)).kind, 'expired')
    assertNothingDone(scene)
  })

  test('is done once, however often it is pressed, and the second is told who was first', async () => {
    const scene = await surge()
    const { on, bot, joe } = scene
    const id = idOf(await preview(scene, 'orphans'))
    scene.kube.listTakesMs = 1_000
    const lemon = operator(on, 'lemon')
    const answers = await on.clock.finish(Promise.all([bot.desk.act(joe, id), bot.desk.act(lemon, id)]))
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['acted', 'already pressed'],
    )
    assert.equal((await press(scene, id)).kind, 'already pressed')
    assert.equal(on.cluster.signalled.length, 31)
    assert.equal(eventsOf(on, 'terminate.intended').length, 1)
  })

  test('by two previews at once signals nobody twice', async () => {
    const scene = await surge()
    const { on, bot, joe } = scene
    const [one, other] = [
      idOf(await preview(scene, 'orphans')),
      idOf(await preview(scene, 'orphans', { role: 'site' })),
    ]
    await on.clock.finish(Promise.all([bot.desk.act(joe, one), bot.desk.act(joe, other)]))
    assert.equal(new Set(on.cluster.signalled).size, on.cluster.signalled.length)
    assert.deepEqual(pidsOf(on.cluster.backends), pidsOf([...LIVING, ...BEHIND_NODE]))
  })

  test('tells ten seconds later who of theirs came back', async () => {
    const scene = await surge()
    const answer = await press(scene, idOf(await preview(scene, 'orphans')))
    assert.equal(answer.kind, 'acted')
    if (answer.kind !== 'acted') return
    const news = [...backends(2, 8_000, { clientAddr: '10.2.0.9' }), ...backends(3, 9_000, { role: 'metricity' })]
    scene.on.cluster.backends = [...scene.on.cluster.backends, ...news]
    assert.equal((await scene.on.clock.finish(answer.followUp)).followedUp?.cameBack, 2)
  })

  test('after a restart goes by what is on disk: the dead are named, and the same press works', async () => {
    const scene = await surge()
    await scene.bot.tracer?.settled()
    const id = idOf(await preview(scene, 'orphans'))
    scene.bot.power.cut()
    const bot = await boot(scene.on)
    const after = { ...scene, bot }
    assert.deepEqual(outcomeOf(await press(after, id)), [31, 0, 0])
    scene.on.cluster.backends = LEFT_BEHIND
    const shown = await preview(after, 'orphans')
    const [first] = shown.kind === 'preview' ? shown.selection.victims : []
    const { attribution } = first ?? {}
    assert.equal(attribution?.kind === 'orphan' ? attribution.pod?.rollout?.name : attribution?.kind, 'site-6f9c8d7b5')
  })

  test('after a restart that lost its sightings accuses nobody it did not see', async () => {
    const scene = await surge()
    const id = idOf(await preview(scene, 'orphans'))
    scene.bot.power.cut()
    scene.on.sightings.sightings = []
    const bot = await boot(scene.on)
    assert.deepEqual(outcomeOf(await press({ ...scene, bot }, id)), [0, 0, 31])
    assertNothingDone(scene)
  })
})
