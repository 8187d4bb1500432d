import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { COMMANDS } from '../../commands/index.js'
import { says } from '../../src/adapters/discord/registration.js'

/** As Discord gives a command back: with fields of its own, and without what is a default. */
function fromDiscord(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromDiscord)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, one]) => one !== false && !(Array.isArray(one) && one.length === 0))
  return { id: '1', version: '2', ...Object.fromEntries(kept.map(([name, one]) => [name, fromDiscord(one)])) }
}

/** A string option of a command, as we want it. */
const OPTION = { type: 3, name: 'role', description: 'Database role', autocomplete: true }

describe('a command is registered again only when it differs', () => {
  test('what we sent and Discord gave back is the same, for every command', () => {
    for (const { data } of COMMANDS) {
      assert.ok(says(data, data), data.name)
      assert.ok(says(fromDiscord(data), data), data.name)
    }
  })

  test('a changed word, a changed order, and a changed flag are differences', () => {
    const wanted = { name: 'terminate', description: 'End backends', options: [OPTION, { ...OPTION, name: 'state' }] }
    const [first, second] = wanted.options
    const present: readonly unknown[] = [
      { ...wanted, description: 'Kill backends' },
      { ...wanted, options: [second, first] },
      { ...wanted, options: [first] },
      { ...wanted, options: [first, second, OPTION] },
      { ...wanted, options: [{ ...OPTION, required: true }, second] },
      { ...wanted, options: [{ ...OPTION, autocomplete: false }, second] },
      { ...wanted, options: undefined },
      { ...wanted, options: null },
      null,
      undefined,
    ]
    for (const one of present) assert.ok(!says(one, wanted), JSON.stringify(one))
  })

  test('an option that we do not want any more is a difference, and so are choices and limits', () => {
    const wanted = { name: 'status', description: 'Every server' }
    assert.ok(!says({ ...wanted, options: [OPTION] }, wanted))
    for (const left of [{ choices: [{ name: 'a', value: 'a' }] }, { max_length: 500 }, { required: true }])
      assert.ok(!says({ options: [{ ...OPTION, ...left }] }, { options: [OPTION] }), JSON.stringify(left))
  })

  test('defaults that Discord adds or leaves out are none', () => {
    const wanted = { name: 'status', description: 'Every server', options: [], nsfw: false, dm_permission: undefined }
    assert.ok(says({ name: 'status', description: 'Every server' }, wanted))
    assert.ok(says({ ...wanted, nsfw: null, options: null, id: '1', default_member_permissions: null }, wanted))
    assert.ok(!says({ ...wanted, nsfw: true }, wanted))
  })
})
