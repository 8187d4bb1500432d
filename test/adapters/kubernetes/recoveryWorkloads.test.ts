import assert from 'node:assert/strict'
import { test } from 'node:test'

import { podOf, warningOf } from '../../../src/adapters/kubernetes/recoveryWorkloads.js'

const NOW = Date.parse('2020-12-11T13:24:00Z')
const metadata = { name: 'postgres-1-a', namespace: 'default', uid: 'u', resourceVersion: '1' }

test('a pod mounts the claims it names and those of its ephemeral volumes, each once', () => {
  const data = { name: 'data', persistentVolumeClaim: { claimName: 'postgres-storage' } }
  const volumes = [data, { ...data, name: 'again' }, { name: 'scratch', ephemeral: {} }, { name: 'config' }]
  assert.deepEqual(podOf({ metadata, spec: { volumes } }, NOW)?.claims, ['postgres-storage', 'postgres-1-a-scratch'])
})

test('a young pod has no node, no status and no age below 0', () => {
  const creationTimestamp = '2020-12-11T13:24:01Z'
  const pod = podOf({ metadata: { ...metadata, creationTimestamp } }, NOW)
  assert.deepEqual([pod?.node, pod?.phase, pod?.isReady, pod?.ageMs, pod?.owner], [null, 'Pending', false, 0, null])
})

test('what its containers wait for is told, and a phase of a later Kubernetes is not taken for an end', () => {
  const waiting = (reason: string, restartCount: number) => ({ restartCount, state: { waiting: { reason } } })
  const status = {
    phase: 'Hibernating',
    initContainerStatuses: [waiting('PodInitializing', 1)],
    containerStatuses: [waiting('CrashLoopBackOff', 4), { restartCount: 0, state: { waiting: null } }],
  }
  const pod = podOf({ metadata, status }, NOW)
  assert.deepEqual(
    [pod?.phase, pod?.waitingFor, pod?.restarts],
    ['Unknown', ['PodInitializing', 'CrashLoopBackOff'], 5],
  )
})

test('a warning’s count and time are those of its series, of its counter, or of its only moment', () => {
  const involvedObject = { kind: 'Pod', name: 'postgres-1-a', uid: 'u' }
  const at = (seconds: string) => `2020-12-11T13:23:${seconds}Z`
  const series = { count: 7, lastObservedTime: at('59') }
  const cases = [
    [{ series, count: 1, lastTimestamp: null, eventTime: at('00') }, 7, 1_000],
    [{ count: 3, lastTimestamp: at('30') }, 3, 30_000],
    [{ lastTimestamp: '0001-01-01T00:00:00Z', eventTime: at('50') }, 1, 10_000],
    [{ metadata: { creationTimestamp: at('40') } }, 1, 20_000],
    [{}, 1, null],
  ] as const
  for (const [raw, count, ageMs] of cases) {
    const warning = warningOf({ involvedObject, ...raw }, NOW)
    assert.deepEqual([warning?.count, warning?.ageMs], [count, ageMs], JSON.stringify(raw))
  }
  assert.equal(warningOf({ reason: 'FailedMount' }, NOW), null)
})
