import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { Client, Events, GatewayIntentBits, SlashCommandBuilder } from 'discord.js'
import { call, loggedIn, sandbox, TOKEN } from './bot.js'

test('an unmodified discord.js logs in and sees its guild, channels and own permissions', async (t) => {
  const { discord } = await sandbox(t)
  const client = await loggedIn(t, discord)

  const guild = client.guilds.cache.get(discord.ids.guild)
  assert.equal(guild?.available, true)
  assert.equal(guild.name, 'Pool')
  assert.deepEqual(
    guild.channels.cache.map((channel) => channel.name),
    ['alerts', 'hidden'],
  )
  const me = await guild.members.fetchMe()
  const alerts = await client.channels.fetch(discord.ids.channels['alerts'] ?? '')
  assert.ok(alerts?.isSendable() && !alerts.isDMBased())
  assert.equal(alerts.permissionsFor(me).has('SendMessages'), true)
  assert.equal(alerts.permissionsFor(me).has('MentionEveryone'), false)
  assert.deepEqual(discord.wire.errors(), [])
})

test('a wrong token is refused at REST, as Discord does', async (t) => {
  const { discord } = await sandbox(t)
  const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: discord.apiBase } })
  t.after(() => client.destroy())
  await assert.rejects(client.login('another'), /token/i)
  assert.equal((await call(discord, 'GET', '/users/@me', undefined, 'another')).status, 401)
})

test('an intent the application has not been given closes the gateway with 4014', async (t) => {
  const { discord } = await sandbox(t)
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
    rest: { api: discord.apiBase },
  })
  t.after(() => client.destroy())
  const failed = once(client, Events.ShardError)
  await client.login(TOKEN).catch((error: unknown) => error)
  assert.match(String((await failed)[0]), /disallowed intents/i)
})

test('guild commands are registered, listed, edited and deleted by difference', async (t) => {
  const { discord } = await sandbox(t)
  const client = await loggedIn(t, discord)
  const commands = client.guilds.cache.get(discord.ids.guild)?.commands
  assert.ok(commands)

  const status = new SlashCommandBuilder().setName('status').setDescription('Every server')
  const created = await commands.create(status.toJSON())
  await commands.edit(created, { description: 'Each server' })
  assert.equal((await commands.fetch()).get(created.id)?.description, 'Each server')
  await commands.delete(created)
  assert.deepEqual(discord.world.commands(), [])

  await commands.set([status.toJSON()])
  assert.deepEqual(
    discord.world.commands().map((command) => command.name),
    ['status'],
  )
  assert.deepEqual(discord.wire.errors(), [])
})

test('a route the sandbox does not have is a 404 and an error on record', async (t) => {
  const { discord } = await sandbox(t)
  assert.deepEqual(await call(discord, 'GET', '/guilds/1/audit-logs'), {
    status: 404,
    json: { message: '404: Not Found', code: 0 },
  })
  const [error] = discord.wire.errors()
  assert.equal(error?.kind === 'rest' && error.problem?.kind, 'unknown route')
})
