import assert from 'node:assert/strict'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { Client, Events, GatewayIntentBits, SlashCommandBuilder } from 'discord.js'
import { WebSocket } from 'ws'
import type { DiscordSandbox, StartOptions } from '../../../sandbox/discord/start.js'
import { call, loggedIn, sandbox, TOKEN, until } from './bot.js'

/** Discord lets a bot identify once in five seconds; tests cannot wait for that. */
const AT_ONCE = { ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) } }

const identify = (more: object = {}) => ({ op: 2, d: { token: TOKEN, intents: 1, properties: {}, ...more } })

async function connected(t: TestContext, options: Partial<StartOptions> = {}) {
  const { discord, clock } = await sandbox(t, options)
  const client = await loggedIn(t, discord, AT_ONCE)
  await client.guilds.cache
    .get(discord.ids.guild)
    ?.commands.set([new SlashCommandBuilder().setName('status').setDescription('d').toJSON()])
  return { discord, clock, client }
}

/** A bare connection, for what discord.js would never send. */
async function bare(t: TestContext, discord: DiscordSandbox, query = '?v=10&encoding=json'): Promise<WebSocket> {
  const socket = new WebSocket(`${discord.apiBase.replace('http', 'ws').replace('/api', '/gateway')}${query}`)
  t.after(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

async function closeCode(socket: WebSocket, ...frames: readonly unknown[]): Promise<number> {
  for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

function pressesOf(client: Client): string[] {
  const names: string[] = []
  client.on(Events.InteractionCreate, (interaction) => names.push(interaction.user.username))
  return names
}

function notes(discord: DiscordSandbox, beginning: string): number {
  return discord.wire.entries().filter((entry) => entry.kind === 'gateway' && entry.note.startsWith(beginning)).length
}

for (const code of [1001, 4000, 4001, 4002, 4009, 1006]) {
  test(`after close code ${code} discord.js resumes, and gets what it missed`, async (t) => {
    const { discord, client } = await connected(t)
    const names = pressesOf(client)
    discord.gateway.drop(code)
    await discord.as('ada').slash('status')
    await until(() => names.length === 1)
    assert.equal(notes(discord, 'resumed'), 1)
    assert.equal(notes(discord, 'identified'), 1)
  })
}

for (const code of [1000, 4003, 4005, 4007, 4008]) {
  test(`after close code ${code} discord.js identifies anew, and works again`, async (t) => {
    const { discord, client } = await connected(t)
    const names = pressesOf(client)
    discord.gateway.drop(code)
    await until(() => notes(discord, 'identified') === 2)
    await discord.as('ada').slash('status')
    await until(() => names.length === 1)
    assert.equal(notes(discord, 'resumed'), 0)
  })
}

test('op 9 true makes discord.js resume', async (t) => {
  const { discord, client } = await connected(t)
  const resumed = once(client, Events.ShardResume)
  discord.gateway.invalidate(true)
  await resumed
  assert.equal(notes(discord, 'identified'), 1)
})

test('op 9 false makes discord.js identify anew', async (t) => {
  const { discord, client } = await connected(t)
  const ready = once(client, Events.ShardReady)
  discord.gateway.invalidate(false)
  await ready
  assert.equal(notes(discord, 'identified'), 2)
  assert.equal(notes(discord, 'resumed'), 0)
})

test('a session that was forgotten is not resumed: what was sent meanwhile is lost, what comes after is not', async (t) => {
  const { discord, client } = await connected(t)
  const names = pressesOf(client)
  discord.gateway.forgetSessions()
  discord.gateway.drop()
  await discord.as('vera').slash('status')
  await until(() => notes(discord, 'identified') === 2)
  await discord.as('ada').slash('status')
  await until(() => names.length === 1)
  assert.deepEqual(names, ['ada'])
  assert.equal(notes(discord, 'resume refused'), 1)
})

test('a lost event is missing also after a resume', async (t) => {
  const { discord, client } = await connected(t)
  const names = pressesOf(client)
  discord.faults.add({ kind: 'lose event', event: 'INTERACTION_CREATE', times: 1 })
  await discord.as('vera').slash('status')
  discord.gateway.askToReconnect()
  await until(() => notes(discord, 'resumed') === 1)
  await discord.as('ada').slash('status')
  await until(() => names.length === 1)
  assert.deepEqual(names, ['ada'])
})

test('heartbeats that nobody acknowledges make discord.js reconnect and resume', async (t) => {
  const { discord, client } = await connected(t, { heartbeatMs: 100 })
  const resumed = once(client, Events.ShardResume)
  discord.faults.add({ kind: 'withhold ack', times: 1 })
  await resumed
})

for (const code of [4004, 4010, 4011, 4012, 4013, 4014]) {
  test(`after close code ${code} discord.js gives up`, async (t) => {
    const { discord, client } = await connected(t)
    const failed = once(client, code === 4004 ? Events.Error : Events.ShardError)
    const gone = once(client, Events.ShardDisconnect)
    discord.gateway.drop(code)
    await Promise.race([failed, gone])
    await until(() => discord.gateway.connections() === 0)
    assert.equal(notes(discord, 'identified'), 1)
    assert.equal(notes(discord, 'resumed'), 0)
  })
}

test('a client that sends no heartbeats is closed with 4009', async (t) => {
  const { discord } = await sandbox(t, { heartbeatMs: 50 })
  assert.equal(await closeCode(await bare(t, discord), identify()), 4009)
})

test('a heartbeat is acknowledged, and keeps the connection', async (t) => {
  const { discord } = await sandbox(t, { heartbeatMs: 1000 })
  const socket = await bare(t, discord)
  const frames: { op: number }[] = []
  socket.on('message', (bytes: Buffer) => frames.push(JSON.parse(bytes.toString('utf8')) as { op: number }))
  const endMs = performance.now() + 2500
  while (performance.now() < endMs) {
    const before = frames.filter(({ op }) => op === 11).length
    socket.send(JSON.stringify({ op: 1, d: null }))
    await until(() => frames.filter(({ op }) => op === 11).length > before)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.equal(socket.readyState, WebSocket.OPEN)
})

for (const code of [1000, 1001]) {
  test(`a client that says goodbye with ${code} cannot resume, one that closes with 4000 can`, async (t) => {
    const { discord } = await sandbox(t)
    const resumed = async (goodbye: number) => {
      const first = await bare(t, discord)
      const starts = notes(discord, 'identified')
      first.send(JSON.stringify(identify()))
      await until(() => notes(discord, 'identified') > starts)
      const ready = discord.wire.entries().findLast((entry) => entry.kind === 'dispatch' && entry.event === 'READY')
      const session_id = ready?.kind === 'dispatch' ? (ready.data as { session_id: string }).session_id : ''
      first.close(goodbye)
      await once(first, 'close')
      await until(() => discord.gateway.connections() === 0)
      const second = await bare(t, discord)
      const answer = new Promise<{ op: number; t: string }>((resolve) => {
        second.on('message', (bytes: Buffer) => {
          const frame = JSON.parse(bytes.toString('utf8')) as { op: number; t: string }
          if (frame.op === 9 || frame.t === 'RESUMED') resolve(frame)
        })
      })
      second.send(JSON.stringify({ op: 6, d: { token: TOKEN, session_id, seq: 2 } }))
      const { op } = await answer
      second.terminate()
      await until(() => discord.gateway.connections() === 0)
      return op === 0
    }
    assert.equal(await resumed(code), false)
    assert.equal(await resumed(4000), true)
  })
}

test('without the intent for them the words of others are blank, unless the bot is mentioned or wrote them', async (t) => {
  const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits
  const heard = async (intents: number[]) => {
    const { discord } = await sandbox(t, { allowedIntents: Guilds | GuildMessages | MessageContent })
    const client = await loggedIn(t, discord, { ...AT_ONCE, intents })
    const words: string[] = []
    client.on(Events.MessageCreate, (message) => words.push(message.content))
    await discord.as('ada').say('alerts', 'it is the deploy')
    await discord.as('ada').say('alerts', `<@${discord.ids.bot}> look`)
    await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, { content: 'own' })
    discord.setRoles('ada', []) // no event without its intent
    discord.gateway.askToReconnect()
    await until(() => notes(discord, 'resumed') === 1)
    return words.map((text) => text.replace(/<.*>/, '@bot'))
  }
  assert.deepEqual(await heard([Guilds]), [])
  assert.deepEqual(await heard([Guilds, GuildMessages]), ['', '@bot look', 'own'])
  assert.deepEqual(await heard([Guilds, GuildMessages, MessageContent]), ['it is the deploy', '@bot look', 'own'])
})

test('every wrong word is closed with its own code', async (t) => {
  const { discord } = await sandbox(t)
  const open = async () => await bare(t, discord)
  assert.equal(await closeCode(await open(), { op: 42 }), 4001)
  assert.equal(await closeCode(await open(), '{'), 4002)
  assert.equal(await closeCode(await open(), { op: 1, d: 'x'.repeat(5000) }), 4002)
  assert.equal(await closeCode(await open(), { op: 3, d: {} }), 4003)
  assert.equal(await closeCode(await open(), identify({ token: 'another' })), 4004)
  assert.equal(await closeCode(await open(), identify(), identify()), 4005)
  assert.equal(await closeCode(await open(), identify({ shard: [1, 1] })), 4010)
  assert.equal(await closeCode(await bare(t, discord, '?v=9&encoding=json')), 4012)
  assert.equal(await closeCode(await open(), identify({ intents: 'all' })), 4013)
  assert.equal(await closeCode(await open(), identify({ intents: 2 })), 4014)
  assert.equal(await closeCode(await open(), ...Array.from({ length: 121 }, () => ({ op: 1, d: null }))), 4008)
})

test('a resume from beyond what was sent is closed with 4007', async (t) => {
  const { discord } = await sandbox(t)
  const first = await bare(t, discord)
  first.send(JSON.stringify(identify()))
  await until(() => notes(discord, 'identified') === 1)
  const ready = discord.wire.entries().find((entry) => entry.kind === 'dispatch' && entry.event === 'READY')
  const sessionId = ready?.kind === 'dispatch' ? (ready.data as { session_id: string }).session_id : ''
  first.terminate()
  const frame = { op: 6, d: { token: TOKEN, session_id: sessionId, seq: 1000 } }
  assert.equal(await closeCode(await bare(t, discord), frame), 4007)
})

test('session starts are counted, and one too many resets the token for REST and gateway', async (t) => {
  const { discord } = await sandbox(t, { sessionStartsADay: 2 })
  const left = async () =>
    ((await call(discord, 'GET', '/gateway/bot')).json['session_start_limit'] as { remaining: number }).remaining
  assert.equal(await left(), 2)
  for (let start = 1; start <= 2; start += 1) {
    const socket = await bare(t, discord)
    socket.send(JSON.stringify(identify()))
    await until(() => notes(discord, 'identified') === start)
  }
  assert.equal(await left(), 0)
  assert.equal(await closeCode(await bare(t, discord), identify()), 4004)
  assert.equal(await closeCode(await bare(t, discord), identify()), 4004)
  assert.equal((await call(discord, 'GET', '/gateway/bot')).status, 401)
})

test('a second IDENTIFY within five seconds is answered with op 9 false, and taken when they are over', async (t) => {
  const { discord, clock } = await sandbox(t, { identifyEveryMs: 5000 })
  const first = await loggedIn(t, discord, AT_ONCE)
  await first.destroy()
  const second = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: discord.apiBase }, ...AT_ONCE })
  t.after(() => second.destroy())
  const ready = once(second, Events.ClientReady)
  const login = second.login(TOKEN)
  await until(() => notes(discord, 'early IDENTIFY') > 0)
  assert.equal(notes(discord, 'identified'), 1)
  clock.advance(5000)
  await Promise.all([login, ready])
  assert.equal(notes(discord, 'identified'), 2)
})

test('members are fetched over the gateway: some by id without the intent, all of them with it alone', async (t) => {
  const { discord, client } = await connected(t)
  const guild = client.guilds.cache.get(discord.ids.guild)
  const found = await guild?.members.fetch({ user: [discord.ids.members['ada'] ?? ''] })
  assert.deepEqual(
    found?.map((member) => member.user.username),
    ['ada'],
  )
  const socket = await bare(t, discord)
  const everybody = { op: 8, d: { guild_id: discord.ids.guild, query: '', limit: 0 } }
  assert.equal(await closeCode(socket, identify(), everybody), 4014)
})
