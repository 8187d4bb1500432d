import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { inAnotherProcess } from '../adapters/sqlite/inAnotherProcess.js'
import { onWatch, startProcess, type BotProcess } from './process.js'
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

describe('a disk that hangs while the journal is written', () => {
  let world: Scenario
  let bot: BotProcess

  before(async () => {
    world = await startScenario({ env: { SCHEDULE: '* * * * * *', HOLD_DOWN: '2s' }, withoutBot: true })
  })
  after(async () => {
    await bot.kill()
    await world.close()
  })

  test('does not stop the watch: card and page come from memory, and the card says what is wrong', async (t) => {
    await inAnotherProcess(t, 'append', world.dataDir, 'an earlier start')
    // As a call to the system that does not return: nothing stops the thread that is in it.
    const hang = `CREATE TRIGGER hang BEFORE INSERT ON events WHEN NEW.type = 'incident.opened' BEGIN
      SELECT sum(i) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT i FROM n); END`
    await inAnotherProcess(t, 'sql', world.dataDir, hang)
    bot = startProcess(world.env)
    await onWatch(bot)
    await world.fill('site')
    await until('card and page are there', () => world.cards().length === 1 && world.pages().length === 1)
    await until('the card says so', () => /the disk has not answered for 5 s/.test(world.cards()[0]?.text ?? ''))
  })

  test('refuses to act, in words, and nothing is done', async () => {
    await pause(1_100)
    const answer = await (await world.discord.as('olga').slash('terminate stale', { role: 'site' })).wait()
    assert.match(answer.text(), /without a record there is no act/)
    assert.match(answer.text(), /Nothing was done/)
    const rows = await world.postgres.sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'site'")
    assert.ok(Number(rows[0]?.['n']) >= 20)
  })

  test('does not keep the bot from ending; the next one starts on what was acknowledged', async (t) => {
    await bot.stop()
    const [read] = await inAnotherProcess(t, 'sql', world.dataDir, 'SELECT DISTINCT type FROM events')
    assert.deepEqual(read, [{ type: 'bot.started' }])
    const dropped = await inAnotherProcess(t, 'sql', world.dataDir, 'DROP TRIGGER hang')
    assert.deepEqual(dropped, [[]])
    bot = startProcess(world.env)
    await onWatch(bot)
  })
})
