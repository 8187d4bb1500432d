import { Client, type ClientOptions, Events, GatewayIntentBits } from 'discord.js'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { manualClock, type MovableClock } from '../../../sandbox/discord/clock.js'
import type { WireEntry } from '../../../sandbox/discord/record.js'
import { type DiscordSandbox, startDiscord, type StartOptions } from '../../../sandbox/discord/start.js'
import type { Seed } from '../../../sandbox/discord/world/seed.js'

type Rest = Extract<WireEntry, { kind: 'rest' }>

export const TOKEN = 'sandbox-token'
export const NOON_MS = Date.UTC(2026, 7, 6, 12)

export const SEED: Seed = {
  guild: { name: 'Pool' },
  channels: [{ name: 'alerts' }, { name: 'hidden', overwrites: [{ for: '@everyone', deny: ['ViewChannel'] }] }],
  roles: [{ name: 'devops', mentionable: true, color: 0x3a_7d_44 }, { name: 'staff' }],
  members: [
    { name: 'ada', roles: ['devops'] },
    { name: 'vera', roles: [] },
  ],
  bot: { name: 'lifeguard' },
}

const SPECIFICATION = process.env['DISCORD_OPENAPI']
const JUDGE =
  SPECIFICATION === undefined
    ? undefined
    : import('./specification.js').then(({ specification }) => specification(SPECIFICATION))

const UNLIMITED = { globalPerSecond: Infinity, routes: [{ limit: 10_000, perMs: 1000 }] }

/**
 * A sandbox that ends with its test, on a clock that stands still: so do the second of the global rate limit and the
 * five of the identify limit, which is why they are lifted here. Their own tests put Discord's numbers back.
 */
export async function sandbox(
  t: TestContext,
  options: Partial<StartOptions> = {},
): Promise<{ discord: DiscordSandbox; clock: MovableClock }> {
  const clock = manualClock(NOON_MS)
  const discord = await startDiscord({
    token: TOKEN,
    seed: SEED,
    clock,
    identifyEveryMs: 0,
    rateLimits: UNLIMITED,
    ...options,
  })
  t.after(async () => {
    await discord.close()
    // in a hook of its own, behind the others: they do not run any more once one has failed
    t.after(async () => assert.deepEqual(await unspecified(discord), []))
  })
  return { discord, clock }
}

/** Answers that Discord's specification does not have, of all that the test got, refusals too; none without it. */
async function unspecified(discord: DiscordSandbox): Promise<readonly string[]> {
  const judge = await JUDGE
  if (judge === undefined) return []
  const rest = discord.wire.entries().flatMap((entry) => (entry.kind === 'rest' ? [entry] : []))
  // not there at all, or said by the proxy in front: neither is in the specification
  const isDiscord = (entry: Rest) => entry.problem?.kind !== 'unknown route' && entry.problem?.kind !== 'protocol'
  return [...new Set(rest.filter(isDiscord).flatMap((entry) => judge(entry)))]
}

/** The real discord.js, logged in; only `rest.api` says that this is not Discord. */
export async function loggedIn(
  t: TestContext,
  discord: DiscordSandbox,
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    waitGuildTimeout: 500,
    ...options,
    rest: { api: discord.apiBase, ...options.rest },
  })
  t.after(() => client.destroy())
  const ready = once(client, Events.ClientReady)
  await client.login(TOKEN)
  await ready
  if (!client.isReady()) throw new Error('the client is ready after its event')
  return client
}

/** One request without discord.js, for what it would not send. */
export async function call(
  discord: DiscordSandbox,
  method: string,
  path: string,
  body?: unknown,
  token: string | undefined = TOKEN,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${discord.apiBase}/v10${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bot ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

/** Lets everything else run until it is so; after 20 s of real time it never will be. */
export async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 20_000
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error('what the test waits for did not happen')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
