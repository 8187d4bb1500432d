import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { markerOf, mayEdit, nonceOf, retryDelayMs } from '../../../src/core/incident/cadence.js'
import { MINUTE, T0 } from '../fixture.js'

function may(sincePostMs: number, sinceEditMs: number | undefined, isUrgent = false): boolean {
  const now = T0 + sincePostMs
  return mayEdit({ now, postedAt: T0, lastEditAt: sinceEditMs === undefined ? undefined : now - sinceEditMs, isUrgent })
}

test('a card is edited once in 15 s, and after 55 minutes once a minute', () => {
  assert.ok(may(1000, undefined))
  assert.ok(!may(20_000, 14_999))
  assert.ok(may(20_000, 15_000))
  assert.ok(may(55 * MINUTE - 1, 15_000))
  assert.ok(!may(55 * MINUTE, 15_000))
  assert.ok(!may(55 * MINUTE, 59_999))
  assert.ok(may(55 * MINUTE, 60_000))
})

test('news does not wait for its turn', () => {
  assert.ok(may(20_000, 1, true))
  assert.ok(may(70 * MINUTE, 1, true))
})

test('after failures Discord is left alone for 2 s, doubling to a minute', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 500].map(retryDelayMs),
    [0, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000],
  )
})

test('every nonce fits, and no two messages of a long life share one', () => {
  const incident = fc.stringMatching(/^[0-9A-Z]{5}$/)
  const key = fc
    .tuple(fc.constantFrom('card', 'page', 'post'), fc.integer({ min: 1, max: 1_000_000_000 }))
    .map(([kind, n]) => `${kind}:${n}`)
  fc.assert(
    fc.property(incident, key, incident, key, (a, keyA, b, keyB) => {
      assert.ok(nonceOf(a, keyA).length <= 25)
      assert.equal(nonceOf(a, keyA), nonceOf(a, keyA))
      assert.equal(nonceOf(a, keyA) === nonceOf(b, keyB), a === b && keyA === keyB)
    }),
  )
  assert.equal(nonceOf('7QK2M', 'thread'), '7QK2M-thread')
})

test('no marker ends like another: the first card is not found for the eleventh', () => {
  assert.equal(markerOf('7QK2M', 'card:1'), 'Ref 7QK2M/card:1')
  const keys = Array.from({ length: 120 }, (_, index) => `card:${index + 1}`)
  for (const a of keys)
    for (const b of keys) if (a !== b) assert.ok(!markerOf('7QK2M', a).endsWith(markerOf('7QK2M', b)), `${a} and ${b}`)
})
