import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCanaryDue } from '../../../src/core/watch/canary.js'
import type { CanaryResult } from '../../../src/core/watch/look.js'
import { T0, used } from '../fixture.js'

const PASSED: CanaryResult = { kind: 'passed', at: T0 }
const REFUSED: CanaryResult = { kind: 'refused', at: T0, limit: 'usable slots', role: 'canary' }

function due(of: Partial<Parameters<typeof isCanaryDue>[0]>): boolean {
  return isCanaryDue({ now: T0 + 5000, lastAt: T0, last: PASSED, reading: used(50), previous: used(50), ...of })
}

test('a canary is due at first and every 30 s', () => {
  assert.ok(due({ lastAt: undefined, last: undefined }))
  assert.ok(!due({ now: T0 + 29_999 }))
  assert.ok(due({ now: T0 + 30_000 }))
})

test('it is due at once when use crosses 90 % of the usable slots, and not again while it stays there', () => {
  // 90 % of 97 is 87.3.
  assert.ok(!due({ reading: used(87) }))
  assert.ok(due({ reading: used(88) }))
  assert.ok(due({ reading: used(88), previous: undefined }))
  assert.ok(!due({ reading: used(95), previous: used(88) }))
})

test('while it is refused it is due at every look, so that the end is seen at once', () => {
  assert.ok(due({ last: REFUSED }))
  assert.ok(!due({ reading: undefined }))
})
