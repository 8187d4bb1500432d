import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { manualClock } from '../../../sandbox/discord/clock.js'
import { Refusal } from '../../../sandbox/linode/refusal.js'
import { linodeWorld, type WorldOptions } from '../../../sandbox/linode/world.js'

const T0 = Date.UTC(2020, 11, 11, 13, 24)
const by = { username: 'lifeguard' }
const toA = { linodeId: 1, isPersistent: false }
const toB = { linodeId: 2, isPersistent: false }

function world(options: Partial<WorldOptions> = {}) {
  const clock = manualClock(T0)
  const linode = linodeWorld({
    clock,
    seed: {
      instances: [
        { id: 1, label: 'node-a', region: 'eu' },
        { id: 2, label: 'node-b', region: 'eu' },
        { id: 3, label: 'node-far', region: 'us' },
      ],
      volumes: [{ id: 7, label: 'pgdata', region: 'eu', linodeId: 1 }],
    },
    ...options,
  })
  const statuses = () => linode.events().map(({ action, status }) => `${action} ${status}`)
  return { clock, linode, statuses }
}

function refusedWith(act: () => unknown, status: number, words: RegExp): void {
  assert.throws(act, (error) => error instanceof Refusal && error.status === status && words.test(error.message))
}

describe('a volume', () => {
  test('is detached by a job, and attached only when the next one ends', () => {
    const { clock, linode, statuses } = world()
    linode.detach(7, by)
    assert.deepEqual(statuses(), ['volume_detach scheduled'])
    clock.advance(500)
    assert.deepEqual([statuses(), linode.volume(7)?.linodeId], [['volume_detach started'], 1])
    clock.advance(8000)
    assert.deepEqual([statuses(), linode.volume(7)?.linodeId], [['volume_detach finished'], null])
    linode.attach(7, toB, by)
    clock.advance(5499)
    assert.equal(linode.volume(7)?.linodeId, null)
    clock.advance(1)
    assert.deepEqual([linode.volume(7)?.linodeId, linode.volume(7)?.isIoReady], [2, false])
    clock.advance(1000)
    assert.equal(linode.volume(7)?.isIoReady, true)
    assert.deepEqual(linode.catastrophes(), [])
  })

  test('refuses a second job while one runs, and so does its Linode', () => {
    const { clock, linode } = world()
    linode.detach(7, by)
    refusedWith(() => linode.detach(7, by), 400, /^Linode busy\.$/)
    refusedWith(() => linode.shutDown(1, by), 400, /busy/)
    clock.advance(10_000)
    refusedWith(() => linode.detach(7, by), 400, /not attached/)
  })

  test('is not attached where it may not be: another region, a Linode that is off, full, or unknown', () => {
    const { clock, linode } = world()
    linode.setVolume(7, { linodeId: null })
    refusedWith(() => linode.attach(7, { ...toA, linodeId: 3 }, by), 400, /same region/)
    refusedWith(() => linode.attach(7, { ...toA, linodeId: 9 }, by), 400, /not found/)
    refusedWith(() => linode.attach(9, toA, by), 404, /^Not found$/)
    refusedWith(() => linode.attach(7, { ...toA, configId: 1 }, by), 400, /config_id/)
    linode.setVolume(7, { status: 'resizing' })
    refusedWith(() => linode.attach(7, toA, by), 400, /active/)
    linode.setVolume(7, { status: 'active' })
    linode.setInstance(1, { disks: 8 })
    refusedWith(() => linode.attach(7, toA, by), 400, /at most 8/)
    linode.setInstance(1, { memoryMib: 9 * 1024 })
    linode.shutDown(1, by)
    clock.advance(30_000)
    refusedWith(() => linode.attach(7, toA, by), 400, /running/)
    assert.deepEqual(linode.catastrophes(), [])
  })

  test('that is to survive boots is one of eight, whatever the memory', () => {
    const eight = Array.from({ length: 8 }, (_, index) => ({
      id: 100 + index,
      label: `v${index}`,
      region: 'eu',
      linodeId: 2,
      isPersistent: true,
    }))
    const { linode } = world({
      seed: {
        instances: [{ id: 2, label: 'node-b', region: 'eu', memoryMib: 65_536 }],
        volumes: [...eight, { id: 7, label: 'pgdata', region: 'eu' }],
      },
    })
    refusedWith(() => linode.attach(7, { linodeId: 2, isPersistent: true }, by), 400, /at most 8/)
    assert.doesNotThrow(() => linode.attach(7, toB, by))
  })

  test('of a Linode that is deleted is detached', () => {
    const { linode } = world()
    linode.removeInstance(1)
    assert.deepEqual([linode.instance(1), linode.volume(7)?.linodeId], [undefined, null])
  })
})

describe('a job', () => {
  test('may fail, be canceled or never end, and changes nothing then', () => {
    for (const [fate, ends] of [
      [{ kind: 'fails', message: 'no' }, 'failed'],
      [{ kind: 'is canceled' }, 'canceled'],
      [{ kind: 'never ends' }, 'started'],
    ] as const) {
      const { clock, linode, statuses } = world()
      linode.detach(7, { ...by, fate })
      clock.advance(3_600_000)
      assert.deepEqual([statuses(), linode.volume(7)?.linodeId], [[`volume_detach ${ends}`], 1])
    }
  })

  test('shuts a Linode down, which takes its time and cannot be done twice', () => {
    const { clock, linode } = world()
    linode.shutDown(1, by)
    assert.equal(linode.instance(1)?.status, 'running')
    clock.advance(500)
    assert.equal(linode.instance(1)?.status, 'shutting_down')
    clock.advance(20_000)
    assert.equal(linode.instance(1)?.status, 'offline')
    refusedWith(() => linode.shutDown(1, by), 400, /not running/)
  })
})

describe('a catastrophe is recorded, once,', () => {
  const detached = { kind: 'detached while in use', volumeId: 7, linodeId: 1, by: 'lifeguard' } as const

  test('when a volume is detached that somebody uses', () => {
    const { clock, linode } = world({ isInUse: (id) => id === 7 })
    linode.detach(7, by)
    clock.advance(10_000)
    assert.deepEqual(linode.catastrophes(), [{ ...detached, at: T0 }])
    assert.equal(linode.volume(7)?.linodeId, null, 'the real one does not protect it either')
  })

  test('when somebody begins to use it before the detach is done', () => {
    let isUsed = false
    const { clock, linode } = world({ isInUse: () => isUsed })
    linode.detach(7, by)
    isUsed = true
    clock.advance(10_000)
    assert.deepEqual(linode.catastrophes(), [{ ...detached, at: T0 + 8500 }])
  })

  test('when a volume is to be attached to a second Linode, although that is refused', () => {
    const { linode } = world()
    refusedWith(() => linode.attach(7, toB, by), 400, /is already attached/)
    assert.deepEqual(linode.catastrophes(), [
      { kind: 'attached to a second Linode', volumeId: 7, linodeId: 2, by: 'lifeguard', at: T0 },
    ])
    refusedWith(() => linode.attach(7, toA, by), 400, /is already attached/)
    assert.equal(linode.catastrophes().length, 1, 'the same Linode again is no second one')
  })
})
