import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftOf } from '../../../src/core/recovery/drift.js'
import { facts } from './world.js'

test('the same facts have not drifted, in whatever order their lists come', () => {
  const two = [...facts().pods, { name: 'postgres-b', uid: 'pod-2', nodeName: null, graceMs: 0 }]
  assert.deepEqual(driftOf(facts(), facts()), [])
  assert.deepEqual(driftOf(facts('A', { pods: two }), facts('A', { pods: two.toReversed() })), [])
})

test('what drifted is named, with what was planned and what is now', () => {
  const plain = facts()
  assert.ok(plain.deployment !== 'absent')
  const now = facts('A', { deployment: { ...plain.deployment, generation: 8, replicas: 0 } })
  assert.deepEqual(driftOf(plain, now), [
    { what: 'deployment generation', planned: '7', now: '8' },
    { what: 'deployment replicas', planned: '1', now: '0' },
  ])
})

test('a pod that was replaced and a Deployment that is gone are drift on both sides', () => {
  const other = facts('A', { pods: [{ name: 'postgres-b', uid: 'pod-2', nodeName: 'node-1', graceMs: 30_000 }] })
  assert.deepEqual(
    driftOf(facts(), other).map(({ what, now }) => [what, now]),
    [
      ['pod postgres-a', 'none'],
      ['pod postgres-b', 'pod-2 on node-1, 30000 ms'],
    ],
  )
  assert.ok(driftOf(facts(), facts('A', { deployment: 'absent' })).some(({ now }) => now === 'absent'))
})

test('a node that rebooted and a volume that moved are drift', () => {
  const plain = facts()
  const { linode } = plain.volume
  assert.ok(linode !== null)
  const moved = facts('A', {
    nodes: plain.nodes.map((node) => ({ ...node, bootId: 'boot-2' })),
    volume: { ...plain.volume, linode: { ...linode, linodeId: 102 } },
  })
  assert.deepEqual(
    driftOf(plain, moved).map(({ what }) => what),
    ['volume’s Linode', 'node node-1'],
  )
})
