import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { PreviewedVictim } from '../../../src/core/incident/event.js'
import type { Backend } from '../../../src/core/terminate/backend.js'
import { cameBack, compare, settle, survivors } from '../../../src/core/terminate/outcome.js'
import { backend, victim } from '../fixture.js'
import { backends } from './backends.js'

const REUSED = { backendStart: '2020-12-11 13:24:01.000000+00' }
/** The very next microsecond: a Date would not tell them apart. */
const REUSED_AT_ONCE = { backendStart: '2020-12-11 10:40:03.123457+00' }

describe('between preview and act', () => {
  const outcome = (now: readonly Backend[]) => {
    const { unchanged, alreadyGone, changed } = compare([victim()], now)
    return { unchanged: unchanged.length, alreadyGone, changed }
  }

  test('only the very same backend in the very same state since then is acted on', () => {
    assert.deepEqual(outcome([backend()]), { unchanged: 1, alreadyGone: 0, changed: 0 })
  })

  test('a reused pid means that the backend is gone, be it by a microsecond', () => {
    for (const reused of [REUSED, REUSED_AT_ONCE])
      assert.deepEqual(outcome([backend(reused)]), { unchanged: 0, alreadyGone: 1, changed: 0 })
    assert.deepEqual(outcome([]), { unchanged: 0, alreadyGone: 1, changed: 0 })
  })

  test('a backend that went to work is left alone, and so is one that worked and is idle again', () => {
    const since = [
      { state: 'active' },
      { stateChange: '2020-12-11 13:24:00.000000+00' },
      { stateChange: '2020-12-11 11:22:17.654322+00' },
      { state: 'idle in transaction' },
      { stateChange: null },
    ] as const
    for (const of of since)
      assert.deepEqual(outcome([backend(of)]), { unchanged: 0, alreadyGone: 0, changed: 1 }, JSON.stringify(of))
  })
})

describe('after the act', () => {
  const settled = (signalled: readonly number[], after: readonly Backend[]) =>
    settle({ fresh: compare([victim()], [backend()]), signalled, after })

  test('only what was signalled and is not there any more counts as ended by us', () => {
    assert.deepEqual(settled([4242], []), { gone: 1, stillAlive: [], alreadyGone: 0, changed: 0 })
    assert.deepEqual(settled([4242], [backend(REUSED)]), { gone: 1, stillAlive: [], alreadyGone: 0, changed: 0 })
  })

  test('what was signalled and is still there is still alive, whatever it does', () => {
    for (const state of ['idle', 'active'] as const)
      assert.deepEqual(settled([4242], [backend({ state })]), {
        gone: 0,
        stillAlive: [4242],
        alreadyGone: 0,
        changed: 0,
      })
  })

  test('what was not signalled had ended by itself, or had gone to work in between', () => {
    assert.deepEqual(settled([], []), { gone: 0, stillAlive: [], alreadyGone: 1, changed: 0 })
    assert.deepEqual(settled([], [backend()]), { gone: 0, stillAlive: [], alreadyGone: 0, changed: 1 })
  })

  test('survivors are told by pid and start, not by state', () => {
    const victims = [victim({ pid: 1 }), victim({ pid: 2 }), victim({ pid: 3 })]
    const now = [backend({ pid: 1, state: 'active' }), backend({ pid: 2, ...REUSED })]
    assert.deepEqual(survivors(victims, now), [1])
  })
})

test('the counts always add up to what was shown in the preview', () => {
  const victimsOf = (list: readonly Backend[]): PreviewedVictim[] =>
    list.flatMap(({ pid, backendStart, state, stateChange }) =>
      stateChange === null ? [] : [victim({ pid, backendStart, state, stateChange })],
    )
  fc.assert(
    fc.property(backends, backends, backends, fc.array(fc.integer({ min: 1, max: 60 })), (then, now, after, pids) => {
      const victims = victimsOf(then)
      // Most backends of a server are the same a second later.
      const fresh = compare(victims, [
        ...now.filter((one) => !then.some(({ pid }) => pid === one.pid)),
        ...then.slice(3),
      ])
      assert.equal(fresh.unchanged.length + fresh.alreadyGone + fresh.changed, victims.length)
      const { gone, stillAlive, alreadyGone, changed } = settle({ fresh, signalled: pids, after })
      assert.equal(gone + stillAlive.length + alreadyGone + changed, victims.length)
      assert.ok(gone <= pids.length, 'nothing counts as ended by us that was not signalled')
    }),
  )
})

test('who came back is new since the act and fits the filter; a reused pid is new', () => {
  const before = [backend({ pid: 1 }), backend({ pid: 2 })]
  const after = [
    backend({ pid: 1 }),
    backend({ pid: 2, ...REUSED }),
    backend({ pid: 3 }),
    backend({ pid: 4, role: 'metricity' }),
    backend({ pid: 5, applicationName: 'other' }),
  ]
  assert.equal(cameBack({ filter: { role: 'site', states: ['idle'] }, victims: [] }, before, after), 3)
  assert.equal(
    cameBack({ filter: { role: 'site', applicationName: '', states: ['idle'] }, victims: [] }, before, after),
    2,
  )
  assert.equal(cameBack({ filter: { role: 'site', states: ['idle'] }, victims: [] }, after, after), 0)
})
