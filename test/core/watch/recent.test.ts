import assert from 'node:assert/strict'
import { test } from 'node:test'
import { growthPerMinute, RECENT_MS, remember, type RecentLook } from '../../../src/core/watch/recent.js'
import { T0 } from '../fixture.js'

function at(seconds: number, used: number): RecentLook {
  return { kind: 'reading', at: T0 + seconds * 1000, used, usable: 97, max: 100, byRole: {} }
}

test('looks are kept for a quarter of an hour', () => {
  const old = at(0, 1)
  assert.deepEqual(remember([old], at(RECENT_MS / 1000, 2)), [old, at(RECENT_MS / 1000, 2)])
  assert.deepEqual(remember([old], at(RECENT_MS / 1000 + 1, 2)), [at(RECENT_MS / 1000 + 1, 2)])
})

test('growth is what a minute brings, over the readings of the last minute', () => {
  const steady = [0, 5, 10, 15, 20].map((seconds) => at(seconds, 50 + seconds))
  assert.equal(growthPerMinute(steady, T0 + 20_000), 60)
  assert.equal(growthPerMinute([at(0, 90), at(5, 90), at(10, 90)], T0 + 10_000), 0)
  assert.equal(growthPerMinute([at(0, 60), at(5, 50), at(10, 40)], T0 + 10_000), -120)
  // What is older than a minute, and looks without numbers, count for nothing.
  const blind: RecentLook = { kind: 'hung', at: T0 + 12_000 }
  assert.equal(growthPerMinute([at(-100, 0), ...steady, blind], T0 + 20_000), 60)
})

test('too few readings, or too short a time, say nothing', () => {
  assert.equal(growthPerMinute([], T0), undefined)
  assert.equal(growthPerMinute([at(0, 1), at(20, 2)], T0 + 20_000), undefined)
  assert.equal(growthPerMinute([at(0, 1), at(2, 2), at(4, 3)], T0 + 5000), undefined)
  assert.equal(growthPerMinute([at(0, 1), at(0, 2), at(0, 3)], T0), undefined)
})
