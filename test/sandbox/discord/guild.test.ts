import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { ApplicationCommandType, ContextMenuCommandBuilder, Events, GatewayIntentBits } from 'discord.js'
import type { PermissionName } from '../../../sandbox/discord/world/seed.js'
import { call, loggedIn, sandbox, SEED } from './bot.js'

const PERMISSIONS: readonly PermissionName[] = ['ViewChannel', 'SendMessages', 'ReadMessageHistory']

async function withPermissions(t: TestContext, ...more: readonly PermissionName[]) {
  const seed = { ...SEED, bot: { name: 'lifeguard', permissions: [...PERMISSIONS, ...more] } }
  const { discord, clock } = await sandbox(t, { seed })
  return { discord, clock, channel: discord.ids.channels['alerts'] ?? '' }
}

test('a message is pinned, listed with its time, and unpinned, by the routes that discord.js uses', async (t) => {
  const { discord, channel } = await withPermissions(t, 'PinMessages')
  const client = await loggedIn(t, discord)
  const alerts = await client.channels.fetch(channel)
  if (!alerts?.isSendable()) throw new Error('the test channel takes messages')
  const sent = await alerts.send('card')
  await sent.pin()
  const listed = await alerts.messages.fetchPins()
  assert.deepEqual(
    listed.items.map((pin) => [pin.message.content, pin.message.pinned]),
    [['card', true]],
  )
  assert.equal(listed.hasMore, false)
  await sent.unpin()
  assert.deepEqual((await alerts.messages.fetchPins()).items, [])
  assert.deepEqual(discord.wire.errors(), [])
})

test('pinning takes its own permission, and the 251st pin is refused', async (t) => {
  const { discord, channel } = await withPermissions(t)
  const sent = await call(discord, 'POST', `/channels/${channel}/messages`, { content: 'card' })
  const pin = async (id: unknown) => await call(discord, 'PUT', `/channels/${channel}/messages/pins/${String(id)}`)
  assert.equal((await pin(sent.json['id'])).json['code'], 50013)

  discord.setPermissions('lifeguard', [...PERMISSIONS, 'PinMessages'])
  discord.faults.clear()
  for (let n = 0; n < 250; n += 1) await pin((await discord.as('ada').say('alerts', `${n}`)).id)
  assert.equal((await pin(sent.json['id'])).json['code'], 30003)
})

test('roles are given and taken below the bot’s own, with the permission to manage them', async (t) => {
  const { discord } = await withPermissions(t, 'ManageRoles')
  const { guild, members, roles } = discord.ids
  const path = `/guilds/${guild}/members/${members['vera']}/roles/${roles['devops']}`
  const held = async () => (await call(discord, 'GET', `/guilds/${guild}/members/${members['vera']}`)).json['roles']
  assert.equal((await call(discord, 'PUT', path)).status, 204)
  assert.deepEqual(await held(), [roles['devops']])
  assert.equal((await call(discord, 'DELETE', path)).status, 204)
  assert.deepEqual(await held(), [])
  const own = path.replace(/\d+$/, roles['lifeguard'] ?? '')
  assert.equal((await call(discord, 'PUT', own)).json['code'], 50013)
  assert.equal((await call(discord, 'PUT', path.replace(/\d+$/, '1'))).json['code'], 10011)
  discord.setPermissions('lifeguard', PERMISSIONS)
  assert.equal((await call(discord, 'PUT', path)).json['code'], 50013)
})

test('the list of members takes the members intent', async (t) => {
  const without = await sandbox(t)
  const path = `/guilds/${without.discord.ids.guild}/members?limit=100`
  assert.equal((await call(without.discord, 'GET', path)).json['code'], 50001)
  const { discord } = await sandbox(t, { allowedIntents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMembers })
  const listed = await call(discord, 'GET', `/guilds/${discord.ids.guild}/members?limit=100`)
  assert.equal(listed.status, 200)
  assert.equal(Object.keys(listed.json).length, 3)
})

test('the 201st command created within a day is refused, the next day it is taken', async (t) => {
  const { discord, clock } = await sandbox(t)
  const path = `/applications/${discord.ids.application}/guilds/${discord.ids.guild}/commands`
  const create = async (name: string) => await call(discord, 'POST', path, { name, description: 'd' })
  for (let n = 0; n < 200; n += 1) assert.equal((await create(`c${n % 2}`)).status < 300, true)
  for (let n = 0; n < 99; n += 1) {
    await call(discord, 'PUT', path, [
      { name: `d${n}`, description: 'd' },
      { name: `e${n}`, description: 'd' },
    ])
  }
  assert.equal((await create('last')).json['code'], 30034)
  clock.advance(24 * 3_600_000)
  assert.equal((await create('last')).status, 201)
})

test('the 101st chat command is refused one by one too, while there is room for a menu', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/applications/${discord.ids.application}/guilds/${discord.ids.guild}/commands`
  const many = Array.from({ length: 100 }, (_, n) => ({ name: `c${n}`, description: 'd' }))
  assert.equal((await call(discord, 'PUT', path, many)).status, 200)
  assert.equal((await call(discord, 'POST', path, { name: 'more', description: 'd' })).json['code'], 30032)
  assert.equal((await call(discord, 'POST', path, { name: 'c0', description: 'again' })).status, 200)
  assert.equal((await call(discord, 'POST', path, { name: 'Keep', type: 3 })).status, 201)
})

test('an edit of a command keeps its type’s rules, and takes no name that another has', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/applications/${discord.ids.application}/guilds/${discord.ids.guild}/commands`
  const create = async (command: object) => String((await call(discord, 'POST', path, command)).json['id'])
  const menu = await create({ name: 'Keep', type: 3 })
  const status = await create({ name: 'status', description: 'd' })
  await create({ name: 'pool', description: 'd' })
  const edit = async (id: string, change: object) => (await call(discord, 'PATCH', `${path}/${id}`, change)).status
  assert.equal(await edit(menu, { name: 'Add to timeline' }), 200)
  assert.equal(await edit(status, { name: 'Add to timeline' }), 400)
  assert.equal(await edit(status, { name: 'pool' }), 400)
  assert.equal(await edit(status, { name: 'status', description: 'e' }), 200)
})

test('a menu command on a message and on a member brings its target with it', async (t) => {
  const { discord, channel } = await withPermissions(t, 'UseApplicationCommands')
  const client = await loggedIn(t, discord)
  const targets: string[] = []
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isMessageContextMenuCommand()) {
      targets.push(interaction.targetMessage.content)
      void interaction.reply('kept')
    }
    if (interaction.isUserContextMenuCommand()) {
      targets.push(interaction.targetUser.username)
      void interaction.reply('asked')
    }
  })
  await client.guilds.cache
    .get(discord.ids.guild)
    ?.commands.set([
      new ContextMenuCommandBuilder().setName('Add to timeline').setType(ApplicationCommandType.Message).toJSON(),
      new ContextMenuCommandBuilder().setName('Ask').setType(ApplicationCommandType.User).toJSON(),
    ])
  const ada = discord.as('ada')
  const said = await ada.say('alerts', 'it is the deploy')
  assert.equal((await (await ada.messageMenu('Add to timeline', said.id)).wait()).text(), 'kept')
  assert.equal((await (await ada.userMenu('Ask', 'vera')).wait()).text(), 'asked')
  assert.deepEqual(targets, ['it is the deploy', 'vera'])
  await assert.rejects(ada.messageMenu('Ask', said.id), /no menu command "Ask" for messages/)
  assert.equal(discord.world.messages(channel).length, 3)
  assert.deepEqual(discord.wire.errors(), [])
})
