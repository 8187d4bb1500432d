import assert from 'node:assert/strict'
import test from 'node:test'
import { GatewayIntentBits } from 'discord.js'
import { call, sandbox, SEED } from './bot.js'

const FILE = process.env['DISCORD_OPENAPI']
const skip = FILE === undefined ? 'needs DISCORD_OPENAPI, the path of Discord’s OpenAPI specification' : false

test('every route answers as the specification says, the ones the bot does not use yet too', { skip }, async (t) => {
  const { specification } = await import('./specification.js')
  const { discord } = await sandbox(t, {
    seed: { ...SEED, bot: { name: 'lifeguard', permissions: ['Administrator'] } },
    allowedIntents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMembers,
  })
  const { guild, application, members, roles, channels } = discord.ids
  const channel = `/channels/${channels['alerts']}`
  const idOf = async (method: string, path: string, body?: unknown) =>
    String((await call(discord, method, path, body)).json['id'])

  const message = await idOf('POST', `${channel}/messages`, {
    content: `<@${members['ada']}>`,
    embeds: [{ title: 'x', fields: [{ name: 'n', value: 'v' }] }],
    components: [{ type: 1, components: [{ type: 3, custom_id: 's', options: [{ label: 'l', value: 'v' }] }] }],
  })
  const v2 = await idOf('POST', `${channel}/messages`, {
    flags: 1 << 15,
    components: [
      { type: 17, components: [{ type: 10, content: 'x' }, { type: 14 }] },
      {
        type: 9,
        components: [{ type: 10, content: 'y' }],
        accessory: { type: 2, style: 1, custom_id: 'b', label: 'z' },
      },
      { type: 12, items: [{ media: { url: 'https://a.example/x.png' } }] },
    ],
  })
  const reply = { content: 'x', message_reference: { message_id: message } }
  const answer = await idOf('POST', `${channel}/messages`, reply)
  const thread = await idOf('POST', `${channel}/messages/${message}/threads`, { name: 'a' })
  const commands = `/applications/${application}/guilds/${guild}/commands`
  const command = await idOf('POST', commands, { name: 'status', description: 'd' })
  const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ['GET', `${channel}/messages?limit=5`],
    ['GET', `${channel}/messages/${message}`],
    ['PATCH', `${channel}/messages/${message}`, { content: 'y' }],
    ['PUT', `${channel}/messages/pins/${v2}`],
    ['GET', `${channel}/messages/pins`],
    ['DELETE', `${channel}/messages/pins/${v2}`],
    ['DELETE', `${channel}/messages/${answer}`],
    ['POST', `${channel}/typing`],
    ['GET', channel],
    ['GET', `/channels/${thread}`],
    ['PATCH', `/channels/${thread}`, { archived: true }],
    ['GET', `/guilds/${guild}`],
    ['GET', `/guilds/${guild}/channels`],
    ['GET', `/guilds/${guild}/threads/active`],
    ['GET', `/guilds/${guild}/roles`],
    ['GET', `/guilds/${guild}/members?limit=10`],
    ['GET', `/guilds/${guild}/members/${members['vera']}`],
    ['PUT', `/guilds/${guild}/members/${members['vera']}/roles/${roles['devops']}`],
    ['DELETE', `/guilds/${guild}/members/${members['vera']}/roles/${roles['devops']}`],
    ['GET', '/gateway/bot'],
    ['GET', '/users/@me'],
    ['GET', `/users/${members['ada']}`],
    ['GET', '/applications/@me'],
    ['GET', '/oauth2/applications/@me'],
    ['GET', commands],
    ['GET', `${commands}/${command}`],
    ['PATCH', `${commands}/${command}`, { description: 'e' }],
    ['PUT', commands, [{ name: 'Add to timeline', type: 3 }]],
    // and what is refused
    ['POST', `${channel}/messages`, { content: 'x'.repeat(2001) }],
    ['GET', '/channels/1'],
  ]
  for (const [method, path, body] of calls) await call(discord, method, path, body)
  const judge = specification(FILE ?? '')
  const rest = discord.wire.entries().filter((entry) => entry.kind === 'rest')
  assert.equal(rest.length, calls.length + 5)
  assert.deepEqual(rest.filter((entry) => (entry.status ?? 0) >= 400).length, 2)
  assert.deepEqual([...new Set(rest.flatMap((entry) => judge(entry)))], [])
})

test(
  'a payload that the specification does not allow is named with its place, not with every branch it could be',
  { skip },
  async (t) => {
    const { specification } = await import('./specification.js')
    const { discord } = await sandbox(t)
    await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, { content: 'x' })
    const [entry] = discord.wire.entries().filter((one) => one.kind === 'rest')
    assert.ok(entry)
    const judge = specification(FILE ?? '')
    const button = { type: 2, style: 1, label: 'End', custom_id: 'x'.repeat(101) }
    const wrong = judge({ ...entry, body: { components: [{ type: 1, components: [button] }] } })
    assert.equal(new Set(wrong).size, 1, wrong.join('\n'))
    assert.match(
      wrong[0] ?? '',
      /request: \/components\/0\/components\/0\/custom_id must NOT have more than 100 characters/,
    )
    assert.match(judge({ ...entry, response: {} })[0] ?? '', /200 response: .*must have required property/)
    assert.match(judge({ ...entry, path: '/nowhere' })[0] ?? '', /not in the specification/)
  },
)
