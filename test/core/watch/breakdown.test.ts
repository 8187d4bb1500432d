import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakdown, BREAKDOWN_KEYS } from '../../../src/core/watch/breakdown.js'
import { usedSlots } from '../../../src/core/watch/slots.js'
import { group, MINUTE, reading, STALE, SURGE } from '../fixture.js'

test('groups that agree in the key are one row, with counts by state and the longest of each age', () => {
  const [row] = breakdown(
    reading([
      group({ state: 'active', count: 2, oldestStateAgeMs: 9 * MINUTE, longestTransactionMs: 50 }),
      group({ state: 'idle', count: 5, staleCount: 3, oldestStateAgeMs: 40 * MINUTE }),
      group({ state: 'idle', clientAddr: null, count: 1, oldestStateAgeMs: 20 * MINUTE }),
      group({ state: 'idle in transaction', count: 1, oldestStateAgeMs: 6 * MINUTE, longestTransactionMs: 7 * MINUTE }),
      group({ state: 'idle in transaction (aborted)', count: 1, staleCount: 1, oldestStateAgeMs: 8 * MINUTE }),
    ]),
    'role',
    STALE,
  )
  assert.deepEqual(row, {
    name: 'site',
    count: 10,
    active: 2,
    idle: 6,
    idleInTransaction: 2,
    stale: 4,
    longestIdleMs: 40 * MINUTE,
    longestIdleInTransactionMs: 8 * MINUTE,
    longestTransactionMs: 7 * MINUTE,
    isOwn: false,
    isSuperuser: false,
  })
})

test('the longest idle comes first, in or out of a transaction; equals by their number', () => {
  const names = breakdown(
    reading([
      group({ role: 'a', state: 'active', count: 9, oldestStateAgeMs: 99 * MINUTE }),
      group({ role: 'b', count: 1, oldestStateAgeMs: 10 * MINUTE }),
      group({ role: 'c', state: 'idle in transaction', oldestStateAgeMs: 20 * MINUTE }),
      group({ role: 'd', count: 2, oldestStateAgeMs: 10 * MINUTE }),
    ]),
    'role',
    STALE,
  ).map((row) => row.name)
  assert.deepEqual(names, ['c', 'd', 'b', 'a'])
})

test('our own backends are a row of their own, under every key', () => {
  const own = { isOwn: true, role: 'site', applicationName: 'lifeguard' }
  for (const by of BREAKDOWN_KEYS) {
    const rows = breakdown(reading([group(own), group({ ...own, state: 'active' }), group()]), by, STALE)
    assert.deepEqual(
      rows.map((row) => [row.isOwn, row.count]).sort(([a], [b]) => Number(a) - Number(b)),
      [
        [false, 1],
        [true, 2],
      ],
    )
  }
})

test('whatever the key, the rows add up to what is in use', () => {
  for (const by of BREAKDOWN_KEYS)
    assert.equal(
      breakdown(SURGE, by, STALE).reduce((sum, row) => sum + row.count, 0),
      usedSlots(SURGE),
    )
})

test('no name at all, a Unix socket and a login under way have no name', () => {
  const nobody = group({ applicationName: '', role: null, clientAddr: null, database: null })
  for (const by of ['application', 'role', 'address', 'database'] as const)
    assert.equal(breakdown(reading([nobody]), by, STALE)[0]?.name, null)
})
