import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ladderOf, type LeakingService, type RungNumber, type Standing } from '../../../src/core/recovery/ladder.js'

const site: LeakingService = {
  service: 'site',
  role: 'site',
  backends: 60,
  cap: 32,
  isInCluster: true,
  free: 0,
  peak: 8,
}

const FULL: Standing = {
  home: 'Deployment',
  needed: 10,
  isAnswering: true,
  stale: 40,
  clients: 97,
  leaking: site,
  isVolumeMisplaced: false,
  isLinodeVolume: true,
}

function off(standing: Standing, rung: RungNumber): string | undefined {
  return ladderOf(standing).rungs.find((one) => one.rung === rung)?.off?.kind
}

describe('the ladder', () => {
  test('offers the mildest rung that frees enough first', () => {
    assert.deepEqual([ladderOf(FULL).first, ladderOf(FULL).belowWillNotDo], [1, []])
    assert.equal(ladderOf({ ...FULL, needed: 50 }).first, 3)
  })

  test('says why the rungs below will not do', () => {
    assert.deepEqual(ladderOf({ ...FULL, needed: 50, stale: 0 }).belowWillNotDo, [
      { rung: 1, because: { kind: 'frees none' } },
      { rung: 2, because: { kind: 'frees too few', frees: 28, needed: 50 } },
    ])
  })

  test('counts what each frees, a cap’s only as sessions end', () => {
    assert.deepEqual(
      ladderOf(FULL).rungs.map(({ frees }) => frees),
      [40, 28, 60, 97, 97],
    )
    const { leaking: _, ...rest } = FULL
    assert.equal(off(rest, 2), 'no service stands out')
    assert.equal(off({ ...FULL, leaking: { ...site, backends: 30 } }, 2), 'frees none')
    // Slots that come some day end no incident now, so a rung that frees them at once comes first.
    assert.equal(ladderOf({ ...FULL, stale: 0, needed: 20 }).first, 3)
  })

  test('restarts a service pod by pod only where its new pods find slots', () => {
    const act = (free: number) => ladderOf({ ...FULL, leaking: { ...site, free } }).rungs[2]?.act
    assert.equal(act(8), 'restart pod by pod')
    assert.equal(act(7), 'scale to 0 and back')
  })

  test('without a session it terminates and caps nothing', () => {
    const hung = { ...FULL, isAnswering: false }
    assert.deepEqual([off(hung, 1), off(hung, 2)], ['Postgres does not answer', 'Postgres does not answer'])
    assert.equal(ladderOf(hung).first, 3)
  })

  test('off a plain Deployment rungs 4 and 5 say why they are off, and 1 to 3 stay', () => {
    for (const home of ['StatefulSet', 'operator', 'host'] as const) {
      const there = { ...FULL, home }
      assert.deepEqual(
        [1, 2, 3].map((rung) => off(there, rung as RungNumber)),
        [undefined, undefined, undefined],
      )
      assert.deepEqual([off(there, 4), off(there, 5)], ['not a Deployment', 'not a Deployment'])
    }
  })

  test('moves a volume only when it is seen in the wrong place', () => {
    assert.equal(off(FULL, 5), 'the volume is where it belongs')
    assert.equal(off({ ...FULL, isVolumeMisplaced: undefined }, 5), 'where the volume is cannot be read')
    assert.equal(off({ ...FULL, isVolumeMisplaced: true }, 5), undefined)
    assert.equal(off({ ...FULL, isVolumeMisplaced: true, isLinodeVolume: false }, 5), 'not a Linode volume')
  })

  test('with nothing to free it offers nothing', () => {
    const { leaking: _, ...rest } = FULL
    assert.equal(ladderOf({ ...rest, stale: 0, clients: 0 }).first, undefined)
  })
})
