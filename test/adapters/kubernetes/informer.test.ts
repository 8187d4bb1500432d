import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { T0 } from '../../fakes/clock.js'
import { named, pod, silence, status, until, watching } from './api.js'
import type { Resource, Watching } from './api.js'

const KINDS: readonly Resource[] = ['pods', 'replicasets', 'deployments', 'nodes']

/** Every watch stands: what is sent now arrives. */
async function following({ api, cluster }: Watching): Promise<void> {
  await until(() => cluster.view().kind === 'picture' && KINDS.every((kind) => api.open(kind) === 1), 'four watches')
}

function pictureOf({ cluster }: Watching) {
  const view = cluster.view()
  assert.ok(view.kind === 'picture', JSON.stringify(view))
  return view
}

/** Lets time pass, slowly enough for the network to keep up, until something has happened. */
async function passing({ clock }: Watching, isSo: () => boolean, what: string): Promise<void> {
  for (let seconds = 0; !isSo(); seconds += 1) {
    if (seconds > 600) throw new Error(`still waiting: ${what}`)
    await clock.advance(1_000)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const added = (object: object) => ({ type: 'ADDED', object })
const bookmark = (rv: string) => ({ type: 'BOOKMARK', object: { metadata: { resourceVersion: rv } } })

test('before the first LIST there is no picture, and it says since when and why', async (t) => {
  const watched = await watching(t, (api) => api.on('list pods', status(503)))
  assert.deepEqual(watched.cluster.view(), { kind: 'none yet', since: T0 })
  await until(() => 'problem' in watched.cluster.view(), 'the refusal')
  assert.match(JSON.stringify(watched.cluster.view()), /answered 503/)
  watched.api.mend()
  await passing(watched, () => watched.cluster.view().kind === 'picture', 'a picture')
  assert.equal('problem' in watched.cluster.view(), false)
})

describe('a watch', () => {
  test('begins where the LIST ended, with bookmarks and an end', async (t) => {
    const watched = await watching(t)
    await following(watched)
    const { query } = watched.api.asked.find(({ what }) => what === 'watch pods') ?? assert.fail()
    assert.deepEqual(
      ['resourceVersion', 'allowWatchBookmarks', 'timeoutSeconds'].map((name) => query.get(name)),
      ['7', 'true', '300'],
    )
  })

  test('adds, changes and removes; the picture is a new one only when something of it changed', async (t) => {
    const watched = await watching(t, (api) => api.objects.pods.push(pod('a', '10.2.0.1')))
    const { api, names } = watched
    await following(watched)
    const first = pictureOf(watched).picture
    api.send('pods', added(pod('b', '10.2.0.2', { rv: '8' })))
    await until(() => names().length === 2, 'b')
    const second = pictureOf(watched).picture
    assert.notEqual(second, first)
    assert.deepEqual(
      first.pods.map(({ name }) => name),
      ['a'],
    )
    assert.equal(second.deployments, first.deployments)
    assert.equal(second.listBegunAt, first.listBegunAt)

    // A condition changed, say: nothing that we keep.
    await watched.clock.advance(1_000)
    api.send('pods', { type: 'MODIFIED', object: pod('b', '10.2.0.2', { rv: '9' }) })
    await until(() => watched.shown.length === 2 && names().length === 2, 'the event')
    api.send('nodes', added(named('node-b')))
    await until(() => pictureOf(watched).picture.nodes.length === 1, 'a node')
    assert.equal(pictureOf(watched).picture.pods, second.pods)

    api.send('pods', { type: 'MODIFIED', object: pod('b', '10.2.0.2', { rv: '10', deleting: true }) })
    await until(() => pictureOf(watched).picture.pods.some((one) => one.isTerminating), 'b terminating')
    api.send('pods', { type: 'DELETED', object: pod('b', '10.2.0.2', { rv: '11' }) })
    await until(() => names().length === 1, 'b gone')
    assert.equal(pictureOf(watched).picture.listBegunAt, T0)
  })

  test('shows each pod with an address as it comes, also one that is gone before anybody looks', async (t) => {
    const watched = await watching(t, (api) => api.objects.pods.push(pod('a', '10.2.0.1')))
    const { api, shown } = watched
    await following(watched)
    assert.deepEqual(
      shown.map(({ name }) => name),
      ['a'],
    )
    const short = pod('short', '10.2.0.9')
    const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
    api.send('pods', line('ADDED', { ...short, status: {} }) + line('MODIFIED', short) + line('DELETED', short))
    await until(() => shown.length === 2, 'the short-lived pod')
    assert.deepEqual(shown[1]?.addresses, ['10.2.0.9'])
    await until(() => watched.names().join() === 'a', 'its end')
  })

  test('takes a line that comes in pieces, in the middle of a letter', async (t) => {
    const watched = await watching(t)
    await following(watched)
    const text = Buffer.from(`${JSON.stringify(added(pod('größe', '10.2.0.1')))}\n`)
    const middle = text.indexOf('ö') + 1
    watched.api.send('pods', text.subarray(0, middle))
    await new Promise((resolve) => setTimeout(resolve, 5))
    watched.api.send('pods', text.subarray(middle))
    await until(() => watched.names().join() === 'größe', 'the pod')
  })

  test('that the server ends is resumed after the last thing it told', async (t) => {
    const watched = await watching(t)
    const { api } = watched
    await following(watched)
    const heard = () => pictureOf(watched).confirmedAt
    for (const kind of KINDS) api.send(kind, bookmark('42'))
    await watched.clock.advance(7_000)
    for (const kind of KINDS) api.send(kind, bookmark('43'))
    await until(() => heard() === T0 + 7_000, 'the bookmarks')
    api.end('pods')
    await until(() => api.count('watch pods') === 2, 'the next watch')
    assert.equal(api.asked.at(-1)?.query.get('resourceVersion'), '43')
    assert.equal(api.count('list pods'), 1)
    assert.equal(pictureOf(watched).problem, undefined)
  })

  test('that breaks is resumed after a while, and says so until it tells something', async (t) => {
    const watched = await watching(t)
    const { api } = watched
    await following(watched)
    api.end('pods', 'cut')
    await until(() => pictureOf(watched).problem !== undefined, 'the problem')
    assert.match(pictureOf(watched).problem?.detail ?? '', /was cut/)
    assert.equal(api.count('watch pods'), 1)
    await watched.clock.advance(1_000)
    await until(() => api.open('pods') === 1, 'the next watch')
    api.send('pods', added(pod('a', '10.2.0.1')))
    await until(() => watched.names().length === 1, 'the event')
    assert.equal(pictureOf(watched).problem, undefined)
    assert.deepEqual(watched.lines, [
      'the picture of the cluster is not kept as it should be',
      'the picture of the cluster is kept fresh again',
    ])
  })

  test('whose line is no event is resumed before that line', async (t) => {
    const watched = await watching(t)
    await following(watched)
    watched.api.send('pods', `${JSON.stringify(added(pod('a', '10.2.0.1', { rv: '30' })))}\n{"type":"ADD\n`)
    await until(() => pictureOf(watched).problem?.why === 'incomplete', 'the problem')
    await watched.clock.advance(1_000)
    await until(() => watched.api.count('watch pods') === 2, 'the next watch')
    assert.equal(watched.api.asked.at(-1)?.query.get('resourceVersion'), '30')
  })

  for (const how of ['as an event', 'as an answer'] as const) {
    test(`whose place the server forgot (410 ${how}) is begun again by a LIST`, async (t) => {
      const watched = await watching(t)
      const { api } = watched
      await following(watched)
      api.objects.pods.push(pod('a', '10.2.0.1'))
      await watched.clock.advance(2_000)
      if (how === 'as an event') {
        api.send('pods', { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
      } else {
        api.on('watch pods', status(410))
        api.send('pods', bookmark('9'))
        await until(() => pictureOf(watched).confirmedAt >= T0, 'the bookmark')
        api.end('pods')
        await until(() => api.count('watch pods') === 2, 'the 410')
        api.mend()
      }
      await passing(watched, () => watched.names().join() === 'a', 'the LIST')
      assert.ok(pictureOf(watched).picture.listBegunAt > T0)
    })
  }

  test('that is answered 410 each time does not make a storm of LISTs', async (t) => {
    const watched = await watching(t, (api) => api.on('watch pods', status(410)))
    await until(() => watched.api.count('list pods') === 2, 'the LIST after the first 410')
    await until(() => watched.api.count('watch pods') === 2, 'the second 410')
    for (let second = 0; second < 30; second += 1) {
      await watched.clock.advance(1_000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    // 0, 0, 1, 2, 4, 8, 16 s after one another.
    assert.ok(watched.api.count('list pods') <= 7, String(watched.api.count('list pods')))
  })

  test('that is silent on any kind for too long makes it LIST again', async (t) => {
    const watched = await watching(t)
    const { api, clock } = watched
    await following(watched)
    for (let spent = 0; spent < 80_000; spent += 20_000) {
      await clock.advance(20_000)
      for (const kind of KINDS) if (kind !== 'nodes') api.send(kind, bookmark('50'))
    }
    assert.equal(api.count('list pods'), 1)
    assert.equal(pictureOf(watched).confirmedAt, T0)
    await clock.advance(10_000)
    await until(() => api.count('list pods') === 2, 'the LIST')
    await until(() => pictureOf(watched).confirmedAt === T0 + 90_000, 'its answer')
    await until(() => KINDS.every((kind) => api.open(kind) === 1), 'only the new watches')
  })

  test('that is denied leaves the LISTs, and names the right', async (t) => {
    const watched = await watching(t, (api) => {
      api.objects.pods.push(pod('a', '10.2.0.1'))
      api.on('watch pods', status(403))
    })
    await until(
      () => watched.cluster.view().kind === 'picture' && pictureOf(watched).problem !== undefined,
      'the problem',
    )
    assert.match(pictureOf(watched).problem?.detail ?? '', /may not watch pods/)
    await passing(watched, () => pictureOf(watched).picture.listBegunAt > T0, 'a LIST all the same')
    await until(() => /may not watch pods/.test(pictureOf(watched).problem?.detail ?? ''), 'still the problem')
  })

  test('that hangs before its first byte is given up', async (t) => {
    const watched = await watching(t, (api) => api.on('watch pods', silence))
    await until(() => watched.api.count('watch pods') === 1 && watched.cluster.view().kind === 'picture', 'the watch')
    await watched.clock.advance(5_000)
    await until(() => pictureOf(watched).problem?.why === 'hung', 'the problem')
    watched.api.mend()
    await watched.clock.advance(1_000)
    await until(() => watched.api.open('pods') === 1, 'the next watch')
  })
})

test('an API server that restarts is found again, with what it knows then', async (t) => {
  const watched = await watching(t, (api) => api.objects.pods.push(pod('a', '10.2.0.1')))
  const { api } = watched
  await following(watched)
  await api.stop()
  await until(() => pictureOf(watched).problem?.why === 'unreachable', 'the problem')
  assert.deepEqual(watched.names(), ['a'])
  await watched.clock.advance(60_000)
  api.objects.pods.splice(0, 1, pod('b', '10.2.0.2'))
  await api.restart()
  await passing(watched, () => watched.names().join() === 'b', 'b')
  await until(() => pictureOf(watched).problem === undefined, 'no problem')
})

test('a clock that was set back is followed by a new LIST soon: ages by the old one would make living pods too young', async (t) => {
  const watched = await watching(t, (api) => api.objects.pods.push(pod('a', '10.2.0.1')))
  await following(watched)
  const hour = 3_600_000
  watched.clock.setBack(hour)
  await passing(watched, () => pictureOf(watched).picture.listBegunAt < T0, 'a LIST by the new clock')
  assert.ok(watched.clock.now() <= T0 - hour + 20_000)
  assert.ok(pictureOf(watched).confirmedAt < T0)
})

describe('a refresh', () => {
  test('is a LIST in the background, ten seconds after the last one began, however often asked for', async (t) => {
    const watched = await watching(t)
    const { api, clock, cluster } = watched
    await following(watched)
    await clock.advance(4_000)
    for (let i = 0; i < 5; i += 1) cluster.refresh()
    await clock.advance(5_000)
    assert.equal(api.count('list pods'), 1)
    await clock.advance(1_000)
    await until(() => pictureOf(watched).picture.listBegunAt === T0 + 10_000, 'the LIST')
    assert.equal(api.count('list pods'), 2)
    await clock.advance(15_000)
    cluster.refresh()
    await until(() => pictureOf(watched).picture.listBegunAt === T0 + 25_000, 'at once')
    assert.equal(api.count('list pods'), 3)
  })

  test('that finds nothing new leaves the pods as they are', async (t) => {
    const watched = await watching(t, (api) => api.objects.pods.push(pod('a', '10.2.0.1')))
    await following(watched)
    const before = pictureOf(watched).picture
    await watched.clock.advance(20_000)
    watched.cluster.refresh()
    await until(() => pictureOf(watched).picture.listBegunAt === T0 + 20_000, 'the LIST')
    assert.equal(pictureOf(watched).picture.pods, before.pods)
    assert.equal(watched.shown.length, 1)
  })

  test('that fails leaves the picture and its age, and says why', async (t) => {
    const watched = await watching(t, (api) => api.objects.pods.push(pod('a', '10.2.0.1')))
    await following(watched)
    watched.api.on('list nodes', status(500))
    await watched.clock.advance(20_000)
    watched.cluster.refresh()
    await until(() => pictureOf(watched).problem !== undefined, 'the problem')
    assert.equal(pictureOf(watched).picture.listBegunAt, T0)
    assert.deepEqual(watched.names(), ['a'])
  })
})

test('a LIST that was asked for becomes the picture when it is newer', async (t) => {
  const watched = await watching(t)
  await following(watched)
  await watched.clock.advance(3_000)
  watched.api.objects.pods.push(pod('a', '10.2.0.1'))
  const list = await watched.cluster.list()
  assert.ok(list.kind === 'picture')
  assert.deepEqual(pictureOf(watched).picture, list.picture)
  assert.equal(pictureOf(watched).confirmedAt, T0 + 3_000)
  await until(() => KINDS.every((kind) => watched.api.count(`watch ${kind}`) === 2), 'its watches')
})

test('closed, it leaves no request behind and asks nothing more', async (t) => {
  const watched = await watching(t)
  await following(watched)
  await watched.cluster.close()
  await until(() => KINDS.every((kind) => watched.api.open(kind) === 0), 'no watch')
  const before = watched.api.asked.length
  await watched.clock.advance(600_000)
  watched.cluster.refresh()
  assert.equal((await watched.cluster.list()).kind, 'failed')
  assert.equal(watched.api.asked.length, before)
})
