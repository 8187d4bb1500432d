import assert from 'node:assert/strict'
import test from 'node:test'
import type { DiscordSandbox } from '../../../sandbox/discord/start.js'
import type { WireEntry } from '../../../sandbox/discord/record.js'
import { call, NOON_MS, sandbox } from './bot.js'

async function control(discord: DiscordSandbox, asked: object): Promise<string> {
  const response = await fetch(`${discord.url}page/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  })
  const { message = '' } = (await response.json()) as { message?: string }
  assert.equal(response.status, message === '' ? 200 : 409)
  return message
}

/** The first `count` server-sent events, as [name, data]. */
async function events(discord: DiscordSandbox, count: number): Promise<[name: string, data: unknown][]> {
  const abort = new AbortController()
  const response = await fetch(`${discord.url}page/events`, { signal: abort.signal })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8')
    if (text.split('\n\n').length > count) break
  }
  abort.abort()
  return text
    .split('\n\n')
    .slice(0, count)
    .map((event) => [/^event: (.*)$/m.exec(event)?.[1] ?? 'view', JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '')])
}

const post = (discord: DiscordSandbox, content: string) =>
  call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, { content })

test('a role is given and taken, and nonsense is refused in words', async (t) => {
  const { discord } = await sandbox(t)
  const [member, role] = [discord.ids.members['vera'], discord.ids.roles['devops']]
  const rolesOfVera = async () => {
    const [[, view] = []] = await events(discord, 1)
    return (view as { members: { name: string; roles: string[] }[] }).members.find(({ name }) => name === 'vera')?.roles
  }
  assert.equal(await control(discord, { kind: 'role', member, role, isHeld: true }), '')
  assert.deepEqual(await rolesOfVera(), ['devops'])
  assert.equal(await control(discord, { kind: 'role', member, role, isHeld: false }), '')
  assert.deepEqual(await rolesOfVera(), [])
  assert.match(await control(discord, { kind: 'role', member, role: '1', isHeld: true }), /no such member or role/)
  assert.match(await control(discord, { kind: 'dance' }), /cannot "dance"/)
})

test('a fault that is switched on is listed with what is left of it, and switched off', async (t) => {
  const { discord } = await sandbox(t)
  assert.equal(await control(discord, { kind: 'start', key: 'posts-503' }), '')
  await post(discord, 'refused')
  const [[, view] = []] = await events(discord, 1)
  const { armed } = view as { armed: { id: string; name: string; left: number }[] }
  assert.deepEqual(
    armed.map(({ name, left }) => [name, left]),
    [['503 to the bot’s next 5 new messages in a channel: alarm, page, thread (answers to people get through)', 4]],
  )
  assert.equal(await control(discord, { kind: 'stop', fault: armed[0]?.id }), '')
  assert.match(await control(discord, { kind: 'stop', fault: armed[0]?.id }), /ended already/)
  await post(discord, 'taken')
  assert.deepEqual(
    discord.world.messages('alerts').map(({ text }) => text),
    ['taken'],
  )
})

test('the first message of the bot in the open channel, and the channel, can be deleted', async (t) => {
  const { discord } = await sandbox(t)
  const channel = discord.ids.channels['alerts']
  assert.match(await control(discord, { kind: 'start', key: 'delete-message', channel }), /written nothing/)
  await post(discord, 'first')
  await post(discord, 'second')
  assert.equal(await control(discord, { kind: 'start', key: 'delete-message', channel }), '')
  assert.deepEqual(
    discord.world.messages('alerts').map(({ text }) => text),
    ['second'],
  )
  assert.equal(await control(discord, { kind: 'start', key: 'delete-channel', channel }), '')
  assert.match(await control(discord, { kind: 'start', key: 'delete-channel', channel }), /no such channel/)
})

test('the clock moves ahead, by a day at most, and never back', async (t) => {
  const { discord, clock } = await sandbox(t)
  assert.equal(await control(discord, { kind: 'advance', byMs: 300_000 }), '')
  assert.equal(clock.now(), NOON_MS + 300_000)
  assert.match(await control(discord, { kind: 'advance', byMs: -1 }), /ahead/)
  assert.match(await control(discord, { kind: 'advance', byMs: 2e9 }), /ahead/)
  assert.equal(clock.now(), NOON_MS + 300_000)
})

test('the wire log is sent row by row, refusals with their reason, and read whole', async (t) => {
  const { discord } = await sandbox(t)
  await post(discord, '')
  await control(discord, { kind: 'start', key: 'no-permission' })
  await post(discord, 'x')
  const [, [name, data] = []] = await events(discord, 2)
  assert.equal(name, 'wire')
  const { rows } = data as { rows: { what: string; isRefused: boolean; isFault: boolean; because: string }[] }
  assert.deepEqual(
    rows.map((row) => [row.what, row.isRefused, row.isFault, row.because]),
    [
      ['POST #alerts/messages', true, false, 'Cannot send an empty message (50006)'],
      ['POST #alerts/messages', true, true, 'Missing Permissions (50013)'],
    ],
  )
  const entry = (await (await fetch(`${discord.url}page/wire/2`)).json()) as { body: unknown; status: number }
  assert.deepEqual([entry.status, entry.body], [403, { content: 'x' }])
  const saved = await (await fetch(`${discord.url}page/wire.jsonl`)).text()
  const entries = saved.split('\n').slice(0, -1)
  assert.deepEqual(
    entries.map((line) => JSON.parse(line) as WireEntry),
    JSON.parse(JSON.stringify(discord.wire.entries())),
  )
})

test('a notice is shown on top of the page', async (t) => {
  const { discord } = await sandbox(t)
  discord.setNotice({ about: 'A demo.', hint: 'press things' })
  const [[, view] = []] = await events(discord, 1)
  assert.deepEqual((view as { notice: unknown }).notice, { about: 'A demo.', hint: 'press things' })
})
