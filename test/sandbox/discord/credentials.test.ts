import assert from 'node:assert/strict'
import test from 'node:test'
import { credentials } from '../../../sandbox/discord/credentials.js'

const TOKEN = 'sandbox-token'

test('each identify of a bucket takes five seconds, and the 1,001st of a day ends the token', () => {
  let nowMs = 0
  const login = credentials(TOKEN, { now: () => nowMs })
  assert.equal(login.start(0), 'started')
  nowMs = 4999
  assert.equal(login.start(0), 'too soon')
  assert.deepEqual([login.startLimit().remaining, login.startLimit().max_concurrency], [998, 1])
  for (let used = 2; used < 1000; used += 1) {
    nowMs += 5000
    assert.equal(login.start(0), 'started')
  }
  assert.deepEqual(login.startLimit(), {
    total: 1000,
    remaining: 0,
    reset_after: 24 * 3_600_000 - nowMs,
    max_concurrency: 1,
  })
  nowMs += 5000
  assert.equal(login.accepts(TOKEN), true)
  assert.equal(login.start(0), 'used up')
  assert.equal(login.accepts(TOKEN), false)
})
