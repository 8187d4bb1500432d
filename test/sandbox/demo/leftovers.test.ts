import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { demoHome, endLeftovers, openRecord } from '../../../sandbox/demo/leftovers.js'
import { isAlive, startOf } from '../../../sandbox/postgres/processes.js'

let home: string
const children: ChildProcess[] = []

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'lifeguard-home-'))
})
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

/** A process that says when it is ready, and ends of a signal only when it is not stubborn. */
async function sleeper(isStubborn = false): Promise<number> {
  const script = `${isStubborn ? "process.on('SIGINT', () => {});" : ''}setInterval(() => {}, 1000); console.log('ready')`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  await once(child.stdout, 'data')
  assert.ok(child.pid !== undefined)
  return child.pid
}

/** A record as a demo of an earlier process would have left it. */
async function leave(
  name: string,
  record: { start?: string; processes?: unknown[]; folders?: string[] },
): Promise<void> {
  const demo = { pid: process.pid, start: record.start ?? 'long ago' }
  await writeFile(
    join(home, `${name}.json`),
    JSON.stringify({ demo, processes: record.processes ?? [], folders: record.folders ?? [] }),
  )
}

test('what a killed demo left running is ended, and its folders, record and log are removed', async () => {
  const bot = await sleeper()
  const stubborn = await sleeper(true)
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-postgres-'))
  await mkdir(join(home, 'lifeguard-bot-1'))
  await writeFile(join(home, '1.log'), 'last words')
  await leave('1', {
    processes: [
      { what: 'bot', pid: bot, start: startOf(bot) },
      { what: 'Postgres', pid: stubborn, start: startOf(stubborn) },
    ],
    folders: [folder, join(home, 'lifeguard-bot-1')],
  })
  const said = await endLeftovers(home)
  assert.deepEqual(
    said.map((line) => line.replace(/\d+/, 'N')),
    [
      'ended a bot that an earlier demo left behind (pid N)',
      'ended a Postgres that an earlier demo left behind (pid N)',
    ],
  )
  assert.deepEqual([bot, stubborn].filter(isAlive), [])
  assert.ok(!existsSync(folder))
  assert.deepEqual(readdirSync(home), [])
})

test('a process that merely got the same pid is left alone', async () => {
  const other = await sleeper()
  await leave('2', { processes: [{ what: 'bot', pid: other, start: 'another time' }] })
  assert.deepEqual(await endLeftovers(home), [])
  assert.ok(isAlive(other))
})

test('a demo that still runs keeps its processes, its record and its log', async () => {
  const bot = await sleeper()
  await writeFile(join(home, '3.log'), 'talking')
  await leave('3', { start: startOf(process.pid) ?? '', processes: [{ what: 'bot', pid: bot, start: startOf(bot) }] })
  assert.deepEqual(await endLeftovers(home), [])
  assert.ok(isAlive(bot))
  assert.deepEqual(readdirSync(home), ['3.json', '3.log'])
  await rm(join(home, '3.json'))
})

test("a record names no folder to remove but a demo's own", async () => {
  const precious = await mkdtemp(join(tmpdir(), 'precious-'))
  const nested = join(precious, 'lifeguard-data')
  await mkdir(nested)
  await leave('4', { folders: [precious, nested, '/', join(tmpdir(), 'lifeguard-gone')] })
  await endLeftovers(home)
  assert.ok(existsSync(nested))
  await rm(precious, { recursive: true })
})

test('a record cut short is removed', async () => {
  await writeFile(join(home, '5.json'), '{"demo":{"pi')
  assert.deepEqual(await endLeftovers(home), [])
  assert.deepEqual(readdirSync(home), [])
})

test('by force, a demo kills what it recorded and removes its folders at once', async () => {
  const bot = await sleeper(true)
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-bot-'))
  const record = openRecord(home)
  record.addProcess('bot', bot)
  record.addFolder(folder)
  assert.equal(readdirSync(home).length, 1)
  record.destroy()
  const child = children.find(({ pid }) => pid === bot)
  if (child?.signalCode === null) await once(child, 'exit')
  assert.equal(child?.signalCode, 'SIGKILL')
  assert.ok(!existsSync(folder))
  assert.deepEqual(readdirSync(home), [])
})

test('a home that somebody else planted is refused', async () => {
  const tmp = await mkdtemp(join(home, 'tmp-'))
  await symlink(home, join(tmp, `lifeguard-demo-${userInfo().uid}`))
  assert.throws(() => demoHome(tmp), /is not a folder of ours/)
  await rm(tmp, { recursive: true })
})
