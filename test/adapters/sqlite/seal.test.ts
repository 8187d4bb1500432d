import assert from 'node:assert/strict'
import { copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import v8 from 'node:v8'
import vm from 'node:vm'
import { createClient, type Row } from '@libsql/client'
import { DependencyError, UserError } from '../../../src/core/errors.js'
import { hashOf } from '../../../src/adapters/sqlite/chain.js'
import { openJournal } from '../../../src/adapters/sqlite/journal.js'
import { sealJournal, verifyJournal } from '../../../src/adapters/sqlite/seal.js'
import { inAnotherProcess, start, temporaryFolder } from './inAnotherProcess.js'
import { silentLog } from './silentLog.js'

const quick = { log: silentLog, lockWaitMs: 50 }
const UNGUARD = ['DROP TRIGGER events_never_change', 'DROP TRIGGER events_never_go', 'DROP TRIGGER events_only_follow']

/**
 * A journal of five events with `sql` done to it behind its guards' back. Each step works on a fresh copy, since a
 * process cannot open what it closed before.
 */
async function journalAfter(t: TestContext, ...sql: readonly string[]): Promise<string> {
  const made = await temporaryFolder(t)
  const journal = await openJournal(made, quick)
  for (const version of ['a', 'b', 'c', 'd', 'e']) await journal.append([{ v: 1, type: 'bot.started', version }], 1_000)
  await journal.close()
  return sql.length === 0 ? copyOf(t, made) : edited(t, made, ...UNGUARD, ...sql)
}

async function edited(t: TestContext, dir: string, ...sql: readonly string[]): Promise<string> {
  const copy = await copyOf(t, dir)
  const client = createClient({ url: `file:${join(copy, 'journal.db')}` })
  for (const statement of sql) await client.execute(statement)
  await client.execute('PRAGMA wal_checkpoint(TRUNCATE)')
  client.close()
  return copyOf(t, copy)
}

async function copyOf(t: TestContext, dir: string, name = 'journal.db'): Promise<string> {
  const copy = await temporaryFolder(t)
  for (const end of ['', '-wal']) {
    if ((await readdir(dir)).includes(`${name}${end}`)) {
      await copyFile(join(dir, `${name}${end}`), join(copy, `journal.db${end}`))
    }
  }
  return copy
}

async function rowOf(t: TestContext, dir: string, seq: number): Promise<Row> {
  const client = createClient({ url: `file:${join(await copyOf(t, dir), 'journal.db')}` })
  const { rows } = await client.execute(`SELECT * FROM events WHERE seq = ${seq}`)
  client.close()
  assert.ok(rows[0], `no event ${seq}`)
  return rows[0]
}

const TAMPERINGS: readonly (readonly [string, string, number])[] = [
  ['an edited body', `UPDATE events SET body = replace(body, '"c"', '"C"') WHERE seq = 3`, 3],
  ['an edited time', 'UPDATE events SET at = at + 1 WHERE seq = 3', 3],
  ['an edited type', `UPDATE events SET type = 'told' WHERE seq = 3`, 3],
  ['an edited hash', `UPDATE events SET hash = prev_hash WHERE seq = 5`, 5],
  ['an event removed from the middle', 'DELETE FROM events WHERE seq = 3', 3],
  ['the first event removed', 'DELETE FROM events WHERE seq = 1', 1],
  ['the last events removed', 'DELETE FROM events WHERE seq > 3', 4],
  ['a number that no program can count to', 'UPDATE events SET seq = 9223372036854775000 WHERE seq = 4', 4],
  ['an added event', `INSERT INTO events VALUES (6, 1, 'told', '{}', (SELECT hash FROM events WHERE seq = 5), 'x')`, 6],
]

for (const [what, sql, firstBad] of TAMPERINGS) {
  test(`${what} is found at its number, and nothing more is written`, async (t) => {
    const dir = await journalAfter(t, sql)
    const journal = await openJournal(dir, quick)
    const body = { v: 1, type: 'bot.started', version: 'f' } as const
    // Before any read: an append does not build on a chain that nobody checked.
    await assert.rejects(journal.append([body], 1), broken)
    await assert.rejects(journal.read(), broken)
    function broken(error: unknown): boolean {
      assert.ok(error instanceof DependencyError)
      assert.match(error.message, new RegExp(`broken at event ${firstBad}:.*run \`lifeguard journal seal\``))
      return true
    }
  })
}

test('an event of an unknown type or version in an intact chain is named, never skipped, and no reason to seal', async (t) => {
  const dir = await journalAfter(t)
  const { hash: prevHash } = await rowOf(t, dir, 5)
  assert.ok(typeof prevHash === 'string')
  for (const [type, body, said] of [
    ['told', '{"v":9,"type":"told"}', /Event 6 .* "told" of version 9/],
    ['volume.moved', '{"v":1,"type":"volume.moved"}', /Event 6 .* "volume\.moved" of version 1/],
    ['told', '{"type":"told"}', /Event 6 .* "told" of version none/],
  ] as const) {
    const hash = hashOf({ seq: 6, at: 1, body, prevHash })
    const newer = await edited(
      t,
      dir,
      `INSERT INTO events VALUES (6, 1, '${type}', '${body}', '${prevHash}', '${hash}')`,
    )
    const journal = await openJournal(await copyOf(t, newer), quick)
    await assert.rejects(
      journal.read(),
      (error: unknown) => error instanceof DependencyError && said.test(error.message),
    )
    await assert.rejects(sealJournal(newer, quick), /nothing to seal/)
  }
})

test('a flipped byte in the file is found, and can be sealed', async (t) => {
  const dir = await journalAfter(t)
  const whole = await readFile(join(dir, 'journal.db'))
  for (const [where, lastGood] of [
    ['"c"', 2],
    ['"bot.started","version":"d"', 3],
    ['CREATE TABLE events', 0],
    ['SQLite format 3', 0],
  ] as const) {
    const flipped = await temporaryFolder(t)
    const bytes = Buffer.from(whole)
    const at = bytes.indexOf(where) + 1
    assert.ok(at > 0, where)
    bytes[at] = (bytes[at] ?? 0) ^ 0x01
    await writeFile(join(flipped, 'journal.db'), bytes)
    const opening = openJournal(await copyOf(t, flipped), quick).then((journal) => journal.read())
    await assert.rejects(
      opening,
      (error: unknown) => error instanceof DependencyError && /lifeguard journal seal/.test(error.message),
    )
    assert.equal((await sealJournal(flipped, quick)).lastGoodSeq, lastGood, where)
  }
})

test('verify tells an intact chain with its head, and a broken one with the last good event', async (t) => {
  const dir = await journalAfter(t)
  const last = await rowOf(t, dir, 5)
  const third = await rowOf(t, dir, 3)
  assert.deepEqual(await verifyJournal(await copyOf(t, dir), quick), {
    kind: 'intact',
    events: 5,
    lastSeq: 5,
    lastHash: last['hash'],
  })
  const broken = await edited(t, dir, ...UNGUARD, `UPDATE events SET body = '{}' WHERE seq = 4`)
  assert.deepEqual(await verifyJournal(broken, quick), {
    kind: 'broken',
    firstBadSeq: 4,
    because: 'event 4 was changed after it was written',
    lastGoodSeq: 3,
    lastGoodHash: third['hash'],
  })
})

test('a seal keeps the broken file whole and starts one whose first event names the last good hash', async (t) => {
  const dir = await journalAfter(t, `UPDATE events SET body = '{}' WHERE seq = 4`)
  const third = await rowOf(t, dir, 3)
  const sealed = { archivedAs: 'journal-good-to-3.db', lastGoodSeq: 3, lastGoodHash: third['hash'] }
  assert.deepEqual(await inAnotherProcess(t, 'seal', dir), [sealed])

  await inAnotherProcess(t, 'append', dir, 'after')
  const first = await rowOf(t, dir, 6) // 4 and 5 were given out, though nobody can trust them now
  assert.equal(first['prev_hash'], third['hash'])
  const verified = await verifyJournal(await copyOf(t, dir), quick)
  assert.deepEqual(verified, { kind: 'intact', events: 1, lastSeq: 6, lastHash: first['hash'] })

  const archive = await copyOf(t, dir, sealed.archivedAs)
  assert.equal((await rowOf(t, archive, 4))['body'], '{}')
  assert.equal((await rowOf(t, archive, 5))['body'], '{"v":1,"type":"bot.started","version":"e"}')
})

test('a seal never writes over the file of an earlier one', async (t) => {
  const dir = await journalAfter(t, `UPDATE events SET body = '{}' WHERE seq = 4`)
  await writeFile(join(dir, 'journal-good-to-3.db'), 'earlier')
  assert.equal((await sealJournal(dir, quick)).archivedAs, 'journal-good-to-3-2.db')
  assert.equal(await readFile(join(dir, 'journal-good-to-3.db'), 'utf8'), 'earlier')
})

test('an intact journal, or none, is not sealed', async (t) => {
  const dir = await journalAfter(t)
  await assert.rejects(sealJournal(dir, quick), (error: unknown) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, /intact up to event 5: there is nothing to seal/)
    return true
  })
  assert.deepEqual(await readdir(dir).then((names) => names.filter((name) => name.includes('good'))), [])
  await assert.rejects(sealJournal(await temporaryFolder(t), quick), UserError)
})

test('a journal that is held is not sealed', async (t) => {
  const dir = await journalAfter(t, `UPDATE events SET body = '{}' WHERE seq = 2`)
  const holder = start(t, 'hold', dir)
  await holder.started
  await assert.rejects(sealJournal(dir, quick), /Another Lifeguard holds/)
})

test('a seal cut short before or after the move is refused by the bot and finished by the next seal', async (t) => {
  for (const moved of [false, true]) {
    const dir = await journalAfter(t, `UPDATE events SET body = '{}' WHERE seq = 4`)
    const mark = { archivedAs: 'journal-good-to-3.db', lastGoodSeq: 3, lastGoodHash: 'h'.repeat(64), firstSeq: 6 }
    await writeFile(join(dir, 'journal.sealing'), JSON.stringify(mark))
    if (moved) {
      await copyFile(join(dir, 'journal.db'), join(dir, mark.archivedAs))
      await rm(join(dir, 'journal.db'))
      await writeFile(join(dir, 'journal.db'), 'half a new fi')
    }
    await assert.rejects(openJournal(dir, quick), /interrupted\. Run `lifeguard journal seal`/)
    assert.match(JSON.stringify(await inAnotherProcess(t, 'seal', dir)), /journal-good-to-3/)
    await inAnotherProcess(t, 'append', dir, 'after')
    assert.equal((await rowOf(t, dir, 6))['prev_hash'], mark.lastGoodHash)
    assert.ok((await readFile(join(dir, mark.archivedAs))).includes('"e"'))
  }
})

test('a seal in this process leaves a journal that another process can go on with', async (t) => {
  const dir = await journalAfter(t, `UPDATE events SET body = '{}' WHERE seq = 2`)
  await sealJournal(dir, quick)
  await collectGarbage() // lets go of both files, old and new
  await inAnotherProcess(t, 'append', dir, 'x,y')
  const verified = await verifyJournal(await copyOf(t, dir), quick)
  assert.ok(verified.kind === 'intact' && verified.events === 2, JSON.stringify(verified))
})

async function collectGarbage(): Promise<void> {
  v8.setFlagsFromString('--expose-gc')
  const gc: unknown = vm.runInNewContext('gc')
  for (let round = 0; round < 3; round += 1) {
    if (typeof gc === 'function') gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('the files of a seal can be read by their owner only', async (t) => {
  const dir = await journalAfter(t, `UPDATE events SET body = '{}' WHERE seq = 2`)
  await sealJournal(dir, quick)
  for (const name of await readdir(dir)) assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600, name)
})
