import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { SeenMessage } from '../../sandbox/discord/world/seen.js'
import { startScenario, until, type Scenario } from './world.js'

const POSTS = { method: 'POST', path: /^\/channels\/\d+\/messages$/ }
const CALLBACKS = { method: 'POST', path: /^\/interactions\/.+\/callback$/ }
const HOUR_MS = 3_600_000

/** One world for all tests of a group; each test has a surge of its own, which ends with it. */
function worldOfSurges(): {
  readonly world: () => Scenario
  readonly surge: (sessions?: number) => Promise<void>
  readonly card: () => SeenMessage
  /** The card's; blank while there is none. */
  readonly words: () => string
  readonly page: () => SeenMessage | undefined
} {
  let world: Scenario
  let clients: readonly pg.Client[] = []
  let earlier: ReadonlySet<string> = new Set()

  before(async () => {
    world = await startScenario({ env: { HOLD_DOWN: '1s' } })
  })
  after(async () => {
    await world.close()
  })
  afterEach(async () => {
    world.discord.faults.clear()
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
    clients = []
    await until('the surge is over, and told', async () => {
      await world.tick()
      await pause(100)
      return mine(world.cards()).every((card) => /RESOLVED|goes on/.test(card.text))
    })
    earlier = new Set(world.messages().map(({ id }) => id))
  })
  const mine = (messages: readonly SeenMessage[]) => messages.filter(({ id }) => !earlier.has(id))

  return {
    world: () => world,
    surge: async (sessions = 12) => {
      clients = [...clients, ...(await world.open('site', sessions))]
      await world.tick(2)
    },
    card: () => {
      const card = mine(world.cards()).at(-1)
      assert.ok(card, 'the surge has its card')
      return card
    },
    words: () => mine(world.cards()).at(-1)?.text ?? '',
    page: () => mine(world.pages()).at(-1),
  }
}

/** Ticks by hand until it is so: what is owed is tried again at a tick, two seconds after the first failure. */
async function ticking(world: Scenario, what: string, isSo: () => boolean): Promise<void> {
  await until(what, async () => {
    await world.tick()
    return isSo()
  })
}

describe('posts that Discord does not take at once', () => {
  const { world, surge, card, page } = worldOfSurges()
  const told = () => [card().id, page()?.id ?? '']
  const since = () => {
    const from = world().messages().length
    return () => world().messages().slice(from)
  }

  test('429 on the channel: card and page arrive once and in order, and a person is answered meanwhile', async () => {
    const fresh = since()
    world().discord.faults.add({ match: POSTS, kind: '429', retryAfterMs: 1_500, times: 1 })
    const surging = surge(23)
    await until('the first post has met the limit', () => world().discord.faults.list().length === 0)
    const answer = await (await world().discord.as('olga').slash('incident list')).wait()
    assert.equal(fresh().length, 0)
    assert.match(answer.text(), /1 open/)
    await surging
    await until('card and page are there', () => fresh().length === 2)
    assert.deepEqual(
      fresh().map(({ id }) => id),
      told(),
    )
  })

  test('429 on everything: nothing is lost, nothing is told twice, the order stays', async () => {
    const fresh = since()
    world().discord.faults.add({ match: {}, kind: '429', isGlobal: true, retryAfterMs: 300, times: 3 })
    await surge(23)
    await ticking(world(), 'card and page are there', () => fresh().length === 2)
    assert.deepEqual(
      fresh().map(({ id }) => id),
      told(),
    )
  })

  test('503 for as long as it lasts: the watch goes on, /status says what is owed, and it is told once it is over', async () => {
    const fresh = since()
    world().discord.faults.add({ match: POSTS, kind: 'status', times: Infinity })
    await surge(23)
    await until('the log says so', () => world().logged.some((line) => line.includes('could not be told, still owed')))
    const status = await (await world().discord.as('vera').slash('status')).wait()
    assert.match(status.text(), /Still owed to Discord: .+ \(1 tries, Discord answered 503\)/)
    assert.equal(fresh().length, 0)
    world().discord.faults.clear()
    await ticking(world(), 'card and page are there', () => fresh().length === 2)
    assert.deepEqual(
      fresh().map(({ id }) => id),
      told(),
    )
  })

  test('429 for ever: given up by our own deadline, still owed, and told once when it is over', async () => {
    const fresh = since()
    world().discord.faults.add({ match: POSTS, kind: '429', retryAfterMs: 1_000, times: Infinity })
    await surge()
    await until('the deadline has passed', () =>
      world().logged.some((line) => line.includes('no answer from Discord in 10 s')),
    )
    world().discord.faults.clear()
    await ticking(world(), 'the card is there', () => fresh().length === 1)
    await world().tick(2)
    assert.equal(fresh().length, 1)
  })

  test('503 after the post was stored: the second try is the same message', async () => {
    const fresh = since()
    world().discord.faults.add({ match: POSTS, kind: 'status after storing', times: 2 })
    await surge(23)
    await until('card and page are there', () => fresh().length >= 2)
    await world().tick(2)
    assert.deepEqual(
      fresh().map(({ id }) => id),
      told(),
    )
  })

  test('no answer after the post was stored: the second try is the same message', async () => {
    const fresh = since()
    world().discord.faults.add({ match: POSTS, kind: 'no answer after storing', times: 1 })
    await surge(23)
    await ticking(world(), 'card and page are there', () => fresh().length >= 2)
    await world().tick(2)
    assert.deepEqual(
      fresh().map(({ id }) => id),
      told(),
    )
  })

  test('a connection that is cut, before or after storing: tried again, and told once', async () => {
    const fresh = since()
    world().discord.faults.add({ match: POSTS, kind: 'reset after storing', times: 1 })
    world().discord.faults.add({ match: POSTS, kind: 'reset', times: 1 })
    await surge(23)
    await ticking(world(), 'card and page are there', () => fresh().length >= 2)
    await world().tick(2)
    assert.deepEqual(
      fresh().map(({ id }) => id),
      told(),
    )
  })
})

describe('presses when Discord or the bot is late', () => {
  const { world, surge, card, words } = worldOfSurges()
  const acknowledge = async (name: string) => await world().discord.as(name).click(card().id, { label: 'Acknowledge' })

  test('an answer that is four seconds on its way: the person sees a failure, nothing is done, the log says so', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    world().discord.faults.add({ match: CALLBACKS, kind: 'slow', delayMs: 4_000, times: 1 })
    const late = await acknowledge('olga')
    await until('the answer is on its way', () => world().discord.faults.list().length === 0)
    world().discord.clock.advance(4_000)
    assert.equal((await late.wait()).text(), 'This interaction failed')
    await until('the log says so', () => world().logged.some((line) => line.includes('late click')))
    await world().tick()
    assert.doesNotMatch(words(), /Acknowledged/)
    const again = await (await acknowledge('olga')).wait()
    assert.match(again.text(), /is yours/)
  })

  test('two people acknowledge at once: one has it, the other is told who', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    const [first, second] = [await acknowledge('olga'), await acknowledge('omar')]
    const answers = [(await first.wait()).text(), (await second.wait()).text()]
    assert.equal(answers.filter((text) => text.includes('is yours')).length, 1)
    const other = answers.find((text) => !text.includes('is yours')) ?? ''
    assert.match(other, /<@\d+> acknowledged this at .+\nThis press changed nothing/s)
  })

  test('one person clicks twice: the second click changes nothing and says so', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    const answers = await Promise.all([acknowledge('olga'), acknowledge('olga')])
    const texts = await Promise.all(answers.map(async (answer) => (await answer.wait()).text()))
    assert.equal(texts.filter((text) => text.includes('is yours')).length, 1)
    assert.equal(texts.filter((text) => text.includes('This press changed nothing')).length, 1)
  })

  test('the token has run out before the outcome can be shown: it stands in the thread all the same', async () => {
    await surge()
    await pause(1_100) // stale after one second, by the server's clock
    await until('the card offers to terminate', async () => {
      await world().tick()
      return JSON.stringify(card().components).includes('Terminate')
    })
    const preview = await (
      await world()
        .discord.as('olga')
        .click(card().id, { label: /Terminate/ })
    ).wait()
    const message = preview.message()?.id ?? ''
    // Fifteen minutes of work: the edit of the answer is the first thing that meets the dead token.
    world().discord.faults.add({
      match: { method: 'PATCH', path: /^\/webhooks\// },
      kind: 'status',
      status: 401,
      refusal: { code: 50027, message: 'Invalid Webhook Token' },
      times: Infinity,
    })
    await world()
      .discord.as('olga')
      .click(message, { label: /^Terminate \d+ backends$/ })
    const thread = card().id
    await ticking(world(), 'the outcome stands in the thread', () =>
      world()
        .threadPosts()
        .some((post) => post.channelId === thread && /terminated 12 of 12 stale backends/.test(post.text)),
    )
    assert.equal(
      world().logged.some((line) => line.startsWith('fatal')),
      false,
    )
  })
})

describe('a gateway that drops, forgets and loses', () => {
  const { world, surge, card, words } = worldOfSurges()
  const acknowledge = async () => await world().discord.as('olga').click(card().id, { label: 'Acknowledge' })

  test('dropped and resumed: a press made meanwhile is replayed and answered', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    world().discord.gateway.drop()
    assert.match((await (await acknowledge()).wait()).text(), /is yours/)
  })

  test('resume refused: the bot identifies anew, and a button of before still works', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    const identified = () =>
      world()
        .discord.wire.entries()
        .filter((entry) => entry.kind === 'gateway' && entry.note.startsWith('identified')).length
    const earlier = identified()
    world().discord.faults.add({ kind: 'refuse resume', times: 1 })
    world().discord.gateway.drop()
    await until('it has identified again', () => identified() === earlier + 1)
    assert.match((await (await acknowledge()).wait()).text(), /is yours/)
  })

  test('a press that never reaches the bot fails for the person, and the next one works', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    world().discord.faults.add({ kind: 'lose event', event: 'INTERACTION_CREATE', times: 1 })
    const lost = await acknowledge()
    world().discord.clock.advance(3_000)
    assert.equal((await lost.wait()).text(), 'This interaction failed')
    assert.match((await (await acknowledge()).wait()).text(), /is yours/)
  })

  test('the bot restarts in the middle: the same card goes on, and its buttons work', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    const first = card().id
    await world().stopBot()
    await world().startBot()
    await world().tick()
    assert.match((await (await acknowledge()).wait()).text(), /is yours/)
    await ticking(world(), 'the card says so', () => /Acknowledged by/.test(card().text))
    assert.equal(card().id, first)
  })
})

describe('messages and channels that change under the bot', () => {
  const { world, surge, card, words } = worldOfSurges()

  const terminated = async () => {
    await pause(1_100) // stale after one second, by the server's clock
    await until('the card offers to terminate', async () => {
      await world().tick()
      return JSON.stringify(card().components).includes('Terminate')
    })
    const preview = await (
      await world()
        .discord.as('olga')
        .click(card().id, { label: /Terminate/ })
    ).wait()
    const answer = await world()
      .discord.as('olga')
      .click(preview.message()?.id ?? '', { label: /^Terminate \d+ backends$/ })
    await until('the outcome is shown', () => /\d+ gone/.test(answer.text()))
  }

  test('the card deleted under an edit: a new one is posted, with the same reference', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    const first = card()
    world().discord.deleteMessage(first.id)
    await world()
      .discord.as('olga')
      .slash('incident acknowledge', { id: /Ref (\w{5})/.exec(first.text)?.[1] ?? '' })
    await ticking(world(), 'a new card is there', () => /Acknowledged by/.test(world().cards().at(-1)?.text ?? ''))
    assert.notEqual(card().id, first.id)
    assert.match(card().text, new RegExp(`Ref ${/Ref (\w{5})/.exec(first.text)?.[1]}/card:2`))
  })

  test('an edit of a card of more than an hour that Discord refuses: a successor, linked both ways, the thread stays', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    const first = card().id
    await terminated() // makes the thread
    await surge() // goes on
    await ticking(world(), 'the thread is there', () => world().discord.world.message(first)?.threadId !== undefined)
    world().discord.clock.advance(HOUR_MS + 60_000)
    // Three edits within six seconds are what Discord lets pass; ours is the fourth.
    for (let times = 0; times < 3; times += 1) {
      const response = await fetch(`${world().discord.apiBase}/v10/channels/${card().channelId}/messages/${first}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', authorization: `Bot ${world().env['DISCORD_TOKEN'] ?? ''}` },
        body: JSON.stringify({ components: card().components, allowed_mentions: { parse: [] } }),
      })
      assert.equal(response.status, 200)
    }
    await (await world().discord.as('olga').click(first, { label: 'Acknowledge' })).wait()
    await ticking(world(), 'the successor is there', () => card().id !== first)
    const refused = world()
      .discord.wire.entries()
      .filter((entry) => entry.kind === 'rest' && JSON.stringify(entry.response ?? '').includes('30046'))
    assert.ok(refused.length > 0, 'Discord refused the edit')
    assert.match(card().text, /Acknowledged by/)
    assert.ok(JSON.stringify(card().components).includes(first), 'the successor links to the first')
    world().discord.clock.advance(10_000)
    await ticking(world(), 'the first points to its successor', () =>
      JSON.stringify(world().discord.world.message(first)?.components).includes(card().id),
    )
    assert.equal(card().threadId, undefined)
    assert.notEqual(world().discord.world.message(first)?.threadId, undefined)
  })

  test('a thread that is archived and locked: what belongs there is said in the channel', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    await terminated()
    const thread = card().id
    await ticking(
      world(),
      'evidence and outcome are posted',
      () =>
        world()
          .threadPosts()
          .filter((post) => post.channelId === thread).length === 2,
    )
    world().discord.archiveThread(thread, { isLocked: true })
    await surge()
    await terminated()
    await ticking(world(), 'the outcome is in the channel', () =>
      world()
        .messages()
        .some(
          (message) => /terminated \d+ of \d+ stale backends/.test(message.text) && /act:\w{5}$/.test(message.text),
        ),
    )
    const status = await (await world().discord.as('vera').slash('status')).wait()
    await ticking(world(), 'nothing is owed', () => true)
    assert.match(status.text(), /Lifeguard/)
  })

  test('a thread that was archived for its age wakes up at the next post', async () => {
    await surge()
    await until('the card is there', () => /WARNING/.test(words()))
    await terminated()
    const thread = card().id
    const posts = () =>
      world()
        .threadPosts()
        .filter((post) => post.channelId === thread)
    await ticking(world(), 'evidence and outcome are posted', () => posts().length === 2)
    world().discord.archiveThread(thread)
    await surge()
    await terminated()
    await ticking(world(), 'the second outcome is posted there', () => posts().length === 3)
  })

  for (const [code, message] of [
    [50013, 'Missing Permissions'],
    [50001, 'Missing Access'],
  ] as const) {
    test(`${message} (${code}): /status tells a person, and the card comes once it is granted`, async () => {
      const standing = world().messages().length
      world().discord.faults.add({
        match: POSTS,
        kind: 'status',
        status: 403,
        refusal: { code, message },
        times: Infinity,
      })
      await surge()
      await until('the log says so', () => world().logged.some((line) => line.includes(`(code ${code})`)))
      const status = await (await world().discord.as('vera').slash('status')).wait()
      assert.match(status.text(), new RegExp(`Still owed to Discord: .*${message} \\(code ${code}\\)`))
      world().discord.faults.clear()
      await ticking(world(), 'the card is there', () => world().messages().length === standing + 1)
    })
  }
})

describe('Discord refuses for good', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario()
  })
  after(async () => {
    await world.close()
  })

  test('the alert channel is deleted: the watch goes on, and /status says elsewhere what is owed and why', async () => {
    world.discord.deleteChannel('incidents')
    await world.open('site', 12)
    await world.tick(2)
    await until('the log says so', () => world.logged.some((line) => line.includes('Unknown Channel (code 10003)')))
    const status = await (await world.discord.as('vera').slash('status', {}, 'general')).wait()
    assert.match(status.text(), /Still owed to Discord: .*Unknown Channel \(code 10003\)/)
    assert.match(status.text(), /WARNING/)
  })

  test('401: the bot ends with a sentence that says what to do', async () => {
    const fatal = () => world.logged.filter((line) => line.startsWith('fatal'))
    assert.deepEqual(fatal(), [])
    world.discord.faults.add({
      match: POSTS,
      kind: 'status',
      status: 401,
      refusal: { code: 0, message: '401: Unauthorized' },
      times: 1,
    })
    await ticking(world, 'it has said so', () => fatal().length > 0)
    assert.match(fatal()[0] ?? '', /Discord does not accept DISCORD_TOKEN/)
  })
})
