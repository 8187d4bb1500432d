import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inUseName, linodeIdsOf } from '../../../src/core/recovery/facts.js'
import { canonicalText } from '../../../src/core/recovery/plan.js'
import { STEPS } from '../../../src/core/recovery/step.js'
import { facts, IN_USE, outsideCsi, plan } from './world.js'

const text = canonicalText(plan())

describe('the text a plan is hashed from', () => {
  test('changes with each thing an act could name', () => {
    const plain = facts()
    const { deployment, volume } = plain
    assert.ok(deployment !== 'absent' && volume.linode !== null)
    const others = [
      plan({ run: 'r2' }),
      plan({ overrides: ['no verified backup'] }),
      plan({ permissions: ['fence'] }),
      plan({ requestedBy: 'bob' }),
      plan({ expiresAt: 1 }),
      ...[
        facts('B'),
        facts('A', { server: 'other' }),
        facts('A', { namespace: 'other' }),
        facts('A', { deployment: 'absent' }),
        facts('A', { deployment: { ...deployment, uid: 'dep-2' } }),
        facts('A', { deployment: { ...deployment, generation: 8 } }),
        facts('A', { deployment: { ...deployment, specDigest: 'other' } }),
        facts('A', { pods: [] }),
        facts('A', { pods: plain.pods.map((pod) => ({ ...pod, uid: 'pod-2' })) }),
        facts('A', { claim: { name: 'postgres-storage', uid: 'claim-2' } }),
        facts('A', { volume: { ...volume, linode: { ...volume.linode, volumeId: 12 } } }),
        facts('A', { volume: { ...volume, linode: { ...volume.linode, linodeId: 102 } } }),
        facts('A', { nodes: plain.nodes.map((node) => ({ ...node, bootId: 'boot-2' })) }),
        facts('A', { manifest: { ...plain.manifest, digest: 'other' } }),
        facts('A', { botNode: 'node-1' }),
        facts('A', { adopts: 'r0' }),
      ].map((changed) => plan({ facts: changed })),
    ].map(canonicalText)
    assert.equal(new Set([text, ...others]).size, others.length + 1)
  })

  test('is the same whatever the order of keys, lists, permissions and overrides', () => {
    const plain = facts()
    const second = { name: 'postgres-b', uid: 'pod-0', nodeName: null, graceMs: 0 }
    const shuffled = Object.fromEntries(Object.entries(plain).toReversed()) as typeof plain
    assert.equal(canonicalText(plan({ facts: shuffled })), text)
    assert.equal(
      canonicalText(plan({ facts: { ...plain, pods: [...plain.pods, second] }, overrides: ['a', 'b'] })),
      canonicalText(plan({ facts: { ...plain, pods: [second, ...plain.pods] }, overrides: ['b', 'a', 'b'] })),
    )
  })

  test('holds no resourceVersion, count, age or heartbeat, as a field nobody named is not in it', () => {
    const noisy = { ...facts(), resourceVersion: '501', used: 100, leaseRenewed: 't1' }
    assert.equal(canonicalText(plan({ facts: noisy })), text)
  })
})

describe('the steps of a plan', () => {
  test('mode B is mode A up to the gate, and nothing destroys anything before the gate', () => {
    const a = plan().steps
    const b = plan({ facts: facts('B') }).steps
    const gate = a.indexOf('gate')
    assert.deepEqual(b.slice(0, gate + 1), a.slice(0, gate + 1))
    assert.ok(b.indexOf('delete') > gate && b.indexOf('release') > b.indexOf('delete'))
  })

  test('bring back stops, deletes and scales down nothing', () => {
    const acts = plan({ facts: facts('bring back') }).steps.flatMap((step) => STEPS[step].acts)
    assert.ok(!acts.includes('scale to 0') && !acts.includes('delete deployment'))
  })

  test('under CSI no step attaches by hand', () => {
    const acts = (['A', 'B', 'bring back'] as const).flatMap((mode) => plan({ facts: facts(mode) }).steps)
    assert.ok(!acts.includes('attach'))
    assert.ok(plan({ facts: outsideCsi('B') }).steps.includes('attach'))
  })

  test('every mode passes the gate before its start and ends with the verification', () => {
    for (const mode of ['A', 'B', 'bring back'] as const) {
      for (const plain of [facts(mode), outsideCsi(mode)]) {
        const { steps } = plan({ facts: plain })
        assert.ok(steps.indexOf('gate') < steps.indexOf('start'))
        assert.deepEqual(steps.slice(-3), ['start', 'verify', 'close'])
      }
    }
  })
})

test('a node names the volume in use by driver and handle, and one outside CSI by nothing', () => {
  assert.equal(inUseName(facts().volume), IN_USE)
  assert.equal(inUseName(outsideCsi('A').volume), undefined)
})

test('the Linodes a postmaster can run on are the nodes’ and the one the volume is on, each once', () => {
  const plain = facts()
  assert.deepEqual(linodeIdsOf(plain), [101])
  assert.deepEqual(linodeIdsOf({ ...plain, nodes: [] }), [101])
})
