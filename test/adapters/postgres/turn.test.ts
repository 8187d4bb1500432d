import assert from 'node:assert/strict'
import { test } from 'node:test'

import { redialDelayMs, retryDelayMs } from '../../../src/adapters/postgres/backoff.js'
import type { LoginFailure } from '../../../src/adapters/postgres/failure.js'
import { within } from '../../../src/adapters/postgres/limit.js'
import { turn } from '../../../src/adapters/postgres/turn.js'
import type { Clock } from '../../../src/ports/clock.js'

/** A clock that stands until it is told to ring: then every sleep under way ends. */
function standingClock(): Clock & { ring(): void } {
  let sleepers: (() => void)[] = []
  return {
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push(resolve)
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    ring() {
      const woken = sleepers
      sleepers = []
      for (const wake of woken) wake()
    },
  }
}

async function settled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve))
}

const REFUSED: LoginFailure = { kind: 'refused', limit: 'every slot' }
const DOWN: LoginFailure = { kind: 'unreachable', why: 'refused', detail: 'ECONNREFUSED' }

test('work in time is handed on, and late work is not waited for', async () => {
  const clock = standingClock()
  assert.deepEqual(await within(clock, 10, Promise.resolve('done')), { kind: 'in time', value: 'done' })
  await assert.rejects(within(clock, 10, Promise.reject(new Error('no'))), /no/)
  const late = within(clock, 10, new Promise((resolve) => setTimeout(resolve, 1_000_000).unref()))
  clock.ring()
  assert.deepEqual(await late, { kind: 'late' })
})

test('a rejection that comes after the limit disturbs nobody', async () => {
  const clock = standingClock()
  let fail = (_error: Error): void => undefined
  const work = new Promise<never>((_resolve, reject) => (fail = reject))
  const late = within(clock, 10, work)
  clock.ring()
  assert.deepEqual(await late, { kind: 'late' })
  fail(new Error('too late'))
  await settled()
})

test('one login at a time, in order, and one that fails hands its turn on', async () => {
  const logins = turn(standingClock())
  const said: string[] = []
  let finishFirst = (): void => undefined
  const first = logins.take(10, async () => {
    await new Promise<void>((resolve) => (finishFirst = resolve))
    throw new Error('refused')
  })
  const second = logins.take(10, async () => void said.push('second'))
  const third = logins.take(10, async () => void said.push('third'))
  await settled()
  assert.deepEqual(said, [])
  finishFirst()
  await assert.rejects(first, /refused/)
  await Promise.all([second, third])
  assert.deepEqual(said, ['second', 'third'])
})

test('who waited too long is told so, and takes no turn afterwards', async () => {
  const clock = standingClock()
  const logins = turn(clock)
  let finish = (): void => undefined
  const first = logins.take(10, () => new Promise<void>((resolve) => (finish = resolve)))
  const impatient = logins.take(10, () => Promise.reject(new Error('must not run')))
  await settled()
  clock.ring()
  assert.equal(await impatient, 'taken')
  finish()
  await first
  assert.equal(await logins.take(10, async () => 'free'), 'free')
})

test('only a full server is asked again quickly', () => {
  assert.equal(retryDelayMs(REFUSED, 1, true, 0.5), 250)
  assert.equal(retryDelayMs(REFUSED, 99, true, 0.5), 250)
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((failures) => retryDelayMs(DOWN, failures, true, 0.5)),
    [1_000, 2_000, 4_000, 8_000, 10_000, 10_000],
  )
})

test('a mere replacement never hurries at a full server', () => {
  assert.equal(retryDelayMs(REFUSED, 1, false, 0.5), 1_000)
})

test('delays are spread by a quarter either way', () => {
  assert.deepEqual(
    [0, 1].map((chance) => retryDelayMs(REFUSED, 1, true, chance)),
    [188, 313],
  )
})

test('a lost session is dialed again at once, unless sessions keep dying young', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 40].map((diedYoung) => redialDelayMs(diedYoung, 0.5)),
    [0, 0, 0, 250, 500, 1_000, 10_000],
  )
})
