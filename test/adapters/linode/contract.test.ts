import assert from 'node:assert/strict'
import test from 'node:test'

import { OPERATIONS } from '../../../sandbox/linode/route.js'
import { FAR, NODE, OTHER, standing, T0, VOLUME } from './standIn.js'

const FILE = process.env['LINODE_OPENAPI']
const skip = FILE === undefined ? 'needs LINODE_OPENAPI, the path of Linode’s OpenAPI specification' : false

test(
  'everything the adapter asks and everything the stand-in answers, refusals too, is as Linode specifies',
  { skip },
  async (t) => {
    const { specification } = await import('../../sandbox/linode/specification.js')
    const { api, sandbox, world } = await standing(t)
    const reads = () =>
      Promise.all([
        api.volume(VOLUME),
        api.instance(NODE),
        api.attachedVolumes(NODE),
        api.attachedVolumes(FAR),
        api.volumeEvents(VOLUME, T0),
      ])
    await reads()
    await api.attach(VOLUME, OTHER) // is already attached
    await api.detach(VOLUME)
    await api.detach(VOLUME) // busy
    await reads()
    world.advance(60_000)
    await api.attach(VOLUME, FAR) // another region
    await api.attach(VOLUME, NODE)
    await reads()
    world.advance(60_000)
    sandbox.faults.add({ match: {}, kind: 'job', times: 1 })
    await api.detach(VOLUME)
    await api.shutDown(OTHER)
    world.advance(60_000)
    await api.shutDown(OTHER) // is not running
    await reads()
    await Promise.all([api.volume(1), api.instance(1), api.attachedVolumes(1), api.detach(1), api.shutDown(1)])
    sandbox.setToken('another')
    await reads()
    await Promise.all([api.attach(VOLUME, NODE), api.detach(VOLUME), api.shutDown(NODE)])

    const judge = specification(FILE ?? '')
    assert.deepEqual(sandbox.requests().flatMap(judge), [])
    const answered = (isTaken: boolean) =>
      new Set(
        sandbox
          .requests()
          .filter(({ status }) => status < 300 === isTaken)
          .map(({ operation }) => operation),
      )
    assert.deepEqual(answered(true), new Set(OPERATIONS))
    assert.deepEqual(answered(false), new Set(OPERATIONS))
  },
)

test('what the specification does not allow is named with its place', { skip }, async (t) => {
  const { specification } = await import('../../sandbox/linode/specification.js')
  const { api, sandbox } = await standing(t)
  await api.volumeEvents(VOLUME, T0)
  await api.volume(VOLUME)
  await api.detach(VOLUME)
  const [events, volume, detach] = sandbox.requests()
  assert.ok(events !== undefined && volume !== undefined && detach !== undefined)
  const judge = specification(FILE ?? '')
  const wrong = (asked: Parameters<typeof judge>[0], said: RegExp) => assert.match(judge(asked).join('\n'), said)
  wrong({ ...events, query: 'page=1&page_size=501' }, /request: page_size: .*<= 500/)
  wrong({ ...events, query: 'size=1' }, /no such parameter: size/)
  wrong({ ...events, headers: { filter: '{"message":"x"}' } }, /can not be filtered by message/)
  wrong({ ...volume, response: { id: '1' } }, /200 response: \/id must be integer/)
  wrong({ ...volume, response: { linode: 1 } }, /additional properties/)
  wrong({ ...detach, body: {} }, /a body where none is specified/)
  wrong({ ...detach, path: `${detach.path}/x` }, /not in the specification/)
  const attach = { ...detach, path: detach.path.replace('detach', 'attach'), response: volume.response }
  wrong(
    { ...attach, body: { persist_across_boots: 'no' } },
    /request: .*linode_id[^]*persist_across_boots must be boolean/,
  )
})
