import assert from 'node:assert/strict'
import { test } from 'node:test'
import { higher, numbersOf, usableSlots, usedSlots } from '../../../src/core/watch/slots.js'
import { group, reading, SURGE, T0 } from '../fixture.js'

test('usable slots are max_connections without both reserves, and never fewer than none', () => {
  const table = [
    [100, 3, 0, 97],
    [115, 3, 2, 110],
    [100, 0, 0, 100],
    [5, 3, 4, 0],
  ] as const
  for (const [maxConnections, superuserReserved, reserved, usable] of table)
    assert.equal(usableSlots({ maxConnections, superuserReserved, reserved }), usable)
})

test('every client backend takes a slot: our own, and those still logging in', () => {
  const groups = [group({ count: 3 }), group({ isOwn: true, count: 2 }), group({ role: null, state: 'starting' })]
  assert.equal(usedSlots(reading(groups)), 6)
  assert.deepEqual(numbersOf(SURGE), { used: 96, usable: 97, max: 100, at: T0 })
})

test('the higher numbers are those with more in use, the earlier ones when equal', () => {
  const at = (used: number, when: number) => ({ used, usable: 97, max: 100, at: when })
  assert.equal(higher(undefined, undefined), undefined)
  assert.deepEqual(higher(at(5, 1), undefined), at(5, 1))
  assert.deepEqual(higher(undefined, at(5, 1)), at(5, 1))
  assert.deepEqual(higher(at(5, 1), at(6, 2)), at(6, 2))
  assert.deepEqual(higher(at(5, 1), at(5, 2)), at(5, 1))
})
