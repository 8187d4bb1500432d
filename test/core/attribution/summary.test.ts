import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { originsOf, type Tally } from '../../../src/core/attribution/summary.js'
import { terminableAs } from '../../../src/core/attribution/terminable.js'
import { group, MINUTE, reading, T0 } from '../fixture.js'
import { ask, HOUR, indexOf, oldPod, OLD_SET, picture, pod, sighting, SITE } from './fixture.js'

function aged(count: number, ageMs: number): { readonly count: number; readonly sessionAgesMs: readonly number[] } {
  return { count, sessionAgesMs: Array.from({ length: count }, () => ageMs) }
}

/** 44 backends of site, 31 of them left behind by the rollout that went three hours ago. */
const SURGE = reading([
  group({ ...aged(31, 5 * HOUR) }),
  group({ ...aged(12, HOUR), clientAddr: '10.2.0.9' }),
  group({ ...aged(1, HOUR), clientAddr: '10.2.0.9', state: 'active' }),
  group({ ...aged(4, HOUR), role: 'metricity', clientAddr: '192.168.1.5' }),
  group({ ...aged(2, HOUR), role: 'lifeguard', isOwn: true }),
])
const NONE: Tally = {
  total: 0,
  current: 0,
  previous: 0,
  orphans: 0,
  node: 0,
  pooler: 0,
  known: 0,
  unknown: 0,
  terminable: { orphans: 0, previous: 0 },
}

test('a surge says how many of whose backends come from pods that are gone, since when, and of which rollout', () => {
  const { all, roles, rows, loads } = originsOf(SURGE, indexOf())
  assert.deepEqual(all, {
    ...NONE,
    total: 48,
    current: 13,
    orphans: 31,
    node: 4,
    terminable: { orphans: 31, previous: 0 },
  })
  assert.deepEqual(
    roles.map(({ role, tally }) => [role, tally.total, tally.orphans]),
    [
      ['site', 44, 31],
      ['metricity', 4, 0],
    ],
  )
  assert.deepEqual(roles[0]?.dead, [
    {
      workload: SITE,
      rollout: sighting().rollout,
      pods: [sighting().podName],
      count: 31,
      goneSince: T0 - 3 * HOUR,
    },
  ])
  assert.deepEqual(
    rows.map(({ kind, rollout, place, count, idle, terminable }) => [
      kind,
      rollout?.revision ?? place,
      count,
      idle,
      terminable,
    ]),
    [
      ['orphan', 41, 31, 31, 31],
      ['current rollout', 42, 13, 12, 0],
      ['node address', 'lke-1', 4, 4, 0],
    ],
  )
  assert.deepEqual(loads, [{ workload: SITE, connections: 13, total: 13 }])
})

test('one address may hold backends of a dead pod and of the living one that has it now', () => {
  const both = reading([group({ count: 3, sessionAgesMs: [5 * HOUR, HOUR, 3 * HOUR + 1000] })])
  const { all } = originsOf(both, indexOf({ picture: picture([pod({ addresses: ['10.2.0.7'] })]) }))
  assert.deepEqual([all.orphans, all.current, all.unknown], [1, 1, 1])
})

test('backends without an age are no orphans, and are counted', () => {
  for (const of of [{ count: 2 }, { count: 2, sessionAgesMs: [] }]) {
    const { all } = originsOf(reading([group(of)]), indexOf())
    assert.deepEqual([all.total, all.unknown, all.orphans], [2, 2, 0])
  }
})

test('unknown backends are told apart by why, and a pod without workload by its name', () => {
  const odd = reading([
    group({ ...aged(1, HOUR), clientAddr: null }),
    group({ ...aged(2, HOUR), clientAddr: '198.51.100.1', role: null }),
    group({ ...aged(3, HOUR), clientAddr: '10.2.0.30' }),
    group({ ...aged(4, HOUR), clientAddr: '10.2.0.31' }),
  ])
  const bare = pod({ uid: 'b', name: 'b', owner: null, addresses: ['10.2.0.30'] })
  const pods = picture([bare, { ...bare, uid: 'c', name: 'c', addresses: ['10.2.0.31'] }])
  const { rows } = originsOf(odd, indexOf({ picture: pods, sightings: [] }))
  assert.deepEqual(
    rows.map(({ kind, because, pods: names, count }) => [kind, because, names, count]),
    [
      ['current rollout', null, ['c'], 4],
      ['current rollout', null, ['b'], 3],
      ['unknown', 'never seen', [], 2],
      ['unknown', 'unix socket', [], 1],
    ],
  )
})

test('the kinds add up, for roles and for rows too, and none may be ended that is not of an offered kind', () => {
  const address = fc.constantFrom(null, '10.2.0.7', '10.2.0.9', '192.168.1.5', '198.51.100.1')
  const groups = fc.array(
    fc
      .record({
        role: fc.constantFrom(null, 'site', 'metricity'),
        clientAddr: address,
        isOwn: fc.boolean(),
        ages: fc.array(fc.nat(300), { maxLength: 6 }),
      })
      .map(({ ages, ...of }) =>
        group({ ...of, count: ages.length, sessionAgesMs: ages.map((age) => age * 5 * MINUTE) }),
      ),
  )
  fc.assert(
    fc.property(groups, fc.boolean(), (all, isTerminating) => {
      const origins = originsOf(
        reading(all),
        indexOf({ picture: picture([pod(), oldPod({ isTerminating, addresses: [] })]) }),
      )
      const others = all.filter(({ isOwn }) => !isOwn).reduce((sum, { count }) => sum + count, 0)
      const { total, terminable, ...kinds } = origins.all
      assert.equal(total, others)
      assert.equal(
        Object.values(kinds).reduce((sum, count) => sum + count, 0),
        total,
      )
      assert.equal(
        origins.rows.reduce((sum, { count }) => sum + count, 0),
        total,
      )
      assert.equal(
        origins.roles.reduce((sum, { tally }) => sum + tally.total, 0),
        total,
      )
      assert.equal(
        origins.rows.reduce((sum, row) => sum + row.terminable, 0),
        terminable.orphans + terminable.previous,
      )
      assert.ok(terminable.orphans <= kinds.orphans && terminable.previous <= kinds.previous)
    }),
  )
})

test('of a previous rollout only what a terminating pod holds may be ended, and only once the next is complete', () => {
  const stalled = { ...picture().deployments[0], status: { replicas: 2, updatedReplicas: 1, availableReplicas: 2 } }
  for (const [isTerminating, isComplete, expected] of [
    [true, true, 'previous rollout'],
    [true, false, null],
    [false, true, null],
    [false, false, null],
  ] as const) {
    const deployments = isComplete ? picture().deployments : picture().deployments.map((of) => ({ ...of, ...stalled }))
    const answer = ask({}, { picture: picture([pod(), oldPod({ isTerminating })], { deployments }) })
    assert.equal(answer.kind, 'previous rollout')
    assert.ok('pod' in answer && answer.pod?.rollout?.name === OLD_SET.name)
    assert.equal(terminableAs(answer), expected)
  }
})
