import assert from 'node:assert/strict'
import test from 'node:test'
import { movableClock } from '../../../sandbox/discord/clock.js'
import { invalidRequests } from '../../../sandbox/discord/rest/invalid.js'
import { rateLimiter } from '../../../sandbox/discord/rest/rateLimit.js'
import type { DiscordSandbox } from '../../../sandbox/discord/start.js'
import { call, loggedIn, sandbox, SEED, TOKEN } from './bot.js'

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

test('the global limit is 50 a second over all routes, and counts no interactions', async (t) => {
  const { discord, clock } = await sandbox(t, { rateLimits: {} })
  const ask = async (path: string) => await asked(discord, path)
  for (let n = 0; n < 49; n += 1) assert.equal((await ask('/users/@me')).status, 200)
  assert.equal((await call(discord, 'POST', '/interactions/1/x/callback', { type: 5 })).status, 404)
  assert.equal((await ask('/gateway/bot')).status, 200)
  const refused = await ask('/gateway/bot')
  assert.deepEqual(
    [
      refused.status,
      ...['x-ratelimit-global', 'x-ratelimit-scope', 'retry-after'].map((name) => refused.headers.get(name)),
    ],
    [429, 'true', 'global', '1'],
  )
  assert.deepEqual(await refused.json(), {
    message: 'You are being rate limited.',
    code: 0,
    retry_after: 1,
    global: true,
  })
  assert.equal((await call(discord, 'POST', '/interactions/1/x/callback', { type: 5 })).status, 404)
  clock.advance(1000)
  assert.equal((await ask('/gateway/bot')).status, 200)
})

test('the 50th request of a second is taken, the 51st is not, the next second begins anew', () => {
  let nowMs = 0
  const limiter = rateLimiter({}, () => nowMs)
  const take = () => limiter({ method: 'GET', path: '/users/@me' }, '').refused
  for (let n = 1; n <= 50; n += 1) assert.equal(take(), undefined, `request ${n}`)
  nowMs = 400
  assert.deepEqual(take(), { retryAfterMs: 600, scope: 'global' })
  nowMs = 1000
  assert.equal(take(), undefined)
})

test('10,000 invalid requests in ten minutes ban the address for an hour, 9,999 do not', () => {
  let nowMs = 0
  const invalid = invalidRequests(() => nowMs)
  const count = (times: number, status = 403, headers = {}) => {
    for (let n = 0; n < times; n += 1) invalid.count({ status, headers })
  }
  count(20_000, 404)
  count(20_000, 429, { 'x-ratelimit-scope': 'shared' })
  assert.equal(invalid.ban(), undefined, 'neither 404 nor a 429 of shared scope counts')
  count(9_999)
  assert.equal(invalid.ban(), undefined)
  nowMs = 10 * 60_000
  count(9_998, 401)
  count(1, 429, { 'x-ratelimit-scope': 'user' })
  assert.equal(invalid.ban(), undefined, 'those of ten minutes ago are forgotten')
  count(1)
  assert.deepEqual(invalid.ban()?.headers, { 'retry-after': '3600' })
  nowMs += 3_600_000
  assert.equal(invalid.ban(), undefined)
})

test('a banned address gets the proxy’s words for whatever it asks, without JSON, until the ban is over', async (t) => {
  const { discord, clock } = await sandbox(t, { rateLimits: { invalidPerTenMinutes: 3 } })
  for (let n = 0; n < 3; n += 1) await asked(discord, '/users/@me', 'another')
  for (const path of ['/users/@me', '/nowhere']) {
    const banned = await asked(discord, path)
    assert.deepEqual([banned.status, await banned.text()], [429, 'error code: 1015'])
    assert.match(banned.headers.get('content-type') ?? '', /^text\/plain/)
  }
  assert.equal(discord.wire.errors().length, 2, 'a ban is an error on record')
  clock.advance(3_600_000)
  assert.equal((await asked(discord, '/users/@me')).status, 200)
})

test('a 429 of a shared limit says so and does not lead to a ban', async (t) => {
  const shared = { limit: 1, perMs: 1000, route: /@me$/, isShared: true }
  const { discord, clock } = await sandbox(t, { rateLimits: { routes: [shared], invalidPerTenMinutes: 2 } })
  await asked(discord, '/users/@me')
  for (let n = 0; n < 5; n += 1) {
    const refused = await asked(discord, '/users/@me')
    assert.deepEqual([refused.status, refused.headers.get('x-ratelimit-scope')], [429, 'shared'])
  }
  clock.advance(1000)
  assert.equal((await asked(discord, '/users/@me')).status, 200)
})

test('a reason for the audit log is URL-encoded, on record, and refused beyond 512 characters', async (t) => {
  const seed = { ...SEED, bot: { name: 'lifeguard', permissions: ['Administrator'] as const } }
  const { discord } = await sandbox(t, { seed })
  const client = await loggedIn(t, discord)
  const ada = await (await client.guilds.fetch(discord.ids.guild)).members.fetch(discord.ids.members['ada'] ?? '')
  await ada.roles.remove(discord.ids.roles['devops'] ?? '', 'über 96 %')
  const entries = discord.wire.entries().flatMap((entry) => (entry.kind === 'rest' ? [entry.reason] : []))
  assert.deepEqual(entries.filter((reason) => reason !== undefined).map(decodeURIComponent), ['über 96 %'])
  await assert.rejects(ada.roles.add(discord.ids.roles['devops'] ?? '', 'x'.repeat(513)), /512 or fewer/)
})

async function asked(discord: DiscordSandbox, path: string, token = TOKEN): Promise<Response> {
  return await fetch(`${discord.apiBase}/v10${path}`, { headers: { authorization: `Bot ${token}` } })
}
