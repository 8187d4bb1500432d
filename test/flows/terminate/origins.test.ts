import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Presser } from '../../../src/core/access/tier.js'
import type { StaleFilter } from '../../../src/core/incident/event.js'
import type { Backend } from '../../../src/core/terminate/backend.js'
import type { Judged } from '../../../src/flows/tracer.js'
import { openTracer } from '../../../src/flows/tracer.js'
import type { ClusterList } from '../../../src/ports/cluster.js'
import { HOUR, NO_RANGES, oldPod, picture, pod, sighting } from '../../core/attribution/fixture.js'
import { T0 } from '../../fakes/clock.js'
import { recordingLog } from '../../fakes/log.js'
import { backends } from '../../fakes/postgres.js'
import { boot, operator, world, type Bot, type World } from '../../fakes/world.js'

const ORPHANS: StaleFilter = { states: ['idle', 'idle in transaction'], origin: 'orphans' }
const STALE: StaleFilter = { states: ['idle', 'idle in transaction'], role: 'site' }

/** As Postgres writes it. */
function startOf(hoursAgo: number): string {
  return new Date(T0 - hoursAgo * HOUR).toISOString().replace('T', ' ').replace('Z', '+00')
}

/** 31 of the pod that went three hours ago, and 13 of the present one, all idle for 20 minutes, as one role. */
const DEAD = backends(31, 1_000, { clientAddr: '10.2.0.7', backendStart: startOf(5) })
const HEALTHY = backends(13, 2_000, { clientAddr: '10.2.0.9', backendStart: startOf(1) })

type Scene = { readonly on: World; readonly bot: Bot; readonly joe: Presser; list: () => ClusterList }

async function scene(judge?: () => Promise<Judged>): Promise<Scene> {
  const on = world()
  on.cluster.backends = [...DEAD, ...HEALTHY]
  const here: { list: () => ClusterList } = {
    list: () => ({ kind: 'picture', picture: picture([pod()], { listBegunAt: on.clock.now() }) }),
  }
  const tracer = await openTracer({
    cluster: {
      view: () => ({ kind: 'none yet', since: T0 }),
      list: async () => here.list(),
      refresh: () => undefined,
      close: async () => undefined,
    },
    sightings: {
      read: async () => [sighting(), sighting({ podUid: 'p-new', podName: pod().name, address: '10.2.0.9' })],
      save: async () => undefined,
      forgetBefore: async () => undefined,
      close: async () => undefined,
    },
    ranges: NO_RANGES,
    clock: on.clock,
    log: recordingLog(),
  })
  const bot = await boot(on, {}, { judge: judge ?? ((list, at) => tracer.judge(list, at)) })
  await bot.tick(2)
  return Object.assign(here, { on, bot, joe: operator(on) })
}

async function preview({ on, bot, joe }: Scene, filter: StaleFilter) {
  return await on.clock.finish(bot.desk.preview(joe, { kind: 'filter', server: undefined, filter }))
}

async function previewId(of: Scene, filter: StaleFilter): Promise<string> {
  const answer = await preview(of, filter)
  assert.ok(answer.kind === 'preview', answer.kind)
  return answer.preview
}

const pids = (list: readonly Pick<Backend, 'pid'>[]) => list.map(({ pid }) => pid)

test("one press ends the dead pod's backends, and the healthy pod's stay", async () => {
  const of = await scene()
  const id = await previewId(of, ORPHANS)
  const answer = await of.on.clock.finish(of.bot.desk.act(of.joe, id))
  assert.equal(answer.kind, 'acted')
  assert.deepEqual(pids(of.on.cluster.backends), pids(HEALTHY))
})

test('a pod that a fresh list shows alive at the press keeps all that the preview offered', async () => {
  const of = await scene()
  const id = await previewId(of, ORPHANS)
  of.list = () => ({ kind: 'picture', picture: picture([pod(), oldPod()], { listBegunAt: of.on.clock.now() }) })
  const answer = await of.on.clock.finish(of.bot.desk.act(of.joe, id))
  assert.ok(answer.kind === 'nothing left' && answer.changed === 31)
  assert.deepEqual(of.on.cluster.signalled, [])
})

test('a list that fails at the press ends nobody', async () => {
  const of = await scene()
  const id = await previewId(of, ORPHANS)
  for (const list of [
    (): ClusterList => ({ kind: 'failed', why: 'hung', detail: 'no answer' }),
    (): ClusterList => ({ kind: 'picture', picture: picture([], { listBegunAt: of.on.clock.now() }) }),
  ]) {
    of.list = list
    const answer = await of.on.clock.finish(of.bot.desk.act(of.joe, id))
    assert.match(answer.kind, /^(no origins|nothing left)$/)
    assert.deepEqual(of.on.cluster.signalled, [])
  }
})

test('a bug in judging answers that nothing was proven, and /terminate stale never judges', async () => {
  const of = await scene(() => Promise.reject(new Error('a bug')))
  const answer = await preview(of, ORPHANS)
  assert.ok(answer.kind === 'no origins' && answer.detail === 'a bug')
  const stale = await preview(of, STALE)
  assert.ok(stale.kind === 'preview' && stale.selection.victims.length === 44)
})
