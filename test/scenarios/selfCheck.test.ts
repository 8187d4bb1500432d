import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startScenario, until, type Scenario } from './world.js'

describe('what is missing on Discord’s side', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario({ env: { ROLE_VIEW: '111111111111111111' } })
  })
  after(async () => {
    await world.close()
  })

  const status = async () => (await (await world.discord.as('olga').slash('status')).wait()).text()

  test('a role that does not exist is named, with the setting it comes from', async () => {
    assert.match(await status(), /There is no role 111111111111111111 \(ROLE_VIEW\) in this server/)
  })

  test('a permission that is taken away is named, with what it is for', async () => {
    world.discord.setPermissions('@everyone', [
      'ViewChannel',
      'SendMessages',
      'UseApplicationCommands',
      'ReadMessageHistory',
    ])
    await until('the bot has heard of it', async () => (await status()).includes('lacks'))
    const words = await status()
    assert.match(words, /The bot lacks Create Public Threads in #incidents \(to start the thread of an incident\)/)
    assert.match(words, /The bot lacks Attach Files in #incidents/)
    assert.doesNotMatch(words, /lacks Send Messages in #/)
    assert.doesNotMatch(words, /lacks Mention Everyone/, 'the page role is mentionable')
  })

  test('a channel that is gone is named, and the alarm stays owed', async () => {
    world.discord.deleteChannel('incidents')
    await world.open('site', 12)
    await world.tick(2)
    const general = world.discord.world.threads()
    assert.deepEqual(general, [])
    await until('the log says so', () => world.logged.some((line) => line.includes('could not be told, still owed')))
  })
})
