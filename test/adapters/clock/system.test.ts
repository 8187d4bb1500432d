import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../src/adapters/clock/system.js'

test('now is the wall clock in milliseconds', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_123 })
  assert.equal(systemClock.now(), 1_700_000_000_123)
})

test('a sleep ends when its time is up', async () => {
  await systemClock.sleep(1)
  await systemClock.sleep(0, new AbortController().signal)
})

test("a sleep that is aborted rejects with the signal's own reason, before it began or during it", async () => {
  const reason = new Error('shutting down')
  await assert.rejects(systemClock.sleep(3_600_000, AbortSignal.abort(reason)), reason)
  const stop = new AbortController()
  const sleeping = systemClock.sleep(3_600_000, stop.signal)
  stop.abort(reason)
  await assert.rejects(sleeping, reason)
})
