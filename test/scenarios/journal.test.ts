import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startScenario, until, type Scenario } from './world.js'

describe('a journal that is damaged', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario({ withoutBot: true })
    await writeFile(join(world.dataDir, 'journal.db'), 'this was a database once, and is none any more')
    await world.startBot()
    await world.fill('site')
    await world.tick(2)
  })
  after(async () => {
    await world.close()
  })

  test('does not blind the watch: card and page come, and the card says what is wrong', async () => {
    await until('card and page are there', () => world.cards().length === 1 && world.pages().length === 1)
    await until('the card says so', () => /The journal does not take records/.test(world.cards()[0]?.text ?? ''))
  })

  test('refuses to act, in words, and nothing is done', async () => {
    await pause(1_100)
    await world.tick()
    const answer = await (await world.discord.as('olga').slash('terminate stale', { role: 'site' })).wait()
    assert.match(answer.text(), /without a record there is no act/)
    assert.match(answer.text(), /Nothing was done/)
    const rows = await world.postgres.sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'site'")
    assert.ok(Number(rows[0]?.['n']) >= 20)
  })

  test('is told by /status, with what mends it', async () => {
    const answer = await (await world.discord.as('olga').slash('status')).wait()
    assert.match(answer.text(), /lifeguard journal seal/)
  })
})
