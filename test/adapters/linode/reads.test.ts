import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { FAR, NODE, OTHER, SEED, standing, T0, VOLUME } from './standIn.js'

describe('reading a volume', () => {
  test('tells where it is attached, and null only for one that Linode says is detached', async (t) => {
    const { api, sandbox } = await standing(t)
    assert.deepEqual(await api.volume(VOLUME), {
      kind: 'done',
      value: {
        id: VOLUME,
        label: 'pgdata',
        region: 'eu-central',
        status: 'active',
        linodeId: NODE,
        sizeGib: 25,
        isIoReady: true,
      },
    })
    sandbox.world.setVolume(VOLUME, { linodeId: null })
    const read = await api.volume(VOLUME)
    assert.equal(read.kind === 'done' ? read.value.linodeId : read.kind, null)
  })

  test('without linode_id, or of another id, is no answer of Linode’s, rather than a detached volume', async (t) => {
    const { api, sandbox } = await standing(t)
    const volume = { id: VOLUME, label: 'pgdata', region: 'eu-central', status: 'active', size: 25, linode_id: null }
    const { linode_id: _, ...without } = volume
    for (const body of [without, { ...volume, id: VOLUME + 1 }, { ...volume, linode_id: '501' }, [], null, 'x']) {
      sandbox.faults.add({ match: {}, kind: 'other body', body, times: 1 })
      const read = await api.volume(VOLUME)
      assert.equal(read.kind === 'unreachable' ? read.why : read.kind, 'not Linode', JSON.stringify(body))
    }
  })

  test('takes a status that nobody knows, and does without io_ready', async (t) => {
    const { api, sandbox } = await standing(t, { hasIoReady: false })
    const body = { id: VOLUME, label: 'x', region: 'r', status: 'pondering', size: 25, linode_id: null }
    sandbox.faults.add({ match: {}, kind: 'other body', body, times: 1 })
    const odd = await api.volume(VOLUME)
    assert.equal(odd.kind === 'done' ? odd.value.status : odd.kind, 'pondering')
    const silent = await api.volume(VOLUME)
    assert.ok(silent.kind === 'done')
    assert.ok(!('isIoReady' in silent.value))
  })

  test('that Linode does not know is refused as missing', async (t) => {
    const { api } = await standing(t)
    assert.deepEqual(await api.volume(1), {
      kind: 'refused',
      why: 'missing',
      status: 404,
      reasons: [{ reason: 'Not found' }],
      detail: 'Linode refused to read volume 1 (404): Not found',
    })
  })

  test('with an id that is no id is a bug, and asks nothing', async (t) => {
    const { api, asked } = await standing(t)
    for (const id of [Number.NaN, 0, -1, 1.5, Infinity]) assert.throws(() => api.volume(id), RangeError)
    assert.deepEqual(asked(), [])
  })
})

test('a read is not to be answered by what a proxy remembers', async (t) => {
  const { api, sandbox } = await standing(t)
  await api.volume(VOLUME)
  assert.equal(sandbox.requests()[0]?.headers.cacheControl, 'no-cache')
})

test('a Linode is read with its memory and status', async (t) => {
  const { api, sandbox } = await standing(t)
  assert.deepEqual(await api.instance(NODE), {
    kind: 'done',
    value: { id: NODE, label: 'node-a', region: 'eu-central', status: 'running', memoryMib: 8192 },
  })
  sandbox.world.removeInstance(NODE)
  const gone = await api.instance(NODE)
  assert.equal(gone.kind === 'refused' ? gone.why : gone.kind, 'missing')
})

describe('the volumes of a Linode', () => {
  test('are all listed, and nobody else’s', async (t) => {
    const { api } = await standing(t, {
      seed: {
        ...SEED,
        volumes: [
          ...SEED.volumes,
          { id: 2, label: 'second', region: 'eu-central', linodeId: NODE },
          { id: 3, label: 'third', region: 'eu-central', linodeId: OTHER },
          { id: 4, label: 'fourth', region: 'eu-central' },
        ],
      },
    })
    const read = await api.attachedVolumes(NODE)
    assert.ok(read.kind === 'done')
    assert.deepEqual(
      read.value.map(({ id }) => id),
      [VOLUME, 2],
    )
    assert.deepEqual(await api.attachedVolumes(FAR), { kind: 'done', value: [] })
  })

  test('come from every page, and not at all if the pages do not fit together', async (t) => {
    const { api, sandbox, asked } = await standing(t)
    const item = (id: number) => ({ id, label: 'v', region: 'r', status: 'active', size: 1, linode_id: NODE })
    const page = (number: number, ids: readonly number[], results = 3) =>
      sandbox.faults.add({
        match: {},
        kind: 'other body',
        body: { data: ids.map(item), page: number, pages: 2, results },
        times: 1,
      })
    page(1, [1, 2])
    page(2, [3])
    const whole = await api.attachedVolumes(NODE)
    assert.deepEqual(whole.kind === 'done' ? whole.value.map(({ id }) => id) : whole, [1, 2, 3])
    assert.equal(asked().length, 2)

    for (const [second, results] of [
      [[], 3],
      [[2], 3],
      [[3], 4],
    ] as const) {
      page(1, [1, 2], results)
      page(2, second, results)
      const torn = await api.attachedVolumes(NODE)
      assert.equal(torn.kind === 'unreachable' ? torn.why : torn.kind, 'incomplete')
    }
  })
})

describe('the events of a volume', () => {
  test('are its own since that time, newest first, asked for by X-Filter', async (t) => {
    const { api, sandbox, world } = await standing(t)
    sandbox.world.detach(VOLUME, { username: 'csi' })
    world.advance(60_000)
    sandbox.world.shutDown(OTHER, { username: 'ada' })
    sandbox.world.attach(VOLUME, { linodeId: NODE, isPersistent: false }, { username: 'csi' })
    world.advance(60_000)
    sandbox.world.detach(VOLUME, { username: 'ada', fate: { kind: 'fails', message: 'it is\nstuck' } })
    world.advance(60_000)

    const read = await api.volumeEvents(VOLUME, T0 + 60_999)
    const [detach, attach] = sandbox.world.events().slice(1).reverse()
    assert.deepEqual(read.kind === 'done' ? read.value : read, [
      {
        id: detach?.id,
        action: 'volume_detach',
        status: 'failed',
        createdAt: T0 + 120_000,
        message: 'it is stuck',
        username: 'ada',
      },
      { id: attach?.id, action: 'volume_attach', status: 'finished', createdAt: T0 + 60_000, username: 'csi' },
    ])
    assert.deepEqual(JSON.parse(sandbox.requests().at(-1)?.headers.filter ?? ''), {
      'entity.type': 'volume',
      'entity.id': VOLUME,
      created: { '+gte': '2020-12-11T13:25:00' },
      '+order_by': 'created',
      '+order': 'desc',
    })
  })

  test('are filtered again, as a filter that was not heeded would let an old event pass for new', async (t) => {
    const { api, sandbox } = await standing(t)
    const event = (id: number, created: string, entity: object) => ({
      id,
      action: 'volume_detach',
      status: 'finished',
      created,
      entity,
    })
    const data = [
      event(1, '2020-12-11T13:23:59', { type: 'volume', id: VOLUME }),
      event(2, '2020-12-11T13:24:00', { type: 'volume', id: VOLUME }),
      event(3, '2020-12-11T13:25:00', { type: 'volume', id: VOLUME + 1 }),
      event(4, '2020-12-11T13:25:00', { type: 'linode', id: VOLUME }),
      { ...event(5, '2020-12-11T13:25:00Z', { type: 'volume', id: VOLUME }), action: 'volume_dance' },
    ]
    sandbox.faults.add({ match: {}, kind: 'other body', body: { data, page: 1, pages: 1, results: 5 }, times: 1 })
    const read = await api.volumeEvents(VOLUME, T0)
    assert.deepEqual(read.kind === 'done' ? read.value.map(({ id }) => id) : read, [5, 2])
  })
})
