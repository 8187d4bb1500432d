import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  attachmentOf,
  claimOf,
  heartbeatOf,
  nodeOf,
  volumeOf,
} from '../../../src/adapters/kubernetes/recoveryStorage.js'

const metadata = { name: 'x', namespace: 'default', uid: 'u', resourceVersion: '1' }

test('a Linode volume is read from its handle, label and all, and from no other driver’s', () => {
  const linode = (driver: string, volumeHandle: string) =>
    volumeOf({ metadata, spec: { csi: { driver, volumeHandle } } })?.linode
  const DRIVER = 'linodebs.csi.linode.com'
  assert.deepEqual(linode(DRIVER, '516472-pvc7c20ab37-x'), { id: 516_472, label: 'pvc7c20ab37-x' })
  assert.equal(linode(DRIVER, '516472'), null)
  assert.equal(linode(DRIVER, '0-zero'), null)
  assert.equal(linode(DRIVER, '-label'), null)
  assert.equal(linode(DRIVER, '99999999999999999999-big'), null)
  assert.equal(linode('ebs.csi.aws.com', '516472-pvc'), null)
  assert.equal(volumeOf({ metadata, spec: {} })?.csi, null)
})

test('a node that never reported proves nothing by the volumes it does not list', () => {
  assert.equal(nodeOf({ metadata })?.volumesInUse, null)
  assert.equal(nodeOf({ metadata, status: { conditions: [] } })?.volumesInUse, null)
  assert.deepEqual(nodeOf({ metadata, status: { nodeInfo: { bootID: 'b' } } })?.volumesInUse, [])
  assert.deepEqual(nodeOf({ metadata, status: { volumesInUse: ['v'] } })?.volumesInUse, ['v'])
})

test('a node’s Linode, readiness, boot and taints are as they stand', () => {
  const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }]
  const conditions = [
    { type: 'DiskPressure', status: 'False' },
    { type: 'Ready', status: 'Unknown' },
  ]
  const node = nodeOf({
    metadata,
    spec: { providerID: 'linode://123', unschedulable: true, taints },
    status: { conditions },
  })
  assert.deepEqual([node?.linodeId, node?.ready, node?.bootId, node?.isSchedulable], [123, 'Unknown', null, false])
  assert.deepEqual(node?.taints, ['node.kubernetes.io/unreachable:NoExecute'])
  assert.equal(nodeOf({ metadata, spec: { providerID: 'aws:///123' } })?.linodeId, null)
  assert.equal(nodeOf({ metadata, status: { conditions: [{ type: 'Ready', status: 'Perhaps' }] } })?.ready, null)
})

test('a heartbeat’s age is by the server’s clock, and below 0 when the kubelet’s is ahead', () => {
  const renewTime = '2020-12-11T13:24:00.123456Z'
  const at = Date.parse('2020-12-11T13:24:00.123Z')
  assert.deepEqual(heartbeatOf({ spec: { renewTime } }, at + 9_000), { renewedAt: at, ageMs: 9_000 })
  assert.equal(heartbeatOf({ spec: { renewTime } }, at - 1_000)?.ageMs, -1_000)
  assert.equal(heartbeatOf({ spec: {} }, at), null)
})

test('an attachment says whether it is attached, whether it is going, and what holds it', () => {
  const raw = {
    metadata: { ...metadata, deletionTimestamp: '2020-12-11T13:24:00Z', finalizers: ['external-attacher/x'] },
    spec: { attacher: 'x', nodeName: 'node-a', source: { persistentVolumeName: 'pv' } },
    status: { attached: true, attachError: { message: 'busy' } },
  }
  const seen = attachmentOf(raw)
  assert.deepEqual(
    [seen?.volume, seen?.node, seen?.isAttached, seen?.isTerminating, seen?.finalizers, seen?.error],
    ['pv', 'node-a', true, true, ['external-attacher/x'], 'busy'],
  )
  assert.equal(attachmentOf({ metadata, spec: {} }), null)
})

test('a claim that is not bound has no volume', () => {
  assert.equal(claimOf({ metadata, spec: { volumeName: '' }, status: { phase: 'Pending' } })?.volume, null)
  assert.equal(claimOf({ metadata: { ...metadata, uid: '' } }), null)
})
