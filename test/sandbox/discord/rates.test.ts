import assert from 'node:assert/strict'
import test from 'node:test'
import { movableClock } from '../../../sandbox/discord/clock.js'
import { call, loggedIn, sandbox, TOKEN } from './bot.js'

const POSTS = { method: 'POST', route: /messages$/, limit: 2, perMs: 300 }

test('every answer carries its bucket: limit, what remains, and when it begins anew', async (t) => {
  const { discord, clock } = await sandbox(t, { rateLimits: { routes: [POSTS] } })
  const url = `${discord.apiBase}/v10/channels/${discord.ids.channels['alerts']}/messages`
  const post = async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bot ${TOKEN}` },
      body: JSON.stringify({ content: 'x' }),
    })
    await response.arrayBuffer()
    return response
  }
  const first = await post()
  assert.equal(first.headers.get('x-ratelimit-limit'), '2')
  assert.equal(first.headers.get('x-ratelimit-remaining'), '1')
  assert.equal(first.headers.get('x-ratelimit-reset-after'), '0.300')
  assert.match(first.headers.get('x-ratelimit-bucket') ?? '', /^[0-9a-f]{32}$/)
  assert.equal((await post()).headers.get('x-ratelimit-remaining'), '0')
  const refused = await post()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '0.3')
  assert.equal(discord.world.messages('alerts').length, 2)
  clock.advance(300)
  assert.equal((await post()).status, 200)
})

test('buckets belong to a channel: one that is used up holds back no other', async (t) => {
  const { discord } = await sandbox(t, { rateLimits: { routes: [{ limit: 1, perMs: 1000, route: /messages$/ }] } })
  const post = async (channel: string) =>
    (await call(discord, 'POST', `/channels/${discord.ids.channels[channel]}/messages`, { content: 'x' })).status
  assert.deepEqual([await post('alerts'), await post('alerts')], [200, 429])
  assert.equal(await post('hidden'), 403)
})

test('discord.js reads the headers and meets no 429', async (t) => {
  const { discord } = await sandbox(t, { clock: movableClock(), rateLimits: { routes: [POSTS] } })
  const client = await loggedIn(t, discord)
  const channel = await client.channels.fetch(discord.ids.channels['alerts'] ?? '')
  if (!channel?.isSendable()) throw new Error('the test channel takes messages')
  for (let n = 0; n < 5; n += 1) await channel.send(`${n}`)
  assert.deepEqual(
    discord.world.messages('alerts').map((message) => message.content),
    ['0', '1', '2', '3', '4'],
  )
  const refused = discord.wire.entries().filter((entry) => entry.kind === 'rest' && entry.status === 429)
  assert.deepEqual(refused, [])
})

test('a global limit counts all but interactions', async (t) => {
  const { discord, clock } = await sandbox(t, { rateLimits: { globalPerSecond: 1 } })
  assert.equal((await call(discord, 'GET', '/users/@me')).status, 200)
  const refused = await call(discord, 'GET', '/gateway/bot')
  assert.deepEqual([refused.status, refused.json['global']], [429, true])
  assert.equal((await call(discord, 'POST', '/interactions/1/x/callback', { type: 5 })).status, 404)
  clock.advance(1000)
  assert.equal((await call(discord, 'GET', '/gateway/bot')).status, 200)
})
