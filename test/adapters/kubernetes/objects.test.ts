import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { deploymentOf, nodeOf, podOf, replicaSetOf } from '../../../src/adapters/kubernetes/objects.js'
import type { RawDeployment, RawPod } from '../../../src/adapters/kubernetes/raw.js'
import type { Deployment, Pod } from '../../../src/core/attribution/picture.js'

const CREATED = '2020-12-11T13:00:00Z'
const CREATED_AT = Date.parse(CREATED)
const metadata = { uid: 'u', namespace: 'web', name: 'site-1-a', creationTimestamp: CREATED }

const RUNNING: RawPod = {
  metadata: { ...metadata, ownerReferences: [{ kind: 'ReplicaSet', name: 'site-1', uid: 'r', controller: true }] },
  spec: { nodeName: 'node-a' },
  status: { phase: 'Running', podIP: '10.2.0.9', podIPs: [{ ip: '10.2.0.9' }] },
}

describe('a pod', () => {
  test('that runs', () => {
    assert.deepEqual(podOf(RUNNING, 0), {
      uid: 'u',
      namespace: 'web',
      name: 'site-1-a',
      phase: 'Running',
      addresses: ['10.2.0.9'],
      isHostNetwork: false,
      node: 'node-a',
      createdAt: CREATED_AT,
      isTerminating: false,
      owner: { kind: 'ReplicaSet', name: 'site-1', uid: 'r' },
    } satisfies Pod)
  })

  const cases: readonly (readonly [string, RawPod, Partial<Pod>])[] = [
    [
      'without a node, an address or a phase is pending',
      { metadata, spec: {}, status: {} },
      { phase: 'Pending', addresses: [], node: null },
    ],
    [
      'without specification and status at all',
      { metadata },
      { phase: 'Pending', addresses: [], node: null, isHostNetwork: false, owner: null },
    ],
    [
      'with podIP alone, as before dual stack',
      { metadata, status: { podIP: '10.2.0.9' } },
      { addresses: ['10.2.0.9'] },
    ],
    [
      'with an empty list of podIPs',
      { metadata, status: { podIP: '10.2.0.9', podIPs: [] } },
      { addresses: ['10.2.0.9'] },
    ],
    // As a proxy in between may write what is absent: one such object must not end the watch, nor judging.
    [
      'with null for what is absent',
      JSON.parse(JSON.stringify({ metadata, spec: null, status: null })) as RawPod,
      { phase: 'Pending', addresses: [], node: null },
    ],
    [
      'with an address that is no text',
      JSON.parse(JSON.stringify({ metadata, status: { podIP: null, podIPs: [{ ip: 5 }] } })) as RawPod,
      { addresses: [] },
    ],
    ['with podIPs null', { metadata, status: { podIP: '10.2.0.9', podIPs: null } }, { addresses: ['10.2.0.9'] }],
    [
      'with an entry of podIPs that has no address yet',
      { metadata, status: { podIPs: [{}, { ip: '' }] } },
      { addresses: [] },
    ],
    [
      'on both stacks, each address once and as given',
      {
        metadata,
        status: { podIP: '10.2.0.9', podIPs: [{ ip: '10.2.0.9' }, { ip: 'FD00:0:0::9' }, { ip: '10.2.0.9' }] },
      },
      { addresses: ['10.2.0.9', 'FD00:0:0::9'] },
    ],
    [
      'on the network of its node',
      { metadata, spec: { hostNetwork: true }, status: { podIP: '192.168.0.4' } },
      { isHostNetwork: true, addresses: ['192.168.0.4'] },
    ],
    [
      'that is deleted is terminating, whatever its phase says',
      { ...RUNNING, metadata: { ...metadata, deletionTimestamp: CREATED } },
      { isTerminating: true, phase: 'Running' },
    ],
    [
      'with deletionTimestamp null',
      { ...RUNNING, metadata: { ...metadata, deletionTimestamp: null } },
      { isTerminating: false },
    ],
    [
      'of a phase that only a later Kubernetes knows',
      { metadata, status: { phase: 'Hibernated' } },
      { phase: 'Unknown' },
    ],
    ['whose node is lost', { metadata, status: { phase: 'Unknown' } }, { phase: 'Unknown' }],
    [
      'that failed keeps what the API shows of it',
      { metadata, status: { phase: 'Failed', podIP: '10.2.0.9' } },
      { phase: 'Failed', addresses: ['10.2.0.9'] },
    ],
    [
      'with owners of which none controls it',
      { metadata: { ...metadata, ownerReferences: [{ kind: 'Node', name: 'n', uid: 'x' }] } },
      { owner: null },
    ],
    [
      'with a second owner that does',
      {
        metadata: {
          ...metadata,
          ownerReferences: [
            { kind: 'Node', name: 'n', uid: 'x', controller: false },
            { kind: 'Job', name: 'j', uid: 'y', controller: true },
          ],
        },
      },
      { owner: { kind: 'Job', name: 'j', uid: 'y' } },
    ],
    [
      'without a time of creation is as old as can be',
      { metadata: { uid: 'u', name: 'n', creationTimestamp: null } },
      { createdAt: 0, namespace: '' },
    ],
    ['with a time that is none', { metadata: { ...metadata, creationTimestamp: 'yesterday' } }, { createdAt: 0 }],
  ]
  for (const [what, raw, expected] of cases) {
    test(what, () => {
      assert.deepEqual({ ...podOf(raw, 0), ...expected }, podOf(raw, 0))
    })
  }

  test('created by a clock that is 90 s ahead is shifted into ours', () => {
    assert.equal(podOf(RUNNING, 90_000)?.createdAt, CREATED_AT - 90_000)
  })

  test('without a name, a uid or anything at all is none', () => {
    assert.deepEqual(
      [podOf({}, 0), podOf({ metadata: { uid: 'u' } }, 0), podOf({ metadata: { name: 'n' } }, 0)],
      [null, null, null],
    )
  })
})

describe('a ReplicaSet', () => {
  const revision = (text: string | undefined): number | null | undefined =>
    replicaSetOf(
      {
        metadata: { ...metadata, annotations: text === undefined ? {} : { 'deployment.kubernetes.io/revision': text } },
      },
      0,
    )?.revision

  test('bears the revision its Deployment gave it', () => assert.equal(revision('12'), 12))
  test('without a revision, or with one that is no number, has none', () => {
    assert.deepEqual([undefined, '', 'latest', '-1', '1.5', '1e9', '99999999999999999999'].map(revision), [
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ])
    assert.equal(replicaSetOf({ metadata: { ...metadata, annotations: null } }, 0)?.revision, null)
  })
  test('knows its Deployment', () => {
    const owner = { kind: 'Deployment', name: 'site', uid: 'd' }
    assert.deepEqual(
      replicaSetOf({ metadata: { ...metadata, ownerReferences: [{ ...owner, controller: true }] } }, 0)?.owner,
      owner,
    )
  })
})

describe('a Deployment', () => {
  test('in full', () => {
    const raw: RawDeployment = {
      metadata: { ...metadata, generation: 4, annotations: { 'deployment.kubernetes.io/revision': '3' } },
      spec: { replicas: 3, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } },
      status: {
        replicas: 4,
        updatedReplicas: 2,
        availableReplicas: 3,
        observedGeneration: 4,
        conditions: [{ type: 'Available' }, { type: 'Progressing', lastUpdateTime: '2020-12-11T13:10:00Z' }],
      },
    }
    assert.deepEqual(deploymentOf(raw, 1_000), {
      uid: 'u',
      namespace: 'web',
      name: 'site-1-a',
      revision: 3,
      replicas: 3,
      strategy: { kind: 'RollingUpdate', maxSurge: 2 },
      generation: 4,
      observedGeneration: 4,
      status: { replicas: 4, updatedReplicas: 2, availableReplicas: 3 },
      progressedAt: Date.parse('2020-12-11T13:10:00Z') - 1_000,
    } satisfies Deployment)
  })

  test('that says nothing wants one replica by rolling update, a quarter at a time, and has none', () => {
    const silent = deploymentOf({ metadata }, 0)
    assert.equal(silent?.replicas, 1)
    assert.deepEqual(silent.strategy, { kind: 'RollingUpdate', maxSurge: '25%' })
    assert.deepEqual(silent.status, { replicas: 0, updatedReplicas: 0, availableReplicas: 0 })
    assert.deepEqual([silent.generation, silent.observedGeneration, silent.progressedAt], [0, 0, null])
  })

  test('scaled to 0 wants none', () => assert.equal(deploymentOf({ metadata, spec: { replicas: 0 } }, 0)?.replicas, 0))
  test('with a surge of 0 keeps it', () => {
    const raw = { metadata, spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } } } }
    assert.deepEqual(deploymentOf(raw, 0)?.strategy, { kind: 'RollingUpdate', maxSurge: 0 })
  })
  test('that recreates', () => {
    const raw = { metadata, spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }
    assert.deepEqual(deploymentOf(raw, 0)?.strategy, { kind: 'Recreate' })
  })
})

test('a node has its addresses, and not its names; one without status has none', () => {
  const addresses = [
    { type: 'InternalIP', address: '192.168.0.4' },
    { type: 'ExternalIP', address: '203.0.113.4' },
    { type: 'InternalIP', address: 'fd00::4' },
    { type: 'Hostname', address: 'node-a' },
    { type: 'InternalDNS', address: 'node-a.internal' },
    { type: 'InternalIP' },
  ]
  assert.deepEqual(nodeOf({ metadata: { name: 'node-a' }, status: { addresses } }), {
    name: 'node-a',
    addresses: ['192.168.0.4', '203.0.113.4', 'fd00::4'],
  })
  assert.deepEqual(nodeOf({ metadata: { name: 'node-a' } }), { name: 'node-a', addresses: [] })
  assert.equal(nodeOf({}), null)
})

test("a node's tunnel and bridge are the node's, though they lie in the range of pods", () => {
  const annotations = {
    'projectcalico.org/IPv4Address': '192.168.0.4/17',
    'projectcalico.org/IPv4IPIPTunnelAddr': '10.2.4.64',
    'network.cilium.io/ipv4-cilium-host': '10.2.4.199',
    'node.alpha.kubernetes.io/ttl': '0',
    'csi.volume.kubernetes.io/nodeid': '{"a":"10.0.0.1"}',
  }
  const spec = { podCIDR: '10.2.4.0/24', podCIDRs: ['10.2.4.0/24', 'fd00:2:4::/64'] }
  assert.deepEqual(nodeOf({ metadata: { name: 'node-a', annotations }, spec })?.addresses, [
    '192.168.0.4',
    '10.2.4.64',
    '10.2.4.199',
    '10.2.4.0',
    '10.2.4.1',
    'fd00:2:4::',
    'fd00:2:4::1',
  ])
})
