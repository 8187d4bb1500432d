import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clockTime, duration, exactTime, relativeTime, shortDuration } from '../../src/messages/time.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test('durations are rounded down, in two units at most', () => {
  const table: readonly (readonly [number, string, string])[] = [
    [-5, '0 s', '0s'],
    [0, '0 s', '0s'],
    [999, '0 s', '0s'],
    [40 * SECOND, '40 s', '40s'],
    [59_999, '59 s', '59s'],
    [MINUTE, '1 min', '1m'],
    [90 * SECOND, '1 min 30 s', '1m'],
    [9 * MINUTE, '9 min', '9m'],
    [12 * MINUTE + 30 * SECOND, '12 min', '12m'],
    [HOUR - 1, '59 min', '59m'],
    [HOUR, '1 h 00 min', '1h'],
    [2 * HOUR + 2 * MINUTE, '2 h 02 min', '2h'],
    [DAY, '1 d 0 h', '1d'],
    [3 * DAY + 4 * HOUR, '3 d 4 h', '3d'],
    [1500 * DAY, '1500 d 0 h', '4y'],
  ]
  for (const [ms, long, short] of table) assert.deepEqual([duration(ms), shortDuration(ms)], [long, short], String(ms))
  assert.equal(shortDuration(null), '')
})

test('a duration in a table takes at most four characters', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (ms) => shortDuration(ms).length <= 4))
})

test('times are Discord timestamps in whole seconds', () => {
  assert.deepEqual(
    [clockTime(1_607_693_040_999), exactTime(1_607_693_040_999), relativeTime(1_607_693_040_999)],
    ['<t:1607693040:t>', '<t:1607693040:T>', '<t:1607693040:R>'],
  )
})
