import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  codeOf,
  exhaustedLimit,
  isSqlState,
  loginFailure,
  quoted,
  sentenceOf,
} from '../../../src/adapters/postgres/failure.js'
import type { LoginTrace } from '../../../src/adapters/postgres/failure.js'

const TRACE: LoginTrace = {
  user: 'lifeguard',
  database: 'postgres',
  limitMs: 3_000,
  timedOut: false,
  accepted: true,
  heard: true,
  passwordMissing: false,
}

function because(code: string | undefined, trace: Partial<LoginTrace> = {}): string {
  return sentenceOf(loginFailure(code === undefined ? new Error('no code') : { code }, { ...TRACE, ...trace }))
}

test('a 53300 names its limit by the routine, and never guesses', () => {
  const limits = [
    'InitPostgres',
    'InitProcess',
    'InitializeSessionUserId',
    'CheckMyDatabase',
    'ProcessStartupPacket',
    'BackendInitialize',
    'SomethingNew',
    undefined,
  ].map(exhaustedLimit)
  assert.deepEqual(limits, [
    'usable slots',
    'every slot',
    'role limit',
    'database limit',
    'half-open logins',
    'half-open logins',
    'unnamed limit',
    'unnamed limit',
  ])
})

test('SQLSTATEs are told from the operating system’s codes of five letters', () => {
  for (const state of ['53300', '57P03', 'XX000', '3D000', 'F0000', 'HV000', 'P0001'])
    assert.equal(isSqlState(state), true)
  for (const code of ['EPIPE', 'EPERM', 'E2BIG', 'ECONNRESET', 'ERR_X', '']) assert.equal(isSqlState(code), false)
})

test('the network’s failures are told apart', () => {
  assert.equal(because('ECONNREFUSED', { accepted: false }), 'refused: ECONNREFUSED')
  assert.equal(because('ECONNRESET'), 'reset: ECONNRESET')
  assert.equal(because('EPIPE'), 'reset: EPIPE')
  assert.equal(because('ENOTFOUND', { accepted: false }), 'no such host: ENOTFOUND')
  assert.equal(because('EAI_AGAIN', { accepted: false }), 'no such host: EAI_AGAIN')
  assert.equal(because('EHOSTUNREACH', { accepted: false }), 'other: EHOSTUNREACH')
  assert.equal(because(undefined), 'reset: the connection ended during the login')
})

test('a timeout says how far the peer got', () => {
  const late = { timedOut: true }
  assert.equal(
    because(undefined, { ...late, accepted: false, heard: false }),
    'other: no answer to the TCP handshake within 3 s',
  )
  assert.equal(because(undefined, { ...late, heard: false }), 'silent: accepted, then not a byte within 3 s')
  assert.equal(because(undefined, late), 'silent: the login was not finished within 3 s')
})

test('a handshake that failed is TLS, a reset in its midst is a reset', () => {
  assert.equal(because('CERT_HAS_EXPIRED', { tlsAnswer: 'yes' }), 'tls: CERT_HAS_EXPIRED')
  assert.equal(because('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls: ERR_SSL_WRONG_VERSION_NUMBER')
  assert.equal(because('ECONNRESET', { tlsAnswer: 'yes' }), 'reset: ECONNRESET')
  assert.equal(because(undefined, { tlsAnswer: 'no' }), 'tls: the server does not offer TLS')
})

test('an unknown refusal keeps its SQLSTATE', () => {
  assert.equal(because('XX000'), 'other: the server refused the login with SQLSTATE XX000')
})

test('names are quoted, and what is no error has no code', () => {
  assert.equal(quoted('a"b'), '"a""b"')
  for (const odd of [undefined, null, 'text', 7, { code: 7 }]) assert.deepEqual(codeOf(odd), {})
})
