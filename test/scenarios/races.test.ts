import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { accessSync, constants, writeFileSync } from 'node:fs'
import type pg from 'pg'
import type { Answer } from '../../sandbox/discord/driver/answer.js'
import { startScenario, until, type Scenario } from './world.js'

/** Linux lets root choose the next pid; elsewhere a reused pid cannot be had on purpose. */
const LAST_PID = '/proc/sys/kernel/ns_last_pid'
const whyNoReuse = canChoosePids() ? false : 'needs Linux, and only root may choose the next pid'

function canChoosePids(): boolean {
  try {
    accessSync(LAST_PID, constants.W_OK)
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

describe('what changes between the preview and the act', () => {
  let world: Scenario
  let clients: readonly pg.Client[]

  before(async () => {
    world = await startScenario()
    await world.tick()
  })
  after(async () => {
    await world.close()
  })
  beforeEach(async () => {
    await world.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'site'")
    clients = await world.open('site', 5)
    await pause(1_100)
    await world.tick()
  })

  const preview = async (): Promise<Answer> => {
    const answer = await (await world.discord.as('olga').slash('terminate stale', { role: 'site' })).wait()
    assert.match(answer.text(), /Terminate 5 backends/)
    return answer
  }
  const confirm = async (answer: Answer) =>
    await world.discord.as('olga').click(answer.message()?.id ?? '', { label: 'Terminate 5 backends' })
  const alive = async () =>
    (await world.postgres.sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'site'"))[0]?.['n']

  test('a backend that works again is left alone, and counted', async () => {
    const shown = await preview()
    const working = clients[0]?.query('SELECT pg_sleep(20)')
    working?.catch(() => undefined)
    await until('it is active', async () => {
      const rows = await world.postgres.sql(
        "SELECT 1 FROM pg_stat_activity WHERE usename = 'site' AND state = 'active'",
      )
      return rows.length === 1
    })
    const outcome = await confirm(shown)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.match(
      outcome.text(),
      /4 gone · 0 still alive · 0 already gone before · 1 changed since the preview, left alone/,
    )
    assert.equal(await alive(), 1)
  })

  test('a backend that worked for a moment and is idle again is left alone: somebody uses it', async () => {
    const shown = await preview()
    await clients[1]?.query('SELECT 1')
    const outcome = await confirm(shown)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.match(outcome.text(), /1 changed since the preview/)
    assert.equal(await alive(), 1)
  })

  test('a backend that ended by itself is counted as such', async () => {
    const shown = await preview()
    await clients[2]?.end()
    const outcome = await confirm(shown)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.match(outcome.text(), /1 already gone before/)
  })

  test('a pid that was given to another backend in between is not touched', { skip: whyNoReuse }, async () => {
    const shown = await preview()
    const pid = (await clients[3]?.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.rows[0]?.pid ?? 0
    await clients[3]?.end()
    await until('the pid belongs to another backend', async () => {
      // The next process of this machine gets this pid, unless another one is quicker: then it is tried again.
      writeFileSync(LAST_PID, String(pid - 1))
      const [taker] = await world.open('metricity', 1)
      const rows = await taker?.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      if (rows?.rows[0]?.pid === pid) return true
      await taker?.end()
      return false
    })
    const outcome = await confirm(shown)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.match(outcome.text(), /4 gone · 0 still alive · 1 already gone before · 0 changed/)
    const rows = await world.postgres.sql('SELECT usename FROM pg_stat_activity WHERE pid = $1', [pid])
    assert.equal(rows[0]?.['usename'], 'metricity')
  })

  test('of two presses at once one acts, and the other is told who was first', async () => {
    const shown = await preview()
    const [first, second] = [await confirm(shown), await confirm(shown)]
    await until('both are answered', () => /5 gone/.test(first.text()) && second.followUps().length === 1)
    assert.match(second.text(), /pressed this first/)
    assert.match(second.text(), /This press did nothing/)
    assert.equal(await alive(), 0)
  })

  test('a press by someone whose role was just removed does nothing, whatever the button promised', async () => {
    const shown = await preview()
    world.discord.setRoles('olga', [])
    try {
      const refused = await confirm(shown)
      await until('it is refused', () => refused.followUps().length === 1)
      assert.match(refused.text(), /You can't terminate backends: it needs the operate tier/)
      assert.equal(await alive(), 5)
    } finally {
      world.discord.setRoles('olga', ['DevOps'])
    }
  })

  test('who reconnects the moment it is ended has come back, however quick it was', async () => {
    const shown = await preview()
    clients[0]?.once('end', () => void world.open('site', 2))
    const outcome = await confirm(shown)
    await until('who came back is told', () => /came back with 2 new backends/.test(outcome.text()))
  })

  test('a person who asks for less than the stale rule is told so before confirming', async () => {
    const younger = await (
      await world.discord.as('olga').slash('terminate stale', { role: 'site', min_age: '0s' })
    ).wait()
    assert.match(
      younger.text(),
      /Younger than the stale rule\*\* \(idle: 1 s, idle in transaction: 1 s\): these may be in use/,
    )
    assert.doesNotMatch((await preview()).text(), /Younger than the stale rule/)
  })

  test('an empty filter selects nobody', async () => {
    const answer = await (await world.discord.as('olga').slash('terminate stale', {})).wait()
    assert.match(answer.text(), /Whose backends\?/)
    assert.equal(await alive(), 5)
  })

  test('a button from before a restart still works', async () => {
    const shown = await preview()
    await world.stopBot()
    await world.startBot()
    await world.tick()
    const outcome = await confirm(shown)
    await until('the outcome is shown', () => /5 gone/.test(outcome.text()))
  })
})
