import assert from 'node:assert/strict'
import { test } from 'node:test'
import { superuserSuspectOf, suspectOf } from '../../../src/core/terminate/suspect.js'
import type { BackendGroup } from '../../../src/core/watch/look.js'
import { group, reading, SITE, STALE, SURGE, TOTAL } from '../fixture.js'

function suspect(groups: readonly BackendGroup[], firing: readonly string[]) {
  const found = suspectOf(reading(groups), { firing }, [TOTAL, SITE], STALE)
  return found === undefined ? undefined : [found.role, found.stale, found.held]
}

const SITE_GROUP = group({ count: 40, staleCount: 5 })
const METRICITY = group({ role: 'metricity', database: 'metricity', count: 30, staleCount: 20 })

test('the suspect of the post-mortem is site, with its 31 stale backends of 71', () => {
  assert.deepEqual(suspectOf(SURGE, { firing: ['total', 'site'] }, [TOTAL, SITE], STALE), {
    filter: { role: 'site', states: ['idle', 'idle in transaction'] },
    role: 'site',
    stale: 31,
    held: 71,
  })
})

test('a role that a firing group counts comes before one with more stale backends', () => {
  assert.deepEqual(suspect([SITE_GROUP, METRICITY], ['total', 'site']), ['site', 5, 40])
  assert.deepEqual(suspect([SITE_GROUP, METRICITY], ['total']), ['metricity', 20, 30])
})

test('when the firing group has nobody stale, whoever has most is it', () => {
  assert.deepEqual(suspect([{ ...SITE_GROUP, staleCount: 0 }, METRICITY], ['site']), ['metricity', 20, 30])
})

test('a role is counted over all its groups', () => {
  assert.deepEqual(suspect([SITE_GROUP, { ...SITE_GROUP, clientAddr: '10.2.0.8', staleCount: 20 }, METRICITY], []), [
    'site',
    25,
    80,
  ])
})

test('nobody is a suspect without a stale backend that may be ended', () => {
  const spared = { count: 9, staleCount: 9 }
  assert.equal(
    suspect(
      [
        group({ count: 50 }),
        group({ ...spared, isSuperuser: true }),
        group({ ...spared, isOwn: true }),
        group({ ...spared, applicationName: 'pg_dump' }),
        group({ ...spared, role: null }),
      ],
      ['site'],
    ),
    undefined,
  )
})

test('a superuser that fills the server is nobody to terminate, and is found to be told', () => {
  const leaking = reading([
    { ...SITE_GROUP, isSuperuser: true, count: 78, staleCount: 60 },
    { ...METRICITY, staleCount: 0 },
  ])
  assert.equal(suspectOf(leaking, { firing: ['site'] }, [TOTAL, SITE], STALE), undefined)
  assert.deepEqual(superuserSuspectOf(leaking, STALE), {
    filter: { role: 'site', states: ['idle', 'idle in transaction'] },
    role: 'site',
    stale: 60,
    held: 78,
  })
  assert.equal(superuserSuspectOf(SURGE, STALE), undefined)
  const dump = { ...SITE_GROUP, isSuperuser: true, applicationName: 'pg_dump', staleCount: 3 }
  assert.equal(superuserSuspectOf(reading([dump]), STALE), undefined)
})
