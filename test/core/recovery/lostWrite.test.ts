import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import fc from 'fast-check'
import { attachmentLimit, type Volume, type VolumeEvent } from '../../../src/core/recovery/linode.js'
import {
  LATE_MS,
  settle,
  settleShutDown,
  type LostWrite,
  type Aftermath,
} from '../../../src/core/recovery/lostWrite.js'

const NODE = 501
const OTHER = 502
const T0 = Date.UTC(2020, 11, 11, 13, 24)

const detach: LostWrite = { act: 'detach', volumeId: 7, linodeId: NODE, eventsBefore: [1, 2] }
const attach: LostWrite = { ...detach, act: 'attach' }

function volume(linodeId: number | null, more: Partial<Volume> = {}): Volume {
  return { id: 7, label: 'pgdata', region: 'eu-central', status: 'active', linodeId, sizeGib: 25, ...more }
}

function event(id: number, action: string, status: string, more: Partial<VolumeEvent> = {}): VolumeEvent {
  return { id, action, status, createdAt: T0 + id * 1000, ...more }
}

function kindOf(
  write: LostWrite,
  volumeSeen: Aftermath['volume'],
  events: readonly VolumeEvent[],
  sinceMs = 1000,
): string {
  return settle(write, { volume: volumeSeen, events, sinceMs }).kind
}

describe('a lost detach', () => {
  test('is done when the volume is detached and an event says that it was', () => {
    assert.equal(kindOf(detach, volume(null), [event(3, 'volume_detach', 'finished')]), 'done')
  })
  test('is not done yet when the volume is detached but the lost request may still arrive', () => {
    assert.equal(kindOf(detach, volume(null), []), 'under way')
    assert.equal(kindOf(detach, volume(null), [], LATE_MS), 'done')
  })
  test('is under way while its event is scheduled, started, or in a state that nobody knows', () => {
    for (const status of ['scheduled', 'started', 'notification', 'pondering']) {
      assert.equal(kindOf(detach, volume(NODE), [event(3, 'volume_detach', status)], LATE_MS), 'under way', status)
    }
  })
  test('has failed when its event says so, with the reason', () => {
    const events = [event(3, 'volume_detach', 'failed', { message: 'device busy' })]
    assert.deepEqual(settle(detach, { volume: volume(NODE), events, sinceMs: 1000 }), {
      kind: 'failed',
      reason: 'device busy',
    })
    assert.equal(kindOf(detach, volume(NODE), [event(3, 'volume_detach', 'canceled')]), 'failed')
  })
  test('is judged by the newest event, in whatever order they are listed', () => {
    const events = [event(3, 'volume_detach', 'failed'), event(4, 'volume_detach', 'started')]
    assert.equal(kindOf(detach, volume(NODE), events), 'under way')
    assert.equal(kindOf(detach, volume(NODE), events.toReversed()), 'under way')
  })
  test('takes no event for its own that was there before it, nor one of another action', () => {
    const events = [event(2, 'volume_detach', 'failed'), event(3, 'volume_attach', 'failed')]
    assert.equal(kindOf(detach, volume(NODE), events, LATE_MS), 'untraced')
  })
  test('without a trace is called so only when it can not arrive any more', () => {
    assert.equal(kindOf(detach, volume(NODE), [], LATE_MS - 1), 'under way')
    assert.equal(kindOf(detach, volume(NODE), [], LATE_MS), 'untraced')
  })
  test('that finished, of a volume that is attached, is read again for a while and then contradicted', () => {
    const events = [event(3, 'volume_detach', 'finished')]
    assert.equal(kindOf(detach, volume(NODE), events), 'under way')
    assert.equal(kindOf(detach, volume(NODE), events, LATE_MS), 'contradicted')
  })
  test('is contradicted by a volume that is elsewhere, gone, or another', () => {
    assert.equal(kindOf(detach, volume(OTHER), []), 'contradicted')
    assert.equal(kindOf(detach, 'missing', []), 'contradicted')
    assert.equal(kindOf(detach, volume(null, { id: 8 }), []), 'contradicted')
  })
})

describe('a lost attach', () => {
  test('is done when the volume is where it should be, and ready or silent about that', () => {
    assert.equal(kindOf(attach, volume(NODE), []), 'done')
    assert.equal(kindOf(attach, volume(NODE, { isIoReady: true }), []), 'done')
    assert.equal(kindOf(attach, volume(NODE, { isIoReady: false }), []), 'under way')
  })
  test('is never untraced while a job of it runs', () => {
    assert.equal(kindOf(attach, volume(null), [event(3, 'volume_attach', 'started')], LATE_MS), 'under way')
  })
  test('is contradicted by a volume that is attached elsewhere', () => {
    assert.equal(kindOf(attach, volume(OTHER), []), 'contradicted')
  })
  test('without a trace may be sent again when it can not arrive any more', () => {
    assert.equal(kindOf(attach, volume(null), []), 'under way')
    assert.equal(kindOf(attach, volume(null), [], LATE_MS), 'untraced')
  })
})

test('a lost order to shut down is done when the Linode is off or gone, and repeated only late, while it runs', () => {
  const kindAt = (status: string, sinceMs: number) =>
    settleShutDown({ id: NODE, label: 'node-a', region: 'eu-central', status, memoryMib: 8192 }, sinceMs).kind
  assert.equal(settleShutDown('missing', 0).kind, 'done')
  assert.equal(kindAt('offline', 0), 'done')
  for (const status of ['shutting_down', 'rebooting', 'stopped', 'pondering']) {
    assert.equal(kindAt(status, LATE_MS), 'under way', status)
  }
  assert.equal(kindAt('running', LATE_MS - 1), 'under way')
  assert.equal(kindAt('running', LATE_MS), 'untraced')
})

test('whatever is seen: a write is done only as the volume shows, and repeated only late and without a trace', () => {
  const events = fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 6 }),
      action: fc.constantFrom('volume_attach', 'volume_detach', 'volume_resize'),
      status: fc.constantFrom('scheduled', 'started', 'finished', 'failed', 'canceled', 'odd'),
      createdAt: fc.integer({ min: T0, max: T0 + 5 }),
    }),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(detach, attach),
      fc.constantFrom(null, NODE, OTHER),
      events,
      fc.nat({ max: 2 * LATE_MS }),
      (write, linodeId, seen, sinceMs) => {
        const { kind } = settle(write, { volume: volume(linodeId), events: seen, sinceMs })
        const wanted = write.act === 'attach' ? NODE : null
        const isTraced = seen.some(({ id, action }) => id > 2 && action === `volume_${write.act}`)
        if (kind === 'done') assert.equal(linodeId, wanted)
        if (kind === 'untraced') assert.ok(!isTraced && sinceMs >= LATE_MS && linodeId !== wanted)
        if (kind === 'failed') assert.ok(isTraced && linodeId !== wanted)
        if (linodeId === OTHER) assert.equal(kind, 'contradicted')
      },
    ),
  )
})

test('a Linode takes a volume or disk for each GiB of memory, from 8 to 64', () => {
  assert.deepEqual([1024, 8192, 16_384, 32_768, 98_304].map(attachmentLimit), [8, 8, 16, 32, 64])
})
