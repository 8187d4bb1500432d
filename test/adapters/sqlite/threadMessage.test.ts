import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carryError, carryFields, errorFrom, fieldsFrom } from '../../../src/adapters/sqlite/threadMessage.js'
import { DependencyError, UserError } from '../../../src/core/errors.js'

function acrossThreads(error: unknown): Error {
  return errorFrom(structuredClone(carryError(error)))
}

test('an error that crosses threads keeps its class, words, stack and cause, on which decisions hang', () => {
  const full = Object.assign(new Error('database or disk is full'), { name: 'LibsqlError', code: 'SQLITE_FULL' })
  const error = new DependencyError('journal', 'Could not write it.', { cause: full })
  const other = acrossThreads(error)
  assert.ok(other instanceof DependencyError)
  assert.deepEqual([other.dependency, other.message, other.stack], ['journal', error.message, error.stack])
  assert.ok(other.cause instanceof Error && 'code' in other.cause)
  assert.deepEqual(
    [other.cause.name, other.cause.message, other.cause.code],
    ['LibsqlError', full.message, 'SQLITE_FULL'],
  )
  assert.ok(acrossThreads(new UserError('stop the other one')) instanceof UserError)
  assert.ok(acrossThreads(new TypeError('a bug')) instanceof TypeError)
  assert.equal(acrossThreads('no error at all').message, 'no error at all')
})

test('an error among the fields of a log line crosses with them', () => {
  const because = new UserError('of a newer Lifeguard')
  const fields = fieldsFrom(structuredClone(carryFields({ file: '/data/history.db', seq: 7, err: because })))
  assert.deepEqual([fields['file'], fields['seq']], ['/data/history.db', 7])
  assert.ok(fields['err'] instanceof UserError)
})
