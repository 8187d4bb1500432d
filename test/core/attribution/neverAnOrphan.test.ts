import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attribute } from '../../../src/core/attribution/attribute.js'
import type { Caller } from '../../../src/core/attribution/attribution.js'
import type { Pod, Sighting } from '../../../src/core/attribution/picture.js'
import { terminableAs } from '../../../src/core/attribution/terminable.js'
import { MINUTE, T0 } from '../fixture.js'
import { indexOf, NEW_SET, OLD_SET, picture, pod, sighting } from './fixture.js'

// Few addresses, names and times, so that they meet.
const ADDRESS = fc.constantFrom('10.2.0.1', '10.2.0.2', '::ffff:10.2.0.1', 'fd00:2::1', '192.168.1.5', '10.9.0.1')
const NAME = fc.constantFrom('site-6f9c8d7b5-q8zvw', 'site-7d4b9c6f8-x2k4p', 'web-0', 'psql')
const TIME = fc.integer({ min: -40, max: 0 }).map((halfMinutes) => T0 + halfMinutes * 30_000)
const RANGES = fc.constantFrom(
  {},
  { podRanges: ['10.2.0.0/16', 'fd00:2::/64'] },
  { poolers: [{ name: 'p', range: '10.9.0.0/16' }] },
)

const PODS: fc.Arbitrary<readonly Pod[]> = fc
  .array(
    fc.record({
      uid: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      name: NAME,
      addresses: fc.array(ADDRESS, { maxLength: 2 }),
      phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
      isHostNetwork: fc.boolean(),
      isTerminating: fc.boolean(),
      node: fc.constantFrom(null, 'lke-1', 'lke-2'),
      createdAt: TIME,
      owner: fc.constantFrom(
        null,
        { kind: 'StatefulSet', name: 'web', uid: 's' },
        { kind: 'ReplicaSet', name: OLD_SET.name, uid: OLD_SET.uid },
        { kind: 'ReplicaSet', name: NEW_SET.name, uid: NEW_SET.uid },
      ),
    }),
    { maxLength: 5 },
  )
  .map((all) => [...new Map(all.map((of) => [of.uid, pod(of as Partial<Pod>)])).values()])

/** As a store gives them: one for each address of a pod, and a pod is made once. */
const SIGHTINGS: fc.Arbitrary<readonly Sighting[]> = fc.record({ a: TIME, b: TIME, x: TIME, y: TIME }).chain((madeAt) =>
  fc.uniqueArray(
    fc
      .tuple(fc.constantFrom('a', 'b', 'x', 'y'), ADDRESS, NAME, fc.nat(10), fc.nat(10))
      .map(([podUid, address, podName, first, last]) =>
        sighting({
          podUid,
          address,
          podName,
          podCreatedAt: madeAt[podUid],
          firstSeenAt: madeAt[podUid] + first * MINUTE,
          lastSeenAt: madeAt[podUid] + (first + last) * MINUTE,
        }),
      ),
    { maxLength: 5, selector: ({ podUid, address }) => `${podUid} ${address}` },
  ),
)
const CALLER: fc.Arbitrary<Caller> = fc.record({
  applicationName: fc.oneof(fc.constant(''), NAME),
  clientAddr: fc.option(ADDRESS),
  startedAt: TIME,
})
const LIST = fc.constantFrom(T0 - 10 * MINUTE, T0)

function isDead({ phase, isTerminating }: Pod): boolean {
  return !isTerminating && (phase === 'Succeeded' || phase === 'Failed')
}

test('a backend of a living pod is never an orphan, whatever else is listed, seen, declared or named', () => {
  fc.assert(
    fc.property(
      PODS,
      SIGHTINGS,
      RANGES,
      LIST,
      CALLER,
      fc.nat(),
      (pods, sightings, ranges, listBegunAt, caller, which) => {
        const open = pods.filter((of) => !isDead(of) && !of.isHostNetwork && of.addresses.length > 0)
        const mine = open[which % Math.max(1, open.length)]
        fc.pre(mine !== undefined && caller.startedAt > mine.createdAt - MINUTE)
        const [clientAddr = null] = mine?.addresses ?? []
        // It may say nothing, or its own name: a name of another dead pod at a living pod's address is in the tables.
        const index = indexOf({ picture: picture(pods, { listBegunAt }), sightings, ranges })
        const applicationName = which % 2 === 0 ? '' : (mine?.name ?? '')
        const answer = attribute({ applicationName, clientAddr, startedAt: caller.startedAt }, index)
        assert.notEqual(answer.kind, 'orphan')
        if (mine !== undefined && !pods.some(({ isTerminating }) => isTerminating))
          assert.equal(terminableAs(answer), null)
      },
    ),
    { numRuns: 3000 },
  )
})

test('a pod that shows no address, or will be listed only later, never makes its backend an orphan without a sighting around it', () => {
  fc.assert(
    fc.property(PODS, RANGES, LIST, CALLER, (pods, ranges, listBegunAt, caller) => {
      fc.pre(caller.applicationName === '')
      const silent = pod({ uid: 'silent', name: 'silent', addresses: [], createdAt: caller.startedAt - 30_000 })
      const shown = indexOf({ picture: picture([...pods, silent], { listBegunAt }), sightings: [], ranges })
      const answer = attribute(caller, shown)
      assert.ok(answer.kind !== 'orphan' || answer.because.kind === 'older than the pod')
      const late = indexOf({
        picture: picture(pods, { listBegunAt: caller.startedAt + 29_000 }),
        sightings: [],
        ranges,
      })
      const earlier = attribute(caller, late)
      assert.ok(earlier.kind !== 'orphan' || earlier.because.kind === 'older than the pod')
    }),
    { numRuns: 2000 },
  )
})

test('without a picture, or with an empty one, nothing is an orphan and nothing may be ended', () => {
  fc.assert(
    fc.property(fc.constantFrom(null, picture([])), SIGHTINGS, RANGES, CALLER, (seen, sightings, ranges, caller) => {
      const answer = attribute(caller, indexOf({ picture: seen, sightings, ranges }))
      assert.notEqual(answer.kind, 'orphan')
      assert.equal(terminableAs(answer), null)
      if (seen === null) assert.ok(['unknown', 'pooler'].includes(answer.kind))
    }),
  )
})

test('without sightings and ranges, only a younger pod at its address or a finished pod of its name makes an orphan', () => {
  fc.assert(
    fc.property(PODS, LIST, CALLER, (pods, listBegunAt, caller) => {
      const answer = attribute(caller, indexOf({ picture: picture(pods, { listBegunAt }), sightings: [] }))
      if (answer.kind === 'orphan')
        assert.match(answer.because.kind, /^(older than the pod|named pod is gone(, from elsewhere)?)$/)
    }),
    { numRuns: 1000 },
  )
})

test('a pod more at its address makes no orphan, unless the backend is older than the pod', () => {
  fc.assert(
    fc.property(
      PODS,
      SIGHTINGS,
      RANGES,
      LIST,
      CALLER,
      TIME,
      (pods, sightings, ranges, listBegunAt, caller, createdAt) => {
        fc.pre(caller.clientAddr !== null && caller.applicationName === '')
        const before = attribute(caller, indexOf({ picture: picture(pods, { listBegunAt }), sightings, ranges }))
        const more = pod({ uid: 'more', name: 'more', addresses: [caller.clientAddr ?? ''], createdAt })
        const after = attribute(
          caller,
          indexOf({ picture: picture([...pods, more], { listBegunAt }), sightings, ranges }),
        )
        fc.pre(before.kind !== 'orphan' && after.kind === 'orphan')
        assert.deepEqual(after.because, { kind: 'older than the pod', podNow: 'more' })
        assert.ok(caller.startedAt <= createdAt - MINUTE)
      },
    ),
    { numRuns: 300, maxSkipsPerRun: 1000 },
  )
})

test('the order of pods and sightings changes no answer but the order of its names', () => {
  fc.assert(
    fc.property(PODS, SIGHTINGS, RANGES, LIST, CALLER, (pods, sightings, ranges, listBegunAt, caller) => {
      const ask = (all: readonly Pod[], seen: readonly Sighting[]) =>
        attribute(caller, indexOf({ picture: picture(all, { listBegunAt }), sightings: seen, ranges }))
      const one = ask(pods, sightings)
      const other = ask(pods.toReversed(), sightings.toReversed())
      assert.equal(one.kind, other.kind)
      assert.equal(one.because.kind, other.because.kind)
      assert.equal(terminableAs(one), terminableAs(other))
    }),
    { numRuns: 2000 },
  )
})

test('what may be ended for its rollout belongs to a terminating pod of a rollout that was followed by a complete one', () => {
  fc.assert(
    fc.property(PODS, SIGHTINGS, RANGES, CALLER, (pods, sightings, ranges, caller) => {
      const answer = attribute(caller, indexOf({ picture: picture(pods), sightings, ranges }))
      if (terminableAs(answer) !== 'previous rollout') return
      const its = pods.filter(({ name }) => answer.kind === 'previous rollout' && name === answer.pod.name)
      assert.ok(its.some(({ isTerminating, owner }) => isTerminating && owner?.uid === OLD_SET.uid))
    }),
    { numRuns: 1000 },
  )
})
