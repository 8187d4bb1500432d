import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'

import { manualClock } from '../../../sandbox/discord/clock.js'
import { startLinode } from '../../../sandbox/linode/start.js'

const T0 = Date.UTC(2020, 11, 11, 13, 24)
const TOKEN = 'sandbox-token'
const GET = { operation: 'get volume', id: 7 } as const

async function started(t: TestContext) {
  const clock = manualClock(T0)
  const sandbox = await startLinode({
    clock,
    seed: {
      instances: [{ id: 1, label: 'node-a', region: 'eu' }],
      volumes: [
        { id: 7, label: 'pgdata', region: 'eu', linodeId: 1 },
        { id: 8, label: 'other', region: 'eu' },
      ],
    },
  })
  t.after(() => sandbox.close())
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${sandbox.url}/v4${path}`, { headers: { authorization: `Bearer ${TOKEN}` }, ...init })
  const post = (path: string) => ask(path, { method: 'POST' })
  return { clock, sandbox, ask, post }
}

describe('a fault', () => {
  test('strikes as often as it says, after as many as it skips, and only what matches', async (t) => {
    const { sandbox, ask } = await started(t)
    sandbox.faults.add({ match: GET, kind: 'status', times: 2, skip: 1 })
    const codes = []
    for (const path of ['/volumes/7', '/volumes/7', '/volumes/8', '/linode/instances/1', '/volumes/7', '/volumes/7']) {
      codes.push((await ask(path)).status)
    }
    assert.deepEqual(codes, [200, 500, 200, 200, 500, 200])
    assert.deepEqual(sandbox.faults.list(), [])
  })

  test('is removed by its id, once', async (t) => {
    const { sandbox, ask } = await started(t)
    const id = sandbox.faults.add({ match: {}, kind: 'status', status: 503, times: Infinity })
    assert.equal((await ask('/volumes/7')).status, 503)
    assert.deepEqual([sandbox.faults.remove(id), sandbox.faults.remove(id)], [true, false])
    assert.equal((await ask('/volumes/7')).status, 200)
  })

  test('before doing leaves the world alone, after doing does not', async (t) => {
    const { clock, sandbox, post } = await started(t)
    for (const kind of ['status', 'page'] as const) {
      sandbox.faults.add({ match: {}, kind, times: 1 })
      assert.equal((await post('/volumes/7/detach')).status, 500)
      clock.advance(60_000)
      assert.equal(sandbox.world.volume(7)?.linodeId, 1)
    }
    sandbox.faults.add({ match: {}, kind: 'reset', times: 1 })
    await assert.rejects(post('/volumes/7/detach'))
    assert.deepEqual(sandbox.world.events(), [])
    sandbox.faults.add({ match: {}, kind: 'reset after doing', times: 1 })
    await assert.rejects(post('/volumes/7/detach'))
    clock.advance(60_000)
    assert.equal(sandbox.world.volume(7)?.linodeId, null)
  })

  test('of the rate limit has the header only if it says so', async (t) => {
    const { sandbox, ask } = await started(t)
    sandbox.faults.add({ match: {}, kind: 'status', status: 429, retryAfter: '3', times: 1 })
    sandbox.faults.add({ match: {}, kind: 'status', status: 429, times: 1 })
    const headers = [await ask('/volumes/7'), await ask('/volumes/7')].map((one) => one.headers.get('retry-after'))
    assert.deepEqual(headers, ['3', null])
  })

  test('that is slow answers when the clock says so', async (t) => {
    const { clock, sandbox, ask } = await started(t)
    sandbox.faults.add({ match: {}, kind: 'slow', delayMs: 5000, times: 1 })
    const asking = ask('/volumes/7')
    // Taken as soon as it has been used up, and answered only after the clock has moved.
    while (sandbox.faults.list().length > 0) await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(sandbox.requests(), [])
    clock.advance(5000)
    assert.equal((await asking).status, 200)
  })
})

describe('the API', () => {
  test('refuses a wrong token, an unknown path, a bad body, page and filter, each as Linode does', async (t) => {
    const { ask } = await started(t)
    const attach = (body: string) => ask('/volumes/8/attach', { method: 'POST', body })
    const filter = (text: string) =>
      ask('/account/events', { headers: { authorization: `Bearer ${TOKEN}`, 'x-filter': text } })
    const answers = [
      await ask('/volumes/7', { headers: {} }),
      await ask('/volumes'),
      await attach(''),
      await attach('{"linode_id":"1"}'),
      await attach('{"linode_id":1,"persist_across_boots":"no"}'),
      await ask('/linode/instances/1/volumes?page_size=10'),
      await ask('/linode/instances/1/volumes?page=2'),
      await filter('{'),
      await filter('{"message":"x"}'),
      await filter('{"created":{"+gte":"yesterday"}}'),
    ]
    const said = await Promise.all(answers.map(async (one) => [one.status, await one.json()] as const))
    assert.deepEqual(
      said.map(([status]) => status),
      [401, 404, 400, 400, 400, 400, 400, 400, 400, 400],
    )
    for (const [, body] of said) assert.ok(Array.isArray((body as { errors?: unknown }).errors))
  })

  test('records every request with what it asked and was answered, and never the token', async (t) => {
    const { sandbox, ask, post } = await started(t)
    await ask('/account/events?page=1', { headers: { authorization: `Bearer ${TOKEN}`, 'x-filter': '{"id":1}' } })
    await post('/volumes/7/detach')
    const [listed, detached] = sandbox.requests()
    assert.deepEqual([listed?.operation, listed?.query, listed?.headers.filter], ['list events', 'page=1', '{"id":1}'])
    assert.deepEqual(
      [detached?.method, detached?.path, detached?.status, detached?.response],
      ['POST', '/v4/volumes/7/detach', 200, {}],
    )
    assert.doesNotMatch(JSON.stringify(sandbox.requests()), new RegExp(TOKEN))
  })

  test('filters and orders events to the second', async (t) => {
    const { clock, sandbox, ask, post } = await started(t)
    await post('/volumes/7/detach')
    clock.advance(60_999)
    await ask('/volumes/7/attach', {
      method: 'POST',
      body: '{"linode_id":1}',
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    const listed = async (filter: object) => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'x-filter': JSON.stringify(filter) }
      const body = (await (await ask('/account/events', { headers })).json()) as { data: { action: string }[] }
      return body.data.map(({ action }) => action.slice('volume_'.length))
    }
    assert.equal(sandbox.world.events().length, 2)
    assert.deepEqual(await listed({ '+order_by': 'created', '+order': 'desc' }), ['attach', 'detach'])
    assert.deepEqual(await listed({ '+order_by': 'id' }), ['detach', 'attach'])
    assert.deepEqual(await listed({ created: { '+gte': '2020-12-11T13:25:00' } }), ['attach'])
    assert.deepEqual(await listed({ created: { '+gt': '2020-12-11T13:25:00' } }), [])
    assert.deepEqual(await listed({ action: 'volume_detach', 'entity.id': 7, 'entity.type': 'volume' }), ['detach'])
    assert.deepEqual(await listed({ 'entity.id': 8 }), [])
  })
})
