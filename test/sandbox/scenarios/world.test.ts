import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '../../../sandbox/postgres/start.js'
import { run } from '../../../sandbox/scenarios/run.js'
import type { Scenario } from '../../../sandbox/scenarios/scenario.js'
import { july2021, surge, surgeSuperuser } from '../../../sandbox/scenarios/stories.js'
import { openWorld } from '../../../sandbox/scenarios/world.js'
import type { OpenWorld } from '../../../sandbox/scenarios/world.js'
import { systemClock } from '../../../sandbox/site/clock.js'

/** Plays a story much faster than a person could follow, on a real server, until `isOver`. */
async function played(
  scenario: Scenario,
  isOver: (world: OpenWorld) => boolean,
  then: (world: OpenWorld, login: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const postgres = await startPostgres({ reserved: 2 })
  const abort = new AbortController()
  let world: OpenWorld | undefined
  try {
    world = await openWorld({ postgres, scenario, clock: systemClock, trafficEveryMs: 200 })
    await run({ ...scenario, speed: 40 }, world, { clock: systemClock, signal: abort.signal, onLine: () => undefined })
    while (!isOver(world)) await sleep(20)
    await then(world, () => postgres.sql('SELECT 1'))
  } finally {
    abort.abort()
    world?.stop()
    await postgres.stop()
  }
}

/**
 * Full, and meeting the limit. A login that is being refused holds a slot until it has ended, and may cost another one its
 * turn: who wants a slot tries again, so the count comes a moment after the first refusal.
 */
function isFull(slots: number): (world: OpenWorld) => boolean {
  return (world) => {
    const { living, leftBehind, holdingLocks, requests, others, refusals } = world.counts()
    return refusals > 0 && living + leftBehind + holdingLocks + requests + others >= slots
  }
}

/** For the same reason a slot that is kept free may be taken for a moment. */
async function inAMoment(login: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await login()
      return
    } catch (error) {
      if (tries >= 100 || !(error instanceof Error && 'code' in error && error.code === '53300')) throw error
      await sleep(50)
    }
  }
}

test('the surge takes every usable slot and leaves the superuser a way in', async () => {
  await played(surge, isFull(95), async (world, login) => {
    const { living, leftBehind, others } = world.counts()
    assert.equal(living + leftBehind + others, 95)
    assert.equal(leftBehind, 60)
    await inAMoment(login)
  })
})

test('with site as superuser the last reserved slot is gone too', async () => {
  await played(surgeSuperuser, isFull(100), async (world, login) => {
    const { living, leftBehind, others } = world.counts()
    assert.equal(living + leftBehind + others, 100)
    await assert.rejects(login, { code: '53300', routine: 'InitProcess' })
  })
})

test('in July 2021 six open transactions make everybody else wait until the server is full', async () => {
  await played(july2021, isFull(95), (world) => {
    const { holdingLocks, requests, living, others } = world.counts()
    assert.equal(holdingLocks, 6)
    assert.equal(holdingLocks + requests + living + others, 95)
    return Promise.resolve()
  })
})
