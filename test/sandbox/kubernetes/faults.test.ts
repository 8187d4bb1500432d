import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { manualClock } from '../../../sandbox/discord/clock.js'
import type { Fault } from '../../../sandbox/kubernetes/fault.js'
import { type KubernetesSandbox, startKubernetes } from '../../../sandbox/kubernetes/start.js'
import { nextPage, problemOf, watched } from './client.js'
import { eventually } from './eventually.js'

const LIST: Fault['match'] = { verb: 'list', resource: 'pods' }
const namespace = 'default'
const TOKEN = 'sandbox-token'

describe('a fault', () => {
  const clock = manualClock(Date.parse('2020-12-11T09:30:00Z'))
  let sandbox: KubernetesSandbox
  let config: KubeConfig
  let core: CoreV1Api

  before(async () => {
    sandbox = await startKubernetes({ clock })
    config = new KubeConfig()
    config.loadFromClusterAndUser(
      { name: 'sandbox', server: sandbox.url, skipTLSVerify: true },
      { name: 'lifeguard', token: TOKEN },
    )
    core = config.makeApiClient(CoreV1Api)
    for (const name of ['a', 'b', 'c']) sandbox.world.putPod({ name, addresses: ['10.0.0.1'] })
  })
  afterEach(() => {
    sandbox.faults.clear()
    sandbox.rights.allowAll()
  })
  after(() => sandbox.close())

  /** Without client-node, whose calls have no time limit of their own. */
  const ask = (
    path: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) => fetch(`${sandbox.url}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } })
  const PODS = '/api/v1/pods'
  const post = (name: string) =>
    ask(`/api/v1/namespaces/${namespace}/secrets`, {
      method: 'POST',
      body: JSON.stringify({ metadata: { name } }),
      headers: { 'content-type': 'application/json' },
    })

  test('strikes as often as it says, after as many as it skips, and only what matches', async () => {
    sandbox.faults.add({ match: LIST, kind: 'status', status: 500, times: 2, skip: 1 })
    const codes = []
    for (const path of [PODS, PODS, '/api/v1/nodes', PODS, PODS]) codes.push((await ask(path)).status)
    assert.deepEqual(codes, [200, 500, 200, 500, 200])
    assert.deepEqual(sandbox.faults.list(), [])
  })

  test('is removed by its id', async () => {
    const id = sandbox.faults.add({ match: {}, kind: 'status', times: Infinity })
    assert.equal((await ask('/version')).status, 500)
    assert.equal(sandbox.faults.remove(id), true)
    assert.equal((await ask('/version')).status, 200)
    assert.equal(sandbox.faults.remove(id), false)
  })

  test('of a status has the words of the real server', async () => {
    const told = []
    for (const status of [401, 403, 409, 410, 429, 500, 503]) {
      sandbox.faults.add({ match: LIST, kind: 'status', status, times: 1 })
      const { code, reason } = await problemOf(core.listPodForAllNamespaces())
      told.push([code, reason])
    }
    assert.deepEqual(told, [
      [401, undefined], // client-node gives no body of a 401
      [403, 'Forbidden'],
      [409, 'Conflict'],
      [410, 'Expired'],
      [429, 'TooManyRequests'],
      [500, 'InternalError'],
      [503, 'ServiceUnavailable'],
    ])
  })

  test('of 429 says when to come back, or does not', async () => {
    sandbox.faults.add({ match: LIST, kind: 'status', status: 429, retryAfterSeconds: 7, times: 1 })
    sandbox.faults.add({ match: LIST, kind: 'status', status: 429, times: 1 })
    assert.deepEqual(
      [(await ask(PODS)).headers.get('retry-after'), (await ask(PODS)).headers.get('retry-after')],
      ['7', null],
    )
  })

  test('cuts the connection before the write or after it', async () => {
    sandbox.faults.add({ match: { verb: 'create' }, kind: 'reset', times: 1 })
    await assert.rejects(post('before'))
    assert.equal(sandbox.world.find('secrets', 'before'), undefined)
    sandbox.faults.add({ match: { verb: 'create' }, kind: 'reset after doing', times: 1 })
    await assert.rejects(post('afterwards'))
    assert.notEqual(sandbox.world.find('secrets', 'afterwards'), undefined)
  })

  test('answers an error after the write was done', async () => {
    sandbox.faults.add({ match: { verb: 'create' }, kind: 'status after doing', status: 504, times: 1 })
    assert.equal((await post('late')).status, 504)
    assert.notEqual(sandbox.world.find('secrets', 'late'), undefined)
  })

  test('leaves a request without an answer, done or not', async () => {
    for (const [kind, isDone] of [
      ['no answer', false],
      ['no answer after doing', true],
    ] as const) {
      const asked = sandbox.requests().length
      sandbox.faults.add({ match: { verb: 'create' }, kind, times: 1 })
      const stop = new AbortController()
      const hung = fetch(`${sandbox.url}/api/v1/namespaces/${namespace}/secrets`, {
        method: 'POST',
        body: JSON.stringify({ metadata: { name: `hung-${isDone}` } }),
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        signal: stop.signal,
      })
      await eventually(() => assert.equal(sandbox.requests().length, asked + 1))
      assert.equal(sandbox.requests().at(-1)?.code, 0)
      assert.equal(sandbox.world.find('secrets', `hung-${isDone}`) !== undefined, isDone)
      stop.abort()
      await assert.rejects(hung)
    }
  })

  test('answers late, by the clock', async () => {
    sandbox.faults.add({ match: LIST, kind: 'slow', delayMs: 60_000, times: 1 })
    const asked = sandbox.requests().length
    const answer = ask(PODS)
    await eventually(() => assert.deepEqual(sandbox.faults.list(), []))
    assert.equal(sandbox.requests().length, asked, 'not answered yet')
    clock.advance(60_000)
    assert.equal((await answer).status, 200)
  })

  test('cuts an answer in the middle', async () => {
    sandbox.faults.add({ match: LIST, kind: 'half a body', times: 1 })
    const answer = await ask(PODS)
    assert.equal(answer.status, 200)
    await assert.rejects(answer.json())
  })

  test('makes a list without end', async () => {
    sandbox.faults.add({ match: {}, kind: 'endless list', times: 3 })
    let token: string | undefined = ''
    for (let page = 0; page < 3; page += 1) {
      token = nextPage(await core.listPodForAllNamespaces({ limit: 500, _continue: token ?? '' }))
      assert.ok(token !== undefined && token !== '', 'there is always another page')
    }
    const last = await core.listPodForAllNamespaces({ limit: 500, _continue: token ?? '' })
    assert.equal(nextPage(last), undefined)
  })

  test('strikes further pages only', async () => {
    sandbox.faults.add({ match: { ...LIST, isContinued: true }, kind: 'status', status: 410, times: 1 })
    const first = await core.listPodForAllNamespaces({ limit: 2 })
    const second = core.listPodForAllNamespaces({ limit: 2, _continue: nextPage(first) ?? '' })
    assert.equal((await problemOf(second)).code, 410)
  })

  test('silences, closes or expires a watch', async () => {
    const watch = { resourceVersion: String(sandbox.world.version()), timeoutSeconds: 3600 }
    sandbox.faults.add({ match: {}, kind: 'closed watch', times: 1 })
    assert.deepEqual(await watched(config, PODS, watch), [])
    sandbox.faults.add({ match: {}, kind: 'expired watch', times: 1 })
    const [expired] = await watched(config, PODS, watch)
    assert.deepEqual([expired?.type, expired?.object.code], ['ERROR', 410])
    sandbox.faults.add({ match: {}, kind: 'silent watch', times: 1 })
    const silent = watched(config, PODS, watch, async () => {
      sandbox.world.putPod({ name: 'unheard' })
      await eventually(() => assert.equal(sandbox.watches.open(), 1))
      sandbox.watches.close()
    })
    assert.deepEqual(await silent, [])
  })

  test('of all open watches: silent from now on, closed, or told 410', async () => {
    const query = { timeoutSeconds: 3600, resourceVersion: String(sandbox.world.version()) }
    const heard = await watched(config, PODS, query, () => {
      sandbox.world.putPod({ name: 'heard' })
      sandbox.watches.silence('nodes')
      sandbox.watches.silence('pods')
      sandbox.world.putPod({ name: 'missed' })
      sandbox.watches.close()
      return Promise.resolve()
    })
    assert.deepEqual(
      heard.map(({ object }) => object.metadata?.name),
      ['heard'],
    )
    const expired = await watched(config, PODS, query, () => {
      sandbox.watches.expire('pods')
      return Promise.resolve()
    })
    assert.equal(expired.at(-1)?.object.code, 410)
  })

  test('of time: an old page is Expired, with a token to go on without consistency', async () => {
    const first = await core.listPodForAllNamespaces({ limit: 1 })
    sandbox.world.compact()
    const next = core.listPodForAllNamespaces({ limit: 1, _continue: nextPage(first) ?? '' })
    const problem = await problemOf(next)
    assert.deepEqual([problem.code, problem.reason], [410, 'Expired'])
    const { metadata: told } = problem as { readonly metadata?: { readonly continue?: string } }
    const rest = await core.listPodForAllNamespaces({ _continue: told?.continue ?? '' })
    assert.notEqual(rest.items[0]?.metadata?.name, 'a')
  })

  test('of rights: what is denied is Forbidden, and the review says so before', async () => {
    sandbox.rights.deny({ verb: 'list', resource: 'pods' })
    const { code, message } = await problemOf(core.listPodForAllNamespaces())
    assert.equal(code, 403)
    assert.match(message ?? '', /^pods is forbidden: User "lifeguard" cannot list resource "pods"/)
    const review = await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      body: JSON.stringify({ spec: { resourceAttributes: { verb: 'list', resource: 'pods' } } }),
      headers: { 'content-type': 'application/json' },
    })
    assert.deepEqual(((await review.json()) as { status: unknown }).status, { allowed: false })
    assert.equal((await ask('/api/v1/nodes')).status, 200)
  })

  test('of the token: a changed one is Unauthorized', async () => {
    sandbox.setToken('another')
    assert.equal((await ask(PODS)).status, 401)
    sandbox.setToken(TOKEN)
    assert.equal((await ask(PODS)).status, 200)
  })

  test('of the server: it stops, refuses, and comes back with versions kept or reset', async () => {
    const version = async () => Number((await core.listPodForAllNamespaces()).metadata?.resourceVersion)
    for (let change = 0; change < 20; change += 1)
      sandbox.world.putPod({ name: 'busy', labels: { change: `${change}` } })
    const reached = await version()
    const comeBack = await sandbox.stop()
    await assert.rejects(ask(PODS))
    await comeBack()
    assert.equal(await version(), reached)
    await (
      await sandbox.stop('reset')
    )()
    assert.ok((await version()) < reached)
    assert.equal((await core.readNamespacedPod({ namespace, name: 'a' })).metadata?.name, 'a')
  })

  test('the Date header is the time of the clock', async () => {
    const { headers } = await ask('/version')
    assert.equal(Date.parse(headers.get('date') ?? ''), Math.floor(clock.now() / 1000) * 1000)
  })
})
