import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import type { ClusterList } from '../../../src/ports/cluster.js'
import { T0 } from '../../fakes/clock.js'
import { named, pod, silence, status, until, watching } from './api.js'
import type { Api, Resource } from './api.js'

const pods = (n: number) => Array.from({ length: n }, (_, i) => pod(`site-1-${i}`, `10.2.${i >> 8}.${i & 255}`))
const failed = (list: ClusterList) => (list.kind === 'failed' ? list.why : list.kind)

describe('a LIST', () => {
  test('is complete over its pages, and bears the time before it was asked for', async (t) => {
    const { cluster, api, clock } = await watching(t, (one) => one.objects.pods.push(...pods(7)), 3)
    await until(() => cluster.view().kind === 'picture', 'the first LIST')
    await clock.advance(40_000)
    api.objects.nodes.push(named('node-a'))
    const list = await cluster.list()
    assert.ok(list.kind === 'picture')
    assert.equal(list.picture.pods.length, 7)
    assert.equal(list.picture.listBegunAt, T0 + 40_000)
    assert.equal(list.picture.nodes.length, 1)
    const last = api.asked.filter(({ what }) => what === 'list pods').slice(-3)
    assert.deepEqual(
      last.map(({ query }) => query.get('continue')),
      [null, '3', '6'],
    )
    // Cached by the API server, it would show what was.
    assert.ok(api.asked.every(({ what, query }) => what.startsWith('watch') || query.get('resourceVersion') === null))
  })

  test('sends the token of the kubeconfig', async (t) => {
    const { cluster, api } = await watching(t)
    await cluster.list()
    assert.equal(api.asked[0]?.token, 'Bearer a-token')
  })

  test('that has no end fails before it fills the memory', async (t) => {
    const { cluster, api } = await watching(t)
    await until(() => cluster.view().kind === 'picture', 'the first LIST')
    let sent = 0
    api.on('list pods', (response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const more = (): void => {
        while (!response.destroyed) {
          sent += 1
          if (!response.write(chunk)) return void response.once('drain', more)
        }
      }
      more()
    })
    const list = await cluster.list()
    assert.ok(list.kind === 'failed' && /larger than 64 MB/.test(list.detail), failed(list))
    assert.ok(sent < 200)
  })

  test('whose place the server forgot begins once more, and fails when that is forgotten too', async (t) => {
    const { cluster, api } = await watching(t, (one) => one.objects.pods.push(...pods(4)), 3)
    await until(() => cluster.view().kind === 'picture', 'the first LIST')
    let left = 1
    api.on('list pods', (response, url) => {
      if (url.searchParams.has('continue')) {
        if (left-- > 0) return status(410)(response, url)
        return response.end(JSON.stringify({ metadata: { resourceVersion: '8' }, items: pods(4).slice(3) }))
      }
      response.end(JSON.stringify({ metadata: { resourceVersion: '8', continue: 'x' }, items: pods(3) }))
    })
    const once = await cluster.list()
    assert.ok(once.kind === 'picture' && once.picture.pods.length === 4, failed(once))
    left = 2
    assert.equal(failed(await cluster.list()), 'incomplete')
  })

  const halves: readonly (readonly [string, (one: Api) => void])[] = [
    [
      'a body cut short of its length',
      (api) =>
        api.on('list pods', (response) => {
          response.writeHead(200, { 'content-length': '1000' })
          response.write('{"metadata":{"resourceVersion":"7"},"items":[')
          setImmediate(() => response.destroy())
        }),
    ],
    [
      'a chunked body that breaks off',
      (api) =>
        api.on('list pods', (response) => {
          response.write('{"metadata":{"resourceVersion":"7"},"items":[')
          setImmediate(() => response.destroy())
        }),
    ],
    [
      'JSON that ends too early',
      (api) => api.on('list pods', (response) => response.end('{"metadata":{"resourceVersion":"7"},"items":[')),
    ],
    ['no items', (api) => api.on('list pods', (response) => response.end('{"metadata":{"resourceVersion":"7"}}'))],
    [
      'items null',
      (api) => api.on('list pods', (response) => response.end('{"metadata":{"resourceVersion":"7"},"items":null}')),
    ],
    ['no resourceVersion', (api) => api.on('list pods', (response) => response.end('{"items":[]}'))],
    [
      'a page that counts more to come and names none',
      (api) =>
        api.on('list pods', (response) =>
          response.end('{"metadata":{"resourceVersion":"7","remainingItemCount":2},"items":[]}'),
        ),
    ],
    [
      'the same page for ever',
      (api) =>
        api.on('list pods', (response) =>
          response.end('{"metadata":{"resourceVersion":"7","continue":"x"},"items":[]}'),
        ),
    ],
    [
      'a pod without a name',
      (api) =>
        api.on('list pods', (response) =>
          response.end('{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"uid":"u"}}]}'),
        ),
    ],
    ['something that is no object', (api) => api.on('list pods', (response) => response.end('"hello"'))],
    ['null', (api) => api.on('list pods', (response) => response.end('null'))],
    ['half of another kind', (api) => api.on('list deployments', (response) => response.end('{"metadata":'))],
  ]
  for (const [what, break_] of halves) {
    test(`of ${what} is a failure, never a picture`, async (t) => {
      const { cluster, api } = await watching(t, (one) => one.objects.pods.push(...pods(2)))
      await until(() => cluster.view().kind === 'picture', 'the first LIST')
      break_(api)
      const list = await cluster.list()
      assert.equal(failed(list), 'incomplete', JSON.stringify(list))
    })
  }

  test('of which a later page fails is a failure', async (t) => {
    const { cluster, api } = await watching(t, (one) => one.objects.pods.push(...pods(4)), 3)
    await until(() => cluster.view().kind === 'picture', 'the first LIST')
    api.on('list pods', (response, url) =>
      url.searchParams.has('continue')
        ? status(500)(response, url)
        : response.end(JSON.stringify({ metadata: { resourceVersion: '8', continue: 'x' }, items: pods(3) })),
    )
    assert.equal(failed(await cluster.list()), 'other')
  })

  for (const resource of ['pods', 'nodes'] satisfies Resource[]) {
    test(`from a server that never answers for ${resource} ends at its time limit`, async (t) => {
      const { cluster, api, clock } = await watching(t)
      await until(() => cluster.view().kind === 'picture', 'the first LIST')
      api.on(`list ${resource}`, silence)
      const before = api.count(`list ${resource}`)
      const list = cluster.list(3_000)
      await until(() => api.count(`list ${resource}`) > before, 'the question')
      await clock.advance(3_000)
      const answer = await list
      assert.ok(answer.kind === 'failed' && answer.why === 'hung', JSON.stringify(answer))
      assert.match(answer.detail, new RegExp(`list ${resource} within 3 s`))
    })
  }

  test('whose body stops in the middle ends at its time limit', async (t) => {
    const { cluster, api, clock } = await watching(t)
    await until(() => cluster.view().kind === 'picture', 'the first LIST')
    let isBegun = false
    api.on('list pods', (response) => {
      response.write('{"metadata":{', () => (isBegun = true))
    })
    const list = cluster.list()
    await until(() => isBegun, 'half an answer')
    await clock.advance(5_000)
    assert.equal(failed(await list), 'hung')
  })

  test('by a clock that is ahead is shifted into ours, and a second of doubt is left alone', async (t) => {
    const { cluster, api, clock } = await watching(t, (one) => one.objects.pods.push(pod('site-1-a', '10.2.0.1')))
    const createdAt = async (): Promise<number | undefined> => {
      const list = await cluster.list()
      return list.kind === 'picture' ? list.picture.pods[0]?.createdAt : undefined
    }
    const truth = Date.parse('2020-12-11T13:00:00Z')
    assert.equal(await createdAt(), truth)
    const ahead = (ms: number): void =>
      api.on('list pods', (response) => {
        response.setHeader('date', new Date(clock.now() + ms).toUTCString())
        response.end(JSON.stringify({ metadata: { resourceVersion: '8' }, items: api.objects.pods }))
      })
    for (const what of ['replicasets', 'deployments', 'nodes'] as const) {
      api.on(`list ${what}`, (response) => {
        response.removeHeader('date')
        response.sendDate = false
        response.end('{"metadata":{"resourceVersion":"8"},"items":[]}')
      })
    }
    ahead(120_000)
    const shifted = truth - ((await createdAt()) ?? 0)
    assert.ok(Math.abs(shifted - 120_000) <= 1_000, String(shifted))
  })
})

describe('missing rights', () => {
  test('to all but pods leave a picture, and the problem has the rules that grant them', async (t) => {
    const { cluster } = await watching(t, (api) => {
      api.objects.pods.push(...pods(1))
      for (const what of ['replicasets', 'deployments', 'nodes'] as const) api.on(`list ${what}`, status(403))
    })
    const list = await cluster.list()
    assert.ok(list.kind === 'picture')
    assert.equal(list.picture.pods.length, 1)
    const view = cluster.view()
    assert.ok(view.kind === 'picture' && view.problem !== undefined)
    assert.equal(view.problem.why, 'denied')
    assert.match(view.problem.detail, /may not list replicasets, deployments, nodes/)
    assert.match(
      view.problem.remedy ?? '',
      /- \{apiGroups: \["apps"\], resources: \["replicasets", "deployments"\], verbs: \["list", "watch"\]\} - \{apiGroups: \[""\], resources: \["nodes"\], verbs/,
    )
  })

  test('to pods leave none, and nothing of what the server said is repeated', async (t) => {
    const { cluster, lines } = await watching(t, (api) => api.on('list pods', status(403)))
    const list = await cluster.list()
    assert.ok(list.kind === 'failed' && list.why === 'denied')
    assert.match(list.remedy ?? '', /resources: \["pods"\], verbs: \["list", "watch"\]/)
    assert.doesNotMatch(JSON.stringify([list, lines]), /secret-name|a-token/)
    assert.equal(cluster.view().kind, 'none yet')
  })
})

describe('refusals are told apart', () => {
  const answers: readonly (readonly [number, string, RegExp])[] = [
    [401, 'unauthorised', /credentials \(401\)/],
    [429, 'other', /too much to do.*429/],
    [500, 'other', /answered 500/],
    [503, 'other', /answered 503/],
    [404, 'other', /answered 404/],
  ]
  for (const [code, why, detail] of answers) {
    test(`${code} is ${why}`, async (t) => {
      const { cluster } = await watching(t, (api) => api.on('list pods', status(code)))
      const list = await cluster.list()
      assert.ok(list.kind === 'failed')
      assert.equal(list.why, why)
      assert.match(list.detail, detail)
    })
  }

  test('nobody listening is unreachable', async (t) => {
    const { cluster, api } = await watching(t)
    await until(() => cluster.view().kind === 'picture', 'the first LIST')
    await api.stop()
    const list = await cluster.list()
    await api.restart()
    assert.ok(list.kind === 'failed' && list.why === 'unreachable', JSON.stringify(list))
    assert.match(list.detail, /ECONNREFUSED/)
  })
})
