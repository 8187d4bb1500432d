import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Log } from '../../../src/ports/log.js'
import { DependencyError } from '../../../src/core/errors.js'
import { HISTORY_MIGRATIONS, openHistoryFile } from '../../../src/adapters/sqlite/historyFile.js'
import { openSightings } from '../../../src/adapters/sqlite/sightings.js'
import { inAnotherProcess, start, temporaryFolder } from './inAnotherProcess.js'
import { sighting } from './sightingFixture.js'
import { silentLog } from './silentLog.js'

const quick = { log: silentLog, lockWaitMs: 50 }

function run(t: TestContext, what: string, dir: string, argument = ''): Promise<readonly unknown[]> {
  return inAnotherProcess(t, what, dir, argument, 'sightings')
}

/** A log that keeps its warnings. */
function warnings(): { readonly log: Log; readonly said: string[] } {
  const said: string[] = []
  const log: Log = { ...silentLog, warn: (_, sentence) => void said.push(sentence), child: () => log }
  return { log, said }
}

test('what was saved is read back, with and without workload, rollout and revision', async (t) => {
  const store = await openSightings(await temporaryFolder(t), quick)
  const saved = [
    sighting(1),
    sighting(2, { rollout: null }),
    sighting(3, { workload: null, rollout: null }),
    sighting(4, { address: 'fd00:2::4', podName: `odd "ü" \u2028 ' name` }),
    sighting(5, { rollout: { name: 'site-1', revision: null, createdAt: 0 } }),
  ]
  await store.save(saved)
  const read = await store.read()
  assert.deepEqual(
    read.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt),
    saved,
  )
  await store.close()
})

test('a sighting is updated by address and pod, and was first seen when it first was', async (t) => {
  const store = await openSightings(await temporaryFolder(t), quick)
  await store.save([sighting(1), sighting(1, { podUid: 'another' })])
  const rollout = { name: 'site-2', revision: 8, createdAt: 5 }
  await store.save([sighting(1, { firstSeenAt: 1_800_000_000_000, lastSeenAt: 1_800_000_000_000, rollout })])
  const read = await store.read()
  assert.deepEqual(
    read.find(({ podUid }) => podUid !== 'another'),
    sighting(1, { lastSeenAt: 1_800_000_000_000, rollout }),
  )
  assert.equal(read.length, 2)
  await store.save([sighting(1, { firstSeenAt: 7 })])
  assert.equal((await store.read()).find(({ podUid }) => podUid !== 'another')?.firstSeenAt, 7)
})

test('those last seen before a time are forgotten, and no other', async (t) => {
  const store = await openSightings(await temporaryFolder(t), quick)
  await store.save([1, 2, 3].map((index) => sighting(index, { lastSeenAt: index })))
  await store.forgetBefore(2)
  assert.deepEqual(
    (await store.read()).map(({ lastSeenAt }) => lastSeenAt),
    [2, 3],
  )
})

test('above the cap those not seen for longest go', async (t) => {
  const store = await openSightings(await temporaryFolder(t), { ...quick, mostRows: 3 })
  await store.save([5, 1, 4].map((index) => sighting(index)))
  await store.save([2, 3].map((index) => sighting(index)))
  assert.deepEqual(
    await store.read(),
    [3, 4, 5].map((index) => sighting(index)),
  )
})

test('a save of nothing and one that is wrong leave the file as it is', async (t) => {
  const store = await openSightings(await temporaryFolder(t), quick)
  await store.save([])
  await assert.rejects(store.save([sighting(1), sighting(2, { lastSeenAt: Number.NaN })]), TypeError)
  await assert.rejects(store.save([sighting(1), sighting(2, { podCreatedAt: 0.5 })]), TypeError)
  assert.deepEqual(await store.read(), [])
})

test('a restart finds what was saved, also when the process was killed', async (t) => {
  const dir = await temporaryFolder(t)
  const holder = start(t, 'save and die', dir, '', 'sightings')
  await holder.started
  holder.child.kill('SIGKILL')
  await holder.ended
  assert.deepEqual(await run(t, 'read', dir), [[sighting(1), sighting(2)]])
  await run(t, 'save', dir, '4')
  const store = await openSightings(dir, quick)
  assert.deepEqual(
    await store.read(),
    [0, 1, 2, 3].map((index) => sighting(index)),
  )
})

test('fifty thousand are saved, kept and read, and one more costs the oldest', async (t) => {
  const dir = await temporaryFolder(t)
  await run(t, 'save', dir, '50001')
  const store = await openSightings(dir, quick)
  const read = await store.read()
  assert.equal(read.length, 50_000)
  assert.equal(
    read.some(({ podUid }) => podUid === sighting(0).podUid),
    false,
  )
  assert.deepEqual(
    read.find(({ podUid }) => podUid === sighting(50_000).podUid),
    sighting(50_000),
  )
})

test('the file is of its owner only, of synchronous NORMAL, and stands alone after a close', async (t) => {
  const dir = await temporaryFolder(t)
  const client = await openHistoryFile(dir, quick)
  const pragma = async (name: string): Promise<unknown> => (await client.execute(`PRAGMA ${name}`)).rows[0]?.[0]
  assert.deepEqual([await pragma('synchronous'), await pragma('journal_mode')], [1, 'wal'])
  assert.equal((await stat(join(dir, 'history.db'))).mode & 0o777, 0o600)
  client.close()
  const other = await temporaryFolder(t)
  await run(t, 'save', other, '3')
  assert.deepEqual(await readdir(other), ['history.db'])
})

test('a closed store refuses, and closing twice is no error', async (t) => {
  const store = await openSightings(await temporaryFolder(t), quick)
  await store.close()
  await store.close()
  await assert.rejects(store.read(), DependencyError)
  await assert.rejects(store.save([sighting(1)]), DependencyError)
})

test('a file that is no database is set aside, said in the log, and a new one begun', async (t) => {
  const dir = await temporaryFolder(t)
  const junk = 'not a database, whatever else '.repeat(400)
  await writeFile(join(dir, 'history.db'), junk)
  await writeFile(join(dir, 'history-set-aside.db'), 'an older one')
  await writeFile(join(dir, 'history-set-aside.db-wal'), 'its log')
  const { log, said } = warnings()
  const store = await openSightings(dir, { ...quick, log })
  assert.deepEqual(said, ['the history could not be used and was set aside; a new one is begun'])
  assert.deepEqual(await store.read(), [])
  await store.save([sighting(1)])
  assert.deepEqual(await store.read(), [sighting(1)])
  assert.equal(await readFile(join(dir, 'history-set-aside.db'), 'utf8'), junk)
  assert.equal((await readdir(dir)).includes('history-set-aside.db-wal'), false)
})

test('damage inside the file is met when it is read: set aside, begun anew, and that outlives the process', async (t) => {
  const dir = await temporaryFolder(t)
  await run(t, 'save', dir, '2000')
  const file = join(dir, 'history.db')
  const bytes = await readFile(file)
  bytes.fill(0xa5, 3 * 4096)
  await writeFile(file, bytes)
  const { log, said } = warnings()
  const store = await openSightings(dir, { ...quick, log })
  assert.deepEqual(said, [])
  assert.deepEqual(await store.read(), [])
  assert.equal(said.length, 1)
  await store.save([sighting(1)])
  await store.close()
  assert.deepEqual(await readFile(join(dir, 'history-set-aside.db')), bytes)
})

test('damage met by a save does not lose that save', async (t) => {
  const dir = await temporaryFolder(t)
  await run(t, 'save', dir, '2000')
  const file = join(dir, 'history.db')
  const bytes = await readFile(file)
  bytes.fill(0xa5, 3 * 4096)
  await writeFile(file, bytes)
  const child = start(t, 'save and die', dir, '', 'sightings')
  await child.started
  child.child.kill('SIGKILL')
  await child.ended
  assert.deepEqual(await run(t, 'read', dir), [[sighting(1), sighting(2)]])
})

test('a file that a newer Lifeguard wrote is set aside, not written to', async (t) => {
  const dir = await temporaryFolder(t)
  await run(t, 'save', dir, '1')
  await run(t, 'sql', dir, `INSERT INTO schema_migrations VALUES (99, 'x', 0)`)
  const { log, said } = warnings()
  const store = await openSightings(dir, { ...quick, log })
  assert.deepEqual([await store.read(), said.length], [[], 1])
})

test('a later migration finds the sightings of the earlier one', async (t) => {
  const dir = await temporaryFolder(t)
  await run(t, 'save', dir, '1')
  const migrations = [...HISTORY_MIGRATIONS, ['CREATE TABLE readings (at INTEGER NOT NULL) STRICT']]
  const { log, said } = warnings()
  const store = await openSightings(dir, { ...quick, log, migrations })
  assert.deepEqual([await store.read(), said], [[sighting(0)], []])
})

test('rows that are no sightings are left out, and said', async (t) => {
  const dir = await temporaryFolder(t)
  await run(t, 'save', dir, '4')
  await run(
    t,
    'sql',
    dir,
    [
      `UPDATE sightings SET address = '10.2.0.0.0' WHERE address = '10.2.0.0'`,
      `UPDATE sightings SET workload_kind = NULL WHERE address = '10.2.0.1'`,
      `UPDATE sightings SET rollout_created_at = NULL WHERE address = '10.2.0.2'`,
    ].join(';;'),
  )
  const { log, said } = warnings()
  const store = await openSightings(dir, { ...quick, log })
  assert.deepEqual(await store.read(), [sighting(3)])
  assert.deepEqual(said, ['rows of the history that are no sightings were left out'])
})

test('a file that another process holds, and a place where none can be made, are DependencyErrors that name it', async (t) => {
  const dir = await temporaryFolder(t)
  const holder = start(t, 'hold', dir, '', 'sightings')
  await holder.started
  const isNamed = (place: string, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof DependencyError)
    assert.equal(error.dependency, 'disk')
    assert.ok(error.message.includes(place), error.message)
    assert.match(error.message, words)
    return true
  }
  await assert.rejects(openSightings(dir, quick), isNamed(dir, /Another process holds it/))
  assert.equal((await readdir(dir)).includes('history-set-aside.db'), false)
  await writeFile(join(dir, 'file'), '')
  for (const place of [join(dir, 'file'), join(dir, 'file', 'below')]) {
    await assert.rejects(openSightings(place, quick), isNamed(place, /Lifeguard may write there/))
  }
  await mkdir(join(dir, 'folder', 'history.db'), { recursive: true })
  await assert.rejects(openSightings(join(dir, 'folder'), quick), isNamed('history.db', /may write there/))
})

const asRoot = process.getuid?.() === 0 ? 'root may write everywhere' : false

test('a folder, or a file, that may not be written is a DependencyError', { skip: asRoot }, async (t) => {
  const dir = await temporaryFolder(t)
  const folder = join(dir, 'read only')
  await mkdir(folder, { mode: 0o500 })
  await assert.rejects(openSightings(folder, quick), DependencyError)
  await assert.rejects(openSightings(join(folder, 'below'), quick), DependencyError)
  await chmod(folder, 0o700)
})

test('a full disk refuses the save, keeps what was there, and writes again once there is room', async (t) => {
  const dir = await temporaryFolder(t)
  // SQLite answers SQLITE_FULL at this limit, as it does when the disk has no more room.
  const limit = ['PRAGMA max_page_count = 12']
  const store = await openSightings(dir, { ...quick, migrations: [...HISTORY_MIGRATIONS, limit] })
  await store.save([sighting(1)])
  const many = Array.from({ length: 1000 }, (_, index) => sighting(index + 10))
  await assert.rejects(store.save(many), (error: unknown) => {
    assert.ok(error instanceof DependencyError)
    assert.match(error.message, /The disk is full: make room/)
    return true
  })
  await store.save([sighting(2)])
  assert.deepEqual(await store.read(), [sighting(1), sighting(2)])
})
