import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import test from 'node:test'
import { format, inspect } from 'node:util'
import { pino } from 'pino'
import { secret } from '../../src/config/secret.js'

test('a secret shows as [secret] wherever it is printed, and reveal gives it', () => {
  const token = secret('hunter2')
  assert.equal(token.reveal(), 'hunter2')
  const value: unknown = token
  assert.deepEqual([`is ${String(value)}`, `is ${value as string}`], ['is [secret]', 'is [secret]'])
  assert.equal(['is ', value].join(''), 'is [secret]')
  assert.equal(JSON.stringify({ token }), '{"token":"[secret]"}')
  assert.equal(inspect({ token }), '{ token: [secret] }')
  assert.equal(inspect(token, { showHidden: true, depth: 9 }), '[secret]')
  assert.equal(format('%s %o %O %j %d', token, token, token, token, token).includes('hunter2'), false)
  assert.deepEqual({ ...token }, {})
})

test('a secret in a log line shows as [secret]', () => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = pino({}, sink)
  const token = secret('hunter2')
  log.info({ token, nested: { token } }, 'started with %s and %o', token, token)
  log.error(Object.assign(new Error('failed'), { token }))
  assert.match(lines.join(''), /\[secret\]/)
  assert.doesNotMatch(lines.join(''), /hunter2/)
})
