import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { formError } from '../../../../sandbox/discord/limits/message.js'
import { RULES } from './rules.js'

const LIMITS = fileURLToPath(new URL('../../../../sandbox/discord/limits/', import.meta.url))

for (const { rule, judge, good, bad, path, code } of RULES) {
  test(`${rule}: kept by the good payload, and broken by the bad one with ${code}`, () => {
    assert.deepEqual(judge(good), [])
    const issues = judge(bad).map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    assert.ok(issues.includes(`${path}: ${code}`), `expected ${path}: ${code}, got ${issues.join(', ') || 'nothing'}`)
  })
}

test('every code that the limits can give has a pair of payloads', () => {
  const code = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g
  const given = readdirSync(LIMITS)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [...readFileSync(LIMITS + file, 'utf8').matchAll(code)].map((match) => match[1] ?? ''))
  const shown = new Set(RULES.map((rule) => rule.code))
  assert.ok(given.length > 30, 'the codes are found')
  assert.deepEqual([...new Set(given)].filter((one) => !shown.has(one)).sort(), [])
})

test('an empty message is Discord’s own 50006, everything else a tree under 50035', () => {
  const empty = RULES.find((rule) => rule.rule === 'something to send')
  assert.deepEqual(formError(empty?.judge(empty.bad) ?? []), { message: 'Cannot send an empty message', code: 50006 })
  const long = RULES.find((rule) => rule.rule === 'title of 256')
  assert.deepEqual(formError(long?.judge(long.bad) ?? []), {
    message: 'Invalid Form Body',
    code: 50035,
    errors: {
      embeds: {
        0: { title: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 256 or fewer in length.' }] } },
      },
    },
  })
})
