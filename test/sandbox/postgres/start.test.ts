import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { findBinaries } from '../../../sandbox/postgres/binaries.js'
import { childrenOf, isAlive, startOf } from '../../../sandbox/postgres/processes.js'
import { startPostgres } from '../../../sandbox/postgres/start.js'
import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'

const binDir = process.env['LIFEGUARD_TEST_PG_BIN']
const otherServer = binDir === undefined ? {} : { binDir }

let postgres: SandboxPostgres
before(async () => {
  postgres = await startPostgres({
    ...otherServer,
    maxConnections: 12,
    superuserReserved: 2,
    settings: { work_mem: '2MB' },
  })
})
after(() => postgres.stop())

function client(user = postgres.superuser, password = postgres.password): pg.Client {
  const one = new pg.Client({
    host: postgres.host,
    port: postgres.port,
    user,
    password,
    database: 'postgres',
    ssl: false,
  })
  one.on('error', () => undefined)
  return one
}

test('the settings asked for are the settings in force', async () => {
  const rows = await postgres.sql('SELECT name, setting FROM pg_settings WHERE name = ANY ($1)', [
    ['max_connections', 'superuser_reserved_connections', 'work_mem', 'listen_addresses'],
  ])
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row['name'], row['setting']])), {
    max_connections: '12',
    superuser_reserved_connections: '2',
    work_mem: '2048',
    listen_addresses: '127.0.0.1',
  })
  assert.equal(postgres.versionNum, Number((await postgres.sql('SHOW server_version_num'))[0]?.['server_version_num']))
})

test('a plain role is refused with 53300 when the usable slots are gone, and the superuser gets in', async () => {
  await postgres.sql(`CREATE ROLE app LOGIN PASSWORD 'app'`)
  const held = await Promise.all(
    Array.from({ length: 10 }, () => client('app', 'app')).map(async (one) => (await one.connect(), one)),
  )
  await assert.rejects(client('app', 'app').connect(), { code: '53300', routine: 'InitPostgres' })
  assert.equal((await postgres.sql(`SELECT 1 FROM pg_stat_activity WHERE usename = 'app'`)).length, 10)
  await Promise.all(held.map((one) => one.end()))
})

test('a paused server answers nobody and closes nothing; resumed, the same session goes on', async () => {
  const one = client()
  await one.connect()
  postgres.pause()
  const answer = one.query('SELECT pg_backend_pid() AS pid').then((result) => result.rowCount)
  assert.equal(await Promise.race([answer, sleep(300, 'silence')]), 'silence')
  postgres.resume()
  assert.equal(await answer, 1)
  await one.end()
})

test('a restart keeps port and data and has another postmaster', async () => {
  await postgres.sql('CREATE TABLE kept (id int)')
  const old = { pid: postgres.pid, port: postgres.port }
  await postgres.restart()
  assert.notEqual(postgres.pid, old.pid)
  assert.equal(postgres.port, old.port)
  assert.equal((await postgres.sql('SELECT * FROM kept')).length, 0)
})

test('down refuses logins and keeps the data, up brings it back', async () => {
  await postgres.down()
  await assert.rejects(postgres.sql('SELECT 1'), { code: 'ECONNREFUSED' })
  assert.ok(existsSync(postgres.dataDir))
  await postgres.up()
  assert.equal((await postgres.sql('SELECT 1')).length, 1)
})

test('stop leaves neither a process nor a folder, also when paused and when called twice', async () => {
  const other = await startPostgres(otherServer)
  const family = [other.pid, ...childrenOf(other.pid)]
  assert.ok(family.length > 2)
  other.pause()
  await other.stop()
  await other.stop()
  assert.deepEqual(family.filter(isAlive), [])
  assert.ok(!existsSync(other.folder))
})

test('a port that is taken is refused in words, and nothing is left behind', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const address = squatter.address()
  assert.ok(typeof address === 'object' && address !== null)
  await assert.rejects(startPostgres({ ...otherServer, port: address.port }), /did not start/)
  squatter.close()
})

test('a folder without a server is refused in words', async () => {
  await assert.rejects(startPostgres({ binDir: tmpdir() }), /No "initdb" and "postgres" below/)
})

test(
  'a server of a process that was killed ends by itself and takes its folder along',
  { timeout: 60_000 },
  async () => {
    const module = join(dirname(fileURLToPath(import.meta.url)), '../../../sandbox/postgres/start.js')
    const script = `const { startPostgres } = await import(${JSON.stringify(module)})
    const p = await startPostgres(${JSON.stringify(otherServer)})
    console.log(JSON.stringify({ pid: p.pid, folder: p.folder }))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const { pid, folder } = JSON.parse(said.toString()) as { pid: number; folder: string }
    const start = startOf(pid)
    assert.ok(start !== undefined)
    child.kill('SIGKILL')
    await once(child, 'exit')
    while (startOf(pid) === start || existsSync(folder)) await sleep(20)
  },
)

test(
  'programs that the system user cannot reach are copied to where it can',
  { skip: process.getuid?.() !== 0 && 'only root lends a user' },
  async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'lifeguard-binaries-'))
    const closed = await mkdtemp(join(tmpdir(), 'lifeguard-closed-')) // mkdtemp makes 0700
    try {
      const account = { uid: 65_534, gid: 65_534 } // nobody
      const open = await findBinaries(binDir, account, scratch)
      await chmod(scratch, 0o755)
      await cp(join(dirname(open.initdb), '..'), join(closed, 'native'), { recursive: true, verbatimSymlinks: true })
      const moved = await findBinaries(closed, account, scratch)
      assert.equal(moved.postgres, join(scratch, 'package', 'native', 'bin', 'postgres'))
    } finally {
      await Promise.all([scratch, closed].map((folder) => rm(folder, { recursive: true, force: true })))
    }
  },
)
