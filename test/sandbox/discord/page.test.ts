import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import test from 'node:test'
import { SlashCommandBuilder } from 'discord.js'
import { call, loggedIn, sandbox } from './bot.js'
import type { DiscordSandbox } from '../../../sandbox/discord/start.js'

type View = {
  self: string
  messages: { content: string }[]
  channels: { name: string }[]
  commands: { name: string }[]
}

async function firstView(discord: DiscordSandbox, as: string): Promise<View> {
  const abort = new AbortController()
  const response = await fetch(`${discord.url}page/events?as=${as}`, { signal: abort.signal })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8')
    if (text.includes('\n\n')) break
  }
  abort.abort()
  return JSON.parse(text.slice(0, text.indexOf('\n\n')).replace(/^data: /, '')) as View
}

async function act(discord: DiscordSandbox, body: object, type = 'application/json'): Promise<number> {
  const response = await fetch(`${discord.url}page/act`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  return response.status
}

test('the page and all its scripts are served', async (t) => {
  const folder = new URL('../../../../sandbox/discord/page/', import.meta.url)
  const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  const { discord } = await sandbox(t)
  const html = await (await fetch(discord.url)).text()
  assert.match(html, /page\/app\.js/)
  for (const file of scripts) {
    const response = await fetch(`${discord.url}page/${file}`)
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8')
    await response.arrayBuffer()
  }
})

test('the view holds what the acting user sees, and no more', async (t) => {
  const { discord } = await sandbox(t)
  const client = await loggedIn(t, discord)
  const status = new SlashCommandBuilder().setName('status').setDescription('d').setDefaultMemberPermissions('0')
  await client.guilds.cache.get(discord.ids.guild)?.commands.set([status.toJSON()])
  await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, { content: 'hello' })
  const view = await firstView(discord, discord.ids.members['vera'] ?? '')
  assert.equal(view.self, discord.ids.members['vera'])
  assert.deepEqual(
    view.channels.map((channel) => channel.name),
    ['alerts'],
  )
  assert.deepEqual(
    view.messages.map((message) => message.content),
    ['hello'],
  )
  assert.deepEqual(view.commands, [])
})

test('an act that the client would not offer is refused, one of another site as well', async (t) => {
  const { discord } = await sandbox(t)
  const as = discord.ids.members['ada']
  const channel = discord.ids.channels['alerts']
  assert.equal(await act(discord, { as, channel, kind: 'say', text: 'hi' }), 200)
  assert.equal(discord.world.messages('alerts')[0]?.text, 'hi')
  assert.equal(await act(discord, { as, channel, kind: 'slash', command: 'nothing' }), 409)
  assert.equal(await act(discord, { as, channel, kind: 'say', text: 'hi' }, 'text/plain'), 415)
  assert.equal(discord.world.messages('alerts').length, 1)
})

test('a name that leads to loopback is not the page', async (t) => {
  const { discord } = await sandbox(t)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request(discord.url, { headers: { host: 'evil.example' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
  assert.equal(status, 403)
})
