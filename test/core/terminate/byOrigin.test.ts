import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Attribution } from '../../../src/core/attribution/attribution.js'
import type { Traced } from '../../../src/core/attribution/traced.js'
import type { StaleFilter } from '../../../src/core/incident/event.js'
import type { Backend } from '../../../src/core/terminate/backend.js'
import { cameBack, compare, stillOfOrigin } from '../../../src/core/terminate/outcome.js'
import {
  isOfOrigin,
  mayEndByOrigin,
  minAgeMs,
  namesSomebody,
  selectStale,
  type OriginByPid,
} from '../../../src/core/terminate/select.js'
import { BOTH_STATES, originSuspectOf } from '../../../src/core/terminate/suspect.js'
import type { BackendGroup } from '../../../src/core/watch/look.js'
import { originsOf } from '../../../src/core/attribution/summary.js'
import { backend, group, MINUTE, reading, STALE, T0, victim } from '../fixture.js'
import { HOUR, indexOf, oldPod, picture, pod } from '../attribution/fixture.js'
import { backends, filters } from './backends.js'
import {
  ANYTHING,
  CURRENT,
  HOST,
  NEVER_SEEN_POD,
  NODE,
  NOT_PROVEN,
  ORPHAN,
  POOLER,
  REPLACED,
  UNKNOWN,
} from './origins.js'

const ORPHANS: StaleFilter = { states: BOTH_STATES, origin: 'orphans' }
const PREVIOUS: StaleFilter = { states: BOTH_STATES, origin: 'previous rollout' }

/** What becomes of one backend of that origin: `victim`, the reason it is spared, or `not named`. */
function fate(of: Partial<Backend>, origin: Attribution | undefined, filter: StaleFilter = ORPHANS): string {
  const one = backend({ stateAgeMs: 10, ...of })
  const origins = new Map(origin === undefined ? [] : [[one.pid, origin]])
  const { victims, spared } = selectStale([one], filter, STALE, origins)
  return victims.length === 1 ? 'victim' : (spared[0]?.because ?? 'not named')
}

describe('choosing by origin', () => {
  test('an origin alone names somebody; its age does not matter unless one is asked for', () => {
    assert.ok(namesSomebody({ states: ['idle'], origin: 'orphans' }))
    assert.equal(minAgeMs('idle', ORPHANS, STALE), 0)
    assert.equal(minAgeMs('idle in transaction', PREVIOUS, STALE), 0)
    assert.equal(minAgeMs('idle', { ...ORPHANS, minAgeMs: MINUTE }, STALE), MINUTE)
  })

  test('each backend is a victim of its own origin, or is spared for a reason', () => {
    const table: readonly (readonly [Partial<Backend>, Attribution | undefined, StaleFilter, string])[] = [
      [{}, ORPHAN, ORPHANS, 'victim'],
      [{}, NEVER_SEEN_POD, ORPHANS, 'victim'],
      [{ stateAgeMs: 0 }, ORPHAN, ORPHANS, 'victim'],
      [{ stateAgeMs: 10 }, ORPHAN, { ...ORPHANS, minAgeMs: MINUTE }, 'too young'],
      [{ state: 'idle in transaction' }, ORPHAN, ORPHANS, 'victim'],
      [{ state: 'idle in transaction (aborted)' }, ORPHAN, ORPHANS, 'victim'],
      [{ state: 'idle in transaction' }, ORPHAN, { ...ORPHANS, states: ['idle'] }, 'other state'],
      [{ state: 'active' }, ORPHAN, ORPHANS, 'active'],
      [{ state: 'active', stateAgeMs: 1e12 }, ORPHAN, { ...ORPHANS, minAgeMs: 0 }, 'active'],
      [{ state: 'fastpath function call' }, ORPHAN, ORPHANS, 'active'],
      [{ state: 'unknown' }, ORPHAN, ORPHANS, 'other state'],
      [{ stateAgeMs: null }, ORPHAN, ORPHANS, 'unknown age'],
      [{ stateChange: null }, ORPHAN, ORPHANS, 'unknown age'],
      [{ isSuperuser: true }, ORPHAN, ORPHANS, 'superuser'],
      [{ isSuperuser: true, state: 'active' }, ORPHAN, ORPHANS, 'active'],
      [{ isSuperuser: true }, CURRENT, ORPHANS, 'living pod'],
      [{ isOwn: true }, ORPHAN, ORPHANS, 'ours'],
      [{ isReplication: true }, ORPHAN, ORPHANS, 'replication'],
      [{ applicationName: 'pg_dump' }, ORPHAN, ORPHANS, 'protected application'],
      [{}, CURRENT, ORPHANS, 'living pod'],
      [{ state: 'active' }, CURRENT, ORPHANS, 'living pod'],
      [{}, REPLACED, ORPHANS, 'living pod'],
      [{}, NODE, ORPHANS, 'origin not proven'],
      [{}, POOLER, ORPHANS, 'origin not proven'],
      [{}, HOST, ORPHANS, 'origin not proven'],
      [{}, UNKNOWN, ORPHANS, 'origin not proven'],
      [{}, undefined, ORPHANS, 'origin not proven'],
      [{}, REPLACED, PREVIOUS, 'victim'],
      [{}, ORPHAN, PREVIOUS, 'origin not proven'],
      [{}, CURRENT, PREVIOUS, 'living pod'],
      [{}, { ...CURRENT, isTerminating: true }, PREVIOUS, 'living pod'],
      [{}, { ...REPLACED, isTerminating: false }, PREVIOUS, 'living pod'],
      [{}, { ...REPLACED, isRolloutComplete: false }, PREVIOUS, 'living pod'],
      [{ state: 'active' }, REPLACED, PREVIOUS, 'active'],
      [{ role: 'metricity' }, ORPHAN, { ...ORPHANS, role: 'site' }, 'not named'],
      [{}, ORPHAN, { ...ORPHANS, role: 'site' }, 'victim'],
      [{}, CURRENT, { ...ORPHANS, role: 'site' }, 'living pod'],
      [{ applicationName: 'site-web' }, ORPHAN, { ...ORPHANS, applicationName: 'site-cron' }, 'not named'],
      [{ role: null }, ORPHAN, ORPHANS, 'victim'],
    ]
    for (const [of, origin, filter, expected] of table)
      assert.equal(fate(of, origin, filter), expected, JSON.stringify([of, origin, filter]))
  })

  test('without pods listed afresh nobody is of any origin', () => {
    fc.assert(
      fc.property(backends, fc.constantFrom('orphans' as const, 'previous rollout' as const), (list, origin) => {
        assert.deepEqual(selectStale(list, { states: BOTH_STATES, origin, minAgeMs: 0 }, STALE).victims, [])
        assert.deepEqual(selectStale(list, { states: BOTH_STATES, origin }, STALE, new Map()).victims, [])
      }),
    )
  })

  test('whatever is listed: a victim by origin is proven to be of it, does no work, and is nobody that is always spared', () => {
    const origins = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom(...ANYTHING)), { maxLength: 60 })
      .map((pairs): OriginByPid => new Map(pairs))
    fc.assert(
      fc.property(
        backends,
        filters,
        origins,
        fc.constantFrom('orphans' as const, 'previous rollout' as const),
        (list, filter, byPid, origin) => {
          const { victims, spared } = selectStale(list, { ...filter, origin }, STALE, byPid)
          for (const { pid, attribution } of victims) {
            const found = list.find((one) => one.pid === pid)
            assert.ok(found !== undefined && byPid.get(pid) === attribution)
            assert.ok(isOfOrigin(byPid.get(pid), origin))
            assert.ok(!found.isOwn && !found.isSuperuser && !found.isReplication && found.state.startsWith('idle'))
            assert.ok(filter.role === undefined || found.role === filter.role)
          }
          assert.equal(
            new Set([...victims, ...spared.map((one) => one.backend)].map(({ pid }) => pid)).size,
            victims.length + spared.length,
          )
        },
      ),
    )
  })

  test('victims and spared carry whose they are, so that the list can say so', () => {
    const list = [backend({ pid: 1 }), backend({ pid: 2 }), backend({ pid: 3 })]
    const { victims, spared } = selectStale(
      list,
      ORPHANS,
      STALE,
      new Map([
        [1, ORPHAN],
        [2, NODE],
      ]),
    )
    assert.deepEqual(
      victims.map(({ attribution }) => attribution),
      [ORPHAN],
    )
    assert.deepEqual(
      spared.map((one) => one.attribution),
      [NODE, undefined],
    )
  })
})

describe('between a preview by origin and its act', () => {
  const fresh = compare([victim({ pid: 1 }), victim({ pid: 2 })], [backend({ pid: 1 }), backend({ pid: 2 })])
  const left = (origin: StaleFilter['origin'], origins: OriginByPid | undefined) => {
    const { unchanged, alreadyGone, changed } = stillOfOrigin(fresh, origin, origins)
    return { pids: unchanged.map(({ pid }) => pid), alreadyGone, changed }
  }

  test('only those that the fresh list still proves are acted on; the others count as changed', () => {
    assert.deepEqual(
      left(
        'orphans',
        new Map([
          [1, ORPHAN],
          [2, ORPHAN],
        ]),
      ),
      { pids: [1, 2], alreadyGone: 0, changed: 0 },
    )
    for (const origin of NOT_PROVEN)
      assert.deepEqual(
        left(
          'orphans',
          new Map([
            [1, ORPHAN],
            [2, origin],
          ]),
        ),
        { pids: [1], alreadyGone: 0, changed: 1 },
      )
    assert.deepEqual(left('orphans', new Map([[1, ORPHAN]])), { pids: [1], alreadyGone: 0, changed: 1 })
    assert.deepEqual(
      left(
        'orphans',
        new Map([
          [1, REPLACED],
          [2, REPLACED],
        ]),
      ),
      { pids: [], alreadyGone: 0, changed: 2 },
    )
    assert.deepEqual(
      left(
        'previous rollout',
        new Map([
          [1, REPLACED],
          [2, { ...REPLACED, isRolloutComplete: false }],
        ]),
      ),
      {
        pids: [1],
        alreadyGone: 0,
        changed: 1,
      },
    )
  })

  test('without a fresh list nobody is left to act on', () => {
    assert.deepEqual(left('orphans', undefined), { pids: [], alreadyGone: 0, changed: 2 })
  })

  test('a preview by age asks for no origin', () => {
    assert.deepEqual(left(undefined, undefined), { pids: [1, 2], alreadyGone: 0, changed: 0 })
  })

  test('what was gone or changed already is counted on top', () => {
    const some = compare(
      [victim({ pid: 1 }), victim({ pid: 2 }), victim({ pid: 3 }), victim({ pid: 4 })],
      [backend({ pid: 1 }), backend({ pid: 2 }), backend({ pid: 3, state: 'active' })],
    )
    const { unchanged, alreadyGone, changed } = stillOfOrigin(
      some,
      'orphans',
      new Map<number, Attribution>([
        [1, ORPHAN],
        [2, CURRENT],
      ]),
    )
    assert.deepEqual([unchanged.length, alreadyGone, changed], [1, 1, 2])
  })
})

describe('who came back after an act by origin alone', () => {
  const victims = [victim({ pid: 1 }), victim({ pid: 2, role: 'pinnwand', applicationName: 'paste' })]
  const before = [backend({ pid: 1 }), backend({ pid: 9 })]
  const news: readonly Backend[] = [
    backend({ pid: 11 }),
    backend({ pid: 12, role: 'pinnwand', applicationName: 'paste' }),
    backend({ pid: 13, role: 'pinnwand' }),
    backend({ pid: 14, role: 'metricity' }),
    backend({ pid: 15, applicationName: 'paste' }),
  ]

  test('is of the role and application of somebody who was ended', () => {
    assert.equal(cameBack({ filter: ORPHANS, victims }, before, [...before, ...news]), 2)
  })

  test('a filter that names a role or an application goes by that', () => {
    assert.equal(cameBack({ filter: { ...ORPHANS, role: 'pinnwand' }, victims }, before, [...before, ...news]), 2)
    assert.equal(
      cameBack({ filter: { ...ORPHANS, applicationName: 'paste' }, victims }, before, [...before, ...news]),
      2,
    )
  })

  test('a reused pid is somebody new, and who was there before is nobody new', () => {
    const reused = backend({ pid: 1, backendStart: '2020-12-11 13:24:01.000000+00' })
    assert.equal(cameBack({ filter: ORPHANS, victims }, before, [reused, backend({ pid: 9 })]), 1)
  })
})

describe('whose backends a card offers to end by origin', () => {
  const traced = (groups: readonly BackendGroup[], pods = [pod()]): Traced => ({
    kind: 'traced',
    origins: originsOf(reading(groups), indexOf({ picture: picture(pods) }), {
      mayEnd: (one) => mayEndByOrigin(one, STALE),
    }),
    confirmedAt: T0,
    pods: pods.length,
    rollouts: [],
    forecasts: [],
  })
  const old = (of: Partial<BackendGroup>): BackendGroup =>
    group({ sessionAgesMs: Array.from({ length: of.count ?? 1 }, () => 5 * HOUR), ...of })

  test('are those of the role with the most that may be ended, with all it holds', () => {
    const suspect = originSuspectOf(
      traced([
        old({ count: 31 }),
        old({ count: 12, clientAddr: '10.2.0.9', sessionAgesMs: [] }),
        old({ count: 4, role: 'pinnwand' }),
      ]),
      'orphans',
    )
    assert.deepEqual(suspect, {
      filter: { role: 'site', states: BOTH_STATES, origin: 'orphans' },
      role: 'site',
      stale: 31,
      held: 43,
    })
  })

  test('counts none that is at work, a superuser’s, protected or without a role', () => {
    const spared: readonly Partial<BackendGroup>[] = [
      { state: 'active' },
      { isSuperuser: true },
      { applicationName: 'pg_dump' },
      { role: null },
      { isOwn: true },
    ]
    for (const of of spared) assert.equal(originSuspectOf(traced([old({ count: 9, ...of })]), 'orphans'), undefined)
  })

  test('of a previous rollout are those that terminating pods hold, and no orphans', () => {
    const of = traced([old({ count: 7 })], [pod(), oldPod({ isTerminating: true })])
    assert.equal(originSuspectOf(of, 'orphans'), undefined)
    assert.equal(originSuspectOf(of, 'previous rollout')?.stale, 7)
    assert.equal(originSuspectOf(traced([old({ count: 7 })], [pod(), oldPod()]), 'previous rollout'), undefined)
  })

  test('are nobody’s while nothing is known of origins', () => {
    for (const of of [{ kind: 'off' }, { kind: 'no picture' }, { kind: 'no picture', problem: 'x' }] as const)
      assert.equal(originSuspectOf(of, 'orphans'), undefined)
  })
})

test('a group may be ended for its origin unless it is spared for what it is or does', () => {
  const table: readonly (readonly [Partial<BackendGroup>, boolean])[] = [
    [{}, true],
    [{ state: 'idle in transaction' }, true],
    [{ state: 'idle in transaction (aborted)' }, true],
    [{ state: 'active' }, false],
    [{ state: 'unknown' }, false],
    [{ state: 'disabled' }, false],
    [{ isOwn: true }, false],
    [{ isSuperuser: true }, false],
    [{ applicationName: 'pg_dumpall' }, false],
    [{ applicationName: 'billing-7' }, false],
  ]
  const rule = { ...STALE, protectedApplications: ['billing*'] }
  for (const [of, may] of table) assert.equal(mayEndByOrigin(group(of), rule), may, JSON.stringify(of))
})
