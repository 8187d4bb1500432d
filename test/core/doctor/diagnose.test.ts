import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { diagnose, type DiagnoseInput } from '../../../src/core/doctor/diagnose.js'
import type { RoleSetting, ServerFacts } from '../../../src/core/doctor/facts.js'
import { CHECKS, gravityOf, type Finding } from '../../../src/core/doctor/finding.js'
import { remedyOf } from '../../../src/core/doctor/remedy.js'
import { held, IN_2020, role, SOUND } from './facts.js'

const USABLE = 95

function of(facts: Partial<ServerFacts>, input: Partial<DiagnoseInput> = {}) {
  return diagnose({ facts: { ...SOUND, ...facts }, budgets: [], usable: USABLE, ...input })
}

function kinds(facts: Partial<ServerFacts>, input: Partial<DiagnoseInput> = {}): readonly string[] {
  return of(facts, input).findings.map((finding) => finding.kind)
}

function only<K extends Finding['kind']>(kind: K, { findings }: ReturnType<typeof of>): Extract<Finding, { kind: K }> {
  const [found, ...others] = findings.filter((one): one is Extract<Finding, { kind: K }> => one.kind === kind)
  assert.ok(found !== undefined && others.length === 0, `${kind}: ${JSON.stringify(findings)}`)
  return found
}

test('a server that is set up well has no finding, and every check that was made is fine', () => {
  const { findings, fine, unseen } = of({
    roles: [role('site', { connectionLimit: 60 })],
    backends: [held('site', 8, 'site')],
  })
  assert.deepEqual(findings, [])
  assert.deepEqual(unseen, [])
  assert.deepEqual(
    fine,
    CHECKS.filter((check) => check !== 'rollout forecast'),
  )
})

test('the server of 2020 is told worst first', () => {
  assert.deepEqual(
    diagnose({ facts: IN_2020, budgets: [], usable: 97 }).findings.map((one) => `${gravityOf(one)}: ${one.kind}`),
    [
      'serious: superuser application',
      'risk: no connection limit',
      'risk: slow keep-alives',
      'risk: no idle limit',
      'advice: no reserve before 16',
      'advice: empty application names',
    ],
  )
})

describe('one thing wrong is one finding:', () => {
  const site = [role('site', { connectionLimit: 60 })]
  const CASES: readonly [what: string, facts: Partial<ServerFacts>, kind: Finding['kind'] | undefined][] = [
    [
      'a superuser whose backends are psql alone',
      { roles: [role('ada', { isSuperuser: true })], backends: [held('ada', 2, 'psql')] },
      undefined,
    ],
    ['a superuser without backends', { roles: [role('ada', { isSuperuser: true })] }, undefined],
    [
      'a superuser application',
      { roles: [role('ada', { isSuperuser: true })], backends: [held('ada', 2, 'web')] },
      'superuser application',
    ],
    ['a role without limit and without backends', { roles: [role('quiet')] }, undefined],
    ['a role without limit', { roles: [role('site')], backends: [held('site', 2, 'web')] }, 'no connection limit'],
    ['limits as large as the server', { roles: [role('a', { connectionLimit: 95 })] }, undefined],
    [
      'limits larger than the server',
      { roles: [role('a', { connectionLimit: 50 }), role('b', { connectionLimit: 46 })] },
      'limits over usable',
    ],
    [
      "a superuser's limit, which binds nobody",
      { roles: [role('a', { connectionLimit: 500, isSuperuser: true })] },
      undefined,
    ],
    ['no reserved slots', { reserved: 0 }, 'no reserved slots'],
    ['no reserved slots yet', { reserved: 0, waitsForRestart: ['reserved_connections'] }, 'no reserved slots'],
    ['an older server', { reserved: null, versionNum: 150_018 }, 'no reserve before 16'],
    ['two slots for superusers', { superuserReserved: 2 }, 'small superuser reserve'],
    ['keep-alives of two hours', { keepAlives: { idleS: 7_200, intervalS: 75, count: 9 } }, 'slow keep-alives'],
    ['keep-alives of an unknown system', { keepAlives: { idleS: 0, intervalS: 0, count: 0 } }, 'slow keep-alives'],
    ['keep-alives below two hours', { keepAlives: { idleS: 7_199, intervalS: 75, count: 9 } }, undefined],
    ['no connection check', { connectionCheckMs: 0 }, 'no connection check'],
    [
      'no idle limit',
      { idleLimits: { ...SOUND.idleLimits, idle_session_timeout: 0 }, roles: site, backends: [held('site', 1, 'web')] },
      'no idle limit',
    ],
    [
      'no idle limit, and nobody whom it could concern',
      { idleLimits: { ...SOUND.idleLimits, idle_session_timeout: 0 }, roles: site },
      undefined,
    ],
    ['backends without a name', { roles: site, backends: [held('site', 3)] }, 'empty application names'],
    [
      'a role that takes more than the server when doubled',
      { roles: site, backends: [held('site', 48, 'web')] },
      'over budget',
    ],
  ]
  for (const [what, facts, kind] of CASES)
    test(`${what}: ${kind ?? 'nothing'}`, () => {
      assert.deepEqual(kinds(facts), kind === undefined ? [] : [kind])
    })
})

describe('an idle limit', () => {
  const NONE = { ...SOUND.idleLimits, idle_in_transaction_session_timeout: 0 }
  const site = { roles: [role('site', { connectionLimit: 60 })], backends: [held('site', 3, 'web')], idleLimits: NONE }
  const setting = (roleName: string | null, database: string | null, ms: number | null): RoleSetting => ({
    name: 'idle_in_transaction_session_timeout',
    role: roleName,
    database,
    ms,
  })

  test('set for the role, its database, both, or everybody, is one', () => {
    for (const one of [
      setting('site', null, 5),
      setting(null, 'site', 5),
      setting('site', 'site', 5),
      setting(null, null, 5),
    ])
      assert.deepEqual(kinds({ ...site, roleSettings: [one] }), [], JSON.stringify(one))
  })

  test('set for somebody else or elsewhere is none', () => {
    for (const one of [setting('bot', null, 5), setting(null, 'bot', 5), setting('site', 'bot', 5)])
      assert.deepEqual(kinds({ ...site, roleSettings: [one] }), ['no idle limit'], JSON.stringify(one))
  })

  test('switched off nearer to the role wins over one set farther away, and is mended where it is switched off', () => {
    const found = only(
      'no idle limit',
      of({ ...site, roleSettings: [setting('site', 'site', 0), setting('site', null, 5), setting(null, null, 5)] }),
    )
    assert.deepEqual(remedyOf(found, SOUND).sql, [
      `ALTER ROLE "site" IN DATABASE "site" SET idle_in_transaction_session_timeout = '60s';`,
    ])
  })

  test('that cannot be read or understood is unseen, not fine', () => {
    for (const roleSettings of [null, [setting('site', null, null)]]) {
      const { findings, fine, unseen } = of({ ...site, roleSettings })
      assert.deepEqual(findings, [])
      assert.ok(!fine.includes('limits for idle transactions'))
      assert.deepEqual(
        unseen.map(({ check }) => check).filter((check) => check === 'limits for idle transactions'),
        ['limits for idle transactions'],
      )
    }
  })

  test('that everybody may have, unseen by us, makes advice of a risk', () => {
    const idleLimits = { ...SOUND.idleLimits, idle_in_transaction_session_timeout: 'hidden' } as const
    const found = only('no idle limit', of({ ...site, idleLimits }))
    assert.equal(found.mayHaveGlobal, true)
    assert.equal(gravityOf(found), 'advice')
    assert.deepEqual(kinds({ ...site, idleLimits, roleSettings: [setting('site', null, 5)] }), [])
  })
})

test('without a view of other backends nothing is said about them, neither good nor bad', () => {
  const { findings, fine, unseen } = of({ backends: null, roles: [role('site', { isSuperuser: true })] })
  assert.deepEqual(findings, [])
  assert.deepEqual(
    unseen.map(({ check }) => check),
    [
      'budget',
      'superuser applications',
      'connection limits',
      'limits for idle transactions',
      'limits for idle sessions',
      'application names',
    ],
  )
  for (const { check } of unseen) assert.ok(!fine.includes(check))
})

test('our own reserve is told once, as the server’s, and a missing grant first of all', () => {
  const reserve = {
    about: 'reserve',
    says: 'No slot is kept',
    sql: ['GRANT pg_use_reserved_connections TO "lifeguard";'],
  } as const
  const grant = { about: 'grant', says: 'Cannot see', sql: ['GRANT pg_monitor TO "lifeguard";'] } as const
  const own = { role: 'lifeguard', weaknesses: [grant, reserve] }
  assert.deepEqual(kinds({ own, reserved: 0 }), ['own weakness', 'no reserved slots'])
  assert.deepEqual(kinds({ own, reserved: 2 }), ['own weakness', 'own weakness'])
  assert.deepEqual(remedyOf(only('no reserved slots', of({ own, reserved: 0 })), { own, onCommandLine: [] }).sql, [
    'GRANT pg_use_reserved_connections TO "lifeguard";',
    'ALTER SYSTEM SET reserved_connections = 2;',
    'SELECT pg_reload_conf();',
  ])
})

const FORECAST = {
  workload: { namespace: 'web', kind: 'Deployment', name: 'site' },
  podsAtPeak: 2,
  perPod: 64,
  need: 128,
  usable: 97,
  exceedsBy: 31,
  isRollingOut: false,
}

test('a forecast of the cluster that does not fit is a finding, and none, or one that fits, is fine', () => {
  assert.deepEqual(kinds({}, { forecasts: [FORECAST] }), ['forecast'])
  assert.ok(of({}, { forecasts: [{ ...FORECAST, exceedsBy: 0 }] }).fine.includes('rollout forecast'))
  assert.ok(of({}, { forecasts: [] }).fine.includes('rollout forecast'))
})

test('the proposed limits fit into the server together with those that are there, whatever there is', () => {
  const roles = fc.array(
    fc.record({
      limit: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 60 })),
      held: fc.integer({ min: 0, max: 120 }),
    }),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  fc.assert(
    fc.property(roles, fc.integer({ min: 40, max: 900 }), (list, usable) => {
      const facts = {
        roles: list.map(({ limit }, index) => role(`r${index}`, { connectionLimit: limit })),
        backends: list.map(({ held: count }, index) => held(`r${index}`, count, 'web')),
      }
      const { findings } = of(facts, { usable })
      const proposed = new Map(
        findings.flatMap((one) =>
          one.kind === 'no connection limit' || one.kind === 'limits over usable'
            ? one.roles.map((two) => [two.name, two.proposed] as const)
            : [],
        ),
      )
      const after = facts.roles.map((one) => ({
        ...one,
        connectionLimit: proposed.get(one.name) ?? one.connectionLimit,
      }))
      const sum = after.reduce((total, one) => total + Math.max(0, one.connectionLimit), 0)
      assert.ok(sum <= usable + list.length, `${sum} of ${usable}`)
      for (const limit of proposed.values()) assert.ok(Number.isInteger(limit) && limit >= 1)
      const again = of({ ...facts, roles: after }, { usable }).findings.map((one) => one.kind)
      assert.ok(!again.includes('no connection limit'))
    }),
  )
})
