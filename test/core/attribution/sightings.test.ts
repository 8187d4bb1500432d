import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lineages } from '../../../src/core/attribution/rollouts.js'
import { forget, FORGET_AFTER_MS, noteSightings } from '../../../src/core/attribution/sightings.js'
import type { Pod, Sighting } from '../../../src/core/attribution/picture.js'
import { MINUTE, T0 } from '../fixture.js'
import { HOUR, NEW_SET, picture, pod, sighting, SITE } from './fixture.js'

const LINEAGES = lineages(picture())

function note(known: readonly Sighting[], pods: readonly Pod[], seenAt = T0) {
  return noteSightings(known, pods, LINEAGES, seenAt)
}

describe('sightings', () => {
  test('hold what is needed to name the dead: address, pod, rollout and times', () => {
    const { sightings, toSave } = note([], [pod({ addresses: ['::ffff:10.2.0.9', 'FD00:2::9'] })])
    assert.deepEqual(toSave[0], {
      address: '10.2.0.9',
      podUid: 'p-new',
      podName: pod().name,
      workload: SITE,
      rollout: { name: NEW_SET.name, revision: 42, createdAt: NEW_SET.createdAt },
      podCreatedAt: T0 - 3 * HOUR,
      firstSeenAt: T0,
      lastSeenAt: T0,
    })
    assert.equal(toSave[1]?.address, 'fd00:2:0:0:0:0:0:9')
    assert.deepEqual(sightings, toSave)
  })

  test('are saved when new, and again when a minute has passed', () => {
    const { sightings } = note([], [pod()])
    assert.deepEqual(note(sightings, [pod()], T0 + MINUTE - 1), { sightings, toSave: [] })
    const later = note(sightings, [pod()], T0 + MINUTE)
    assert.deepEqual(
      later.toSave.map(({ firstSeenAt, lastSeenAt }) => [firstSeenAt, lastSeenAt]),
      [[T0, T0 + MINUTE]],
    )
    assert.equal(later.sightings.length, 1)
  })

  test('of the gone stay; a clock set back moves nothing back', () => {
    const { sightings, toSave } = note([sighting()], [pod()])
    assert.deepEqual([sightings.length, toSave.length], [2, 1])
    assert.deepEqual(note(sightings, [pod()], T0 - HOUR), { sightings, toSave: [] })
  })

  test('leave out what has no address of its own, or lives no life of its own', () => {
    const owner = { kind: 'Node', name: 'lke-1', uid: 'n' }
    for (const of of [
      { isHostNetwork: true },
      { addresses: [] },
      { addresses: ['?'] },
      { phase: 'Failed' },
      { owner },
    ] as const)
      assert.deepEqual(note([], [pod(of)]).toSave, [], JSON.stringify(of))
  })

  test("of a terminating pod are made, and move no more: its address may be another's already", () => {
    const going = pod({ isTerminating: true })
    const { sightings, toSave } = note([], [going])
    assert.equal(toSave.length, 1)
    assert.deepEqual(note(sightings, [going], T0 + HOUR).toSave, [])
  })

  test('keep a rollout that is no longer listed', () => {
    const { sightings } = note([], [pod()])
    const [again] = noteSightings(sightings, [pod()], new Map(), T0 + HOUR).toSave
    assert.deepEqual([again?.workload, again?.rollout?.revision], [SITE, 42])
  })
})

test('a sighting is forgotten after 30 days', () => {
  const at = (lastSeenAt: number) => sighting({ lastSeenAt })
  const known = [at(T0 - FORGET_AFTER_MS - 1), at(T0 - FORGET_AFTER_MS), at(T0)]
  const { sightings, before } = forget(known, T0)
  assert.deepEqual(sightings, known.slice(1))
  assert.equal(before, T0 - FORGET_AFTER_MS)
  assert.equal(forget(sightings, T0).sightings, sightings)
})

test('above the cap those seen longest ago go, all of one time together', () => {
  const known = [5, 4, 3, 3, 2].map((minutes) => sighting({ lastSeenAt: T0 - minutes * MINUTE }))
  assert.equal(forget(known, T0, 5).sightings.length, 5)
  assert.deepEqual(forget(known, T0, 4).sightings, known.slice(1))
  assert.deepEqual(forget(known, T0, 2), { sightings: known.slice(4), before: T0 - 3 * MINUTE + 1 })
})
