import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startScenario, until, type Scenario } from './world.js'

describe('a server that is full to the last slot, the superusers’ and the reserved ones too', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario()
    await world.open('metricity', 3)
    await world.fill('site')
    await world.fill('superuser')
  })
  after(async () => {
    await world.close()
  })

  test('the canary meets what users meet, and the card and the page say that every slot is gone', async () => {
    await world.tick()
    await until('the page is there', () => world.pages().length === 1)
    const words = world.cards()[0]?.text ?? ''
    assert.match(words, /PAGE — `production`: 30 of 25 usable connections/)
    assert.match(words, /Full: 30 in use of 25 usable, reserved slots too/)
    assert.match(words, /A plain login was refused: every slot is gone, the superuser reserve too/)
  })

  test('who holds connections can still be listed', async () => {
    const answer = await (await world.discord.as('vera').slash('connections show', { by: 'role' })).wait()
    assert.match(answer.text(), /30 of 25 usable connections/)
    assert.match(answer.text(), /site +20 +20 +0/)
    assert.match(answer.text(), /lifeguard \(us\) +2/)
  })

  test('stale backends can still be terminated, and superusers’ are listed with the remedy', async () => {
    await pause(1_100)
    await world.tick()
    const nobody = await (
      await world.discord.as('olga').slash('terminate stale', { role: world.postgres.superuser })
    ).wait()
    assert.match(nobody.text(), /Nobody to terminate on `production`/)
    assert.match(nobody.text(), /Can't be ended by Lifeguard: 5 superuser backends/)
    assert.match(nobody.text(), /NOSUPERUSER/)

    const preview = await (await world.discord.as('olga').slash('terminate stale', { role: 'site' })).wait()
    assert.match(preview.text(), /Terminate 20 backends on `production`\?/)
    const outcome = await (
      await world.discord.as('olga').click(preview.message()?.id ?? '', { label: /Terminate 20/ })
    ).wait()
    await until('the outcome is shown', () => /20 gone/.test(outcome.text()))
  })

  test('plain logins get in again, and the bot has never lost its sessions', async () => {
    await world.open('metricity', 1)
    const rows = await world.postgres.sql(
      "SELECT count(*)::int AS held FROM pg_stat_activity WHERE application_name IN ('lifeguard monitor', 'lifeguard actor')",
    )
    assert.equal(rows[0]?.['held'], 2)
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})

describe('a held session that is killed while the server is full', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario()
  })
  after(async () => {
    await world.close()
  })

  test('the watch goes on over the other session, and the lost one comes back through the reserved slots', async () => {
    await world.fill('site')
    await world.tick()
    // The freed slot is taken by the leak before anybody else can have it.
    await world.postgres.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lifeguard monitor'",
    )
    await world.tick()
    const answer = await (await world.discord.as('olga').slash('connections show', { by: 'role' })).wait()
    assert.match(answer.text(), /Read at/)
    await until('both sessions are held again', async () => {
      const status = await (await world.discord.as('olga').slash('status')).wait()
      return /monitor open .*, actor open /.test(status.text())
    })
  })
})

describe('the 2020 variant: the leaking service is a superuser and takes every slot', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario()
    await world.postgres.sql('ALTER ROLE site SUPERUSER')
    await world.fill('site')
    await pause(1_100)
    await world.tick(2)
  })
  after(async () => {
    await world.close()
  })

  test('the card does not say that nobody is stale: it names the role, the way out by hand, and the remedy', async () => {
    await until('the card is there', () => world.cards().length === 1)
    const words = world.cards()[0]?.text ?? ''
    assert.match(words, /30 of 25 usable connections/)
    assert.match(words, /Lifeguard can't end the 28 stale backends of `site`:\*\* the role is a superuser/)
    assert.match(words, /pkill -TERM -o -u postgres -f 'postgres: .*site/)
    assert.match(words, /ALTER ROLE "site" NOSUPERUSER;/)
  })

  test('the button answers with who they are, and nobody is signalled', async () => {
    const card = world.cards()[0]?.id ?? ''
    const answer = await (await world.discord.as('olga').click(card, { label: /Terminate/ })).wait()
    assert.match(answer.text(), /Nobody to terminate on `production`/)
    assert.match(answer.text(), /Can't be ended by Lifeguard: 28 superuser backends/)
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})
