import assert from 'node:assert/strict'
import test from 'node:test'
import { movableClock } from '../../../sandbox/discord/clock.js'
import { FAULT_MENU } from '../../../sandbox/discord/faultMenu.js'
import { faultList } from '../../../sandbox/discord/faults.js'
import { call, sandbox, until } from './bot.js'

const GETS = { match: { method: 'GET' }, kind: 'status', times: 1 } as const

test('a fault is listed in words with what is left of it, and ends when it is used up or removed', () => {
  const faults = faultList({ nowMs: () => 0 })
  faults.add({ ...GETS, times: 2 })
  const id = faults.add({ kind: 'refuse resume', name: 'the next resume is refused', times: 1 })
  assert.deepEqual(
    faults.list().map(({ name, left }) => [name, left]),
    [
      ['answers 503 to GET', 2],
      ['the next resume is refused', 1],
    ],
  )
  assert.equal(faults.take('POST', '/x'), undefined)
  assert.equal(faults.take('GET', '/x')?.kind, 'status')
  assert.equal(faults.list()[0]?.left, 1)
  assert.equal(faults.take('GET', '/x')?.kind, 'status')
  assert.equal(faults.take('GET', '/x'), undefined)
  assert.deepEqual([faults.remove(id), faults.remove(id)], [true, false])
  assert.deepEqual(faults.list(), [])
})

test('a fault can begin late, end by the clock, and strike by a chance that its seed repeats', () => {
  let nowMs = 0
  const late = faultList({ nowMs: () => nowMs })
  late.add({ ...GETS, skip: 2 })
  assert.deepEqual(
    [1, 2, 3, 4].map(() => late.take('GET', '/x') !== undefined),
    [false, false, true, false],
  )
  late.add({ ...GETS, times: Infinity, lastsMs: 100 })
  assert.ok(late.take('GET', '/x'))
  nowMs = 100
  assert.equal(late.take('GET', '/x'), undefined)
  const strikes = (seed: number) => {
    const faults = faultList({ nowMs: () => 0, seed })
    faults.add({ ...GETS, times: Infinity, chance: 0.5 })
    return Array.from({ length: 40 }, () => (faults.take('GET', '/x') === undefined ? '.' : 'x')).join('')
  }
  assert.equal(strikes(7), strikes(7))
  assert.notEqual(strikes(7), strikes(8))
  assert.match(strikes(7), /x.*\..*x/)
})

test('a clock that is moved runs what falls due in order, and leaves the rest for later', () => {
  const clock = movableClock()
  const ran: string[] = []
  const before = clock.now()
  clock.after(3000, () => ran.push('second'))
  clock.after(1000, () => ran.push('first'))
  clock.after(60_000, () => ran.push('later'))
  clock.after(2000, () => ran.push('called off'))()
  clock.advance(5000)
  assert.deepEqual(ran, ['first', 'second'])
  assert.ok(clock.now() >= before + 5000)
  clock.advance(60_000)
  assert.deepEqual(ran, ['first', 'second', 'later'])
})

test('everything in the menu of faults can be chosen, and what is armed stands in the list by its name', async (t) => {
  for (const item of FAULT_MENU) {
    const { discord } = await sandbox(t)
    item.run(discord)
    assert.equal(discord.faults.list().length, item.kind === 'arm' ? 1 : 0, item.key)
  }
  assert.equal(new Set(FAULT_MENU.map(({ key }) => key)).size, FAULT_MENU.length)
})

test('roles are given and taken by name, and who watches is told', async (t) => {
  const { discord } = await sandbox(t)
  let changes = 0
  discord.world.watch(() => (changes += 1))
  const { guild, members, roles } = discord.ids
  const held = async () => (await call(discord, 'GET', `/guilds/${guild}/members/${members['vera']}`)).json['roles']
  discord.giveRole('vera', 'devops')
  assert.deepEqual(await held(), [roles['devops']])
  discord.takeRole('vera', 'devops')
  assert.deepEqual(await held(), [])
  assert.ok(changes >= 2)
  assert.throws(() => discord.giveRole('vera', 'nobody'), /no role is named "nobody"/)
})

test('the wire log can be watched, and a token that was reset opens nothing', async (t) => {
  const { discord } = await sandbox(t)
  const seen: string[] = []
  discord.wire.watch((entry) => seen.push(entry.kind === 'rest' ? `${entry.method} ${entry.status}` : entry.kind))
  await call(discord, 'GET', '/users/@me')
  discord.resetToken()
  await call(discord, 'GET', '/users/@me')
  await until(() => seen.length === 2)
  assert.deepEqual(seen, ['GET 200', 'GET 401'])
})

test('a refusal scripted as a fault looks as Discord’s own, with the time to wait when it is a 429', async (t) => {
  const { discord } = await sandbox(t)
  const refusal = { code: 30046, message: 'Maximum number of edits reached.' }
  discord.faults.add({ match: {}, kind: 'status', status: 429, retryAfterMs: 1500, refusal, times: 1 })
  assert.deepEqual(await call(discord, 'GET', '/users/@me'), {
    status: 429,
    json: { ...refusal, retry_after: 1.5, global: false },
  })
})

test('cut or silent after storing: the message stands, and its sender does not know', async (t) => {
  const { discord } = await sandbox(t)
  const path = `/channels/${discord.ids.channels['alerts']}/messages`
  discord.faults.add({ match: { path: /messages$/ }, kind: 'reset after storing', times: 1 })
  await assert.rejects(call(discord, 'POST', path, { content: 'x' }), /fetch failed/)
  assert.equal(discord.world.messages('alerts').length, 1)
  discord.faults.add({ match: { path: /messages$/ }, kind: 'no answer after storing', times: 1 })
  const pending = call(discord, 'POST', path, { content: 'y' }).catch(() => 'cut at the end')
  await until(() => discord.world.messages('alerts').length === 2)
  await discord.close()
  assert.equal(await pending, 'cut at the end')
})
