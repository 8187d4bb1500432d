import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assess, thresholdCount, type Verdict } from '../../../src/core/watch/assess.js'
import type { CanaryResult, Look } from '../../../src/core/watch/look.js'
import type { Threshold } from '../../../src/core/watch/rule.js'
import { group, LIMITS, reading, SITE, SURGE, T0, TOTAL, used } from '../fixture.js'

const REFUSED: CanaryResult = { kind: 'refused', at: T0, limit: 'usable slots', role: 'canary' }

function verdict(rule: string, look: Look, canary?: CanaryResult): Verdict {
  const found = assess({ look, canary, rules: [TOTAL, SITE], noDataAfterMs: 30_000, forecasts: [] }).find(
    (one) => one.rule === rule,
  )
  assert.ok(found)
  return found
}

describe('limits', () => {
  test('a share is of the usable or of all slots, rounded down', () => {
    const table: readonly (readonly [Threshold, number, number])[] = [
      [{ kind: 'count', count: 32 }, 100, 32],
      [{ kind: 'share of max', ratio: 0.9 }, 100, 90],
      [{ kind: 'share of max', ratio: 0.9 }, 115, 103],
      [{ kind: 'share of usable', ratio: 0.9 }, 100, 87],
      [{ kind: 'share of usable', ratio: 1 }, 100, 97],
      // 0.29 * 100 is 28.999999999999996 in floating point.
      [{ kind: 'share of max', ratio: 0.29 }, 100, 29],
      [{ kind: 'share of usable', ratio: 0.29 }, 103, 29],
    ]
    for (const [threshold, maxConnections, count] of table)
      assert.equal(thresholdCount(threshold, { ...LIMITS, maxConnections }), count)
  })

  test('the total fires above 90 of 100, and above 103 of 115; it may clear at 80 % and stands between otherwise', () => {
    const table = [
      [100, 91, 'above'],
      [100, 90, 'between'],
      [100, 81, 'between'],
      [100, 80, 'clear'],
      [115, 104, 'above'],
      [115, 103, 'between'],
      [115, 93, 'between'],
      [115, 92, 'clear'],
      [100, 0, 'clear'],
    ] as const
    for (const [maxConnections, count, standing] of table)
      assert.equal(
        verdict('total', used(count, { limits: { ...LIMITS, maxConnections } })).standing,
        standing,
        `${count} of ${maxConnections}`,
      )
  })

  test('site fires above 32, counted by role, by database, and by an application name that begins with it', () => {
    const site = (count: number) => [
      group({ database: 'postgres', count }),
      group({ role: 'admin', count: 1 }),
      group({ role: 'x', database: 'x', applicationName: 'site-pr-12', count: 1 }),
    ]
    assert.equal(verdict('site', reading(site(30))).standing, 'between')
    const above = verdict('site', reading(site(31)))
    assert.equal(above.standing, 'above')
    assert.deepEqual(above.because, [{ kind: 'rule', rule: 'site', value: 33, limit: 32, severity: 'warning' }])
    assert.equal(verdict('site', reading(site(26))).standing, 'clear')
  })

  test("the post-mortem's reading breaks both limits and is not full yet", () => {
    assert.deepEqual(
      assess({ look: SURGE, canary: undefined, rules: [TOTAL, SITE], noDataAfterMs: 30_000, forecasts: [] }).map(
        (one) => [one.rule, one.standing, one.severity],
      ),
      [
        ['total', 'above', 'page'],
        ['site', 'above', 'warning'],
        ['full', 'clear', 'page'],
        ['no data', 'clear', 'page'],
        ['rollout', 'clear', 'warning'],
      ],
    )
  })
})

const ROLLING = {
  workload: { namespace: 'web', kind: 'Deployment', name: 'site' },
  podsAtPeak: 2,
  perPod: 64,
  need: 128,
  usable: 97,
  exceedsBy: 31,
  isRollingOut: true,
}

test('a rollout under way that will not fit warns at once; one that fits, or that nobody has begun, does not', () => {
  const of = (forecast: typeof ROLLING) =>
    assess({ look: used(30), canary: undefined, rules: [], noDataAfterMs: 1, forecasts: [forecast] }).find(
      (one) => one.rule === 'rollout',
    )
  const warned = of(ROLLING)
  assert.deepEqual([warned?.standing, warned?.severity, warned?.confirm], ['above', 'warning', 1])
  assert.deepEqual(warned?.because, [{ kind: 'rollout will not fit', workload: 'site', need: 128, usable: 97 }])
  assert.equal(of({ ...ROLLING, exceedsBy: 0 })?.standing, 'clear')
  assert.equal(of({ ...ROLLING, isRollingOut: false })?.standing, 'clear')
})

describe('full', () => {
  test('full is from the last usable slot on, also when reserved slots are in use', () => {
    assert.equal(verdict('full', used(96)).standing, 'clear')
    for (const count of [97, 98, 100, 103]) {
      const full = verdict('full', used(count))
      assert.equal(full.standing, 'above')
      assert.deepEqual(full.because, [{ kind: 'usable slots gone', used: count, usable: 97 }])
    }
  })

  test('a page at once: one look is enough', () => {
    const { confirm, forMs, severity } = verdict('full', used(97))
    assert.deepEqual({ confirm, forMs, severity }, { confirm: 1, forMs: 0, severity: 'page' })
  })

  test('a role or a database at its own limit is full, while slots are free', () => {
    const at = (count: number) => ({ name: 'site', limit: 20, used: count })
    assert.equal(verdict('full', used(30, { roleLimits: [at(19)], databaseLimits: [at(19)] })).standing, 'clear')
    assert.deepEqual(verdict('full', used(30, { roleLimits: [at(20)] })).because, [
      { kind: 'role at its limit', name: 'site', limit: 20, used: 20 },
    ])
    assert.deepEqual(verdict('full', used(30, { databaseLimits: [at(21)] })).because, [
      { kind: 'database at its limit', name: 'site', limit: 20, used: 21 },
    ])
  })

  test('a limit of none (0 or -1) is no limit', () => {
    for (const limit of [0, -1])
      assert.equal(verdict('full', used(30, { roleLimits: [{ name: 'site', limit, used: 0 }] })).standing, 'clear')
  })

  test('a refused canary fires and says how many slots look free; any other outcome of it does not', () => {
    assert.deepEqual(verdict('full', used(40), REFUSED).because, [
      { kind: 'canary refused', limit: 'usable slots', slotsFree: 57 },
    ])
    assert.deepEqual(verdict('full', used(99), REFUSED).because, [
      { kind: 'usable slots gone', used: 99, usable: 97 },
      { kind: 'canary refused', limit: 'usable slots', slotsFree: 0 },
    ])
    const others: readonly CanaryResult[] = [
      { kind: 'passed', at: T0 },
      { kind: 'failed', at: T0, detail: '28P01' },
      { kind: 'off', because: 'not wanted' },
    ]
    for (const canary of others) assert.equal(verdict('full', used(40), canary).standing, 'clear')
  })

  test('our own refused login is exhaustion, not a lack of data', () => {
    const look: Look = { kind: 'refused', at: T0, limit: 'every slot' }
    assert.deepEqual(verdict('full', look).because, [{ kind: 'locked out', limit: 'every slot' }])
    assert.equal(verdict('no data', look).standing, 'clear')
    assert.equal(verdict('total', look).standing, 'unknown')
  })

  test('full holds as long as the most patient rule', () => {
    const verdicts = assess({
      look: used(97),
      canary: undefined,
      rules: [TOTAL, { ...SITE, holdDownMs: 90_000 }],
      noDataAfterMs: 1,
      forecasts: [],
    })
    assert.equal(verdicts.find((one) => one.rule === 'full')?.holdDownMs, 90_000)
  })
})

describe('no data', () => {
  const BLIND: readonly (readonly [Look, Verdict['severity'], object])[] = [
    [{ kind: 'hung', at: T0, timeoutMs: 2000 }, 'page', { look: 'hung', detail: 'no answer in 2 s' }],
    [
      { kind: 'unreachable', at: T0, why: 'refused', detail: 'ECONNREFUSED' },
      'page',
      { look: 'unreachable', detail: 'ECONNREFUSED' },
    ],
    [{ kind: 'starting', at: T0, detail: '57P03' }, 'page', { look: 'starting', detail: '57P03' }],
    [
      { kind: 'denied', at: T0, detail: '42501', remedy: 'GRANT pg_monitor TO lifeguard;' },
      'warning',
      { look: 'denied', detail: '42501', remedy: 'GRANT pg_monitor TO lifeguard;' },
    ],
  ]

  test('each kind of blindness has its own reason; missing rights of our own wake nobody', () => {
    for (const [look, severity, because] of BLIND) {
      const found = verdict('no data', look)
      assert.equal(found.standing, 'above')
      assert.equal(found.severity, severity)
      assert.equal(found.forMs, 30_000)
      assert.deepEqual(found.because, [{ kind: 'no data', ...because }])
    }
  })

  test('without numbers every rule on connections is unknown: neither above nor clear', () => {
    for (const [look] of BLIND)
      for (const rule of ['total', 'site', 'full'])
        assert.equal(verdict(rule, look, REFUSED).standing, 'unknown', `${rule} while ${look.kind}`)
  })
})
