import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { WireEntry } from '../../sandbox/discord/record.js'
import { startScenario, until, type Scenario } from './world.js'

const SPECIFICATION = process.env['DISCORD_OPENAPI']
const skip = SPECIFICATION === undefined ? 'needs DISCORD_OPENAPI, the path of Discord’s OpenAPI specification' : false

type Rest = Extract<WireEntry, { kind: 'rest' }>

function restOf(world: Scenario): readonly Rest[] {
  return world.discord.wire.entries().filter((entry) => entry.kind === 'rest')
}

async function problemsOf(world: Scenario): Promise<readonly string[]> {
  // Loaded here, so that who has no specification needs no validator either.
  const { specification } = await import('../sandbox/discord/specification.js')
  const judge = specification(SPECIFICATION ?? '')
  return [...new Set(restOf(world).flatMap((entry) => judge(entry)))]
}

test(
  'everything the bot sends in a whole incident, and everything it is answered, is as Discord specifies',
  { skip },
  async () => {
    const world = await startScenario()
    try {
      await world.open('site', 23)
      await world.tick(2)
      await until('card and page are there', () => world.pages().length === 1)
      const card = () => world.cards()[0]?.id ?? ''
      await (await world.discord.as('vera').slash('status')).wait()
      await (await world.discord.as('vera').slash('connections show', { by: 'role' })).wait()
      await (await world.discord.as('vera').click(card(), { label: /Terminate/ })).wait()
      await world.discord.as('olga').autocomplete('terminate stale', 'role', 'si')
      await (await world.discord.as('olga').click(card(), { label: 'Acknowledge' })).wait()
      await pause(1_100) // stale after one second, by the server's clock
      await world.tick()
      const preview = await (await world.discord.as('olga').slash('terminate stale', { role: 'site' })).wait()
      const outcome = await world.discord
        .as('olga')
        .click(preview.message()?.id ?? '', { label: /^Terminate \d+ backends$/ })
      await until('the outcome is shown', () => /\d+ gone/.test(outcome.text()))
      await until('it stands in the thread', () => world.threadPosts().length >= 2)
      await until('the card is resolved', async () => {
        await world.tick()
        await pause(100)
        return /RESOLVED/.test(world.cards()[0]?.text ?? '')
      })
      assert.ok(restOf(world).length > 20, 'a whole incident is on record')
      assert.deepEqual(await problemsOf(world), [])
    } finally {
      await world.close()
    }
  },
)
