import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { validate } from 'node-cron'
import { longestPauseMs, schedule } from '../../src/config/schedule.js'

test('six fields are read, seconds first, and what schedulers read differently is refused', () => {
  for (const good of ['*/5 * * * * *', '0,30 * * * * *', '10-50/20 * 8-18 1,15 jan-MAR mon-fri', '59 59 23 31 12 7']) {
    assert.equal(schedule.parse(good), good)
  }
  const bad = ['', '* * * * *', '60 * * * * *', '*/0 * * * * *', '5/10 * * * * *', '50-10 * * * * *', '1- * * * * *']
  const worse = ['1,,2 * * * * *', '* * * 0 * *', '* * * * 13 *', '* * * * * 8', '* * * L * *', 'jan * * * * *']
  for (const text of [...bad, ...worse]) assert.equal(schedule.parse(text), undefined, text)
})

test('whatever is accepted, the scheduler accepts', () => {
  const number = fc.nat(70).map(String)
  const range = fc.tuple(number, number).map(([a, b]) => `${a}-${b}`)
  const base = fc.oneof(fc.constant('*'), number, range, fc.constantFrom('jan', 'mon', 'L', '?'))
  const item = fc.oneof(
    base,
    fc.tuple(base, number).map(([a, step]) => `${a}/${step}`),
  )
  const field = fc.oneof(
    item,
    fc.tuple(item, item).map((items) => items.join(',')),
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), field, (at, text) => {
      const parts = Array.from({ length: 6 }, (_, index) => (index === at ? text : '*')).join(' ')
      if (schedule.parse(parts) !== undefined) assert.equal(validate(parts), true, parts)
    }),
    { numRuns: 2000 },
  )
})

test('the longest pause is measured over the day and into the next', () => {
  assert.equal(longestPauseMs('*/5 * * * * *'), 5000)
  assert.equal(longestPauseMs('*/7 * * * * *'), 7000)
  assert.equal(longestPauseMs('0,10 * * * * *'), 50_000)
  assert.equal(longestPauseMs('0 */5 * * * *'), 300_000)
  assert.equal(longestPauseMs('0 0 3 * * *'), 86_400_000)
  assert.equal(longestPauseMs('0 0 8-18 * * *'), 14 * 3_600_000)
  assert.equal(longestPauseMs('0 0 3 * * mon'), undefined)
})
