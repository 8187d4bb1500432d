import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { SlashCommandBuilder } from 'discord.js'
import { replay } from '../../../sandbox/discord/replay.js'
import { loggedIn, sandbox } from './bot.js'

const PROGRAM = fileURLToPath(new URL('../../../sandbox/discord/replay.js', import.meta.url))
const post = (content: string, n = 1) =>
  JSON.stringify({ n, kind: 'rest', method: 'POST', path: '/channels/1/messages', status: 200, body: { content } })

test('a recorded run of discord.js is judged again, request by request, and found to be good', async (t) => {
  const lines: string[] = []
  const { discord } = await sandbox(t, { journal: (line) => lines.push(line) })
  const client = await loggedIn(t, discord)
  const channel = await client.channels.fetch(discord.ids.channels['alerts'] ?? '')
  if (!channel?.isSendable()) throw new Error('the test channel takes messages')
  const status = new SlashCommandBuilder().setName('status').setDescription('d').toJSON()
  await client.guilds.cache.get(discord.ids.guild)?.commands.set([status])
  const sent = await channel.send({ content: 'x', files: [{ attachment: Buffer.from('a'), name: 'a.txt' }] })
  await sent.edit('y')
  const { judged, findings } = replay(lines.join('\n'))
  assert.equal(judged, 3)
  assert.deepEqual(findings, [])
})

test('what the limits of today refuse is named with its number, and what was refused then is left out', () => {
  const refused = JSON.stringify({ ...JSON.parse(post('x'.repeat(2001), 3)), status: 400 })
  const { requests, findings } = replay([post('x'), post('x'.repeat(2001), 2), refused, ''].join('\n'))
  assert.equal(requests, 3)
  assert.deepEqual(
    findings.map(({ n, request, issues }) => [n, request, issues[0]?.code]),
    [[2, 'POST /channels/1/messages', 'BASE_TYPE_MAX_LENGTH']],
  )
})

test('a line that is no JSON is named', () => {
  assert.throws(() => replay(`${post('x')}\n{`), /line 2 is no JSON/)
})

test('the program prints what is refused, and says so by its exit code', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const run = (text: string) => {
    writeFileSync(join(folder, 'wire.jsonl'), text)
    return spawnSync(process.execPath, [PROGRAM, join(folder, 'wire.jsonl')], { encoding: 'utf8' })
  }
  const good = run(post('x'))
  assert.deepEqual([good.status, good.stdout], [0, '1 requests, 1 judged, 0 refused\n'])
  const bad = run(post(' '))
  assert.equal(bad.status, 1)
  assert.match(bad.stdout, /EMPTY_MESSAGE: Cannot send an empty message/)
  assert.equal(spawnSync(process.execPath, [PROGRAM]).status, 2)
})
