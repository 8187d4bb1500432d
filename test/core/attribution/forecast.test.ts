import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastRollout, peakPods, rememberPerPod } from '../../../src/core/attribution/forecast.js'
import type { Deployment } from '../../../src/core/attribution/picture.js'
import { DEPLOYMENT, SITE } from './fixture.js'

test('the peak of a rollout is the wanted pods and the surge, a share of it rounded up', () => {
  const rolling = (maxSurge: number | string) => ({ kind: 'RollingUpdate', maxSurge }) as const
  const table: readonly (readonly [number, Deployment['strategy'], number])[] = [
    [1, rolling('25%'), 2],
    [2, rolling('25%'), 3],
    [4, rolling('25%'), 5],
    [5, rolling('25%'), 7],
    [100, rolling('7%'), 107],
    [3, rolling('100%'), 6],
    [3, rolling(2), 5],
    [3, rolling(0), 3],
    [3, rolling('0%'), 3],
    [3, rolling('2'), 5],
    [3, rolling('nonsense'), 4],
    [0, rolling(1), 0],
    [3, { kind: 'Recreate' }, 3],
  ]
  for (const [replicas, strategy, expected] of table)
    assert.equal(peakPods({ replicas, strategy }), expected, JSON.stringify([replicas, strategy]))
})

test('a rollout needs its pods at the peak, and everybody else as they are, orphans too', () => {
  const perPod = new Map([['default/Deployment/site', 64]])
  const loads = [{ workload: SITE, connections: 40, total: 40 }]
  const usual = forecastRollout(DEPLOYMENT, perPod, { loads, used: 60, usable: 97 })
  assert.deepEqual(usual, {
    workload: SITE,
    podsAtPeak: 2,
    perPod: 64,
    need: 148,
    usable: 97,
    exceedsBy: 51,
    isRollingOut: false,
  })
  // 31 orphans more among the used: 31 more needed.
  assert.equal(forecastRollout(DEPLOYMENT, perPod, { loads, used: 91, usable: 97 })?.need, 179)
  assert.equal(forecastRollout(DEPLOYMENT, perPod, { loads: [], used: 0, usable: 128 })?.exceedsBy, 0)
  assert.equal(forecastRollout(DEPLOYMENT, perPod, { loads: [], used: 0, usable: 127 })?.exceedsBy, 1)
  assert.equal(
    forecastRollout({ ...DEPLOYMENT, generation: 8 }, perPod, { loads, used: 60, usable: 97 })?.isRollingOut,
    true,
  )
})

test('nothing is forecast for a Deployment whose pods were never seen to hold a connection', () => {
  assert.equal(forecastRollout(DEPLOYMENT, new Map(), { loads: [], used: 60, usable: 97 }), undefined)
})

test('the most a pod ever held is remembered, and a reading that tells nothing new changes nothing', () => {
  const load = (connections: number) => ({ loads: [{ workload: SITE, connections, total: connections }] })
  const first = rememberPerPod(new Map(), load(12))
  assert.equal(rememberPerPod(first, load(12)), first)
  assert.equal(rememberPerPod(first, load(3)), first)
  assert.deepEqual([...rememberPerPod(first, load(64))], [['default/Deployment/site', 64]])
  assert.deepEqual([...first], [['default/Deployment/site', 12]])
})

test('jobs are not remembered: each run has a new name, and none is ever rolled out', () => {
  const job = { namespace: 'default', kind: 'Job', name: 'backup-27000001' }
  const nothing = new Map<string, number>()
  assert.equal(rememberPerPod(nothing, { loads: [{ workload: job, connections: 3, total: 3 }] }), nothing)
})
