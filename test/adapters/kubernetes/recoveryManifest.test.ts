import assert from 'node:assert/strict'
import { test } from 'node:test'

import { manifestOf, sha256Of, specSha256Of } from '../../../src/adapters/kubernetes/recoveryManifest.js'
import type { RawDeployment } from '../../../src/adapters/kubernetes/recoveryRaw.js'

const LIVE: RawDeployment = {
  metadata: {
    name: 'postgres',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '9',
    generation: 3,
    creationTimestamp: '2020-12-11T13:24:00Z',
    deletionTimestamp: '2020-12-11T13:30:00Z',
    labels: { app: 'postgres' },
    annotations: { 'deployment.kubernetes.io/revision': '3', note: 'kept' },
    finalizers: ['foregroundDeletion', 'example.com/kept'],
    ownerReferences: [{ kind: 'Postgres', name: 'p', uid: 'o' }],
    managedFields: [{ manager: 'kubectl' }],
  },
  spec: { replicas: 1, strategy: { type: 'Recreate' }, template: { spec: { containers: [{ name: 'postgres' }] } } },
  status: { replicas: 1 },
}

test('a manifest has what people wrote, and nothing that the server sets', () => {
  assert.deepEqual(JSON.parse(manifestOf(LIVE) ?? ''), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'postgres',
      namespace: 'default',
      labels: { app: 'postgres' },
      annotations: { note: 'kept' },
      finalizers: ['example.com/kept'],
    },
    spec: LIVE.spec,
  })
})

test('what has no annotation but the revision, and no finalizer but a deletion’s, has none', () => {
  const annotations = { 'deployment.kubernetes.io/revision': '3' }
  const bare = { ...LIVE, metadata: { ...LIVE.metadata, annotations, finalizers: ['orphan'] } }
  const { metadata } = JSON.parse(manifestOf(bare) ?? '') as { readonly metadata: object }
  assert.deepEqual(Object.keys(metadata), ['name', 'namespace', 'labels'])
})

test('a number that was rounded when it was read makes no manifest', () => {
  const rounded = JSON.parse('{"terminationGracePeriodSeconds": 9007199254740993}') as object
  assert.equal(manifestOf({ ...LIVE, spec: { template: { spec: rounded } } }), null)
  assert.notEqual(manifestOf({ ...LIVE, spec: { template: { spec: { terminationGracePeriodSeconds: 9e15 } } } }), null)
})

test('the digest of a specification stays through a scale, and through nothing else', () => {
  const digest = specSha256Of(LIVE)
  assert.match(digest, /^[0-9a-f]{64}$/)
  assert.equal(sha256Of('abc').slice(0, 8), 'ba7816bf')
  assert.equal(specSha256Of({ ...LIVE, spec: { ...LIVE.spec, replicas: 0 } }), digest)
  assert.equal(specSha256Of({ ...LIVE, metadata: {}, status: {} }), digest)
  assert.notEqual(specSha256Of({ ...LIVE, spec: { ...LIVE.spec, paused: true } }), digest)
})
