import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { renderConnections } from '../../src/messages/connections.js'
import { renderAcknowledged, renderIncident, renderIncidentList, renderResolved } from '../../src/messages/incidents.js'
import { renderPage } from '../../src/messages/page.js'
import { renderRefusal } from '../../src/messages/refusal.js'
import { renderStatus } from '../../src/messages/status.js'
import { type log, group, MINUTE, OPENED, reading, SURGE, T0 } from '../core/fixture.js'
import {
  ACKNOWLEDGED,
  ACTED,
  CARD_REF,
  incidentOf,
  INCIDENT,
  lines,
  link,
  LIVE,
  PAGE_ROLE,
  RESOLVED,
  words,
} from './fixture.js'

const LOCKED_OUT = { ...OPENED, because: [{ kind: 'locked out', limit: 'every slot' }] } as const

function page(opened: Parameters<typeof log>[0][number]): string {
  const incident = incidentOf(opened)
  return words(
    renderPage({ kind: 'page', incident, n: 1, card: CARD_REF, marker: 'Ref 7QK2M/page:1' }, PAGE_ROLE, link),
  )
}

describe('a page', () => {
  test('pings one role and says it all in its first line', () => {
    const rendered = renderPage(
      { kind: 'page', incident: INCIDENT, n: 1, card: undefined, marker: 'Ref 1' },
      PAGE_ROLE,
      link,
    )
    assert.deepEqual(rendered.body.allowed_mentions, { parse: [], roles: [PAGE_ROLE] })
    assert.equal(
      words(rendered),
      lines(`
        <@&${PAGE_ROLE}> PAGE: \`production\` has 96 of 97 usable connections.
        Over its limit of 90: rule \`total\`.
        The card follows.
        -# Ref 1
      `),
    )
    assert.ok(page(OPENED).includes(`Card: ${link(CARD_REF)} — acknowledge there.`))
  })

  test('names what is worst: full, locked out, or blind', () => {
    const full = { ...OPENED, numbers: { used: 97, usable: 97, max: 100, at: T0 } }
    assert.match(page(full), /PAGE: `production` is out of connections \(97 of 97 usable\)\./)
    const { numbers: _, ...blind } = OPENED
    assert.match(
      page({ ...blind, because: LOCKED_OUT.because }),
      /is full, and Lifeguard is locked out\.\nLifeguard's own/,
    )
    const noData = [{ kind: 'no data', look: 'hung', detail: 'no answer in 2 s' }] as const
    assert.match(page({ ...blind, because: noData }), /PAGE: `production` cannot be read\.\nThe session is open/)
  })
})

test('/connections show is a table of at most 37 columns, longest idle first', () => {
  const tx = group({
    role: 'pinnwand',
    state: 'idle in transaction',
    count: 2,
    staleCount: 2,
    oldestStateAgeMs: 9 * MINUTE,
  })
  const look = reading([...SURGE.groups, tx, group({ role: 'postgres', isSuperuser: true, state: 'active' })])
  const shown = renderConnections({ kind: 'connections', live: LIVE, reading: look, isFresh: true }, 'role', 0)
  assert.equal(
    words(shown),
    lines(`
      ### \`production\`: 99 of 97 usable connections, 2 of them in the reserve
      -# max_connections 100, reserved for superusers 3
      Read at 13:24:00.
      \`\`\`
      role           all idl itx stale  age
      site            71  69   0    31   2h
      pinnwand         4   2   2     2   9m
      metricity       12  12   0     0   1m
      grafana          4   4   0     0   1m
      sir-lancebot     3   3   0     0   1m
      bitwarden        2   2   0     0   1m
      postgres*        1   0   0     0
      lifeguard (us)   2   2   0     0   1m
      \`\`\`
      -# longest idle first, our own last · all: all backends · idl: idle · itx: idle in a transaction · the others are working · stale: may be terminated by rule · age: the longest idle · *: superuser, cannot be ended by Lifeguard · page 1 of 1
    `),
  )
  const old = renderConnections({ kind: 'connections', live: LIVE, reading: look, isFresh: false }, 'role', 0)
  assert.match(words(old), /^\*\*Old numbers\*\*, from 13:24:00 \(\(ago\)\)/m)
})

describe('/incident', () => {
  const over = incidentOf(OPENED, ACKNOWLEDGED, ...ACTED, RESOLVED)

  test('list has open ones first to read and ends with how long', () => {
    assert.equal(
      words(renderIncidentList([INCIDENT, over])),
      lines(`
        ### 1 open, 1 ended
        - **7QK2M** \`production\` connections: PAGE since (ago), nobody has acknowledged 🔴
        - **7QK2M** \`production\` connections: resolved (ago) after 6 min 🟢
      `),
    )
    assert.match(words(renderIncidentList([])), /^### No incident yet/)
  })

  test('show has the timeline', () => {
    assert.match(
      words(renderIncident({ kind: 'incident', incident: over, live: LIVE })),
      /\*\*Timeline\*\*\n13:24:00 opened \(PAGE: `total`, `site`\)\n13:25:00 acknowledged by <@\d+>\n13:27:00 termination begun by <@\d+>/,
    )
  })

  test('acknowledge stops the paging of a page only, and says so', () => {
    const of = (incident: typeof INCIDENT) => words(renderAcknowledged({ kind: 'acknowledged', incident }))
    assert.match(of(incidentOf(OPENED, ACKNOWLEDGED)), /is yours\. Paging stopped\.$/)
    assert.match(
      of(incidentOf({ ...OPENED, severity: 'warning' }, ACKNOWLEDGED)),
      /Should it rise to PAGE, it still pages\.$/,
    )
  })

  test('resolve is refused while the numbers breach, with the numbers', () => {
    assert.match(
      words(renderResolved({ kind: 'still firing', incident: INCIDENT, live: LIVE })),
      /^### Not resolved: `production` still has 96 of 97 usable connections\n[^]*Nothing was changed\./,
    )
  })
})

test('a refusal says what it needs, what you have, and that nothing was done', () => {
  const refused = {
    kind: 'refused',
    action: 'terminate.act',
    because: 'tier missing',
    needs: 'operate',
    ref: '7QK2M',
  } as const
  assert.equal(
    words(renderRefusal({ ...refused, has: ['view'], roleIds: [PAGE_ROLE] })),
    `You can't terminate backends: it needs the operate tier (<@&${PAGE_ROLE}>). You have: view.\n**Nothing was done.**\n-# Ref 7QK2M`,
  )
  assert.match(
    words(renderRefusal({ ...refused, has: [], roleIds: [] })),
    /nobody has it: no role is configured\)\. You have: none\./,
  )
})

test('/status tells the age of every number, and does not call itself well beside a complaint', () => {
  const session = { state: 'open', since: T0, dials: 1 } as const
  const of = (degraded: readonly string[]) =>
    words(
      renderStatus({
        kind: 'status',
        version: '0.1.0',
        startedAt: T0,
        degraded: [],
        servers: [
          {
            live: { ...LIVE, canary: { kind: 'passed', at: T0 } },
            sessions: { monitor: session, actor: session, versionNum: 180_004, degraded },
            schedule: '*/5 * * * * *',
            gaps: { missed: 0, overlapped: 0 },
            incidents: [INCIDENT],
          },
        ],
      }),
    )
  assert.equal(
    of([]),
    lines(`
      ### \`production\` — PAGE 7QK2M
      96 of 97 usable connections, read (ago) · PostgreSQL 18.4
      Sessions: monitor open since (ago), actor open since (ago)
      Canary: a plain login passed (ago)
      Schedule \`*/5 * * * * *\`: no slot missed
      Pods: off, no cluster is configured (\`KUBERNETES\`)
      **Lifeguard** \`0.1.0\`, started (ago)
      Nothing is degraded.
    `),
  )
  assert.doesNotMatch(of(['No slot is kept']), /Nothing is degraded/)
})
