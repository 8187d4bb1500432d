import assert from 'node:assert/strict'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { Client, Events, SlashCommandBuilder } from 'discord.js'
import { WebSocket } from 'ws'
import { loggedIn, sandbox, until } from './bot.js'

async function channelOf(t: TestContext, timeoutMs = 15_000) {
  const { discord, clock } = await sandbox(t)
  const client = await loggedIn(t, discord, { rest: { timeout: timeoutMs } })
  const channel = await client.channels.fetch(discord.ids.channels['alerts'] ?? '')
  if (!channel?.isSendable()) throw new Error('the test channel takes messages')
  return { discord, clock, client, channel }
}

const POSTS = { method: 'POST', path: /\/messages$/ }

test('a 503 that lasts is given up by discord.js after four tries, and nothing is stored', async (t) => {
  const { discord, channel } = await channelOf(t)
  discord.faults.add({ match: POSTS, kind: 'status', times: Infinity })
  await assert.rejects(channel.send('x'), /Service Unavailable/)
  assert.deepEqual(discord.world.messages('alerts'), [])
  const tries = discord.wire.entries().filter((entry) => entry.kind === 'rest' && entry.fault === 'status')
  assert.equal(tries.length, 4)
  discord.faults.clear()
  await channel.send('y')
  assert.equal(discord.world.messages('alerts').length, 1)
})

test('a 503 after storing doubles a message, unless it has an enforced nonce', async (t) => {
  const { discord, channel } = await channelOf(t)
  discord.faults.add({ match: POSTS, kind: 'status after storing', times: 1 })
  await channel.send('twice')
  assert.equal(discord.world.messages('alerts').length, 2)
  discord.faults.add({ match: POSTS, kind: 'status after storing', times: 1 })
  await channel.send({ content: 'once', nonce: 'n1', enforceNonce: true })
  assert.equal(discord.world.messages('alerts').length, 3)
})

test('a 429 is waited for and tried again', async (t) => {
  const { discord, channel } = await channelOf(t)
  discord.faults.add({ match: POSTS, kind: '429', retryAfterMs: 20, times: 1 })
  await channel.send('x')
  assert.equal(discord.world.messages('alerts').length, 1)
})

test('a connection that is cut is not tried again', async (t) => {
  const { discord, channel } = await channelOf(t)
  discord.faults.add({ match: POSTS, kind: 'reset', times: 1 })
  await assert.rejects(channel.send('x'), /other side closed|ECONNRESET|terminated/)
  assert.deepEqual(discord.world.messages('alerts'), [])
})

test('no answer is tried again after the timeout of discord.js', async (t) => {
  const { discord, channel } = await channelOf(t, 300)
  discord.faults.add({ match: POSTS, kind: 'no answer', times: 1 })
  await channel.send('x')
  assert.equal(discord.world.messages('alerts').length, 1)
})

test('a slow answer comes when the clock has moved on', async (t) => {
  const { discord, clock, channel } = await channelOf(t)
  discord.faults.add({ match: POSTS, kind: 'slow', delayMs: 2000, times: 1 })
  let isSent = false
  const sent = channel.send('x').then(() => (isSent = true))
  await channel.sendTyping()
  assert.equal(isSent, false)
  await until(() => {
    clock.advance(2000)
    return isSent
  })
  await sent
})

test('after a dropped connection discord.js resumes and gets what it missed, in order', async (t) => {
  const { discord, client } = await channelOf(t)
  await client.guilds.cache
    .get(discord.ids.guild)
    ?.commands.set([new SlashCommandBuilder().setName('status').setDescription('d').toJSON()])
  const names: string[] = []
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isChatInputCommand()) names.push(interaction.user.username)
  })
  const resumed = once(client, Events.ShardResume)
  discord.gateway.drop(1006)
  await discord.as('ada').slash('status')
  await discord.as('vera').slash('status')
  await resumed
  await until(() => names.length === 2)
  assert.deepEqual(names, ['ada', 'vera'])
  assert.equal(discord.gateway.connections(), 1)
})

test('op 7 makes discord.js reconnect and resume', async (t) => {
  const { discord, client } = await channelOf(t)
  const resumed = once(client, Events.ShardResume)
  discord.gateway.askToReconnect()
  await resumed
  assert.equal(client.isReady(), true)
})

test('a wrong gateway token is closed with 4004', async (t) => {
  const { discord } = await sandbox(t)
  const gateway = discord.apiBase.replace('http', 'ws').replace('/api', '/gateway')
  const socket = new WebSocket(`${gateway}?v=10&encoding=json`)
  await once(socket, 'open')
  socket.send(JSON.stringify({ op: 2, d: { token: 'another', intents: 1, properties: {} } }))
  const [code] = (await once(socket, 'close')) as [number]
  assert.equal(code, 4004)
})

test('a member update is told only to those with the intent', async (t) => {
  const { discord, client } = await channelOf(t)
  assert.ok(client instanceof Client)
  discord.setRoles('ada', [])
  const events = discord.wire.entries().flatMap((entry) => (entry.kind === 'dispatch' ? [entry.event] : []))
  assert.deepEqual(events, ['READY', 'GUILD_CREATE'])
})
