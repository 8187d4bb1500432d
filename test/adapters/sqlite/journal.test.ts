import assert from 'node:assert/strict'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '@libsql/client'
import { DependencyError, UserError } from '../../../src/core/errors.js'
import type { EventBody, JournalEvent } from '../../../src/core/incident/event.js'
import { openJournal } from '../../../src/adapters/sqlite/journal.js'
import { openJournalFile } from '../../../src/adapters/sqlite/journalFile.js'
import { JOURNAL_MIGRATIONS, migrate } from '../../../src/adapters/sqlite/migrations.js'
import { inAnotherProcess, start, temporaryFolder } from './inAnotherProcess.js'
import { silentLog } from './silentLog.js'

const quick = { log: silentLog, lockWaitMs: 50 }

function note(version: string): EventBody {
  return { v: 1, type: 'bot.started', version }
}

function versionsOf(events: readonly JournalEvent[]): string[] {
  return events.map((event) => (event.body.type === 'bot.started' ? event.body.version : event.body.type))
}

test('events are read back in the order of their appends, with number, time and body', async (t) => {
  const journal = await openJournal(await temporaryFolder(t), quick)
  const refused: EventBody = {
    v: 1,
    type: 'access.refused',
    by: { id: '7', name: `O'Neill "ü" \u2028` },
    action: 'terminate',
    because: 'no role',
    ref: 'ab12',
  }
  // All at once: the queue keeps the order, not the caller's patience.
  const appended = await Promise.all([
    journal.append([note('1'), note('2')], 1_700_000_000_000),
    journal.append([refused], 1_700_000_000_001),
    journal.append([note('4')], 5),
  ])
  const events = await journal.read()
  assert.deepEqual(events, appended.flat())
  assert.deepEqual(events[2], { seq: 3, at: 1_700_000_000_001, body: refused })
  assert.deepEqual(
    events.map((event) => event.seq),
    [1, 2, 3, 4],
  )
  await journal.close()
  await journal.close()
  await assert.rejects(journal.append([note('5')], 6), DependencyError)
})

test('an append of nothing writes nothing', async (t) => {
  const journal = await openJournal(await temporaryFolder(t), quick)
  assert.deepEqual(await journal.append([], 1), [])
  assert.deepEqual(await journal.read(), [])
})

test('another process finds what was appended, and goes on with the next number', async (t) => {
  const dir = await temporaryFolder(t)
  await inAnotherProcess(t, 'append', dir, 'a,b')
  await inAnotherProcess(t, 'append', dir, 'c')
  const journal = await openJournal(dir, quick)
  assert.deepEqual(versionsOf(await journal.read()), ['a', 'b', 'c'])
  assert.equal((await journal.append([note('d')], 1))[0]?.seq, 4)
})

test('an append is on disk before it resolves: synchronous is FULL, and the file is ours alone', async (t) => {
  const dir = await temporaryFolder(t)
  const client = await openJournalFile(dir)
  const pragma = async (name: string): Promise<unknown> => (await client.execute(`PRAGMA ${name}`)).rows[0]?.[0]
  assert.equal(await pragma('synchronous'), 2)
  assert.equal(await pragma('journal_mode'), 'wal')
  assert.equal(await pragma('locking_mode'), 'exclusive')
  client.close()
})

test('folder and file can be read by their owner only, whatever the folder is called', async (t) => {
  const dir = join(await temporaryFolder(t), 'made', 'a b%20#?ü')
  const journal = await openJournal(dir, quick)
  await journal.append([note('1')], 1)
  assert.equal((await stat(dir)).mode & 0o777, 0o700)
  assert.equal((await stat(join(dir, 'journal.db'))).mode & 0o777, 0o600)
  assert.equal((await stat(join(dir, 'journal.db-wal'))).mode & 0o777, 0o600)
})

test('a body that cannot be written leaves none of its append behind', async (t) => {
  const journal = await openJournal(await temporaryFolder(t), quick)
  await journal.append([note('1')], 1)
  const circular: Record<string, unknown> = { v: 1, type: 'bot.started' }
  circular['version'] = circular
  await assert.rejects(journal.append([note('2'), circular as unknown as EventBody], 2), TypeError)
  await journal.append([note('3')], 3)
  assert.deepEqual(versionsOf(await journal.read()), ['1', '3'])
})

test('a row refused by SQLite in the middle of an append leaves none of it behind, and the next append goes on', async (t) => {
  const dir = await temporaryFolder(t)
  await inAnotherProcess(t, 'append', dir, 'a')
  await inAnotherProcess(
    t,
    'sql',
    dir,
    `CREATE TRIGGER full_disk BEFORE INSERT ON events WHEN NEW.body LIKE '%too much%'
     BEGIN SELECT RAISE(ABORT, 'no room'); END`,
  )
  const journal = await openJournal(dir, quick)
  await assert.rejects(journal.append([note('b'), note('too much'), note('c')], 2), (error: unknown) => {
    assert.ok(error instanceof DependencyError)
    assert.match(error.message, /no room/)
    return true
  })
  await journal.append([note('d')], 3)
  assert.deepEqual(versionsOf(await journal.read()), ['a', 'd'])
})

test('an event of a type or version we do not know is refused when written, by name when read', async (t) => {
  const dir = await temporaryFolder(t)
  const journal = await openJournal(dir, quick)
  const later = { v: 2, type: 'bot.started', version: 'x' } as unknown as EventBody
  await assert.rejects(journal.append([later], 1), /event 1 .*"bot\.started" of version 2/i)
  assert.deepEqual(await journal.read(), [])
})

test('a second process on the same file is refused, told which file, by whom and what to do', async (t) => {
  const dir = await temporaryFolder(t)
  const holder = start(t, 'hold', dir)
  await holder.started
  await assert.rejects(openJournal(dir, quick), (error: unknown) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /Another Lifeguard holds .*journal\.db.*stop the other one/)
    assert.ok(error.message.includes(dir))
    return true
  })
  holder.child.kill('SIGKILL')
  await holder.ended
  await (await openJournal(dir, quick)).read()
})

test('SQL that would change, remove or replace an event is refused by the file itself', async (t) => {
  const dir = await temporaryFolder(t)
  await inAnotherProcess(t, 'append', dir, 'a,b')
  const tries = [
    `UPDATE events SET body = '{}' WHERE seq = 1`,
    'DELETE FROM events WHERE seq = 2',
    `INSERT OR REPLACE INTO events VALUES (2, 1, 'told', '{}', (SELECT prev_hash FROM events WHERE seq = 2), 'x')`,
    `INSERT INTO events VALUES (3, 1, 'told', '{}', 'not the last hash', 'x')`,
    'DELETE FROM genesis',
    'UPDATE genesis SET first_seq = 9',
  ]
  const answers = await inAnotherProcess(t, 'sql', dir, tries.join(';;'))
  for (const [index, sql] of tries.entries()) {
    assert.match(JSON.stringify(answers[index]), /append-only|does not follow/, sql)
  }
  const journal = await openJournal(dir, quick)
  assert.deepEqual(versionsOf(await journal.read()), ['a', 'b'])
})

test('a place where no file can be made is a DependencyError that names it', async (t) => {
  const dir = await temporaryFolder(t)
  await writeFile(join(dir, 'file'), '')
  for (const place of [join(dir, 'file'), join(dir, 'file', 'below')]) {
    await assert.rejects(openJournal(place, quick), (error: unknown) => {
      assert.ok(error instanceof DependencyError)
      assert.equal(error.dependency, 'journal')
      assert.ok(error.message.includes(place))
      return true
    })
  }
  await mkdir(join(dir, 'folder', 'journal.db'), { recursive: true })
  await assert.rejects(openJournal(join(dir, 'folder'), quick), DependencyError)
})

test('a full disk refuses the append, keeps what was there, and writes again once there is room', async (t) => {
  const dir = await temporaryFolder(t)
  const client = await openJournalFile(dir)
  const pages = Number((await client.execute('PRAGMA page_count')).rows[0]?.[0])
  client.close()
  const limited = join(dir, 'limited')
  const journal = await openJournal(limited, {
    ...quick,
    // SQLite answers SQLITE_FULL at this limit, as it does when the disk has no more room.
    migrations: [...JOURNAL_MIGRATIONS, [`PRAGMA max_page_count = ${pages + 4}`]],
  })
  await journal.append([note('small')], 1)
  await assert.rejects(journal.append([note('x'.repeat(100_000))], 2), (error: unknown) => {
    assert.ok(error instanceof DependencyError)
    assert.match(error.message, /The disk is full: make room/)
    return true
  })
  await journal.append([note('small again')], 3)
  assert.deepEqual(versionsOf(await journal.read()), ['small', 'small again'])
})

test('a journal of a newer Lifeguard is refused', async (t) => {
  const dir = await temporaryFolder(t)
  await inAnotherProcess(t, 'append', dir, 'a')
  await inAnotherProcess(t, 'sql', dir, `INSERT INTO schema_migrations VALUES (99, 'x', 0)`)
  await assert.rejects(openJournal(dir, quick), (error: unknown) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /newer Lifeguard \(schema 99; this one knows \d+\)/)
    return true
  })
})

test('a journal whose migration was applied with other statements is refused', async (t) => {
  const dir = await temporaryFolder(t)
  await inAnotherProcess(t, 'append', dir, 'a')
  await inAnotherProcess(t, 'sql', dir, `UPDATE schema_migrations SET checksum = 'x' WHERE version = 1`)
  await assert.rejects(openJournal(dir, quick), (error: unknown) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /schema 1 was applied with other statements/)
    return true
  })
})

test('a later migration is applied once, and what was there stays', async () => {
  const client = createClient({ url: ':memory:' })
  await migrate(client, [['CREATE TABLE one (id INTEGER)', 'INSERT INTO one VALUES (1)']], 'memory')
  const both = [['CREATE TABLE one (id INTEGER)', 'INSERT INTO one VALUES (1)'], ['INSERT INTO one VALUES (2)']]
  await migrate(client, both, 'memory')
  await migrate(client, both, 'memory')
  const { rows } = await client.execute('SELECT id FROM one')
  assert.deepEqual(
    rows.map((row) => row['id']),
    [1, 2],
  )
})

test('a migration that fails leaves nothing of itself', async () => {
  const client = createClient({ url: ':memory:' })
  await assert.rejects(migrate(client, [['CREATE TABLE later (id INTEGER)', 'no SQL at all']], 'memory'))
  const { rows } = await client.execute(`SELECT name FROM sqlite_schema WHERE name = 'later'`)
  assert.deepEqual(rows, [])
})
