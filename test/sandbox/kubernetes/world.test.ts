import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { manualClock, type MovableClock } from '../../../sandbox/discord/clock.js'
import { type KubernetesSandbox, startKubernetes } from '../../../sandbox/kubernetes/start.js'
import type { KubeObject } from '../../../sandbox/kubernetes/store/object.js'

describe('the cluster behind the stand-in', () => {
  let sandbox: KubernetesSandbox | undefined
  let clock: MovableClock
  afterEach(() => sandbox?.close())

  const open = async (isControlled: boolean) => {
    clock = manualClock(Date.parse('2020-12-11T09:30:00Z'))
    let given = 0
    const addressOf = () => `127.0.1.${(given += 1)}`
    sandbox = await startKubernetes({ clock, ...(isControlled ? { controller: { kubelet: { addressOf } } } : {}) })
    return sandbox.world
  }
  const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name)
  const rollOuts = [
    { deployment: 'site', pods: [{ name: 'site-first-a', address: '127.0.1.1' }] },
    {
      deployment: 'site',
      pods: [
        { name: 'site-second-a', address: '127.0.2.1' },
        { name: 'site-second-b', address: '127.0.2.2' },
      ],
    },
  ]

  for (const isControlled of [false, true]) {
    test(`a rollout leaves a new ReplicaSet with its pods and an empty old one${isControlled ? ', and a controller nothing to do' : ''}`, async () => {
      const world = await open(isControlled)
      for (const rollOut of rollOuts) {
        world.rollOut(rollOut)
        world.settle()
      }
      assert.deepEqual(names(world.list('pods')), ['site-second-a', 'site-second-b'])
      assert.deepEqual(
        world.list('pods').map(({ status }) => status?.['podIP']),
        ['127.0.2.1', '127.0.2.2'],
      )
      const sets = world
        .list('replicasets')
        .map(({ metadata, spec }) => [
          metadata.name,
          metadata.annotations?.['deployment.kubernetes.io/revision'],
          spec?.['replicas'],
        ])
      assert.deepEqual(sets, [
        ['site-first', '1', 0],
        ['site-second', '2', 2],
      ])
      const deployment = world.find('deployments', 'site')
      assert.equal(deployment?.metadata.generation, 2)
      assert.equal(deployment?.status?.['updatedReplicas'], 2)
    })
  }

  test('the pods of the last rollout can be left Terminating', async () => {
    const world = await open(false)
    for (const rollOut of rollOuts) world.rollOut({ ...rollOut, oldPodsGraceSeconds: 30 })
    assert.equal(world.find('pods', 'site-first-a')?.metadata.deletionTimestamp, '2020-12-11T09:30:30Z')
  })

  test('a rollout without pods, or with pods of another name, is refused', async () => {
    const world = await open(false)
    assert.throws(() => world.rollOut({ deployment: 'site', pods: [] }), /needs pods named/)
    assert.throws(() => world.rollOut({ deployment: 'site', pods: [{ name: 'web-x-y' }] }), /needs pods named/)
  })

  test('a pod gets its address from the caller, and is gone when its grace is over', async () => {
    const world = await open(true)
    world.put(siteOf({ type: 'RollingUpdate' }, 'first'))
    world.settle()
    const [pod] = world.list('pods')
    assert.deepEqual([pod?.status?.['phase'], pod?.status?.['podIP']], ['Running', '127.0.1.1'])
    world.put({ ...siteOf({ type: 'RollingUpdate' }, 'first'), spec: { ...specOf('first'), replicas: 0 } })
    world.settle()
    assert.notEqual(world.find('pods', pod?.metadata.name ?? '')?.metadata.deletionTimestamp, undefined)
    clock.advance(29_000)
    assert.equal(world.list('pods').length, 1)
    clock.advance(1_000)
    assert.deepEqual(world.list('pods'), [])
  })

  test('a held pod stays Terminating until it is released', async () => {
    const world = await open(true)
    world.putPod({ name: 'stuck', node: 'lost', addresses: ['10.0.0.1'] })
    world.holdPod('stuck')
    world.terminatePod('stuck')
    world.settle()
    clock.advance(3_600_000)
    world.settle()
    assert.deepEqual(names(world.list('pods')), ['stuck'])
    world.releasePod('stuck')
    assert.deepEqual(world.list('pods'), [])
  })

  test('Recreate makes the new pod when the old one is gone, not when it is told to go', async () => {
    const world = await open(true)
    world.put(siteOf({ type: 'Recreate' }, 'first'))
    world.settle()
    const [first] = names(world.list('pods'))
    world.put(siteOf({ type: 'Recreate' }, 'second'))
    world.settle()
    assert.deepEqual(names(world.list('pods')), [first])
    clock.advance(30_000)
    const [second, ...more] = names(world.list('pods'))
    assert.deepEqual(more, [])
    assert.notEqual(second, first)
  })

  test('a rolling update never goes below what must be there, nor above its surge', async () => {
    const world = await open(true)
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
    const wanted = (image: string) => ({
      ...siteOf(strategy, image),
      spec: { ...specOf(image), strategy, replicas: 3 },
    })
    world.put(wanted('first'))
    world.settle()
    assert.equal(world.list('pods').length, 3)
    world.put(wanted('second'))
    world.settle()
    const active = world.list('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    assert.equal(active.length, 3)
    assert.equal(world.list('pods').length, 6, 'the old ones are still Terminating')
    clock.advance(30_000)
    assert.deepEqual(names(world.list('pods')), names(active))
  })
})

function specOf(image: string) {
  return {
    replicas: 1,
    selector: { matchLabels: { app: 'site' } },
    template: { metadata: { labels: { app: 'site' } }, spec: { containers: [{ name: 'site', image }] } },
  }
}

function siteOf(strategy: Readonly<Record<string, unknown>>, image: string) {
  return { kind: 'Deployment', metadata: { name: 'site' }, spec: { ...specOf(image), strategy } }
}
