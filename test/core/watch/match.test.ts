import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { groupsOf, matches, matchesPattern } from '../../../src/core/watch/match.js'
import { group, SITE } from '../fixture.js'

test('a pattern matches exactly, or any ending after its trailing star', () => {
  const table: readonly (readonly [string | null, string, boolean])[] = [
    ['site', 'site', true],
    ['site-6f9c', 'site', false],
    ['site-6f9c', 'site*', true],
    ['site', 'site*', true],
    ['Site', 'site', false],
    ['my-site', 'site*', false],
    ['', '*', true],
    ['anything', '*', true],
    ['', '', true],
    ['si*te', 'si*te', true],
    ['site', 's*te', false],
    [null, '*', false],
    [null, '', false],
  ]
  for (const [value, pattern, expected] of table)
    assert.equal(matchesPattern(value, pattern), expected, `${String(value)} against ${pattern}`)
})

test('a matcher without a field matches nothing, whoever comes', () => {
  fc.assert(
    fc.property(
      fc.record({
        applicationName: fc.string(),
        role: fc.option(fc.string()),
        database: fc.option(fc.string()),
        clientAddr: fc.option(fc.string()),
      }),
      (keys) => !matches(keys, {}),
    ),
  )
})

test('all fields of a matcher must match, and any matcher of a rule is enough', () => {
  assert.ok(matches(group(), { role: 'site', database: 'site' }))
  assert.ok(!matches(group(), { role: 'site', database: 'metricity' }))
  assert.ok(!matches(group({ clientAddr: null }), { role: 'site', clientAddr: '*' }))
  const byRole = group({ database: 'postgres' })
  const byDatabase = group({ role: 'admin' })
  const byName = group({ role: 'x', database: 'x', applicationName: 'site-metrics' })
  const foreign = group({ role: 'metricity', database: 'metricity', applicationName: 'my-site' })
  assert.deepEqual(groupsOf([byRole, byDatabase, byName, foreign], SITE), [byRole, byDatabase, byName])
})

test('our own backends count to the total and to no other rule', () => {
  const own = group({ isOwn: true })
  assert.deepEqual(groupsOf([own], { match: 'total' }), [own])
  assert.deepEqual(groupsOf([own], SITE), [])
  assert.deepEqual(groupsOf([group()], { match: [] }), [])
})
