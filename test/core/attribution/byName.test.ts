import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { terminableAs } from '../../../src/core/attribution/terminable.js'
import { MINUTE, T0 } from '../fixture.js'
import { ask, HOUR, oldPod, picture, pod, sighting, told } from './fixture.js'

const OLD_NAME = sighting().podName
const NEW_NAME = pod().name
const BEHIND_NODE = '192.168.1.5'
const STATEFUL = { kind: 'StatefulSet', name: 'web', uid: 's-web' }
const POOLER = { poolers: [{ name: 'pgbouncer', range: '10.9.0.0/16' }] }

describe('a backend that names its pod', () => {
  test("is exactly that pod's, from whatever address, wherever the name stands", () => {
    for (const applicationName of [NEW_NAME, `site/${NEW_NAME}`, `gunicorn: ${NEW_NAME} worker 3`, `${NEW_NAME}@web`])
      for (const clientAddr of ['10.2.0.9', BEHIND_NODE, '198.51.100.1', null]) {
        const answer = ask({ applicationName, clientAddr })
        assert.equal(told(answer), 'current rollout: named itself', applicationName)
        assert.equal(answer.confidence, 'exact')
      }
  })

  test("is nobody's by a part of a name, another case, or a name that may have been cut", () => {
    const long = 'x'.repeat(62 - NEW_NAME.length)
    for (const applicationName of [
      'site',
      'site-7d4b9c6f8',
      NEW_NAME.toUpperCase(),
      `x${NEW_NAME}`,
      `${NEW_NAME}-2`,
      `${long} ${NEW_NAME}`,
    ])
      assert.equal(told(ask({ applicationName, clientAddr: BEHIND_NODE })), 'node address: node', applicationName)
    assert.equal(
      told(ask({ applicationName: `${NEW_NAME} ${long}`, clientAddr: BEHIND_NODE })),
      'current rollout: named itself',
    )
  })

  test("is an orphan when that pod is gone by a list begun late enough, behind a node's address too", () => {
    for (const clientAddr of [BEHIND_NODE, '198.51.100.1', '10.2.0.7']) {
      const answer = ask({ applicationName: OLD_NAME, clientAddr })
      const isProven = clientAddr === '10.2.0.7'
      assert.equal(told(answer), `orphan: named pod is gone${isProven ? '' : ', from elsewhere'}`)
      // An undeclared PgBouncer keeps the name of a client that is gone: from a node or from nowhere known, none is offered.
      assert.equal(terminableAs(answer), isProven ? 'orphans' : null)
      assert.ok(answer.kind === 'orphan' && answer.goneSince === T0 - 3 * HOUR && answer.pod?.rollout?.revision === 41)
    }
    const listBegunAt = T0 - 5 * HOUR + 29_999
    const young = ask({ applicationName: OLD_NAME }, { picture: picture([pod()], { listBegunAt }) })
    assert.equal(told(young), 'unknown: list too old')
  })

  test('is an orphan of a pod that is finished, and never of one that is terminating or shows no address', () => {
    const named = { applicationName: OLD_NAME, clientAddr: BEHIND_NODE }
    const answer = ask(named, { sightings: [], picture: picture([oldPod({ phase: 'Failed', addresses: [] })]) })
    assert.ok(answer.kind === 'orphan' && answer.goneSince === null && answer.pod?.rollout?.revision === 41)
    for (const of of [{ isTerminating: true }, { addresses: [] }, { phase: 'Unknown' }] as const)
      assert.match(told(ask(named, { picture: picture([oldPod(of)]) })), /^previous rollout: named itself/)
  })

  test("and is older than it is the pod's still: a pooler hands an old session to a new client", () => {
    assert.equal(told(ask({ applicationName: NEW_NAME, startedAt: T0 - 9 * HOUR })), 'current rollout: named itself')
  })
})

describe('a name makes no session stale', () => {
  test('that a pooler, a known host or another pod holds: it kept the name of a client that is gone', () => {
    const applicationName = OLD_NAME
    const known = { ranges: { ...POOLER, knownHosts: [{ name: 'bastion', range: '10.8.0.1' }] } }
    assert.equal(told(ask({ applicationName, clientAddr: '10.9.0.1' }, known)), 'pooler: range')
    assert.equal(told(ask({ applicationName, clientAddr: '10.8.0.1' }, known)), 'known host: range')
    assert.equal(told(ask({ applicationName, clientAddr: null })), 'unknown: unix socket')
    assert.equal(
      told(ask({ applicationName, clientAddr: '10.2.0.9', startedAt: T0 - HOUR })),
      'current rollout: address of pod',
    )
  })

  test('that PgBouncer signed, though its address was not declared', () => {
    for (const signature of [' - 10.2.0.7:50822', ' - [fd00::7]:50822', ' - unix(12):6432'])
      assert.equal(told(ask({ applicationName: OLD_NAME + signature, clientAddr: BEHIND_NODE })), 'node address: node')
    const cut = `${OLD_NAME} - ${'9'.repeat(63)}`.slice(0, 63)
    assert.equal(told(ask({ applicationName: cut, clientAddr: BEHIND_NODE })), 'node address: node')
  })

  test('that a pooler holds for a pod that is terminating: its next client may be a healthy one', () => {
    const going = { picture: picture([pod(), oldPod({ isTerminating: true })]), ranges: POOLER }
    assert.equal(told(ask({ applicationName: OLD_NAME, clientAddr: '10.9.0.1' }, going)), 'pooler: range')
    const direct = ask({ applicationName: OLD_NAME, clientAddr: BEHIND_NODE }, going)
    assert.ok(direct.kind === 'previous rollout' && direct.isTerminating && terminableAs(direct) === null)
    const there = ask({ applicationName: OLD_NAME, clientAddr: '10.2.0.7' }, going)
    assert.equal(terminableAs(there), 'previous rollout')
  })
})

describe('a name that comes again', () => {
  const again = pod({ uid: 'w2', name: 'web-0', owner: STATEFUL, addresses: ['10.2.0.20'], createdAt: T0 - HOUR })
  const before = sighting({
    podUid: 'w1',
    podName: 'web-0',
    workload: { namespace: 'default', kind: 'StatefulSet', name: 'web' },
    rollout: null,
  })

  test("is the present pod's only for a backend that is younger", () => {
    const known = { picture: picture([again]), sightings: [before] }
    const younger = ask({ applicationName: 'web-0', clientAddr: BEHIND_NODE, startedAt: T0 - 30 * MINUTE }, known)
    assert.equal(told(younger), 'current rollout: named itself')
    assert.equal(told(ask({ applicationName: 'web-0', clientAddr: BEHIND_NODE }, known)), 'node address: node')
    assert.equal(told(ask({ applicationName: 'web-0' }, known)), 'orphan: seen on a pod that is gone')
    assert.equal(told(ask({ applicationName: 'web-0', clientAddr: '10.2.0.20' }, known)), 'orphan: older than the pod')
  })

  test('never makes an orphan: another cluster may have a web-0, and every psql is called psql', () => {
    const bare = sighting({ podName: 'psql', workload: null, rollout: null })
    const tools = sighting({ podName: 'psql-tools', workload: null, rollout: null })
    const many = { ...before, podName: 'web-24567' }
    for (const [applicationName, seen] of [
      ['web-0', before],
      ['psql', bare],
      ['psql-tools', tools],
      ['web-24567', many],
    ] as const)
      assert.equal(
        told(ask({ applicationName, clientAddr: '198.51.100.1' }, { sightings: [seen] })),
        'unknown: never seen',
      )
  })

  test('of a bare pod counts only at its address', () => {
    const known = { picture: picture([pod({ name: 'psql', owner: null })]) }
    const at = (clientAddr: string) => told(ask({ applicationName: 'psql', clientAddr, startedAt: T0 - HOUR }, known))
    assert.equal(at('198.51.100.1'), 'unknown: never seen')
    assert.equal(at('10.2.0.9'), 'current rollout: named itself')
  })

  test("in two namespaces is the one's that has the address, and nobody's from elsewhere", () => {
    const other = pod({ ...again, uid: 'w3', namespace: 'staging', addresses: ['10.2.0.21'] })
    const known = { picture: picture([again, other]), sightings: [] }
    const at = (clientAddr: string) =>
      told(ask({ applicationName: 'web-0', clientAddr, startedAt: T0 - 30 * MINUTE }, known))
    assert.equal(at('10.2.0.21'), 'current rollout: named itself')
    assert.equal(at('198.51.100.1'), 'unknown: never seen')
  })

  test("is nobody's where a backend names two pods", () => {
    const applicationName = `${NEW_NAME} for ${OLD_NAME}`
    assert.equal(told(ask({ applicationName, clientAddr: BEHIND_NODE })), 'node address: node')
  })
})
