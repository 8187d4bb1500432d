import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACTIONS, decideAccess, tiersOf, type Action, type Presser, type Tier } from '../../../src/core/access/tier.js'
import { T0 } from '../fixture.js'

const GUILD = '267624335836053506'
const ROLES = { view: ['1'], operate: ['2', '22'], recover: ['3'] } as const
const CONFIG = { guildId: GUILD, roles: ROLES }
const NAMES = Object.keys(ACTIONS) as Action[]
const VIEW: readonly Action[] = ['connections.show', 'status.show', 'doctor.show', 'incident.list', 'incident.show']

function presser(of: Partial<Presser> = {}): Presser {
  return { id: '7', name: 'joe', guildId: GUILD, roleIds: [], isBot: false, timedOutUntil: undefined, ...of }
}

test('reading needs view; whatever changes something needs operate', () => {
  for (const action of NAMES) assert.equal(ACTIONS[action].tier, VIEW.includes(action) ? 'view' : 'operate', action)
})

test('tiers are cumulative, and a foreign role gives none', () => {
  const table: readonly (readonly [readonly string[], readonly Tier[]])[] = [
    [[], []],
    [['9'], []],
    [['1'], ['view']],
    [['2'], ['view', 'operate']],
    [['22'], ['view', 'operate']],
    [['3'], ['view', 'operate', 'recover']],
    [
      ['1', '2'],
      ['view', 'operate'],
    ],
    [
      ['1', '3'],
      ['view', 'operate', 'recover'],
    ],
  ]
  for (const [roleIds, tiers] of table) assert.deepEqual(tiersOf(roleIds, ROLES), tiers, roleIds.join(' and '))
})

test('every action is open to exactly those whose roles give its tier', () => {
  for (const action of NAMES) {
    const needs = ACTIONS[action].tier
    for (const roleIds of [[], ['9'], ['1'], ['2'], ['22'], ['3'], ['9', '3']]) {
      const has = tiersOf(roleIds, ROLES)
      assert.deepEqual(
        decideAccess(presser({ roleIds }), action, CONFIG, T0),
        has.includes(needs) ? { allowed: true, tier: needs } : { allowed: false, because: 'tier missing', has },
        `${action} with ${roleIds.join(' and ')}`,
      )
    }
  }
})

test('the right roles are no help in the wrong place, to a bot, or to somebody timed out', () => {
  const roleIds = ['1', '2', '3']
  const all: readonly Tier[] = ['view', 'operate', 'recover']
  for (const action of NAMES) {
    const because = (of: Partial<Presser>) => {
      const decision = decideAccess(presser({ roleIds, ...of }), action, CONFIG, T0)
      return decision.allowed ? 'allowed' : decision.because
    }
    assert.equal(because({}), 'allowed')
    assert.equal(because({ guildId: undefined }), 'not in a server')
    assert.equal(because({ guildId: '1' }), 'another server')
    assert.equal(because({ isBot: true }), 'a bot')
    assert.equal(because({ roleIds: undefined }), 'roles unknown')
    assert.equal(because({ timedOutUntil: T0 + 1 }), 'timed out')
    assert.equal(because({ timedOutUntil: T0 }), 'allowed')
  }
  assert.deepEqual(decideAccess(presser({ roleIds, timedOutUntil: T0 + 1 }), 'status.show', CONFIG, T0), {
    allowed: false,
    because: 'timed out',
    has: all,
  })
})

test('where no role is configured, nobody is allowed anything', () => {
  const roles = { view: [], operate: [], recover: [] }
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.array(fc.string()), fc.string(), (action, roleIds, id) => {
      const decision = decideAccess(presser({ id, roleIds }), action, { guildId: GUILD, roles }, T0)
      assert.deepEqual(decision, { allowed: false, because: 'tier missing', has: [] })
    }),
  )
})

test('a name is no right: only ids decide', () => {
  const decision = decideAccess(presser({ name: '2', id: '2', roleIds: ['devops'] }), 'terminate.act', CONFIG, T0)
  assert.equal(decision.allowed, false)
})
