import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Live } from '../../src/core/watch/live.js'
import type { Look } from '../../src/core/watch/look.js'
import { COLOUR } from '../../src/messages/body.js'
import { cardUrgency, renderCard, renderReplacedCard } from '../../src/messages/card.js'
import { group, MINUTE, OPENED, reading, SURGE, T0 } from '../core/fixture.js'
import {
  ACKNOWLEDGED,
  ACTED,
  card,
  CARD_REF,
  INCIDENT,
  incidentOf,
  labels,
  lines,
  link,
  LIVE,
  RESOLVED,
  THREAD,
  words,
} from './fixture.js'

const TO_PAGE = { ...OPENED, type: 'incident.changed' } as const
const WARNING = { ...OPENED, severity: 'warning' } as const

function text(of: Parameters<typeof card>[0] = {}): string {
  return words(renderCard(card(of), link))
}

function blind(look: Look, of: Partial<typeof LIVE> = {}): string {
  return text({ live: { ...LIVE, look, ...of } })
}

function colour(of: Parameters<typeof card>[0]): unknown {
  const [container] = renderCard(card(of), link).body.components
  return container !== undefined && 'accent_color' in container ? container.accent_color : undefined
}

test('the card says whether it is getting worse, also when it is full, falls or stands still', () => {
  const since = (used: number, growthPerMinute: number) => {
    const look = reading([group({ role: 'metricity', count: used })])
    return /^Since .*$/m.exec(text({ live: { ...LIVE, look, reading: look, growthPerMinute } }))?.[0]
  }
  assert.match(since(95, 7) ?? '', / · rising 7 a minute, full in about 17 s$/)
  assert.match(since(95, -7) ?? '', / · falling 7 a minute$/)
  assert.match(since(95, 0.4) ?? '', / · neither rising nor falling$/)
  assert.match(since(97, 7) ?? '', / · full, so it rises no further: new logins are refused$/)
})

describe('the card of 2020-12-11', () => {
  test('says how bad it is, why, since when, who holds what, and the mildest step', () => {
    assert.equal(
      text(),
      lines(`
        ### PAGE — \`production\`: 96 of 97 usable connections 🔴
        Over its limit of 90: rule \`total\`
        Over its limit of 32: rule \`site\`
        Since 13:24 ((ago)) · rising 7 a minute, full in about 8 s
        \`\`\`
        site            71 ███████░░░ 31 stale
        metricity       12 █░░░░░░░░░
        grafana          4 █░░░░░░░░░
        sir-lancebot     3 █░░░░░░░░░
        bitwarden        2 █░░░░░░░░░
        2 other roles    4 █░░░░░░░░░
        \`\`\`
        **Mildest step that can work:** terminate 31 stale backends of \`site\` (idle for 15 min or more). Leaves 65 of 97 in use.
        Nobody has acknowledged yet.
        -# Ref 7QK2M/card:1
      `),
    )
    assert.deepEqual(labels(renderCard(card(), link)), ['Terminate 31 stale…', 'Inspect', 'Acknowledge'])
  })

  test('says who has it in hand and what was done', () => {
    const incident = incidentOf(OPENED, ACKNOWLEDGED, ...ACTED)
    assert.match(
      text({ incident, threadId: THREAD }),
      new RegExp(
        lines(`
          Acknowledged by <@267624335836053506> at 13:25 — paging stopped\\.
          13:28 <@267624335836053506> terminated 30 stale backends of role \`site\`\\.
          -# thread: <#${THREAD}> · Ref 7QK2M/card:1
        `),
      ),
    )
    assert.deepEqual(labels(renderCard(card({ incident }), link)), ['Terminate 31 stale…', 'Inspect'])
  })

  test('ends with how long and how high, without a button', () => {
    const incident = incidentOf(OPENED, ACKNOWLEDGED, ...ACTED, RESOLVED)
    assert.equal(
      text({ incident, live: undefined }),
      lines(`
        ### RESOLVED — \`production\` after 6 min: 41 of 97 usable connections 🟢
        From 13:24 to 13:30. Peak 97 of 97. Worst: PAGE.
        Acknowledged by <@267624335836053506> at 13:25.
        13:28 <@267624335836053506> terminated 30 stale backends of role \`site\`.
        -# Ref 7QK2M/card:1
      `),
    )
    assert.deepEqual(labels(renderCard(card({ incident }), link)), [])
    assert.equal(colour({ incident }), COLOUR.resolved)
  })

  test('that a person closed names the person and the note', () => {
    const incident = incidentOf(OPENED, { ...RESOLVED, by: ACKNOWLEDGED.by, note: 'rolled `site` back' })
    assert.match(text({ incident }), /^Closed by <@267624335836053506>: `rolled ˋsiteˋ back`$/m)
  })
})

describe('a card without a reading', () => {
  test('says why there is none, and how old the last one is', () => {
    assert.match(
      blind({ kind: 'hung', at: T0 + 40_000, timeoutMs: 2000 }),
      /^\*\*No reading\*\* — hung: no answer in 2 s\. Last known: 96 of 97 usable connections at 13:24:00 \(\(ago\)\); the table is from then\.$/m,
    )
    const never = { server: LIVE.server, recent: [], rules: LIVE.rules, stale: LIVE.stale, traced: LIVE.traced }
    const unreachable = { kind: 'unreachable', at: T0, why: 'refused', detail: 'ECONNREFUSED' } as const
    assert.match(
      text({ live: { ...never, look: unreachable } }),
      /— unreachable, refused: `ECONNREFUSED`\. It has not been read since Lifeguard started\.$/m,
    )
  })

  test('is grey and neither promises nor counts: no growth, no step, no number on the button', () => {
    const live = { ...LIVE, look: { kind: 'hung', at: T0, timeoutMs: 2000 } } as const
    assert.doesNotMatch(text({ live }), /rising|Mildest/)
    assert.deepEqual(labels(renderCard(card({ live }), link)), ['Terminate stale…', 'Inspect', 'Acknowledge'])
    assert.equal(colour({ live }), COLOUR.grey)
  })

  test('shows the grant that is missing, to paste', () => {
    const look = { kind: 'denied', at: T0, detail: '42501', remedy: 'GRANT pg_monitor TO "lifeguard";' } as const
    assert.match(blind(look), /^To mend it: `GRANT pg_monitor TO "lifeguard";`$/m)
  })

  test('when locked out, tells the first step by hand for the role that last had most stale backends', () => {
    assert.match(
      blind({ kind: 'refused', at: T0, limit: 'usable slots' }),
      new RegExp(
        lines(`
          First step by hand, as a superuser \\(a reserve is left for them\\):
          \`\`\`
          SELECT pg_terminate_backend\\(pid\\)
          FROM pg_stat_activity
          WHERE usename = 'site' AND state = 'idle'
          AND state_change < now\\(\\) - interval '15 min';
          \`\`\`
        `),
      ),
    )
    const every = blind({ kind: 'refused', at: T0, limit: 'every slot' })
    assert.match(every, /^### PAGE — `production`: full, and Lifeguard is locked out 🔴$/m)
    assert.match(every, /^pkill -TERM -o -u postgres -f 'postgres: \(\[\^ \]\+: \)\?site \.\* idle\$'$/m)
  })

  test('never puts a name into a line to paste that would have to be quoted there', () => {
    for (const role of [`si'te`, 'si te', '$(reboot)', 'x;', '']) {
      const last = reading([group({ role, count: 40, staleCount: 30 })])
      for (const limit of ['usable slots', 'every slot'] as const) {
        const shown = blind({ kind: 'refused', at: T0, limit }, { reading: last })
        assert.match(shown, /^Put the leaking role's name in place of ROLE\.$/m)
        assert.match(shown, /usename = 'ROLE'|\?ROLE /)
      }
    }
  })
})

describe('an incident of no data', () => {
  const incident = incidentOf({
    ...OPENED,
    subject: 'data',
    firing: ['no data'],
    because: [{ kind: 'no data', look: 'hung', detail: 'no answer in 2 s' }],
  })

  test('says so, and offers to look and to acknowledge', () => {
    const live = { ...LIVE, look: { kind: 'hung', at: T0, timeoutMs: 2000 } } as const
    assert.match(
      text({ incident, live }),
      /^### PAGE — `production`: no data ⚪\n.*not answered \(`no answer in 2 s`\)/,
    )
    assert.deepEqual(labels(renderCard(card({ incident, live }), link)), ['Inspect', 'Acknowledge'])
  })

  test('says when the server answers again', () => {
    assert.match(text({ incident }), /^### PAGE — `production`: answers again, watching whether it stays 🔴$/m)
  })
})

describe('an acknowledgement', () => {
  test('of a warning does not claim that paging stopped', () => {
    assert.match(text({ incident: incidentOf(WARNING, ACKNOWLEDGED) }), /at 13:25 — a rise to PAGE still pages\.$/m)
  })

  test('of what has become worse since says so, and the button is back', () => {
    const incident = incidentOf(WARNING, ACKNOWLEDGED, TO_PAGE)
    assert.match(text({ incident }), /at 13:25, before it rose to PAGE\.$/m)
    assert.ok(labels(renderCard(card({ incident }), link)).includes('Acknowledge'))
  })

  test('of a page that has fallen still stands', () => {
    const incident = incidentOf(OPENED, ACKNOWLEDGED, { ...WARNING, type: 'incident.changed' })
    assert.match(text({ incident }), /— paging stopped\.$/m)
    assert.ok(!labels(renderCard(card({ incident }), link)).includes('Acknowledge'))
  })
})

test('the table is at most 42 columns wide, whatever the names and numbers', () => {
  const groups = Array.from({ length: 9 }, (_, index) =>
    group({ role: `a-role-with-a-long-name-${index}`, count: 9000, staleCount: 8999 }),
  )
  const table = /```\n([^]*)\n```/.exec(text({ live: { ...LIVE, reading: reading(groups) } }))?.[1] ?? ''
  assert.equal(table.split('\n').length, 6)
  for (const line of table.split('\n')) assert.ok(line.length <= 42, `${line.length}: ${line}`)
})

test('nothing that can be terminated is said too, with another way', () => {
  const full = reading([group({ state: 'active', count: 97 })])
  const shown = text({ live: { ...LIVE, look: full, reading: full } })
  assert.match(shown, /^No stale backend to end: look who holds connections \(Inspect\), and restart or scale down/m)
})

test('a server that left the configuration is said to have left', () => {
  assert.match(text({ live: undefined }), /^This server is not in the configuration any more\.$/m)
})

test('many reasons and many acts are counted, not listed', () => {
  const because = Array.from({ length: 40 }, (_, index) => ({
    kind: 'role at its limit' as const,
    name: `role-${index}`,
    used: 5,
    limit: 5,
  }))
  const acts = Array.from({ length: 12 }, (_, index) =>
    ACTED.slice(0, 3).map((body) => ({ ...body, preview: `P${1000 + index}` })),
  ).flat()
  const shown = text({ incident: incidentOf({ ...OPENED, because }, ...acts) })
  assert.match(shown, /^-# and 34 more reasons$/m)
  assert.match(shown, /^-# 7 earlier acts: see the thread$/m)
  assert.equal(shown.match(/terminated 30 stale/g)?.length, 5)
})

test('a card that is replaced points to its successor, and the successor back', () => {
  const replaced = { kind: 'replaced card', incident: INCIDENT, marker: 'Ref 7QK2M/card:1' } as const
  assert.equal(
    words(renderReplacedCard({ ...replaced, next: CARD_REF }, link)),
    `### \`production\`: this card is out of date\nIt goes on ${link(CARD_REF)}.\n-# Ref 7QK2M/card:1`,
  )
  assert.match(words(renderReplacedCard({ ...replaced, next: undefined }, link)), /in a newer message of this channel/)
  assert.ok(text({ previous: CARD_REF }).includes(`-# continued from ${link(CARD_REF)} · Ref 7QK2M/card:1`))
})

test('severity, rules, acknowledgement, acts and the end do not wait for their turn; numbers do', () => {
  const urgency = (incident: typeof INCIDENT, live: Live = LIVE) => cardUrgency(card({ incident, live }))
  const base = urgency(INCIDENT)
  assert.equal(urgency(incidentOf({ ...OPENED, numbers: { used: 97, usable: 97, max: 100, at: T0 } })), base)
  assert.notEqual(urgency(INCIDENT, { ...LIVE, look: { kind: 'hung', at: T0, timeoutMs: 2_000 } }), base)
  const urgent = [
    incidentOf(OPENED, { ...WARNING, type: 'incident.changed' }),
    incidentOf(OPENED, ACKNOWLEDGED),
    incidentOf(OPENED, RESOLVED),
    incidentOf(OPENED, ...ACTED.slice(0, 2)),
    incidentOf(OPENED, ...ACTED),
  ]
  assert.equal(new Set([base, ...urgent.map((incident) => urgency(incident))]).size, 6)
})

test('time alone changes nothing on a card: ages are kept by the client', () => {
  const later = { ...SURGE, at: T0 + 5 * MINUTE }
  assert.equal(text({ live: { ...LIVE, look: later, reading: later } }), text())
})

describe('orphans on the card', () => {
  const tally = (orphans: number, total: number) => ({
    total,
    current: total - orphans,
    previous: 0,
    orphans,
    node: 0,
    pooler: 0,
    known: 0,
    unknown: 0,
    terminable: { orphans, previous: 0 },
  })
  const withOrphans = (orphans: number): Live => ({
    ...LIVE,
    traced: {
      kind: 'traced',
      origins: {
        at: T0,
        all: tally(orphans, 96),
        roles: [{ role: 'site', tally: tally(orphans, 71), dead: [] }],
        rows: [],
        loads: [],
      },
      confirmedAt: T0,
      pods: 3,
      rollouts: [],
      forecasts: [],
    },
  })

  test('that are one of many stale ones are no promise, and hide no button', () => {
    const live = withOrphans(1)
    assert.match(
      text({ live }),
      /\*\*Mildest step:\*\* terminate 1 orphaned backend of `site` .*Leaves 95 of 97 in use\.\nIf that is not enough: 31 stale backends of `site`/,
    )
    assert.deepEqual(labels(renderCard(card({ live }), link)), [
      'Terminate 1 orphaned…',
      'Terminate 31 stale…',
      'Inspect',
      'Acknowledge',
    ])
  })

  test('or none: the last rollouts stand beside the surge, with their age', () => {
    const none = withOrphans(0)
    assert.ok(none.traced.kind === 'traced')
    const workload = { namespace: 'default', kind: 'Deployment', name: 'site' }
    const rollout = { name: 'site-7d4b9c6f8', revision: 42, createdAt: T0 - MINUTE }
    const rollouts = [{ workload, rollout, at: T0 - MINUTE, isComplete: true }]
    const live = { ...none, traced: { ...none.traced, rollouts } }
    assert.match(text({ live }), /Last rollout: `site` .*`site-7d4b9c6f8`/)
  })

  test('the rollouts of services that left none stand apart, in small: they are no suspects', () => {
    const one = withOrphans(31)
    assert.ok(one.traced.kind === 'traced')
    const of = (name: string) => ({
      workload: { namespace: 'default', kind: 'Deployment', name },
      rollout: { name: `${name}-7d4b9c6f8`, revision: 42, createdAt: T0 - MINUTE },
      at: T0 - MINUTE,
      isComplete: true,
    })
    const orphan = {
      ...of('site'),
      kind: 'orphan',
      place: null,
      because: null,
      roles: ['site'],
      pods: [],
      count: 31,
      idle: 31,
      terminable: 31,
      goneSince: null,
    } as const
    const traced = {
      ...one.traced,
      origins: { ...one.traced.origins, rows: [orphan] },
      rollouts: [of('metricity'), of('site')],
    }
    const shown = text({ live: { ...one, traced } })
    assert.match(shown, /^Last rollout: `site` [^·]*$/m)
    assert.match(shown, /^-# Last rollouts of others that hold connections: `metricity` /m)
  })

  test('that are all there is to end are the only ones offered', () => {
    const live = withOrphans(31)
    assert.doesNotMatch(text({ live }), /If that is not enough/)
    assert.deepEqual(labels(renderCard(card({ live }), link)), ['Terminate 31 orphaned…', 'Inspect', 'Acknowledge'])
  })
})
