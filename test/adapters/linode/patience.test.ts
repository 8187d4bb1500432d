import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import type { Fault } from '../../../sandbox/linode/fault.js'
import { startLinode } from '../../../sandbox/linode/start.js'
import { linode } from '../../../src/adapters/linode/linode.js'
import { secret } from '../../../src/config/secret.js'
import { UserError } from '../../../src/core/errors.js'
import { LIMIT_MS, SEED, standing, TOKEN, until, VOLUME } from './standIn.js'

const LIMITED: Omit<Fault, 'times'> = { match: {}, kind: 'status', status: 429 }

describe('a read that meets the rate limit', () => {
  test('waits as long as Linode says, and then reads', async (t) => {
    const { api, sandbox, clock } = await standing(t)
    sandbox.faults.add({ ...LIMITED, retryAfter: '12', times: 2 })
    assert.equal((await api.volume(VOLUME)).kind, 'done')
    assert.deepEqual(clock.waits, [12_000, 12_000])
  })

  test('waits longer each time when Linode does not say how long, and ends with the refusal', async (t) => {
    const { api, sandbox, clock, asked } = await standing(t)
    sandbox.faults.add({ ...LIMITED, errors: [{ reason: 'Too many requests' }], times: Infinity })
    assert.deepEqual(await api.volume(VOLUME), {
      kind: 'refused',
      why: 'rate limited',
      status: 429,
      reasons: [{ reason: 'Too many requests' }],
      detail: `Linode refused to read volume ${VOLUME} (429): Too many requests`,
    })
    assert.deepEqual(clock.waits, [1000, 2000, 4000])
    assert.equal(asked().length, 4)
  })

  test('does not wait longer than 30 s in all, and says how long Linode wants', async (t) => {
    const { api, sandbox, clock } = await standing(t)
    sandbox.faults.add({ ...LIMITED, retryAfter: '20', times: 1 })
    sandbox.faults.add({ ...LIMITED, retryAfter: '11', times: 1 })
    const said = await api.volume(VOLUME)
    assert.deepEqual(clock.waits, [20_000])
    assert.equal(said.kind === 'refused' && said.retryAfterMs, 11_000)
    assert.match(said.kind === 'refused' ? said.detail : '', /asks to wait 11 s/)
  })

  test('takes a Retry-After of 0 or in the past for a second, and one that is neither number nor date for none', async (t) => {
    for (const retryAfter of ['0', 'Fri, 11 Dec 2020 13:00:00 GMT', 'soon']) {
      const { api, sandbox, clock } = await standing(t)
      sandbox.faults.add({ ...LIMITED, retryAfter, times: 1 })
      assert.equal((await api.volume(VOLUME)).kind, 'done')
      assert.deepEqual(clock.waits, [1000])
    }
  })

  test('believes a 429 in any form', async (t) => {
    const { api, sandbox, clock } = await standing(t)
    sandbox.faults.add({ match: {}, kind: 'page', status: 429, times: 1 })
    assert.equal((await api.volume(VOLUME)).kind, 'done')
    assert.deepEqual(clock.waits, [1000])
  })
})

describe('a read that brings nothing', () => {
  const WHOLE = { id: VOLUME, label: 'pgdata', region: 'eu-central', status: 'active', size: 25, linode_id: null }
  const BROKEN: readonly (Omit<Fault, 'match' | 'times'> & { readonly why: string })[] = [
    { kind: 'reset', why: 'network' },
    { kind: 'half a body', why: 'network' },
    { kind: 'half a body, properly ended', why: 'not Linode' },
    { kind: 'page', status: 200, why: 'not Linode' },
    { kind: 'page', status: 404, why: 'not Linode' },
    { kind: 'page', status: 302, why: 'not Linode' },
    { kind: 'page', status: 502, why: 'server error' },
    { kind: 'status', status: 500, why: 'server error' },
    { kind: 'other body', status: 404, body: { errors: [] }, why: 'not Linode' },
    { kind: 'other body', status: 404, body: { errors: [{}] }, why: 'not Linode' },
    { kind: 'other body', body: { errors: [{ reason: 'Not found' }] }, why: 'not Linode' },
    { kind: 'other body', body: { ...WHOLE, padding: 'x'.repeat(9 * 1024 * 1024) }, why: 'not Linode' },
  ]
  for (const [index, { why, ...fault }] of BROKEN.entries()) {
    test(`is unreachable, never missing: ${why} after ${fault.kind} ${fault.status ?? ''} (${index})`, async (t) => {
      const { api, sandbox, asked } = await standing(t)
      sandbox.faults.add({ match: {}, ...fault, times: 1 })
      const read = await api.volume(VOLUME)
      assert.equal(read.kind === 'unreachable' ? read.why : read.kind, why)
      assert.equal(asked().length, 1)
    })
  }

  for (const kind of ['no answer', 'half a body, then nothing'] as const) {
    test(`is given up when its time is over: ${kind}`, async (t) => {
      const { api, sandbox, clock, asked } = await standing(t)
      sandbox.faults.add({ match: {}, kind, times: 1 })
      const reading = api.volume(VOLUME)
      await until(() => asked().length === 1)
      clock.expire()
      assert.deepEqual(await reading, {
        kind: 'unreachable',
        why: 'hung',
        detail: `Linode did not answer within 123.456 s when asked to read volume ${VOLUME}`,
      })
    })
  }

  test('names host and code, and nothing else of the error', async (t) => {
    const { api, sandbox } = await standing(t)
    await sandbox.stop()
    const read = await api.volume(VOLUME)
    const detail = read.kind === 'unreachable' ? read.detail : ''
    assert.equal(detail, `No connection to ${new URL(sandbox.url).host} could be made (ECONNREFUSED)`)
  })
})

describe('the base', () => {
  const made = (base: string) =>
    linode({ base, token: secret(TOKEN) }, { now: () => 0, sleep: () => Promise.resolve() })

  test('is https, or a stand-in on loopback', () => {
    for (const base of ['https://api.linode.com', 'http://127.0.0.1:1/', 'http://localhost:1', 'http://[::1]:1']) {
      assert.doesNotThrow(() => made(base))
    }
  })

  test('that would give the token away is refused without repeating it', () => {
    const unsafe = [
      'http://api.linode.com',
      'http://127.0.0.1.evil.example',
      'http://localhost.evil.example',
      'https://user:secret-word@api.linode.com',
      'https://api.linode.com?secret-word',
      'ftp://127.0.0.1',
      'secret-word',
    ]
    for (const base of unsafe) {
      assert.throws(
        () => made(base),
        (error) => error instanceof UserError && !error.message.includes('secret-word'),
        base,
      )
    }
  })

  test('may have a path, which stays in front of the version', async (t) => {
    const { clock } = await standing(t)
    const proxy = await startLinode({ seed: SEED, token: TOKEN })
    t.after(() => proxy.close())
    const base = `${proxy.url}/proxy/`
    await linode({ base, token: secret(TOKEN), limitMs: LIMIT_MS }, clock).volume(VOLUME)
    assert.equal(proxy.requests()[0]?.path, `/proxy/v4/volumes/${VOLUME}`)
  })
})
