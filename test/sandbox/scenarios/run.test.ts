import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsLine, report, run } from '../../../sandbox/scenarios/run.js'
import type { World, WorldCounts } from '../../../sandbox/scenarios/run.js'
import type { Scenario } from '../../../sandbox/scenarios/scenario.js'
import { july2021, quiet, SCENARIOS, surge } from '../../../sandbox/scenarios/stories.js'
import type { Clock } from '../../../sandbox/site/clock.js'

const ZERO: WorldCounts = { living: 0, leftBehind: 0, holdingLocks: 0, requests: 0, others: 0, refusals: 0 }

/** A clock on which sleeping is the only thing that takes time. */
function instantClock(): Clock {
  let now = 1_000_000
  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal.aborted) return Promise.reject(new Error('aborted'))
      now += ms
      return new Promise(setImmediate) // whatever was started before gets its turn
    },
  }
}

function recordingWorld(clock: Clock, fail = false): { world: World; acts: string[] } {
  const acts: string[] = []
  const start = clock.now()
  const note = (what: string): Promise<void> => {
    acts.push(`${clock.now() - start} ${what}`)
    return fail ? Promise.reject(new Error('the server is away')) : Promise.resolve()
  }
  const world: World = {
    rollout: (sessions, openEveryMs) => note(`rollout ${sessions} ${openEveryMs}`),
    holdLocks: (count) => note(`hold ${count}`),
    sendRequests: (count, everyMs) => note(`requests ${count} ${everyMs}`),
    counts: () => ZERO,
  }
  return { world, acts }
}

test('steps are played at their times, each with its line', async () => {
  const clock = instantClock()
  const { world, acts } = recordingWorld(clock)
  const lines: string[] = []
  await run(surge, world, { clock, signal: new AbortController().signal, onLine: (line) => lines.push(line) })
  assert.deepEqual(acts, [
    '1000 rollout 16 200',
    '6000 rollout 16 200',
    '11000 rollout 16 200',
    '15500 rollout 16 1250',
  ])
  assert.equal(lines.length, 4)
})

test('a story told faster shortens its pauses and its pace alike', async () => {
  const clock = instantClock()
  const { world, acts } = recordingWorld(clock)
  await run(july2021, world, { clock, signal: new AbortController().signal, onLine: () => undefined })
  assert.deepEqual(acts, ['4000 hold 6', '5000 requests 110 700'])
})

test('a story without steps is over at once', async () => {
  const clock = instantClock()
  const { world, acts } = recordingWorld(clock)
  await run(quiet, world, { clock, signal: new AbortController().signal, onLine: () => undefined })
  assert.deepEqual(acts, [])
})

test('an abort ends the story before its next step', async () => {
  const clock = instantClock()
  const { world, acts } = recordingWorld(clock)
  const abort = new AbortController()
  await run(surge, world, { clock, signal: abort.signal, onLine: () => abort.abort() })
  assert.equal(acts.length, 1)
})

test('an act that fails is told, and the story goes on', async () => {
  const clock = instantClock()
  const { world, acts } = recordingWorld(clock, true)
  const lines: string[] = []
  await run(surge, world, { clock, signal: new AbortController().signal, onLine: (line) => lines.push(line) })
  await new Promise(setImmediate)
  assert.equal(acts.length, 4)
  assert.equal(lines.filter((line) => line.includes('the server is away')).length, 4)
})

test('numbers are told when they change and not otherwise', async () => {
  const clock = instantClock()
  const abort = new AbortController()
  const living = [1, 1, 1, 2, 2]
  const world: World = {
    ...recordingWorld(clock).world,
    counts: () => ({ ...ZERO, living: living.shift() ?? (abort.abort(), 3) }),
  }
  const lines: string[] = []
  await report(world, 1_000, { clock, signal: abort.signal, onLine: (line) => lines.push(line) })
  assert.deepEqual(
    lines.map((line) => line.slice(0, 1)),
    ['1', '2', '3'],
  )
})

test('a line of numbers leaves out what is zero', () => {
  assert.equal(countsLine({ ...ZERO, living: 4, others: 20 }), '24 sessions: site 4 of living pods, other services 20')
  assert.equal(
    countsLine({ living: 1, leftBehind: 60, holdingLocks: 6, requests: 5, others: 20, refusals: 9 }),
    '92 sessions: site 1 of living pods, 60 left behind, 6 holding locks, 5 waiting, other services 20, 9 logins refused so far',
  )
})

test('every story has its steps in order of time and a name of its own', () => {
  const times = (scenario: Scenario): number[] => scenario.steps.map((step) => step.atMs)
  for (const scenario of SCENARIOS)
    assert.deepEqual(
      times(scenario),
      times(scenario).toSorted((a, b) => a - b),
    )
  assert.equal(new Set(SCENARIOS.map((scenario) => scenario.name)).size, SCENARIOS.length)
})

/** Sessions of the story at a time, with 20 of other services and the bot's 2; nothing refused. */
function wantedAt(scenario: Scenario, ms: number): { total: number; left: number } {
  let [living, left] = [scenario.startSessions, 0]
  for (const step of scenario.steps) {
    if (step.act.kind !== 'rollout' || step.atMs > ms) continue
    left += living
    living = Math.min(step.act.sessions, Math.floor((ms - step.atMs) / step.act.openEveryMs) + 1)
  }
  return { total: living + left + 22, left }
}

test('the surge crosses 90 between 20 and 30 s, is full soon after, and what it left is then older than 10 s', () => {
  const reaches = (total: number): number => {
    for (let ms = 0; ms < 120_000; ms += 100) if (wantedAt(surge, ms).total >= total) return ms
    return Infinity
  }
  assert.ok(reaches(91) >= 20_000 && reaches(91) <= 30_000, `91 at ${reaches(91)} ms`)
  assert.ok(reaches(95) > reaches(91) + 3_000 && reaches(95) < 40_000, `95 at ${reaches(95)} ms`)
  const last = surge.steps.at(-1)
  assert.ok(last !== undefined && reaches(91) - last.atMs >= 10_000, `left behind since ${last?.atMs} ms`)
})
