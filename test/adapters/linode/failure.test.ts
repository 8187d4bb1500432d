import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { networkFailure } from '../../../src/adapters/linode/failure.js'

function systemError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${code} of Bearer secret-word`), {
    code,
    ...(syscall === undefined ? {} : { syscall }),
  })
}

function fetchFailed(cause: unknown) {
  return networkFailure(new TypeError('fetch failed', { cause }), 'api.example:443')
}

describe('a request that fetch could not make', () => {
  test('was certainly not sent when there was no address, no connection or no trust', () => {
    const before = [
      systemError('ENOTFOUND', 'getaddrinfo'),
      systemError('EAI_AGAIN', 'getaddrinfo'),
      systemError('ECONNREFUSED', 'connect'),
      systemError('ETIMEDOUT', 'connect'),
      systemError('ENETUNREACH', 'connect'),
      new AggregateError([systemError('ECONNREFUSED', 'connect'), systemError('ETIMEDOUT', 'connect')]),
      systemError('UND_ERR_CONNECT_TIMEOUT'),
      systemError('DEPTH_ZERO_SELF_SIGNED_CERT'),
      systemError('SELF_SIGNED_CERT_IN_CHAIN'),
      systemError('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      systemError('CERT_HAS_EXPIRED'),
      systemError('ERR_TLS_CERT_ALTNAME_INVALID'),
    ]
    for (const cause of before) assert.equal(fetchFailed(cause).isSent, false, String(cause))
  })

  test('may have been sent in every other case', () => {
    const unsure = [
      systemError('ECONNRESET', 'read'),
      systemError('ECONNRESET'),
      systemError('EPIPE', 'write'),
      systemError('ETIMEDOUT', 'read'),
      systemError('EPROTO', 'write'),
      systemError('UND_ERR_SOCKET'),
      systemError('UND_ERR_HEADERS_TIMEOUT'),
      new AggregateError([]),
      new AggregateError([systemError('ECONNREFUSED', 'connect'), systemError('ECONNRESET', 'read')]),
      new Error('secret-word'),
      'secret-word',
      null,
    ]
    for (const cause of unsure) assert.equal(fetchFailed(cause).isSent, true, String(cause))
    assert.equal(networkFailure(new TypeError('terminated'), 'h').isSent, true)
  })

  test('is told with its host and code, and no word of the message', () => {
    assert.equal(
      fetchFailed(systemError('ECONNRESET')).detail,
      'The connection to api.example:443 was cut (ECONNRESET)',
    )
    assert.equal(fetchFailed(systemError('Bearer secret-word')).detail, 'The connection to api.example:443 was cut')
    assert.equal(fetchFailed('secret-word').detail, 'The connection to api.example:443 was cut')
  })
})
