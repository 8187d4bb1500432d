import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startScenario, until, type Scenario } from './world.js'

const SETTINGS = { NO_DATA_AFTER: '6s', HOLD_DOWN: '1s' }

describe('a Postgres that hangs, stops and comes back', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario({ env: SETTINGS })
    await world.open('site', 12)
    await world.tick(2)
    await until('the warning stands', () => world.cards().length === 1)
  })
  after(async () => {
    await world.close()
  })

  const held = async () =>
    await world.postgres.sql("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'lifeguard %' ORDER BY pid")

  test('hung is told apart, its number stands with its age, nothing falls silent, and no session is thrown away', async () => {
    const heldBefore = await held()
    world.postgres.pause()
    await world.tick()
    await until('the card says so', () => /No reading/.test(world.cards()[0]?.text ?? ''))
    const words = world.cards()[0]?.text ?? ''
    assert.match(words, /hung: no answer in 2 s/)
    assert.match(words, /Last known: \d+ of 25 usable connections at <t:\d+:T>/)
    assert.doesNotMatch(words, /RESOLVED/)
    world.postgres.resume()
    await until('it answers again', async () => {
      await world.tick()
      const answer = await (await world.discord.as('olga').slash('connections show', { by: 'role' })).wait()
      return answer.text().includes('Read at')
    })
    assert.deepEqual(await held(), heldBefore)
  })

  test('a server that is down for long becomes an incident of its own, which ends when it is back', async () => {
    await world.postgres.down()
    await world.tick()
    await pause(6_100)
    await world.tick()
    await until('its card is there', () => world.cards().some((card) => /PAGE — `production`: no data/.test(card.text)))
    const down = world.cards().find((card) => card.text.includes('no data'))
    assert.match(down?.text ?? '', /No connection can be made/)
    await until('somebody is paged', () => world.pages().length === 1)

    await world.postgres.up()
    await until('the incident without data is over', async () => {
      await world.tick()
      await pause(100)
      return world.discord.world.message(down?.id ?? '')?.text.includes('RESOLVED') === true
    })
    // Every session of the site died with the server: the warning has nothing left to stand on either.
    await until('the warning is over too', async () => {
      await world.tick()
      await pause(100)
      return world.cards().every((card) => card.text.includes('RESOLVED'))
    })
    assert.equal(world.cards().length, 2)
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})
