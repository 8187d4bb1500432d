import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import type { Fault } from '../../../sandbox/linode/fault.js'
import { linode } from '../../../src/adapters/linode/linode.js'
import { secret } from '../../../src/config/secret.js'
import { LATE_MS, settle, type LostWrite } from '../../../src/core/recovery/lostWrite.js'
import type { Linode } from '../../../src/ports/linode.js'
import { FAR, NODE, OTHER, standing, T0, TOKEN, until, VOLUME } from './standIn.js'

describe('a write', () => {
  test('to detach is accepted long before the volume shows it', async (t) => {
    const { api, sandbox, world } = await standing(t)
    assert.deepEqual(await api.detach(VOLUME), { kind: 'accepted' })
    world.advance(8000)
    assert.equal(sandbox.world.volume(VOLUME)?.linodeId, NODE)
    world.advance(1000)
    assert.equal(sandbox.world.volume(VOLUME)?.linodeId, null)
  })

  test('to attach asks for no place in the Linode’s configuration', async (t) => {
    const { api, sandbox, world } = await standing(t)
    sandbox.world.setVolume(VOLUME, { linodeId: null })
    assert.deepEqual(await api.attach(VOLUME, OTHER), { kind: 'accepted' })
    assert.deepEqual(sandbox.requests().at(-1)?.body, { linode_id: OTHER, persist_across_boots: false })
    world.advance(5500)
    assert.deepEqual(await api.volume(VOLUME).then((read) => read.kind === 'done' && read.value.isIoReady), false)
    world.advance(1000)
    assert.deepEqual(await api.volume(VOLUME).then((read) => read.kind === 'done' && read.value.isIoReady), true)
  })

  test('to shut down a Linode is accepted before it is offline', async (t) => {
    const { api, sandbox, world } = await standing(t)
    assert.deepEqual(await api.shutDown(NODE), { kind: 'accepted' })
    world.advance(500)
    assert.equal(sandbox.world.instance(NODE)?.status, 'shutting_down')
    world.advance(20_000)
    assert.equal(sandbox.world.instance(NODE)?.status, 'offline')
  })

  test('opens a connection of its own, as one kept from before may be dead', async (t) => {
    const { api, sandbox } = await standing(t)
    await api.detach(VOLUME)
    assert.equal(sandbox.requests()[0]?.headers.connection, 'close')
  })

  test('that Linode refuses says why in its words, and which of them pass by themselves', async (t) => {
    const { api, sandbox } = await standing(t)
    const whyOf = async (written: ReturnType<Linode['detach']>) => {
      const said = await written
      return said.kind === 'refused' ? said.why : said.kind
    }
    assert.equal(await whyOf(api.attach(VOLUME, OTHER)), 'already attached')
    assert.equal(await whyOf(api.detach(1)), 'missing')
    sandbox.world.setVolume(VOLUME, { linodeId: null })
    assert.deepEqual(await api.attach(VOLUME, FAR), {
      kind: 'refused',
      why: 'invalid',
      status: 400,
      reasons: [{ reason: 'Volume and Linode must be in the same region', field: 'linode_id' }],
      detail: `Linode refused to attach volume ${VOLUME} to Linode ${FAR} (400): linode_id: Volume and Linode must be in the same region`,
    })
    assert.equal(await whyOf(api.attach(VOLUME, NODE)), 'accepted')
    assert.equal(await whyOf(api.attach(VOLUME, NODE)), 'busy')
    sandbox.setToken('another')
    assert.equal(await whyOf(api.detach(VOLUME)), 'unauthorised')
    sandbox.faults.add({ match: {}, kind: 'status', status: 403, times: 1 })
    assert.equal(await whyOf(api.detach(VOLUME)), 'denied')
  })

  test('that meets the rate limit is refused at once, as what was read before it would be too old after a wait', async (t) => {
    const { api, sandbox, clock, asked } = await standing(t)
    sandbox.faults.add({ match: {}, kind: 'status', status: 429, retryAfter: '7', times: 1 })
    const said = await api.detach(VOLUME)
    assert.deepEqual([said.kind, said.kind === 'refused' && said.retryAfterMs], ['refused', 7000])
    assert.deepEqual([asked().length, clock.waits.length], [1, 0])
  })
})

const LOST: readonly (Omit<Fault, 'match' | 'times'> & { readonly took: boolean })[] = [
  { kind: 'reset', took: false },
  { kind: 'reset after doing', took: true },
  { kind: 'no answer', took: false },
  { kind: 'no answer after doing', took: true },
  { kind: 'status', status: 500, took: false },
  { kind: 'status after doing', status: 503, took: true },
  { kind: 'status', status: 408, took: false },
  { kind: 'page', status: 200, took: false },
  { kind: 'page', status: 400, took: false },
  { kind: 'page', status: 404, took: false },
  { kind: 'page', status: 302, took: false },
  { kind: 'page after doing', status: 502, took: true },
  { kind: 'half a body', took: true },
  { kind: 'half a body, then nothing', took: true },
  { kind: 'half a body, properly ended', took: true },
  { kind: 'other body', body: ['ok'], took: true },
]

describe('a write whose answer was lost is unknown, sent once, and settled by reading', () => {
  for (const { took, ...fault } of LOST) {
    const name = `${fault.kind}${fault.status === undefined ? '' : ` ${fault.status}`}`
    test(`after ${name} it ${took ? 'was' : 'was not'} done`, async (t) => {
      const { api, sandbox, world, clock, asked } = await standing(t)
      const before = await api.volumeEvents(VOLUME, T0)
      assert.ok(before.kind === 'done')
      const lost: LostWrite = {
        act: 'detach',
        volumeId: VOLUME,
        linodeId: NODE,
        eventsBefore: before.value.map(({ id }) => id),
      }
      sandbox.faults.add({ match: { operation: 'detach volume' }, ...fault, times: 1 })
      const writing = api.detach(VOLUME)
      if (fault.kind.startsWith('no answer') || fault.kind.endsWith('then nothing')) {
        await until(() => asked().length === 2)
        clock.expire()
      }
      assert.equal((await writing).kind, 'unknown')
      assert.equal(asked().filter((one) => one.endsWith('/detach')).length, 1)

      const settled = async (sinceMs: number) => {
        const events = await api.volumeEvents(VOLUME, T0)
        const volume = await api.volume(VOLUME)
        assert.ok(events.kind === 'done' && volume.kind === 'done')
        return settle(lost, { volume: volume.value, events: events.value, sinceMs }).kind
      }
      assert.equal(await settled(100), 'under way')
      world.advance(LATE_MS)
      assert.equal(await settled(LATE_MS), took ? 'done' : 'untraced')
    })
  }

  test('a job that Linode took and gave up has failed, with its reason', async (t) => {
    const { api, sandbox, world } = await standing(t)
    sandbox.faults.add({ match: {}, kind: 'job', fate: { kind: 'fails', message: 'host down' }, times: 1 })
    assert.equal((await api.detach(VOLUME)).kind, 'accepted')
    world.advance(9000)
    const events = await api.volumeEvents(VOLUME, T0)
    const volume = await api.volume(VOLUME)
    assert.ok(events.kind === 'done' && volume.kind === 'done')
    const lost: LostWrite = { act: 'detach', volumeId: VOLUME, linodeId: NODE, eventsBefore: [] }
    assert.deepEqual(settle(lost, { volume: volume.value, events: events.value, sinceMs: 9000 }), {
      kind: 'failed',
      reason: 'host down',
    })
  })
})

describe('a write that was certainly not sent', () => {
  test('is unreachable, not unknown, when nobody listens', async (t) => {
    const { api, sandbox } = await standing(t)
    const restart = await sandbox.stop()
    const said = await api.detach(VOLUME)
    assert.deepEqual([said.kind, said.kind === 'unreachable' && said.why], ['unreachable', 'network'])
    assert.match(said.kind === 'unreachable' ? said.detail : '', /ECONNREFUSED/)
    await restart()
    assert.equal((await api.detach(VOLUME)).kind, 'accepted')
  })

  test('is unreachable when the token can not be sent, which is not repeated', async (t) => {
    const { sandbox, clock, asked } = await standing(t)
    for (const token of ['', 'line\nbreak-in-token', 'fran\u{142}']) {
      const said = await linode({ base: sandbox.url, token: secret(token) }, clock).detach(VOLUME)
      assert.deepEqual([said.kind, said.kind === 'unreachable' && said.why], ['unreachable', 'misconfigured'])
      assert.doesNotMatch(JSON.stringify(said), /in-token|fran/)
    }
    assert.deepEqual(asked(), [])
  })

  test('is unreachable when the time for it is over before it begins', async (t) => {
    const { api, asked } = await standing(t)
    for (const said of [await api.detach(VOLUME, 0), await api.attach(VOLUME, NODE, -5)]) {
      assert.deepEqual([said.kind, said.kind === 'unreachable' && said.why], ['unreachable', 'hung'])
    }
    assert.deepEqual(asked(), [])
  })

  test('is unreachable after close, which gives up what waits', async (t) => {
    const { api, sandbox, asked } = await standing(t)
    sandbox.faults.add({ match: {}, kind: 'no answer', times: 2 })
    const [write, read] = [api.detach(VOLUME), api.volume(VOLUME)]
    await until(() => asked().length === 2)
    api.close()
    assert.equal((await write).kind, 'unknown')
    assert.deepEqual(
      [await read, await api.detach(VOLUME)].map((one) => one.kind === 'unreachable' && one.why),
      ['closed', 'closed'],
    )
    assert.equal(asked().length, 2)
  })
})

test('the token is in no answer, not even where Linode repeats it', async (t) => {
  const { api, sandbox } = await standing(t)
  const errors = [{ reason: `Invalid token ${TOKEN}\n<b>`, field: TOKEN }]
  sandbox.faults.add({ match: {}, kind: 'status', status: 401, errors, times: 1 })
  const said = await api.detach(VOLUME)
  assert.ok(said.kind === 'refused')
  assert.deepEqual(said.reasons, [{ reason: 'Invalid token [secret] <b>', field: '[secret]' }])
  assert.doesNotMatch(JSON.stringify(said), new RegExp(TOKEN))
})
