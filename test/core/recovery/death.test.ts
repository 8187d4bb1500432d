import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { proofOfDeath } from '../../../src/core/recovery/death.js'
import type { Observation } from '../../../src/core/recovery/observation.js'
import { facts, known, node, outsideCsi, pod, seen, UNKNOWN, volume } from './world.js'

const empty = { pods: known([]), nodes: known([node({ volumesInUse: [] })]) }
const before = seen({ ...empty, at: 0 })
const after = seen({ ...empty, at: 15_000, nodes: known([node({ volumesInUse: [], leaseRenewed: 't1' })]) })

function by(now: Partial<Observation>, earlier: Observation | undefined = before, plan = facts()): string {
  const death = proofOfDeath(plan, earlier, { ...after, ...now })
  return death.proven ? death.by : 'not proven'
}

describe('the node let go', () => {
  test('two reads 15 s apart of the same Ready node, its Lease renewed between, prove it', () => {
    assert.equal(by({}), 'node let go')
  })

  test('one read, or two too close, do not', () => {
    assert.equal(proofOfDeath(facts(), undefined, after).proven, false)
    assert.equal(by({ at: 14_999 }), 'not proven')
  })

  test('a node that is missing, another, rebooted, not Ready or silent proves nothing, nor does a list that was refused', () => {
    const gone = { volumesInUse: [], leaseRenewed: 't1' }
    assert.equal(by({ nodes: known([]) }), 'not proven')
    assert.equal(by({ nodes: known([node({ ...gone, uid: 'other' })]) }), 'not proven')
    assert.equal(by({ nodes: known([node({ ...gone, bootId: 'other' })]) }), 'not proven')
    assert.equal(by({ nodes: known([node({ ...gone, isReady: false })]) }), 'not proven')
    assert.equal(by({ nodes: known([node({ ...gone, leaseRenewed: 't0' })]) }), 'not proven')
    assert.equal(by({ nodes: known([node({ ...gone, leaseRenewed: null })]) }), 'not proven')
    assert.equal(by({ nodes: UNKNOWN }), 'not proven')
    assert.equal(by({}, { ...before, nodes: UNKNOWN }), 'not proven')
    assert.equal(by({}, { ...before, nodes: known([node({ volumesInUse: [], isReady: false })]) }), 'not proven')
  })

  test('a volume in use anywhere, in either read, and a pod in either read disprove it', () => {
    const stranger = node({ name: 'node-9', uid: 'u9' })
    assert.equal(by({ nodes: known([node({ volumesInUse: [], leaseRenewed: 't1' }), stranger]) }), 'not proven')
    assert.equal(by({}, { ...before, nodes: known([node()]) }), 'not proven')
    assert.equal(by({}, { ...before, pods: known([pod()]) }), 'not proven')
    assert.equal(by({}, { ...before, pods: UNKNOWN }), 'not proven')
    assert.equal(by({ pods: known([pod()]) }), 'not proven')
    assert.equal(by({ pods: UNKNOWN }), 'not proven')
  })

  test('outside CSI no node can say it', () => {
    assert.equal(by({}, before, outsideCsi('A')), 'not proven')
  })

  test('a planned pod on a node that was not frozen is beyond it', () => {
    const stray = facts('A', { pods: [{ name: 'p', uid: 'p', nodeName: 'node-7', graceMs: 0 }] })
    assert.equal(by({ instances: known([{ linodeId: 101, status: 'offline' }]) }, before, stray), 'not proven')
  })
})

describe('the volume is on no Linode', () => {
  const nowhere = { nodes: UNKNOWN, attachments: known([]), volume: known(volume({ linodeId: null })) }

  test('with the VolumeAttachment gone and Linode’s null it is proven by one read', () => {
    assert.equal(by(nowhere, undefined), 'volume on no Linode')
  })

  test('with either unreadable, there, or of another volume it is not', () => {
    assert.equal(by({ ...nowhere, attachments: UNKNOWN }), 'not proven')
    assert.equal(by({ ...nowhere, attachments: seen().attachments }), 'not proven')
    assert.equal(by({ ...nowhere, volume: UNKNOWN }), 'not proven')
    assert.equal(by({ ...nowhere, volume: known('absent') }), 'not proven')
    assert.equal(by({ ...nowhere, volume: known(volume({ volumeId: 12, linodeId: null })) }), 'not proven')
    assert.equal(by({ ...nowhere, pods: known([pod()]) }), 'not proven')
  })
})

describe('its Linode is off', () => {
  const off = { nodes: known([]), instances: known([{ linodeId: 101, status: 'offline' }]) }

  test('offline or 404, with the node object gone too', () => {
    assert.equal(by(off), 'Linode off')
    assert.equal(by({ ...off, instances: known([{ linodeId: 101, status: 'absent' }]) }), 'Linode off')
  })

  test('any other word, another machine, or one that cannot be read proves nothing', () => {
    assert.equal(by({ ...off, instances: known([{ linodeId: 101, status: 'shutting_down' }]) }), 'not proven')
    assert.equal(by({ ...off, instances: known([{ linodeId: 102, status: 'offline' }]) }), 'not proven')
    assert.equal(by({ ...off, instances: UNKNOWN }), 'not proven')
  })

  test('a volume or an attachment on a machine the plan does not name is beyond it', () => {
    assert.equal(by({ ...off, volume: known(volume({ linodeId: 999 })) }), 'not proven')
    const elsewhere = known([{ name: 'va', nodeName: 'node-9', isAttached: true, isDeleting: false }])
    assert.equal(by({ ...off, attachments: elsewhere }), 'not proven')
  })
})
