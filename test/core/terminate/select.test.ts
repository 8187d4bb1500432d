import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { StaleFilter } from '../../../src/core/incident/event.js'
import type { Backend } from '../../../src/core/terminate/backend.js'
import {
  ALWAYS_PROTECTED,
  hashInput,
  isProtected,
  minAgeMs,
  namesSomebody,
  selectStale,
  terminableCount,
} from '../../../src/core/terminate/select.js'
import type { StaleRule } from '../../../src/core/watch/rule.js'
import { backend, group, MINUTE, STALE, victim } from '../fixture.js'
import { backends, filters } from './backends.js'

const SITE: StaleFilter = { role: 'site', states: ['idle', 'idle in transaction'] }

/** What becomes of one backend: `victim`, why it is spared, or `not named`. */
function fate(of: Partial<Backend>, filter: StaleFilter = SITE, rule: StaleRule = STALE): string {
  const { victims, spared } = selectStale([backend(of)], filter, rule)
  return victims.length > 0 ? 'victim' : (spared[0]?.because ?? 'not named')
}

describe('who may be terminated', () => {
  test('every backend of the filter is a victim or is spared for a reason', () => {
    const table: readonly (readonly [Partial<Backend>, string])[] = [
      [{}, 'victim'],
      [{ role: 'metricity' }, 'not named'],
      [{ role: null }, 'not named'],
      [{ isOwn: true }, 'ours'],
      [{ isSuperuser: true }, 'superuser'],
      [{ isSuperuser: true, state: 'active' }, 'active'],
      [{ isReplication: true }, 'replication'],
      [{ applicationName: 'pg_dump' }, 'protected application'],
      [{ state: 'active' }, 'active'],
      [{ state: 'fastpath function call' }, 'active'],
      [{ state: 'disabled' }, 'other state'],
      [{ state: 'starting' }, 'other state'],
      [{ state: 'unknown' }, 'other state'],
      [{ stateAgeMs: null }, 'unknown age'],
      [{ stateChange: null }, 'unknown age'],
      [{ stateAgeMs: 15 * MINUTE - 1 }, 'too young'],
      [{ stateAgeMs: 15 * MINUTE }, 'victim'],
      [{ state: 'idle in transaction', stateAgeMs: 5 * MINUTE - 1 }, 'too young'],
      [{ state: 'idle in transaction', stateAgeMs: 5 * MINUTE }, 'victim'],
    ]
    for (const [of, expected] of table) assert.equal(fate(of), expected, JSON.stringify(of))
  })

  test('an aborted transaction counts as idle in transaction', () => {
    const aborted: Partial<Backend> = { state: 'idle in transaction (aborted)', stateAgeMs: 5 * MINUTE }
    assert.equal(fate(aborted), 'victim')
    assert.equal(fate(aborted, { role: 'site', states: ['idle in transaction'] }), 'victim')
    assert.equal(fate(aborted, { role: 'site', states: ['idle'] }), 'other state')
  })

  test('an active backend is never stale, however old, and whatever age is asked for', () => {
    assert.equal(fate({ state: 'active', stateAgeMs: 1e12 }, { ...SITE, minAgeMs: 0 }), 'active')
  })

  test("a minimum age that is given replaces the rule's, for both states", () => {
    assert.equal(fate({ stateAgeMs: 61_000 }, { ...SITE, minAgeMs: 60_000 }), 'victim')
    assert.equal(
      fate({ stateAgeMs: 6 * MINUTE, state: 'idle in transaction' }, { ...SITE, minAgeMs: 7 * MINUTE }),
      'too young',
    )
    assert.deepEqual(
      [minAgeMs('idle', SITE, STALE), minAgeMs('idle in transaction', SITE, STALE)],
      [15 * MINUTE, 5 * MINUTE],
    )
  })

  test('role and application must both fit when both are given', () => {
    const both: StaleFilter = { ...SITE, applicationName: 'site-web' }
    assert.equal(fate({ applicationName: 'site-web' }, both), 'victim')
    assert.equal(fate({ applicationName: 'site-cron' }, both), 'not named')
    assert.equal(fate({ applicationName: 'site-web', role: 'metricity' }, both), 'not named')
  })

  test('an empty filter names nobody, and selects nothing of whatever is there', () => {
    const empty: readonly StaleFilter[] = [
      { states: ['idle'] },
      { states: ['idle'], role: '' },
      { states: ['idle'], applicationName: '', role: '' },
      { states: ['idle', 'idle in transaction'], minAgeMs: 0 },
    ]
    for (const filter of empty) {
      assert.ok(!namesSomebody(filter))
      fc.assert(
        fc.property(backends, (list) => {
          const { victims, spared } = selectStale(list, filter, STALE)
          assert.deepEqual([victims, spared], [[], []])
        }),
      )
    }
  })

  test('backups are protected whatever is configured, and patterns may end in a star', () => {
    for (const name of ['pg_dump', 'pg_dumpall', 'pg_basebackup', 'pg_restore', 'pg_dump (nightly)'])
      assert.ok(isProtected(name, { protectedApplications: [] }), name)
    assert.ok(!isProtected('my pg_dump', { protectedApplications: [] }))
    assert.equal(
      fate({ applicationName: 'billing-7' }, SITE, { ...STALE, protectedApplications: ['billing*'] }),
      'protected application',
    )
    assert.equal(
      fate({ applicationName: 'billing-7' }, SITE, { ...STALE, protectedApplications: ['billing'] }),
      'victim',
    )
    assert.ok(ALWAYS_PROTECTED.length > 0)
  })

  test('victims are listed longest in their state first, and say how many wait for them', () => {
    const { victims, blocks } = selectStale(
      [
        backend({ pid: 1, stateAgeMs: 20 * MINUTE }),
        backend({ pid: 2, stateAgeMs: 90 * MINUTE, locksHeld: 3 }),
        backend({ pid: 3, stateAgeMs: 40 * MINUTE }),
        backend({ pid: 4, role: 'metricity', state: 'active', blockedBy: [2] }),
        backend({ pid: 5, state: 'active', blockedBy: [2, 3] }),
      ],
      SITE,
      STALE,
    )
    assert.deepEqual(
      victims.map(({ pid }) => pid),
      [2, 3, 1],
    )
    assert.deepEqual(
      [...blocks],
      [
        [2, 2],
        [3, 1],
        [1, 0],
      ],
    )
  })
})

describe('over any backends and any filter', () => {
  const rules: fc.Arbitrary<StaleRule> = fc.record({
    idleMs: fc.nat({ max: 3_600_000 }),
    idleInTransactionMs: fc.nat({ max: 3_600_000 }),
    protectedApplications: fc.subarray(['site*', 'cron', '*']),
  })

  test('nobody is terminated who is ours, a superuser, replicating, protected, at work, or not named', () => {
    fc.assert(
      fc.property(backends, filters, rules, (list, filter, rule) => {
        for (const one of selectStale(list, filter, rule).victims) {
          const found = list.find((candidate) => candidate.pid === one.pid)
          assert.ok(found)
          assert.ok(!found.isOwn && !found.isSuperuser && !found.isReplication)
          assert.ok(!isProtected(found.applicationName, rule))
          assert.ok(['idle', 'idle in transaction', 'idle in transaction (aborted)'].includes(found.state))
          assert.ok(filter.role === undefined || filter.role === found.role)
          assert.ok(filter.applicationName === undefined || filter.applicationName === found.applicationName)
          assert.ok(filter.role !== undefined || filter.applicationName !== undefined)
        }
      }),
    )
  })

  test('everybody who is named is counted once: as a victim, or as spared', () => {
    fc.assert(
      fc.property(backends, filters, (list, filter) => {
        const { victims, spared, blocks } = selectStale(list, filter, STALE)
        const pids = [...victims, ...spared.map(({ backend: one }) => one)].map(({ pid }) => pid)
        assert.equal(new Set(pids).size, pids.length)
        assert.deepEqual(
          [...blocks.keys()],
          victims.map(({ pid }) => pid),
        )
        const ages = victims.map((one) => one.stateAgeMs ?? 0)
        assert.deepEqual(
          ages,
          ages.toSorted((a, b) => b - a),
        )
      }),
    )
  })

  test('a longer minimum age never widens the selection', () => {
    fc.assert(
      fc.property(backends, filters, fc.nat(), fc.nat(), (list, filter, a, b) => {
        const pids = (minAge: number) =>
          selectStale(list, { ...filter, minAgeMs: minAge }, STALE).victims.map(({ pid }) => pid)
        const few = pids(Math.max(a, b))
        const many = pids(Math.min(a, b))
        assert.ok(few.every((pid) => many.includes(pid)))
      }),
    )
  })
})

test('of a group only what Lifeguard could end counts as stale', () => {
  const stale = { count: 9, staleCount: 4 }
  assert.equal(terminableCount(group(stale), STALE), 4)
  assert.equal(terminableCount(group({ ...stale, isOwn: true }), STALE), 0)
  assert.equal(terminableCount(group({ ...stale, isSuperuser: true }), STALE), 0)
  assert.equal(terminableCount(group({ ...stale, applicationName: 'pg_dump' }), STALE), 0)
})

test('the hash is of server, backends and states, whatever their order', () => {
  const a = victim({ pid: 1 })
  const b = victim({ pid: 2 })
  const text = hashInput('production', [a, b])
  assert.equal(hashInput('production', [b, a]), text)
  const others = [
    hashInput('staging', [a, b]),
    hashInput('production', [a]),
    hashInput('production', [a, { ...b, backendStart: '2020-12-11 10:40:03.123457+00' }]),
    hashInput('production', [a, { ...b, stateChange: '2020-12-11 11:22:17.654322+00' }]),
    hashInput('production', [a, { ...b, state: 'idle in transaction' }]),
    hashInput('production', [a, { ...b, pid: 3 }]),
  ]
  assert.equal(new Set([text, ...others]).size, 7)
})
