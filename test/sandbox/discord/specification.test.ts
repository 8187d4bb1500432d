import assert from 'node:assert/strict'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { Events, GatewayIntentBits } from 'discord.js'
import { credentials } from '../../../sandbox/discord/credentials.js'
import { findRoute, type Route } from '../../../sandbox/discord/rest/route.js'
import { apiRoutes } from '../../../sandbox/discord/rest/routes.js'
import type { DiscordSandbox } from '../../../sandbox/discord/start.js'
import { call, loggedIn, sandbox, SEED } from './bot.js'

const FILE = process.env['DISCORD_OPENAPI']
const skip = FILE === undefined ? 'needs DISCORD_OPENAPI, the path of Discord’s OpenAPI specification' : false

/** The router's own table: a route that is new there and not asked below fails the test. */
const ROUTES = apiRoutes({
  gatewayUrl: () => '',
  credentials: credentials('x', { now: () => 0 }),
  mayListMembers: true,
})

test(
  'every route that the sandbox has answers as the specification says, and refuses as it says',
  { skip },
  async (t) => {
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
      ['DELETE', `${commands}/${command}`],
      ['PUT', commands, [{ name: 'Add to timeline', type: 3 }]],
    ]
    for (const [method, path, body] of calls) await call(discord, method, path, body)
    await interactions(t, discord, commands)
    const asked = (from = 0) =>
      discord.wire
        .entries()
        .slice(from)
        .flatMap((entry) => (entry.kind === 'rest' ? [entry] : []))
    assert.deepEqual(unasked(asked().filter((entry) => (entry.status ?? 0) < 300)), [], 'no good request to these')

    const good = ROUTES.flatMap((route) => asked().find((entry) => routeOf(entry) === route) ?? [])
    const before = discord.wire.entries().length
    for (const { method, path, query, body } of good) {
      const isOpen = ROUTES.find((route) => routeOf({ method, path }) === route)?.isOpen === true
      discord.faults.add({ match: {}, kind: '429', times: 1 })
      await call(discord, method, path + query, body)
      // by a wrong token: the bot's in the header, or the one in the path
      await call(discord, method, isOpen ? path.replace(/[\w-]{40,}/, 'x') : path + query, body, 'another')
    }
    const statuses = asked(before).map(({ status }) => status)
    assert.equal(statuses.filter((status) => status === 429).length, ROUTES.length)
    assert.equal(statuses.filter((status) => status === 401 || status === 404).length, ROUTES.length)
  },
)

function routeOf({ method, path }: { readonly method: string; readonly path: string }): Route | undefined {
  return findRoute(ROUTES, method, path)?.route
}

function unasked(entries: readonly { readonly method: string; readonly path: string }[]): string[] {
  return ROUTES.filter((route) => !entries.some((entry) => routeOf(entry) === route)).map(
    ({ method, path }) => `${method} ${path}`,
  )
}

/** Callbacks of every type with their response, and all that can be done with the token afterwards. */
async function interactions(t: TestContext, discord: DiscordSandbox, commands: string): Promise<void> {
  const client = await loggedIn(t, discord)
  const options = [{ type: 3, name: 'by', description: 'd', autocomplete: true }]
  await call(discord, 'PUT', commands, [{ name: 'status', description: 'd', options }])
  const ada = discord.as('ada')
  const callback = async (act: () => Promise<unknown>, body: object) => {
    const sent = once(client, Events.InteractionCreate)
    const done = act()
    const [{ id, token }] = (await sent) as [{ id: string; token: string }]
    const { status, json } = await call(
      discord,
      'POST',
      `/interactions/${id}/${token}/callback?with_response=true`,
      body,
    )
    assert.equal(status, 200, JSON.stringify(json))
    await done
    return { hook: `/webhooks/${discord.ids.application}/${token}`, json }
  }
  const content = {
    content: 'x',
    components: [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'end', label: 'z' }] }],
  }
  const slash = () => ada.slash('status')
  await callback(slash, { type: 4, data: content })
  const { hook } = await callback(slash, { type: 5, data: { flags: 64 } })
  await call(discord, 'PATCH', `${hook}/messages/@original`, content)
  await call(discord, 'GET', `${hook}/messages/@original`)
  const followUp = String((await call(discord, 'POST', hook, { content: 'y' })).json['id'])
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    await call(discord, method, `${hook}/messages/${followUp}`, method === 'PATCH' ? { content: 'z' } : undefined)
  }
  await call(discord, 'DELETE', `${hook}/messages/@original`)
  await callback(() => ada.autocomplete('status', 'by', 'r'), {
    type: 8,
    data: { choices: [{ name: 'n', value: 'v' }] },
  })
  const card = discord.world.messages('alerts').find((message) => JSON.stringify(message.components).includes('"end"'))
  const click = () => ada.click(card?.id ?? '', { label: 'z' })
  await callback(click, { type: 6 })
  await callback(click, { type: 7, data: content })
  const label = { type: 18, label: 'L', component: { type: 4, style: 1, custom_id: 'i' } }
  await callback(click, { type: 9, data: { custom_id: 'm', title: 'T', components: [label] } })
}

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
