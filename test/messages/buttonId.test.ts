import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GROUP_KEYS } from '../../src/core/watch/breakdown.js'
import { decodeButtonId, encodeButtonId, type Press } from '../../src/messages/buttonId.js'

const ref = fc.stringMatching(/^[0-9A-Z]{5}$/)
const server = fc
  .oneof(fc.stringMatching(/^[a-z0-9.-]{1,60}$/), fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }))
  .filter((name) => encodeURIComponent(name).length <= 60)
const press: fc.Arbitrary<Press> = fc.oneof(
  fc.record({ kind: fc.constantFrom('inspect', 'terminate stale', 'acknowledge'), incident: ref }),
  fc.record({
    kind: fc.constant('terminate origin'),
    origin: fc.constantFrom('orphans', 'previous rollout'),
    incident: ref,
  }),
  fc.record({ kind: fc.constant('terminate orphans'), server }),
  fc.record({ kind: fc.constant('terminate'), preview: ref }),
  fc.record({
    kind: fc.constant('connections'),
    server,
    by: fc.constantFrom(...GROUP_KEYS),
    page: fc.nat({ max: 9999 }),
  }),
  fc.record({ kind: fc.constant('group by'), server }),
)

test('every press comes back from its id as it was, and fits', () => {
  fc.assert(
    fc.property(press, (one) => {
      const id = encodeButtonId(one)
      assert.ok(id.length <= 100)
      assert.deepEqual(decodeButtonId(id), { ...one })
    }),
  )
})

test('ids look the same in every version of this shape', () => {
  const table: readonly (readonly [Press, string])[] = [
    [{ kind: 'inspect', incident: '7QK2M' }, 'v1:inspect:7QK2M'],
    [{ kind: 'terminate stale', incident: '7QK2M' }, 'v1:stale:7QK2M'],
    [{ kind: 'terminate origin', origin: 'orphans', incident: '7QK2M' }, 'v1:orphans:7QK2M'],
    [{ kind: 'terminate origin', origin: 'previous rollout', incident: '7QK2M' }, 'v1:previous:7QK2M'],
    [{ kind: 'terminate orphans', server: 'a:b' }, 'v1:all-orphans:a%3Ab'],
    [{ kind: 'connections', server: 'a', by: 'rollout', page: 0 }, 'v1:conn:a:rollout:0'],
    [{ kind: 'acknowledge', incident: '7QK2M' }, 'v1:ack:7QK2M'],
    [{ kind: 'terminate', preview: 'P0001' }, 'v1:act:P0001'],
    [{ kind: 'connections', server: 'a:b', by: 'role', page: 2 }, 'v1:conn:a%3Ab:role:2'],
    [{ kind: 'group by', server: 'production' }, 'v1:by:production'],
  ]
  for (const [one, id] of table) assert.equal(encodeButtonId(one), id)
})

test('what we would not have written is not ours', () => {
  const foreign = [
    '',
    'v1',
    'v1:',
    'v0:inspect:7QK2M',
    'v2:inspect:7QK2M',
    'inspect:7QK2M',
    'v1:inspect:7qk2m',
    'v1:inspect:7QK2',
    'v1:inspect:7QK2M:',
    'v1:inspect:7QK2M:x',
    'v1:inspect:%37QK2M',
    'v1:inspect:7QK2M:%',
    'v1:conn:production:role',
    'v1:conn:production:role:-1',
    'v1:conn:production:role:007',
    'v1:conn:production:role:1e3',
    'v1:conn:production:pid:0',
    'v1:conn::role:0',
    'v1:by:',
    'v1:orphans:production',
    'v1:orphans:7QK2M:x',
    'v1:previous:',
    'v1:previous rollout:7QK2M',
    'v1:all-orphans:',
    'v1:all-orphans:production:x',
    'v1:all-orphans',
    'v1:by:production:role',
    `v1:by:${'x'.repeat(200)}`,
    'v1:constructor:7QK2M',
    'v1:by:\ud83d',
  ]
  for (const id of foreign) assert.equal(decodeButtonId(id), undefined, id)
})

test('an id that decodes is the one that its press encodes to, whatever was damaged', () => {
  const damaged = fc
    .tuple(press, fc.nat(), fc.string({ maxLength: 3, unit: 'binary' }), fc.nat({ max: 3 }))
    .map(([one, at, put, drop]) => {
      const id = encodeButtonId(one)
      const where = at % (id.length + 1)
      return `${id.slice(0, where)}${put}${id.slice(where + drop)}`
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.string({ unit: 'binary' })), (id) => {
      const decoded = decodeButtonId(id)
      if (decoded !== undefined) assert.equal(encodeButtonId(decoded), id)
    }),
    { numRuns: 500 },
  )
})

test('a name that does not fit is an error at once, not a button that fails at the press', () => {
  assert.throws(() => encodeButtonId({ kind: 'group by', server: 'x'.repeat(120) }), RangeError)
})
