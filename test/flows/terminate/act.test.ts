import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Presser } from '../../../src/core/access/tier.js'
import type { Backend } from '../../../src/core/terminate/backend.js'
import type { ActAnswer } from '../../../src/ports/lifeguard.js'
import { backend, backends } from '../../fakes/postgres.js'
import {
  boot,
  eventsOf,
  onlyIncident,
  operator,
  presser,
  TICK_MS,
  world,
  type Bot,
  type World,
} from '../../fakes/world.js'

type Scene = { readonly on: World; readonly bot: Bot; readonly joe: Presser; readonly preview: string }

/** An incident with a preview of `site`'s stale backends, shown to joe and not yet pressed. */
async function previewed(list: readonly Backend[] = backends(95)): Promise<Scene> {
  const on = world()
  on.cluster.backends = list
  const bot = await boot(on)
  await bot.tick(2)
  const joe = operator(on)
  return { on, bot, joe, preview: await previewAgain({ on, bot, joe }) }
}

async function previewAgain({ on, bot, joe }: Omit<Scene, 'preview'>): Promise<string> {
  const filter = { role: 'site', states: ['idle', 'idle in transaction'] } as const
  const answer = await on.clock.finish(bot.desk.preview(joe, { kind: 'filter', server: undefined, filter }))
  if (answer.kind !== 'preview') throw new Error(`no preview: ${answer.kind}`)
  return answer.preview
}

async function press({ on, bot, joe, preview }: Scene, by = joe): Promise<ActAnswer> {
  return await on.clock.finish(bot.desk.act(by, preview))
}

function outcomeOf(answer: ActAnswer) {
  assert.equal(answer.kind, 'acted')
  if (answer.kind !== 'acted' || answer.act.finished === undefined) throw new Error('no outcome')
  return answer.act.finished.outcome
}

function change(on: World, pid: number, of: Partial<Backend>): void {
  on.cluster.backends = on.cluster.backends.map((one) => (one.pid === pid ? { ...one, ...of } : one))
}

function assertNothingDone({ on }: Scene): void {
  assert.deepEqual(on.cluster.signalled, [])
  assert.deepEqual(eventsOf(on, 'terminate.intended'), [])
}

test('an act ends what the preview showed, and counts it by looking again', async () => {
  const scene = await previewed()
  const outcome = outcomeOf(await press(scene))
  assert.deepEqual([outcome.gone, outcome.stillAlive, outcome.alreadyGone, outcome.changed], [95, [], 0, 0])
  assert.equal(outcome.numbers?.used, 0)
  assert.equal(scene.on.cluster.signalled.length, 95)
})

test('evidence, fresh list, fresh authorisation, intent on disk, signal: in this order', async () => {
  const scene = await previewed()
  const before = scene.bot.power.passed.length
  await press(scene)
  const order = [
    'before evidence save',
    'after evidence save',
    'after journal evidence.taken',
    'postgres backends',
    'before discord member',
    'before journal terminate.intended',
    'after journal terminate.intended',
    'before postgres terminate',
    'after postgres terminate',
    'postgres backends',
    'before journal terminate.finished',
  ]
  const passed = scene.bot.power.passed.slice(before)
  let from = 0
  for (const point of order) {
    const at = passed.indexOf(point, from)
    assert.ok(at >= 0, `${point} comes after ${passed[from - 1] ?? 'the press'} in ${passed.join(', ')}`)
    from = at + 1
  }
  assert.equal(passed.filter((point) => point === 'before postgres terminate').length, 1)
})

test('without a record there is no act', async () => {
  const scene = await previewed()
  scene.on.disk.fault = 'full'
  assert.equal((await press(scene)).kind, 'not recorded')
  assertNothingDone(scene)
  assert.ok(!scene.bot.power.passed.includes('before postgres terminate'))
})

test('a preview older than a minute is expired, and not even evidence is taken', async () => {
  const scene = await previewed()
  await scene.on.clock.advance(60_001)
  assert.equal((await press(scene)).kind, 'expired')
  assertNothingDone(scene)
  assert.equal(scene.on.evidence.files.size, 0)
})

test('at the very end of its minute a preview is still valid', async () => {
  const scene = await previewed()
  await scene.on.clock.advance(60_000)
  assert.equal((await press(scene)).kind, 'acted')
})

test('a preview that expires while evidence is being taken is expired', async () => {
  const scene = await previewed()
  scene.on.evidence.saveTakesMs = 1_500
  await scene.on.clock.advance(59_000)
  assert.equal((await press(scene)).kind, 'expired')
  assertNothingDone(scene)
})

test('a preview that expires while the journal writes the intent signals nobody, and the record says so', async () => {
  const scene = await previewed()
  const { on, bot, joe, preview } = scene
  await on.clock.advance(59_000)
  // The disk takes two seconds over the intent.
  const commit = bot.ledger.commit.bind(bot.ledger)
  bot.ledger.commit = async (news) => {
    const events = await commit(news)
    await on.clock.sleep(2_000)
    return events
  }
  assert.equal((await press({ on, bot, joe, preview })).kind, 'expired')
  assert.deepEqual(on.cluster.signalled, [])
  assert.match(eventsOf(on, 'terminate.finished')[0]?.outcome.unknown ?? '', /nobody was signalled/)
})

test('of a double click the second does nothing and says who pressed first', async () => {
  const scene = await previewed()
  const { on, bot, joe, preview } = scene
  const answers = await on.clock.finish(Promise.all([bot.desk.act(joe, preview), bot.desk.act(joe, preview)]))
  assert.deepEqual(
    answers.map((answer) => answer.kind),
    ['acted', 'already pressed'],
  )
  assert.equal(eventsOf(on, 'terminate.intended').length, 1)
  assert.equal(on.cluster.signalled.length, 95)
})

test('a second person is told who pressed first, during the act and after it', async () => {
  const scene = await previewed()
  const { on, bot, joe, preview } = scene
  const lemon = operator(on, 'lemon')
  const hemlock = operator(on, 'hemlock')
  // Joe asked for the preview; lemon presses first.
  const [first, during] = await on.clock.finish(
    Promise.all([bot.desk.act(lemon, preview), bot.desk.act(hemlock, preview)]),
  )
  assert.equal(first.kind, 'acted')
  assert.equal(during.kind === 'already pressed' ? during.by.name : during.kind, 'lemon')
  const after = await press(scene, joe)
  assert.equal(after.kind === 'already pressed' ? after.by.name : after.kind, 'lemon')
})

test('a press after a restart meets the record of the first', async () => {
  const scene = await previewed()
  await press(scene)
  scene.bot.power.cut()
  const bot = await boot(scene.on)
  assert.equal((await press({ ...scene, bot })).kind, 'already pressed')
  assert.equal(scene.on.cluster.signalled.length, 95)
})

test('a preview from before a restart can be acted on after it', async () => {
  const scene = await previewed()
  scene.bot.power.cut()
  const bot = await boot(scene.on)
  assert.equal((await press({ ...scene, bot })).kind, 'acted')
})

test('who lost the role between preview and act is refused by the fresh look-up, whatever the click carried', async () => {
  const scene = await previewed()
  scene.on.guild.members.set('joe', { kind: 'member', roleIds: ['viewers'], timedOutUntil: undefined })
  const answer = await press(scene, presser('joe', ['devops']))
  assert.equal(answer.kind === 'refused' ? answer.because : answer.kind, 'tier missing')
  assertNothingDone(scene)
  assert.equal(eventsOf(scene.on, 'access.refused').length, 1)
})

test('who left, is timed out, or cannot be looked up is refused at the act', async () => {
  const untilLater = world().clock.now() + 3_600_000
  const cases = [
    [{ kind: 'gone' }, 'tier missing'],
    [{ kind: 'member', roleIds: ['devops'], timedOutUntil: untilLater }, 'timed out'],
    [{ kind: 'unknown', detail: 'no answer from Discord in 2 s' }, 'roles unknown'],
  ] as const
  for (const [member, because] of cases) {
    const scene = await previewed()
    scene.on.guild.members.set('joe', member)
    const answer = await press(scene)
    assert.equal(answer.kind === 'refused' ? answer.because : answer.kind, because)
    assertNothingDone(scene)
  }
})

test('a refused press does not use the preview up', async () => {
  const scene = await previewed()
  scene.on.guild.members.set('joe', { kind: 'unknown', detail: 'away' })
  assert.equal((await press(scene)).kind, 'refused')
  operator(scene.on)
  assert.equal((await press(scene)).kind, 'acted')
})

test('what went to work, ended, or bears a reused pid since the preview is left alone and counted', async () => {
  const scene = await previewed()
  const { on } = scene
  change(on, 1_000, { state: 'active', stateChange: '2020-12-11 13:24:30.5+00' })
  change(on, 1_001, { stateChange: '2020-12-11 13:24:31.5+00' })
  change(on, 1_002, { backendStart: '2020-12-11 13:24:32.5+00' })
  on.cluster.backends = on.cluster.backends.filter((one) => one.pid !== 1_003)
  const outcome = outcomeOf(await press(scene))
  assert.deepEqual([outcome.gone, outcome.alreadyGone, outcome.changed], [91, 2, 2])
  assert.deepEqual(
    on.cluster.backends.map((one) => one.pid),
    [1_000, 1_001, 1_002],
  )
  const [intended] = eventsOf(on, 'terminate.intended')
  assert.equal(intended?.pids.length, 91)
})

test('what changes between the fresh list and the signal is left alone by the statement and counted', async () => {
  const scene = await previewed()
  const { on } = scene
  const reads = on.cluster
  let isFirst = true
  // The evidence reads first; the list that the act compares with is the second.
  reads.onBackendsRead = () => {
    if (eventsOf(on, 'evidence.taken').length === 0 || !isFirst) return
    isFirst = false
    const list = on.cluster.backends
    queueMicrotask(() => {
      assert.equal(on.cluster.backends, list)
      change(on, 1_000, { state: 'active', stateChange: '2020-12-11 13:24:30.5+00' })
      on.cluster.backends = on.cluster.backends.filter((one) => one.pid !== 1_001)
    })
  }
  const outcome = outcomeOf(await press(scene))
  assert.deepEqual([outcome.gone, outcome.alreadyGone, outcome.changed], [93, 1, 1])
})

test('when everybody is gone or at work again there is nothing left to do, and no intent', async () => {
  const scene = await previewed()
  scene.on.cluster.backends = []
  const answer = await press(scene)
  assert.equal(answer.kind, 'nothing left')
  assertNothingDone(scene)
})

test('a server that cannot be read at the act is not acted on', async () => {
  const scene = await previewed()
  scene.on.cluster.state = 'hung'
  assert.equal((await press(scene)).kind, 'unreadable')
  assertNothingDone(scene)
})

test('what was signalled and does not go is counted as alive', async () => {
  const scene = await previewed(backends(33))
  scene.on.cluster.terminating = 'stubborn'
  const outcome = outcomeOf(await press(scene))
  assert.equal(outcome.gone, 0)
  assert.equal(outcome.stillAlive.length, 33)
})

test('a signal whose answer was lost is counted by what is gone, and says it is not certain', async () => {
  const scene = await previewed()
  scene.on.cluster.terminating = 'lost signal'
  const outcome = outcomeOf(await press(scene))
  assert.equal(outcome.gone, 95)
  assert.match(outcome.unknown ?? '', /no answer/)
})

test('a denied signal says which grant is missing', async () => {
  const scene = await previewed()
  scene.on.cluster.terminating = 'denied'
  const outcome = outcomeOf(await press(scene))
  assert.match(outcome.denied ?? '', /GRANT/)
  assert.equal(outcome.gone, 0)
})

test('when nothing can be read after the signal, nobody is called gone', async () => {
  const scene = await previewed(backends(33))
  scene.on.cluster.onBackendsRead = () => {
    if (eventsOf(scene.on, 'terminate.intended').length > 0) scene.on.cluster.state = 'hung'
  }
  const outcome = outcomeOf(await press(scene))
  assert.equal(outcome.gone, 0)
  assert.equal(outcome.stillAlive.length, 33)
  assert.match(outcome.unknown ?? '', /could not be read/)
})

test('evidence is taken before the first act of an incident, and for that one only', async () => {
  const scene = await previewed()
  await press(scene)
  scene.on.cluster.backends = backends(95, 3_000)
  const preview = await previewAgain(scene)
  assert.equal((await press({ ...scene, preview })).kind, 'acted')
  assert.equal(scene.bot.power.passed.filter((point) => point === 'before evidence save').length, 1)
  const [text] = scene.on.evidence.files.values()
  const kept = JSON.parse(text ?? '{}') as { readonly backends: readonly unknown[] }
  assert.equal(kept.backends.length, 95)
})

test('evidence that takes longer than 2 s is told, and stops nothing', async () => {
  const scene = await previewed()
  scene.on.evidence.saveTakesMs = 60_000
  const pressedAt = scene.on.clock.now()
  outcomeOf(await press(scene))
  assert.ok(scene.on.clock.now() - pressedAt < 5_000)
  assert.match(eventsOf(scene.on, 'evidence.failed')[0]?.detail ?? '', /longer than 2 s/)
})

test('evidence that cannot be kept is told, and stops nothing', async () => {
  const scene = await previewed()
  scene.on.evidence.isFull = true
  outcomeOf(await press(scene))
  assert.match(eventsOf(scene.on, 'evidence.failed')[0]?.detail ?? '', /no space left/)
})

test('two acts at once keep one evidence', async () => {
  const scene = await previewed()
  const { on, bot, joe, preview } = scene
  const other = await previewAgain(scene)
  await on.clock.finish(Promise.all([bot.desk.act(joe, preview), bot.desk.act(joe, other)]))
  assert.equal(eventsOf(on, 'evidence.taken').length, 1)
  assert.equal(new Set(on.cluster.signalled).size, on.cluster.signalled.length, 'nobody is signalled twice')
})

test('ten seconds later it is known who came back', async () => {
  const scene = await previewed()
  const answer = await press(scene)
  assert.equal(answer.kind, 'acted')
  if (answer.kind !== 'acted') return
  scene.on.cluster.backends = [...backends(2, 8_000), backend(9_000, { role: 'metricity' })]
  const act = await scene.on.clock.finish(answer.followUp)
  assert.equal(act.followedUp?.cameBack, 2)
  assert.equal(act.followedUp.afterMs, 10_000)
})

test('when it cannot be read who came back, that is what is told', async () => {
  const scene = await previewed()
  const answer = await press(scene)
  scene.on.cluster.state = 'hung'
  assert.equal(answer.kind, 'acted')
  if (answer.kind !== 'acted') return
  const act = await scene.on.clock.finish(answer.followUp)
  assert.ok(act.followedUp !== undefined && act.followedUp.cameBack === undefined)
})

for (const [point, gone] of [
  ['after journal terminate.intended', 0],
  ['before postgres terminate', 0],
  ['after postgres terminate', 95],
  ['before journal terminate.finished', 95],
] as const) {
  test(`an act cut in two ${point} is closed after the restart by what is observed, and is not done again`, async () => {
    const scene = await previewed()
    const { on, bot: before, joe, preview } = scene
    before.power.dieAt(point)
    void before.desk.act(joe, preview)
    await on.clock.advance(6_000)
    assert.equal(before.power.isOn(), false)
    const bot = await boot(on)
    assert.equal((await press({ ...scene, bot })).kind, 'already pressed')
    await bot.tick(2)
    const [finished, ...others] = eventsOf(on, 'terminate.finished')
    assert.deepEqual(others, [])
    assert.equal(finished?.outcome.gone, gone)
    assert.match(finished.outcome.unknown ?? '', /restarted during the act/)
    assert.equal(on.cluster.signalled.length, gone)
    assert.equal(onlyIncident(bot).acts.length, 1)
  })
}

test('an act that dies before its intent has left nothing behind, and may be pressed again', async () => {
  const scene = await previewed()
  scene.bot.power.dieAt('before journal terminate.intended')
  void scene.bot.desk.act(scene.joe, scene.preview)
  await scene.on.clock.advance(3_000)
  assertNothingDone(scene)
  const bot = await boot(scene.on)
  assert.equal((await press({ ...scene, bot })).kind, 'acted')
})

test('an act under way is not closed by a tick that meets it', async () => {
  const scene = await previewed()
  const { on, bot, joe, preview } = scene
  on.cluster.terminating = 'stubborn'
  const acting = bot.desk.act(joe, preview)
  await on.clock.settle()
  await on.clock.advance(1_000)
  assert.ok(bot.underWay.has(preview))
  for (let n = 0; n < 2; n += 1) await bot.tick()
  await on.clock.finish(acting)
  await on.clock.advance(TICK_MS)
  const finished = eventsOf(on, 'terminate.finished')
  assert.equal(finished.length, 1)
  assert.equal(finished[0]?.outcome.unknown, undefined)
})
