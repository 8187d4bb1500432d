import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { renderConnections } from '../../src/messages/connections.js'
import { renderOrphans } from '../../src/messages/orphans.js'
import { renderStatus } from '../../src/messages/status.js'
import type { Traced } from '../../src/core/attribution/traced.js'
import type { Live } from '../../src/core/watch/live.js'
import { HOUR, oldPod, picture, pod, sighting } from '../core/attribution/fixture.js'
import { MINUTE, reading, T0 } from '../core/fixture.js'
import { labels, lines, LIVE, words } from './fixture.js'
import { aged, LEAK, liveWith, tracedOf, type Of } from './origins.js'

const answer = (live: Live) => ({ kind: 'connections', live, reading: live.reading ?? LEAK, isFresh: true }) as const
const table = (of: Of = {}, page = 0) => renderConnections(answer(liveWith(of)), 'rollout', page)
const orphans = (of: Of = {}) => renderOrphans(answer(liveWith(of)))

function status(traced: Traced): string {
  const session = { state: 'open', since: T0, dials: 1 } as const
  const server = {
    live: { ...LIVE, traced },
    sessions: { monitor: session, actor: session, degraded: [] },
    schedule: '*/5 * * * * *',
    gaps: { missed: 0, overlapped: 0 },
    incidents: [],
  }
  const text = words(renderStatus({ kind: 'status', version: '1', startedAt: T0, degraded: [], servers: [server] }))
  return text
    .split('\n')
    .filter((line) => /^Pods|rollout of/.test(line))
    .join('\n')
}

describe('/connections show by rollout', () => {
  const mixed: Of = {
    reading: reading([
      aged(5 * HOUR, { count: 31 }),
      aged(HOUR, { count: 13, clientAddr: '10.2.0.9' }),
      aged(HOUR, { count: 7, clientAddr: '10.2.0.10' }),
      aged(HOUR, { count: 4, clientAddr: '192.168.1.5', role: 'metricity' }),
      aged(HOUR, { count: 3, clientAddr: '10.9.0.1', role: 'pinnwand' }),
      aged(HOUR, { count: 2, clientAddr: '10.9.1.1', role: 'psql' }),
      aged(HOUR, { count: 2, clientAddr: '8.8.8.8', role: 'grafana' }),
      aged(HOUR, { count: 1, clientAddr: null, role: 'postgres' }),
    ]),
    picture: picture([pod(), oldPod({ uid: 'p-2', name: 'site-6f9c8d7b5-other', addresses: ['10.2.0.10'] })]),
    ranges: {
      poolers: [{ name: 'pgbouncer', range: '10.9.0.0/24' }],
      knownHosts: [{ name: 'bastion', range: '10.9.1.1' }],
    },
  }

  test('has a row for each, and says why others have no owner', () => {
    assert.equal(
      words(table(mixed)),
      lines(`
        ### \`production\`: 63 of 97 usable connections
        -# max_connections 100, reserved for superusers 3
        Read at 13:24:00.
        \`\`\`
        rollout        all idl end what
        site-6f9c8d7b5  31  31  31 gone 3h
        site-7d4b9c6f8  13  13   0 now
        site-6f9c8d7b5   7   7   0 prev
        lke-1            4   4   0 node
        pgbouncer        3   3   0 pooler
        bastion          2   2   0 host
        unknown          2   2   0 ?
        unknown          1   1   0 ?
        \`\`\`
        -# 2 backends of unknown origin: each has an address that no pod was ever seen with
        -# 1 backend of unknown origin: it comes through a Unix socket
        Last rollout: \`site\` (ago) (\`site-7d4b9c6f8\`)
        -# most backends first · all: all backends · idl: idle · end: may be ended for where they come from · now: current rollout · prev: an earlier one, its pods are there · gone: its pods are not · pods as confirmed (ago) · page 1 of 1
      `),
    )
  })

  test('never has more than 37 columns, whatever the numbers', () => {
    for (const count of [9, 99, 999, 9_999])
      for (const goneForMs of [59_000, 59 * MINUTE, 23 * HOUR, 900 * 24 * HOUR]) {
        const sightings = [sighting({ lastSeenAt: T0 - goneForMs, podCreatedAt: T0 - 1_000 * 24 * HOUR })]
        const of = { sightings, reading: reading([aged(goneForMs + HOUR, { count })]) }
        const [, inside = ''] = /```\n([^]*?)\n```/.exec(words(table(of))) ?? []
        assert.match(inside, / gone /)
        for (const line of inside.split('\n')) assert.ok(line.length <= 37, `${line.length}: ${line}`)
      }
  })

  test('turns pages, and a page that is no longer there is the last one', () => {
    const many = reading(
      Array.from({ length: 23 }, (_, n) => aged(HOUR, { clientAddr: '10.2.0.9', count: 1, role: `r${n}` })).concat(
        aged(5 * HOUR, { count: 31 }),
      ),
    )
    assert.match(words(table({ reading: many }, 9)), /page 1 of 1$/m)
  })

  test('says why there is nothing to group by', () => {
    const of = (traced: Traced) => words(renderConnections(answer({ ...LIVE, traced }), 'rollout', 0))
    assert.match(of({ kind: 'off' }), /Attribution is off: no cluster is configured\. Set `KUBERNETES`/)
    assert.match(of({ kind: 'no picture' }), /have not been listed yet\./)
    assert.match(of({ kind: 'no picture', problem: 'denied: grant it' }), /have not been listed yet: denied: grant it/)
  })
})

describe('/connections orphans', () => {
  test('lists the dead rollouts with roles and pods, and offers to end them', () => {
    assert.equal(
      words(orphans()),
      lines(`
        ### \`production\`: 31 of 94 backends come from pods that no longer exist (Lifeguard's own left out)
        Read 13:24:00, pods as confirmed (ago).
        - **31** of \`site-6f9c8d7b5\`, last seen 10:24:00 ((ago)): role \`site\`, 31 idle · \`site-6f9c8d7b5-q8zvw\`
        Last rollout: \`site\` (ago) (\`site-7d4b9c6f8\`)
        -# 50 backends with a node's address: whose they are cannot be told
      `),
    )
    assert.deepEqual(labels(orphans()), ['Terminate 31 orphaned…'])
  })

  test('without orphans says so, and offers nothing', () => {
    const none = orphans({ sightings: [] })
    assert.match(words(none), /^### `production`: no orphans$/m)
    assert.match(words(none), /31 backends of unknown origin: each has an address that no pod was ever seen with/)
    assert.match(words(none), /50 backends with a node's address: whose they are cannot be told/)
    assert.deepEqual(labels(none), [])
  })

  test('that are all at work are shown and not offered', () => {
    const busy = orphans({ reading: reading([aged(5 * HOUR, { count: 3, state: 'active' })]) })
    assert.match(words(busy), /3 of 3 backends come from pods that no longer exist/)
    assert.deepEqual(labels(busy), [])
  })

  test('say how old the pods are, and why', () => {
    assert.match(
      words(orphans({ problem: 'hung: no answer in 5 s' })),
      /pods as confirmed \(ago\) \(hung: no answer in 5 s\)\./,
    )
    const off = renderOrphans(answer({ ...LIVE, traced: { kind: 'off' } }))
    assert.match(words(off), /no origins\nAttribution is off/)
  })
})

test('/status has a line of pods for each server, and one of the rollout that needs most', () => {
  assert.equal(status({ kind: 'off' }), 'Pods: off, no cluster is configured (`KUBERNETES`)')
  assert.equal(status({ kind: 'no picture' }), 'Pods: not listed yet')
  assert.equal(status({ kind: 'no picture', problem: 'denied: grant it' }), 'Pods: not listed yet: denied: grant it')
  assert.equal(
    status(tracedOf({ problem: 'hung' })),
    lines(`
        Pods: 1 listed, confirmed (ago): hung · of 94 backends 13 of current rollouts, 0 of previous ones, 31 orphaned, 50 of unknown origin
        ⚠️ A rollout of \`site\` needs 109 of 97 usable slots at its peak (2 pods × 13, and 83 others): **12 too many**
      `),
  )
})
