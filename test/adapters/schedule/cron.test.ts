import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { cron } from '../../../src/adapters/schedule/cron.js'
import { UserError } from '../../../src/core/errors.js'
import type { Log, LogFields } from '../../../src/ports/log.js'
import type { Scheduled } from '../../../src/ports/schedule.js'

const EVERY_SECOND = '* * * * * *'
const START = Date.UTC(2026, 0, 1)

type Line = { readonly level: string; readonly fields: LogFields; readonly sentence: string }

function recordingLog(lines: Line[]): Log {
  const at =
    (level: string) =>
    (fields: LogFields, sentence: string): void =>
      void lines.push({ level, fields, sentence })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => recordingLog(lines),
  }
}

/** A schedule whose clock only moves when told to. */
function world(t: TestContext): {
  readonly lines: Line[]
  readonly every: (expression: string, name: string, run: () => Promise<void>) => Scheduled
  readonly pass: (seconds: number) => Promise<void>
} {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START })
  const lines: Line[] = []
  const schedule = cron(recordingLog(lines))
  return {
    lines,
    every(expression, name, run) {
      const scheduled = schedule.every(expression, name, run)
      t.after(() => scheduled.stop())
      return scheduled
    },
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        t.mock.timers.tick(1000)
        await settled()
      }
    },
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('the work runs at each slot, seconds first', async (t) => {
  const { every, pass } = world(t)
  const slots: number[] = []
  every('*/5 * * * * *', 'site', async () => void slots.push((Date.now() - START) / 1000))
  await pass(16)
  assert.deepEqual(slots, [5, 10, 15])
})

test('after stop nothing starts any more', async (t) => {
  const { every, pass } = world(t)
  let runs = 0
  const scheduled = every(EVERY_SECOND, 'site', async () => void (runs += 1))
  await pass(2)
  scheduled.stop()
  scheduled.stop()
  await pass(5)
  assert.equal(runs, 2)
})

test('a run that throws is logged with its cause, and the next slot runs', async (t) => {
  const { every, pass, lines } = world(t)
  const failure = new Error('no answer')
  let runs = 0
  every(EVERY_SECOND, 'site', async () => {
    runs += 1
    throw failure
  })
  await pass(3)
  assert.equal(runs, 3)
  assert.deepEqual(lines[0], {
    level: 'error',
    fields: { schedule: 'site', err: failure },
    sentence: 'a scheduled run failed',
  })
  assert.equal(lines.length, 3)
})

test('a work that throws before it returns a promise is logged likewise', async (t) => {
  const { every, pass, lines } = world(t)
  every(EVERY_SECOND, 'site', () => {
    throw new Error('at once')
  })
  await pass(2)
  assert.deepEqual(
    lines.map((line) => line.sentence),
    ['a scheduled run failed', 'a scheduled run failed'],
  )
})

test('a slow run is never joined by a second one, its slots are counted, and another schedule does not wait', async (t) => {
  const { every, pass } = world(t)
  let atWork = 0
  let most = 0
  let finish: () => void = () => undefined
  const slow = every(EVERY_SECOND, 'slow', async () => {
    atWork += 1
    most = Math.max(most, atWork)
    await new Promise<void>((resolve) => (finish = resolve))
    atWork -= 1
  })
  let quickRuns = 0
  const quick = every(EVERY_SECOND, 'quick', async () => void (quickRuns += 1))
  await pass(4)
  assert.equal(most, 1)
  assert.equal(quickRuns, 4)
  assert.deepEqual(slow.gaps(), { missed: 0, overlapped: 3, lastAt: START + 4000 })
  assert.deepEqual(quick.gaps(), { missed: 0, overlapped: 0 })

  finish()
  await settled()
  await pass(1)
  assert.equal(atWork, 1) // it goes on as soon as it can
})

test('slots that passed while the process was stalled are counted and not made up for', async (t) => {
  const { every, lines } = world(t)
  let runs = 0
  const scheduled = every(EVERY_SECOND, 'site', async () => void (runs += 1))
  t.mock.timers.setTime(START + 4000) // the wall clock goes on, timers do not: a stalled event loop
  t.mock.timers.tick(1000)
  await settled()
  const gaps = scheduled.gaps()
  assert.equal(runs, 1)
  assert.equal(gaps.missed, 4)
  assert.equal(gaps.lastAt, START + 4000)
  assert.ok(lines.every((line) => line.level === 'warn' && line.sentence === 'a scheduled run was missed'))
})

test('an expression that is no six valid fields is refused with an example', (t) => {
  const { every } = world(t)
  for (const bad of ['* * * * *', '61 * * * * *', 'nonsense', '', '* * * * * * *', '@hourly', '*/0 * * * * *']) {
    assert.throws(
      () => every(bad, 'site', async () => undefined),
      (error: unknown) => error instanceof UserError && error.message.includes('six cron fields, seconds first'),
      bad,
    )
  }
})

test('the scheduler writes nothing to the console', async (t) => {
  const { every, pass } = world(t)
  const spoken: unknown[] = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    t.mock.method(console, method, (...words: unknown[]) => spoken.push(words))
  }
  every(EVERY_SECOND, 'site', () => new Promise(() => undefined))
  await pass(1)
  t.mock.timers.setTime(Date.now() + 5000)
  await pass(2)
  assert.deepEqual(spoken, [])
})
