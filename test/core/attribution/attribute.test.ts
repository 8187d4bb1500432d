import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Caller } from '../../../src/core/attribution/attribution.js'
import { terminableAs } from '../../../src/core/attribution/terminable.js'
import { MINUTE, T0 } from '../fixture.js'
import {
  ask,
  DEPLOYMENT,
  HOUR,
  NEW_SET,
  OLD_SET,
  oldPod,
  picture,
  pod,
  sighting,
  SITE,
  told,
  type Known,
} from './fixture.js'

const RANGE: Known = { ranges: { podRanges: ['10.2.0.0/16', 'fd00:2::/64'] }, sightings: [] }
const NEW_ADDRESS: Partial<Caller> = { clientAddr: '10.2.0.9', startedAt: T0 - HOUR }

describe('a backend of a pod that is there', () => {
  test('is of the current rollout, whatever way its address is written', () => {
    for (const clientAddr of ['10.2.0.9', '::ffff:10.2.0.9', '::FFFF:0A02:0009'])
      assert.deepEqual(ask({ ...NEW_ADDRESS, clientAddr }), {
        kind: 'current rollout',
        pod: {
          name: pod().name,
          workload: SITE,
          rollout: { name: NEW_SET.name, revision: 42, createdAt: NEW_SET.createdAt },
        },
        isTerminating: false,
        confidence: 'high',
        because: { kind: 'address of pod' },
      })
  })

  test('is of the previous rollout while its old pod lives, and says whether the rollout is complete', () => {
    const stalled = { ...DEPLOYMENT, status: { ...DEPLOYMENT.status, replicas: 2 } }
    for (const [deployment, isRolloutComplete] of [
      [DEPLOYMENT, true],
      [stalled, false],
    ] as const) {
      const answer = ask({}, { picture: picture([pod(), oldPod()], { deployments: [deployment] }) })
      assert.equal(answer.kind, 'previous rollout')
      assert.ok(answer.kind === 'previous rollout' && !answer.isTerminating)
      assert.equal(answer.isRolloutComplete, isRolloutComplete)
    }
  })

  test("is its pod's in every phase that may hold an address", () => {
    for (const phase of ['Pending', 'Running', 'Unknown'] as const)
      assert.equal(told(ask({}, { picture: picture([oldPod({ phase })]) })), 'previous rollout: address of pod', phase)
    for (const phase of ['Succeeded', 'Failed'] as const) {
      const going = ask({}, { picture: picture([oldPod({ phase, isTerminating: true })]) })
      assert.equal(told(going), 'previous rollout: address of pod', phase)
      const finished = ask({}, { picture: picture([oldPod({ phase })]) })
      assert.equal(told(finished), 'orphan: seen on a pod that is gone', phase)
    }
  })

  test('of a StatefulSet, a bare pod or a lone ReplicaSet is current, without a rollout', () => {
    for (const owner of [
      null,
      { kind: 'StatefulSet', name: 'web', uid: 's' },
      { kind: 'ReplicaSet', name: 'lone', uid: 'r' },
    ]) {
      const answer = ask(NEW_ADDRESS, { picture: picture([pod({ owner })]) })
      assert.ok(answer.kind === 'current rollout' && answer.pod.rollout === null)
      assert.equal(answer.pod.workload?.kind, owner?.kind)
    }
  })

  test('is of no previous rollout while ReplicaSets and Deployments do not agree which one is current', () => {
    const disagree = [
      { deployments: [{ ...DEPLOYMENT, revision: 43 }] },
      { deployments: [{ ...DEPLOYMENT, revision: null }] },
      { deployments: [] },
      { replicaSets: [NEW_SET] },
      { replicaSets: [] },
      { replicaSets: [{ ...OLD_SET, revision: null }, NEW_SET] },
      { replicaSets: [{ ...OLD_SET, revision: 42 }, NEW_SET] },
    ]
    for (const of of disagree)
      assert.equal(ask({}, { picture: picture([oldPod()], of) }).kind, 'current rollout', JSON.stringify(of))
  })
})

describe('an orphan', () => {
  test('is of the pod that Lifeguard saw at its address, which is gone', () => {
    assert.deepEqual(ask(), {
      kind: 'orphan',
      pod: { name: sighting().podName, workload: SITE, rollout: sighting().rollout },
      goneSince: T0 - 3 * HOUR,
      confidence: 'high',
      because: { kind: 'seen on a pod that is gone' },
    })
  })

  test('needs a list begun 30 seconds after the backend', () => {
    for (const [listBegunAt, expected] of [
      [T0 - 5 * HOUR + 30_000, 'orphan: seen on a pod that is gone'],
      [T0 - 5 * HOUR + 29_999, 'unknown: list too old'],
    ] as const)
      assert.equal(told(ask({}, { picture: picture([pod()], { listBegunAt }) })), expected)
  })

  test('needs evidence: an address that was never on a pod is unknown', () => {
    assert.equal(told(ask({}, { sightings: [] })), 'unknown: never seen')
    assert.equal(told(ask({ clientAddr: '10.2.0.8' })), 'unknown: never seen')
    assert.equal(told(ask({ clientAddr: 'nonsense' })), 'unknown: never seen')
  })

  test('by a declared range alone is of no known pod, with medium confidence', () => {
    const answer = ask({}, RANGE)
    assert.deepEqual(answer, {
      kind: 'orphan',
      pod: null,
      goneSince: null,
      confidence: 'medium',
      because: { kind: 'pod range without pod' },
    })
  })

  test('may be older, by a minute, than the pod that has the address now', () => {
    const reused = { picture: picture([pod({ addresses: ['10.2.0.7'] })]) }
    const createdAt = pod().createdAt
    for (const [startedAt, expected] of [
      [createdAt - MINUTE, 'orphan: older than the pod'],
      [createdAt - MINUTE + 1, 'unknown: ages too close'],
      [createdAt - 1, 'unknown: ages too close'],
      [createdAt, 'current rollout: address of pod'],
    ] as const)
      assert.equal(told(ask({ startedAt }, reused)), expected)
    const answer = ask({}, reused)
    assert.ok(answer.kind === 'orphan' && answer.pod?.name === sighting().podName)
    const unseen = ask({}, { ...reused, sightings: [] })
    assert.ok(unseen.kind === 'orphan' && unseen.pod === null)
  })

  test('is of the pod that had the address at its start, and of none where two may have had it', () => {
    const first = sighting({ podUid: 'a', podName: 'a', lastSeenAt: T0 - 8 * HOUR })
    const second = sighting({
      podUid: 'b',
      podName: 'b',
      podCreatedAt: T0 - 8 * HOUR,
      firstSeenAt: T0 - 8 * HOUR + 10_000,
      lastSeenAt: T0 - 3 * HOUR,
    })
    const podOf = (startedAt: number) => {
      const answer = ask({ startedAt }, { sightings: [first, second] })
      return answer.kind === 'orphan' ? (answer.pod?.name ?? null) : told(answer)
    }
    assert.equal(podOf(T0 - 10 * HOUR), 'a')
    assert.equal(podOf(T0 - 8 * HOUR), 'a')
    assert.equal(podOf(T0 - 8 * HOUR + 5000), null)
    assert.equal(podOf(T0 - 8 * HOUR + 10_000), 'b')
    assert.equal(podOf(T0 - 4 * HOUR), 'b')
    // Before both: whoever had it then has lost it to them.
    assert.equal(podOf(T0 - 20 * HOUR), null)
  })
})

test('an orphan older than the pod seen at its address is of none that is known', () => {
  const answer = ask({ startedAt: sighting().podCreatedAt - MINUTE - 1 })
  assert.ok(answer.kind === 'orphan' && answer.pod === null && answer.goneSince === null)
  const within = ask({ startedAt: sighting().podCreatedAt - MINUTE + 1 })
  assert.ok(within.kind === 'orphan' && within.pod?.name === sighting().podName)
})

test('a host-network pod that shows no address hides nobody: it never has one of its own', () => {
  const agent = pod({ uid: 'h', name: 'agent', isHostNetwork: true, addresses: [], createdAt: T0 - 9 * HOUR })
  assert.equal(ask({}, { ...RANGE, picture: picture([pod(), agent]) }).kind, 'orphan')
})

describe('a healthy backend is never taken for an orphan', () => {
  test('when it is of a pod made after the list began', () => {
    assert.equal(told(ask({ startedAt: T0 - 10_000 }, RANGE)), 'unknown: list too old')
    // Of no pod's address a newer LIST would prove nothing; asked for all the same, it would be so every 10 s for ever.
    const host = { clientAddr: '198.51.100.1', startedAt: T0 - 10_000 }
    assert.equal(told(ask(host, RANGE)), 'unknown: never seen')
    assert.equal(told(ask({ startedAt: T0 - 10_000 }, { ...RANGE, watchedSince: T0 - HOUR })), 'unknown: never seen')
  })

  test('when the address passed from a dead pod to something else since', () => {
    const lastSeenAt = T0 - 3 * HOUR
    assert.equal(told(ask({ startedAt: lastSeenAt + 2 * MINUTE })), 'orphan: seen on a pod that is gone')
    assert.equal(told(ask({ startedAt: lastSeenAt + 2 * MINUTE + 1 })), 'unknown: never seen')
  })

  test('when its pod is there and merely shows no address, or another', () => {
    for (const of of [
      { addresses: [] },
      { addresses: [], phase: 'Pending' },
      { addresses: ['fd00:2::7'] },
      { addresses: ['10.2.0.77'] },
    ] as const)
      assert.equal(told(ask({}, { picture: picture([pod(), oldPod(of)]) })), 'previous rollout: address of pod')
    const going = picture([pod(), oldPod({ addresses: [], isTerminating: true })])
    assert.equal(told(ask({}, { picture: going })), 'previous rollout: address of pod')
  })

  test('when a pod that is there may have had the address before the pod that has it now', () => {
    const both = picture([pod({ addresses: ['10.2.0.7'] }), oldPod({ addresses: ['10.2.0.77'] })])
    assert.equal(told(ask({}, { picture: both })), 'unknown: ambiguous address')
  })

  test('when a pod on a node shows no address yet and may be the caller', () => {
    const starting = pod({ uid: 's', name: 'starting', addresses: [], createdAt: T0 - 5 * HOUR })
    const pods = [pod(), starting]
    assert.equal(told(ask({}, { ...RANGE, picture: picture(pods) })), 'unknown: pod without address')
    const earlier = { startedAt: starting.createdAt - MINUTE }
    assert.equal(ask(earlier, { ...RANGE, picture: picture(pods) }).kind, 'orphan')
    const unscheduled = picture([pod(), { ...starting, node: null }])
    assert.equal(ask({}, { ...RANGE, picture: unscheduled }).kind, 'orphan')
    // Seen on the dead pod before and after the backend started: no other pod had the address in between.
    assert.equal(told(ask({}, { picture: picture(pods) })), 'orphan: seen on a pod that is gone')
    const around = sighting({ firstSeenAt: T0 - 4 * HOUR })
    assert.equal(told(ask({}, { picture: picture(pods), sightings: [around] })), 'unknown: pod without address')
  })

  test("by a declared range in which no pod of this cluster lives: the kubeconfig names another one's", () => {
    const elsewhere = picture([pod({ addresses: ['10.7.0.9'] })])
    assert.equal(told(ask({}, { ...RANGE, picture: elsewhere })), 'unknown: never seen')
    const here = picture([pod({ addresses: ['10.7.0.9'] }), pod({ uid: 'b', name: 'b', addresses: ['10.2.9.9'] })])
    assert.equal(ask({}, { ...RANGE, picture: here }).kind, 'orphan')
  })

  test('when a dual-stack cluster lists one family only', () => {
    assert.equal(told(ask({ clientAddr: 'fd00:2::7', startedAt: T0 - HOUR }, RANGE)), 'unknown: never seen')
    const other = pod({ uid: 'other', name: 'other', addresses: ['fd00:2::5'] })
    const some = { ...RANGE, picture: picture([pod(), other]) }
    assert.equal(told(ask({ clientAddr: 'fd00:2::7', startedAt: T0 - HOUR }, some)), 'unknown: pod without address')
    const both = picture([pod({ addresses: ['10.2.0.9', 'fd00:2::9'] })])
    assert.equal(ask({ clientAddr: 'fd00:2::7', startedAt: T0 - HOUR }, { ...RANGE, picture: both }).kind, 'orphan')
  })

  test("when the address is a node's, though a dead pod once had it", () => {
    const node = { name: 'lke-9', addresses: ['10.2.0.7'] }
    assert.equal(told(ask({}, { picture: picture([pod()], { nodes: [node] }) })), 'node address: node')
    // Where nodes may not be listed, their host-network pods tell their addresses.
    const agent = pod({
      uid: 'h',
      name: 'kube-proxy-abcde',
      isHostNetwork: true,
      addresses: ['10.2.0.7'],
      node: 'lke-9',
    })
    for (const phase of ['Running', 'Failed'] as const)
      assert.equal(
        told(ask({}, { picture: picture([pod(), { ...agent, phase }], { nodes: [] }) })),
        'node address: node',
      )
  })

  test('when only a range speaks and nodes could not be listed', () => {
    assert.equal(told(ask({}, { ...RANGE, picture: picture([pod()], { nodes: [] }) })), 'unknown: never seen')
  })

  test("when it began while every pod was seen and its address never was on one: a tunnel's, a bridge's", () => {
    const watchedSince = T0 - 5 * HOUR - MINUTE
    assert.equal(told(ask({}, { ...RANGE, watchedSince })), 'unknown: never seen')
    assert.equal(ask({}, { ...RANGE, watchedSince: watchedSince + 1 }).kind, 'orphan')
    assert.equal(told(ask({}, { watchedSince })), 'orphan: seen on a pod that is gone')
  })

  test('when its pod is a static one, whose mirror was made again', () => {
    const mirror = pod({
      addresses: ['10.2.0.7'],
      owner: { kind: 'Node', name: 'lke-1', uid: 'n' },
      createdAt: T0 - MINUTE,
    })
    assert.equal(told(ask({}, { picture: picture([mirror]) })), 'current rollout: address of pod')
  })

  test('when the picture is missing, or empty as no cluster is', () => {
    for (const seen of [null, picture([])]) {
      assert.equal(told(ask({}, { picture: seen, ranges: RANGE.ranges ?? {} })), 'unknown: no picture')
      assert.equal(told(ask({ applicationName: sighting().podName }, { picture: seen })), 'unknown: no picture')
    }
  })

  test('when two pods show its address', () => {
    const twice = picture([pod({ addresses: ['10.2.0.7'] }), oldPod({ isTerminating: true })])
    const answer = ask({ startedAt: T0 - HOUR }, { picture: twice })
    assert.deepEqual(answer.because, { kind: 'ambiguous address', pods: [pod().name, oldPod().name] })
  })

  test("and is not taken for a terminating pod's before a list shows who has the address now", () => {
    const going = oldPod({ isTerminating: true })
    assert.equal(told(ask({ startedAt: T0 - 10_000 }, { picture: picture([pod(), going]) })), 'unknown: list too old')
    const starting = pod({ uid: 's', name: 'starting', addresses: [], createdAt: T0 - HOUR })
    const withStarting = { picture: picture([pod(), going, starting]) }
    assert.equal(told(ask({ startedAt: T0 - 30 * MINUTE }, withStarting)), 'unknown: pod without address')
    assert.equal(told(ask({}, withStarting)), 'previous rollout: address of pod')
  })
})

describe("an address that is no pod's own", () => {
  test('of a node names the node and everybody who may be behind it, those of its network first', () => {
    const agent = pod({ uid: 'h', name: 'kube-proxy-abcde', isHostNetwork: true, addresses: ['192.168.1.5'] })
    const elsewhere = pod({ uid: 'e', name: 'elsewhere', node: 'lke-2', addresses: ['10.2.1.1'] })
    for (const clientAddr of ['192.168.1.5', '203.0.113.5'])
      assert.deepEqual(ask({ clientAddr }, { picture: picture([pod(), agent, elsewhere]) }), {
        kind: 'node address',
        node: 'lke-1',
        candidates: ['kube-proxy-abcde', pod().name],
        confidence: 'none',
        because: { kind: 'node' },
      })
  })

  test('of a Unix socket is unknown', () => {
    assert.equal(told(ask({ clientAddr: null })), 'unknown: unix socket')
  })

  test("in a declared range is that pooler's or host's, the most specific range first, picture or not", () => {
    const ranges = {
      podRanges: ['10.2.0.0/16'],
      poolers: [
        { name: 'wide', range: '10.0.0.0/8' },
        { name: 'pgbouncer', range: '10.2.0.9' },
      ],
      knownHosts: [
        { name: 'lovelace', range: '10.9.0.0/16' },
        { name: 'unreadable', range: 'x' },
      ],
    }
    const table = [
      ['10.2.0.9', 'pooler', 'pgbouncer'],
      ['10.9.1.1', 'known host', 'lovelace'],
      ['10.8.1.1', 'pooler', 'wide'],
      ['::ffff:10.8.1.1', 'pooler', 'wide'],
    ] as const
    for (const seen of [picture(), null])
      for (const [clientAddr, kind, name] of table)
        assert.deepEqual(ask({ clientAddr }, { ranges, picture: seen }), {
          kind,
          name,
          confidence: 'medium',
          because: { kind: 'range' },
        })
    assert.equal(ask({}, { ranges }).kind, 'orphan')
  })
})

test('a backend older than the pod at its address is offered only where Lifeguard saw the pod that had it before', () => {
  const now = picture([pod({ addresses: ['10.2.0.7'], createdAt: T0 - HOUR })])
  const seen = ask({}, { picture: now })
  assert.equal(told(seen), 'orphan: older than the pod')
  assert.equal(terminableAs(seen), 'orphans')
  // So it looks, too, when the kubeconfig names another cluster of the same range, or the clock of Postgres was set forward.
  const unseen = ask({}, { picture: now, sightings: [] })
  assert.equal(told(unseen), 'orphan: older than the pod')
  assert.equal(terminableAs(unseen), null)
})
