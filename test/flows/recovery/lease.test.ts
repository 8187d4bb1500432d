import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LEASE_MS, takeLease, type HeldLease } from '../../../src/flows/recovery/lease.js'
import type { OpenRun } from '../../../src/ports/recoveryRun.js'
import { manualClock, type ManualClock } from '../../fakes/clock.js'
import { fakeLeaseStore, leaseObject, runClock, type LeaseObject } from '../../fakes/recoveryRun.js'

const OPEN: OpenRun = { run: 'r1', head: { seq: 3, hash: 'abc' }, recordedAt: 1 }

async function take(on: LeaseObject, clock: ManualClock, process: string): Promise<HeldLease> {
  const holder = { installation: 'one', process }
  const taken = await clock.finish(takeLease({ store: fakeLeaseStore(on), clock: runClock(clock), holder }, on.lease))
  assert.equal(taken.kind, 'taken')
  return taken.lease
}

describe('the lease', () => {
  test('is taken from nobody at once, with a higher fencing number', async () => {
    const on = leaseObject()
    const lease = await take(on, manualClock(), 'a')
    assert.equal(lease.fencing, 1)
    assert.equal(on.lease.holder, 'one/a')
  })

  test('is taken from another only after it was seen unchanged for its whole length', async () => {
    const on = leaseObject()
    const clock = manualClock()
    const first = await take(on, clock, 'a')
    const began = clock.now()
    const wanted = takeLease(
      { store: fakeLeaseStore(on), clock: runClock(clock), holder: { installation: 'two', process: 'b' } },
      on.lease,
    )
    await clock.advance(LEASE_MS / 2)
    assert.ok(await clock.finish(first.record(undefined)))
    assert.deepEqual(await clock.finish(wanted), { kind: 'held', by: 'one/a' })
    await take(on, clock, 'c')
    assert.ok(clock.now() - began >= LEASE_MS + LEASE_MS)
  })

  test('of a process that was stopped past its end allows nothing, even before it could ask', async () => {
    const on = leaseObject()
    const clock = manualClock()
    const lease = await take(on, clock, 'a')
    assert.ok(lease.leftMs() > 0)
    await clock.advance(LEASE_MS)
    assert.equal(lease.leftMs(), 0)
  })

  test('of a process whose successor has taken over cannot be renewed', async () => {
    const on = leaseObject()
    const clock = manualClock()
    const first = await take(on, clock, 'a')
    await take(on, clock, 'b')
    assert.equal(await clock.finish(first.record(OPEN)), false)
    assert.equal(first.leftMs(), 0)
    assert.equal(on.lease.holder, 'one/b')
  })

  test('counts from before the question, so a slow answer does not lengthen it', async () => {
    const on = leaseObject()
    const clock = manualClock()
    const store = fakeLeaseStore(on)
    const slow = {
      ...store,
      write: async (...asked: Parameters<typeof store.write>) => {
        const answer = await store.write(...asked)
        await clock.sleep(5_000)
        return answer
      },
    }
    const holder = { installation: 'one', process: 'a' }
    const quick = await take(leaseObject(), clock, 'a')
    const fullMs = quick.leftMs()
    const taken = await clock.finish(takeLease({ store: slow, clock: runClock(clock), holder }, on.lease))
    assert.equal(taken.kind, 'taken')
    assert.equal(taken.lease.leftMs(), fullMs - 5_000)
  })

  test('is known as written when only the answer was lost, and as not written when the request was', async () => {
    const on = leaseObject()
    const clock = manualClock()
    const lease = await take(on, clock, 'a')
    on.fault = 'answer lost'
    assert.ok(await clock.finish(lease.record(OPEN)))
    assert.deepEqual(on.lease.open, OPEN)
    await clock.advance(LEASE_MS)
    on.fault = 'request lost'
    assert.equal(await clock.finish(lease.record(OPEN)), false)
    assert.equal(lease.leftMs(), 0)
  })

  test('given up is free at once, and the run it names stays open', async () => {
    const on = leaseObject()
    const clock = manualClock()
    const lease = await take(on, clock, 'a')
    assert.ok(await clock.finish(lease.record(OPEN)))
    await clock.finish(lease.release())
    const began = clock.now()
    const next = await take(on, clock, 'b')
    assert.equal(clock.now(), began)
    assert.equal(next.fencing, 2)
    assert.deepEqual(on.lease.open, OPEN)
  })
})
