import assert from 'node:assert/strict'
import test from 'node:test'
import { PermissionsBitField } from 'discord.js'
import { call, loggedIn, sandbox, SEED, TOKEN } from './bot.js'

test('a nonce is remembered for two minutes: the second post is the first message', async (t) => {
  const { discord, clock } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const post = () => call(discord, 'POST', path, { content: 'once', nonce: 'event-7', enforce_nonce: true })
  const first = await post()
  clock.advance(119_000)
  assert.equal((await post()).json['id'], first.json['id'])
  assert.equal(discord.world.messages('alerts').length, 1)
  clock.advance(2000)
  assert.notEqual((await post()).json['id'], first.json['id'])
  assert.equal(discord.world.messages('alerts').length, 2)
})

test('the same nonce without enforce_nonce posts twice', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  await call(discord, 'POST', path, { content: 'a', nonce: 'n' })
  await call(discord, 'POST', path, { content: 'a', nonce: 'n' })
  assert.equal(discord.world.messages('alerts').length, 2)
})

test('a role is pinged when it is named, allowed and mentionable, and never by an edit', async (t) => {
  const { discord } = await sandbox(t)
  const { devops = '', staff = '' } = discord.ids.roles
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const pinged = async (body: object) => {
    const { json } = await call(discord, 'POST', path, body)
    return discord.world.message(String(json['id']))?.pings.roles
  }
  assert.deepEqual(await pinged({ content: `<@&${devops}>`, allowed_mentions: { roles: [devops] } }), [devops])
  assert.deepEqual(await pinged({ content: `<@&${devops}>`, allowed_mentions: { parse: [] } }), [])
  assert.deepEqual(await pinged({ content: `\`<@&${devops}>\``, allowed_mentions: { roles: [devops] } }), [])
  assert.deepEqual(await pinged({ content: `<@&${staff}>`, allowed_mentions: { roles: [staff] } }), [])
  const v2 = { flags: 1 << 15, components: [{ type: 10, content: `<@&${devops}>` }] }
  assert.deepEqual(await pinged(v2), [devops])

  const { json } = await call(discord, 'POST', path, { content: 'quiet' })
  await call(discord, 'PATCH', `${path}/${String(json['id'])}`, { content: `<@&${devops}>` })
  assert.deepEqual(discord.world.message(String(json['id']))?.pings.roles, [])
})

test('a role that is not mentionable is pinged by who may mention everyone', async (t) => {
  const seed = { ...SEED, bot: { name: 'lifeguard', permissions: ['MentionEveryone'] as const } }
  const { discord } = await sandbox(t, { seed })
  const { staff = '' } = discord.ids.roles
  const body = { content: `<@&${staff}> @everyone`, allowed_mentions: { roles: [staff], parse: ['everyone'] } }
  const { json } = await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, body)
  assert.deepEqual(discord.world.message(String(json['id']))?.pings, { everyone: true, roles: [staff], users: [] })
})

test('permissions are asked where they are needed: 50001 unseen, 50013 not allowed', async (t) => {
  const { discord } = await sandbox(t)
  const { alerts = '', hidden = '' } = discord.ids.channels
  const code = async (path: string, body: object) => (await call(discord, 'POST', path, body)).json['code']
  assert.equal(await code(`/channels/${hidden}/messages`, { content: 'x' }), 50001)
  assert.equal(await code('/channels/123456789012345678/messages', { content: 'x' }), 10003)
  discord.setPermissions('@everyone', ['ViewChannel'])
  assert.equal(await code(`/channels/${alerts}/messages`, { content: 'x' }), 50013)
  discord.setPermissions('@everyone', ['ViewChannel', 'SendMessages'])
  assert.equal(await code(`/channels/${alerts}/messages`, { content: 'x' }), undefined)
  assert.equal(await code(`/channels/${alerts}/messages`, { embeds: [{ title: 'x' }] }), 50013)
})

test('a thread is started from a message, bears its id, and cannot be started twice', async (t) => {
  const { discord } = await sandbox(t)
  const client = await loggedIn(t, discord)
  const channel = await client.channels.fetch(discord.ids.channels['alerts'] ?? '')
  assert.ok(channel?.isSendable())
  const message = await channel.send('card')
  const thread = await message.startThread({ name: 'production' })
  assert.equal(thread.id, message.id)
  await thread.send('evidence')
  assert.deepEqual(
    discord.world.messages('production').map((one) => one.text),
    ['evidence'],
  )
  const again = await call(discord, 'POST', `/channels/${channel.id}/messages/${message.id}/threads`, { name: 'b' })
  assert.equal(again.json['code'], 160_004)
  assert.equal(thread.permissionsFor(client.user)?.has(PermissionsBitField.Flags.SendMessagesInThreads), true)
})

test('a thread left alone is archived by the clock, and a message wakes it', async (t) => {
  const { discord, clock } = await sandbox(t)
  const client = await loggedIn(t, discord)
  const channel = await client.channels.fetch(discord.ids.channels['alerts'] ?? '')
  assert.ok(channel?.isSendable())
  const thread = await (await channel.send('card')).startThread({ name: 'production', autoArchiveDuration: 60 })
  const inside = await thread.send('evidence')
  clock.advance(61 * 60_000)
  assert.equal(discord.world.threads()[0]?.isArchived, true)
  const edit = await call(discord, 'PATCH', `/channels/${thread.id}/messages/${inside.id}`, { content: 'x' })
  assert.equal(edit.json['code'], 50083)
  await thread.send('more')
  assert.equal(discord.world.threads()[0]?.isArchived, false)
})

test('a message that is gone is 10008, and a channel that is gone 10003', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const { json } = await call(discord, 'POST', path, { content: 'x' })
  discord.deleteMessage(String(json['id']))
  assert.equal((await call(discord, 'PATCH', `${path}/${String(json['id'])}`, { content: 'y' })).json['code'], 10008)
  discord.deleteChannel('alerts')
  assert.equal((await call(discord, 'POST', path, { content: 'x' })).json['code'], 10003)
})

test('messages are listed newest first, before, after and around an id', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const ids: string[] = []
  for (const content of ['a', 'b', 'c', 'd'])
    ids.push(String((await call(discord, 'POST', path, { content })).json['id']))
  const list = async (query: string) => {
    const { json } = await call(discord, 'GET', `${path}?${query}`)
    return (json as unknown as { content: string }[]).map((message) => message.content).join('')
  }
  assert.equal(await list('limit=2'), 'dc')
  assert.equal(await list(`limit=2&before=${ids[2]}`), 'ba')
  assert.equal(await list(`limit=2&after=${ids[0]}`), 'cb')
  assert.equal(await list(`limit=3&around=${ids[1]}`), 'cba')
})

test('messages older than an hour take three edits in six seconds, then 30046', async (t) => {
  const { discord, clock } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const { json } = await call(discord, 'POST', path, { content: 'x' })
  const edit = async () =>
    (await call(discord, 'PATCH', `${path}/${String(json['id'])}`, { content: 'y' })).json['code']
  for (let young = 0; young < 5; young += 1) assert.equal(await edit(), undefined)
  clock.advance(3_600_000)
  for (let old = 0; old < 3; old += 1) assert.equal(await edit(), undefined)
  assert.equal(await edit(), 30_046)
  clock.advance(6000)
  assert.equal(await edit(), undefined)
})

test('a refused payload is an error on record, with the issues', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const { status, json } = await call(discord, 'POST', path, { content: 'x'.repeat(2001) })
  assert.deepEqual([status, json['code']], [400, 50035])
  const [error] = discord.wire.errors()
  assert.equal(error?.kind === 'rest' && error.problem?.issues?.[0]?.code, 'BASE_TYPE_MAX_LENGTH')
})

test('a request of 25 MiB is taken, one byte more is refused, in files as in words', async (t) => {
  const { discord } = await sandbox(t)
  const url = `${discord.apiBase}/v10/channels/${discord.ids.channels['alerts']}/messages`
  const post = async (bytes: number) => {
    const form = new FormData()
    form.set('payload_json', JSON.stringify({ content: 'x' }))
    for (let n = 0, left = bytes; left > 0; n += 1, left -= 9 << 20) {
      form.set(`files[${n}]`, new Blob([new Uint8Array(Math.min(left, 9 << 20))]), `${n}.bin`)
    }
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bot ${TOKEN}` }, body: form })
    return [response.status, ((await response.json()) as { code?: number }).code]
  }
  assert.deepEqual(await post(24 << 20), [200, undefined])
  assert.deepEqual(await post(25 << 20), [413, 40_005], 'the parts’ own headers come on top')
})

test('a message in a locked thread is refused when it is archived, and locking takes a permission', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  const { json } = await call(discord, 'POST', path, { content: 'card' })
  const thread = `/channels/${String(json['id'])}`
  await call(discord, 'POST', `${path}/${String(json['id'])}/threads`, { name: 'production' })
  assert.equal((await call(discord, 'PATCH', thread, { locked: true })).json['code'], 50_013)
  assert.equal((await call(discord, 'PATCH', thread, { archived: true, name: 'done' })).status, 200)
  discord.archiveThread('done', { isLocked: true })
  assert.equal((await call(discord, 'POST', `${thread}/messages`, { content: 'x' })).json['code'], 50_083)
  discord.setPermissions('@everyone', ['ViewChannel', 'SendMessages', 'SendMessagesInThreads', 'ManageThreads'])
  assert.equal((await call(discord, 'PATCH', thread, { locked: false, archived: false })).status, 200)
  assert.equal((await call(discord, 'POST', `${thread}/messages`, { content: 'x' })).status, 200)
})

test('a quiet message pings nobody', async (t) => {
  const { discord } = await sandbox(t)
  const { devops = '' } = discord.ids.roles
  const body = { content: `<@&${devops}>`, allowed_mentions: { roles: [devops] }, flags: 1 << 12 }
  const { json } = await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, body)
  assert.deepEqual(discord.world.message(String(json['id']))?.pings.roles, [])
})
