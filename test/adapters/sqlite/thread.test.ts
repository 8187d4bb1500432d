import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { openJournal } from '../../../src/adapters/sqlite/journal.js'
import { openSightings } from '../../../src/adapters/sqlite/sightings.js'
import { DependencyError } from '../../../src/core/errors.js'
import type { EventBody } from '../../../src/core/incident/event.js'
import { openLedger } from '../../../src/flows/ledger.js'
import { T0 } from '../../fakes/clock.js'
import { inAnotherProcess, start, temporaryFolder } from './inAnotherProcess.js'
import { sighting } from './sightingFixture.js'
import { silentLog } from './silentLog.js'
import { note, stallingJournal, versionsOf } from './stalling.js'

const APPEND_LIMIT_MS = 5_000
const CLOSE_LIMIT_MS = 2_500

function isJournalFailure(words: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof DependencyError, String(error))
    assert.equal(error.dependency, 'journal')
    assert.match(error.message, words)
    return true
  }
}

/** Waits for what another thread does. The limit is for hangs, not for slowness. */
async function eventually(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isSo(); await pause(1)) assert.ok(Date.now() < end, 'waited in vain')
}

async function rowsOf(t: Parameters<typeof inAnotherProcess>[0], dir: string): Promise<unknown> {
  const [rows] = await inAnotherProcess(t, 'sql', dir, 'SELECT seq, type FROM events ORDER BY seq')
  return Array.isArray(rows) ? rows.map((row: unknown) => Object.values(row as object)) : rows
}

test('while the disk hangs the event loop runs, the append is refused when its time is up, and all others at once', async (t) => {
  const { journal, clock, set, hanging } = await stallingJournal(t, await temporaryFolder(t))
  set('hang before')
  const appending = journal.append([note('a')], 1)
  const refused = assert.rejects(appending, isJournalFailure(/journal\.db: the disk has not answered for 5 s/))
  await hanging() // and here we are: this thread goes on
  await clock.advance(APPEND_LIMIT_MS - 1)
  await clock.advance(1)
  await refused
  await assert.rejects(journal.append([note('b')], 2), isJournalFailure(/has not answered/))
  await assert.rejects(journal.read(), isJournalFailure(/has not answered/))
  set('nothing')
})

for (const point of ['before', 'after'] as const) {
  test(`an append that was refused and lands later, hanging ${point} its write, never counts, and is voided at once`, async (t) => {
    const dir = await temporaryFolder(t)
    const { journal, clock, set, hanging, sentences } = await stallingJournal(t, dir)
    await journal.append([note('a')], 1)
    set(`hang ${point}`)
    const refused = assert.rejects(journal.append([note('b'), note('c')], 2), DependencyError)
    await hanging()
    await clock.advance(APPEND_LIMIT_MS)
    await refused
    set('nothing')
    await eventually(() => sentences.includes('records that came too late are voided'))
    assert.deepEqual(versionsOf(await journal.read()), ['a'])
    const [d] = await journal.append([note('d')], 3)
    assert.equal(d?.seq, 5)
    assert.deepEqual(versionsOf(await journal.read()), ['a', 'd'])
    await journal.close()
    // The file says it to the next process as well.
    const [read] = await inAnotherProcess(t, 'read', dir)
    assert.deepEqual(Array.isArray(read) && read.map((event: { readonly seq: number }) => event.seq), [1, 5])
    assert.deepEqual(await rowsOf(t, dir), [
      [1, 'bot.started'],
      [2, 'bot.started'],
      [3, 'bot.started'],
      [4, 'journal.voided'],
      [5, 'bot.started'],
    ])
  })
}

test('what waited behind a disk that hangs was not written, and is not written later', async (t) => {
  const { journal, clock, set, hanging } = await stallingJournal(t, await temporaryFolder(t))
  set('hang after')
  const refused = [journal.append([note('a')], 1), journal.append([note('b')], 2)].map((appending) =>
    assert.rejects(appending, DependencyError),
  )
  await hanging()
  await clock.advance(APPEND_LIMIT_MS)
  await Promise.all(refused)
  set('nothing')
  await retried(() => journal.append([note('c')], 3))
  assert.deepEqual(versionsOf(await journal.read()), ['c'])
})

test('the ledger watches on from memory, refuses the intent, and what it noted is read once, in order, whatever landed late', async (t) => {
  const dir = await temporaryFolder(t)
  const { journal, clock, set, hanging, sentences } = await stallingJournal(t, dir)
  const ledger = await openLedger({ journal, clock, log: silentLog, onChange: () => undefined })
  await ledger.note([note('1')])

  set('hang after')
  const noting = ledger.note([opened('AAAA1')])
  await hanging()
  await clock.advance(APPEND_LIMIT_MS)
  await noting
  assert.ok(ledger.book().incidents.has('AAAA1'))
  assert.match(ledger.problem() ?? '', /has not answered for 5 s/)
  await assert.rejects(ledger.commit([note('an intent')]), DependencyError)
  set('nothing')
  await eventually(() => sentences.includes('records that came too late are voided'))

  await ledger.note([note('2')])
  assert.equal(ledger.problem(), undefined)

  set('hang after')
  const committing = assert.rejects(ledger.commit([note('another intent')]), DependencyError)
  await hanging()
  await clock.advance(APPEND_LIMIT_MS)
  await committing
  set('nothing')
  await eventually(() => sentences.filter((one) => one === 'records that came too late are voided').length === 2)
  assert.deepEqual(versionsOf(await journal.read()), ['1', 'incident.opened', '2'])
})

test('a thread that ends is noticed and started again once; the second time it is a problem until the restart', async (t) => {
  const { journal, set, sentences } = await stallingJournal(t, await temporaryFolder(t))
  await journal.append([note('a')], 1)
  set('crash after')
  await assert.rejects(journal.append([note('b')], 2), isJournalFailure(/thread ended unexpectedly/))
  await journal.append([note('c')], 3)
  assert.deepEqual(versionsOf(await journal.read()), ['a', 'c'])
  set('crash before')
  await assert.rejects(journal.append([note('d')], 4), isJournalFailure(/thread ended unexpectedly/))
  await assert.rejects(journal.append([note('e')], 5), isJournalFailure(/twice.*restart Lifeguard/))
  await assert.rejects(journal.read(), isJournalFailure(/twice/))
  assert.equal(sentences.filter((one) => one === 'the thread of a file ended unexpectedly').length, 2)
  await journal.close()
})

test('whatever hangs and crashes, exactly what was acknowledged is read, in its order', async (t) => {
  const step = fc.constantFrom('nothing' as const, 'hang before' as const, 'hang after' as const)
  const crash = fc.record({ at: fc.nat(8), how: fc.constantFrom('crash before' as const, 'crash after' as const) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), crash, async (steps, { at, how }) => {
      const { journal, clock, set, hanging } = await stallingJournal(t, await temporaryFolder(t))
      const acknowledged: string[] = []
      for (const [index, planned] of steps.entries()) {
        const what = index === at ? how : planned
        const bodies = Array.from({ length: 1 + (index % 3) }, (_, part) => note(`${index}.${part}`))
        set(what)
        const appending =
          what === 'nothing' ? retried(() => journal.append(bodies, index)) : journal.append(bodies, index)
        const outcome = appending.then(
          (events) => acknowledged.push(...versionsOf(events)),
          () => undefined,
        )
        if (what.startsWith('hang')) {
          await Promise.race([hanging(), outcome])
          await clock.advance(APPEND_LIMIT_MS)
        }
        await outcome
        set('nothing')
      }
      assert.deepEqual(versionsOf(await retried(() => journal.read())), acknowledged)
      await journal.close()
    }),
    { numRuns: 15 },
  )
})

test('a close while the disk hangs ends within the limit of shutdown, and says so', async (t) => {
  const { journal, clock, set, hanging } = await stallingJournal(t, await temporaryFolder(t))
  set('hang before')
  const refused = assert.rejects(journal.append([note('a')], 1), DependencyError)
  await hanging()
  const closing = assert.rejects(journal.close(), isJournalFailure(/has not answered for 2\.5 s/))
  await clock.advance(CLOSE_LIMIT_MS)
  await closing
  await clock.advance(APPEND_LIMIT_MS)
  await refused
})

test('a close waits for the appends before it, and the file can then be opened again by this process', async (t) => {
  const dir = await temporaryFolder(t)
  const first = await openJournal(dir, { log: silentLog, lockWaitMs: 50 })
  const appending = first.append([note('a')], 1)
  await first.close()
  assert.equal((await appending).length, 1)
  const second = await openJournal(dir, { log: silentLog, lockWaitMs: 50 })
  assert.deepEqual(versionsOf(await second.read()), ['a'])
  await second.close()
})

for (const [when, lines] of [
  ['after its append was refused', ['DependencyError', 'leaving']],
  ['at once', ['leaving']],
] as const) {
  test(`a process that wants to end ${when} ends, though the disk hangs within SQLite itself`, async (t) => {
    const dir = await temporaryFolder(t)
    const child = start(t, 'hang and exit', dir, when)
    assert.deepEqual(await child.ended, lines)
    assert.equal(child.child.signalCode, 'SIGKILL') // see thread.ts: no other way out of such a call
    assert.deepEqual(await rowsOf(t, dir), [[1, 'bot.started']])
  })
}

test('what lands late while the journal closes is voided before it closes', async (t) => {
  const dir = await temporaryFolder(t)
  const { journal, clock, set, hanging } = await stallingJournal(t, dir)
  set('hang after')
  const refused = assert.rejects(journal.append([note('a')], 1), DependencyError)
  await hanging()
  await clock.advance(APPEND_LIMIT_MS)
  await refused
  const closing = journal.close()
  set('nothing')
  await closing
  assert.deepEqual(await inAnotherProcess(t, 'read', dir), [[]])
})

test('a big save of sightings delays neither this thread nor the journal', async (t) => {
  const dir = await temporaryFolder(t)
  const store = await openSightings(dir, { log: silentLog })
  const journal = await openJournal(dir, { log: silentLog })
  await journal.append([note('a')], 1)
  const order: string[] = []
  const saving = store
    .save(Array.from({ length: 50_000 }, (_, index) => sighting(index)))
    .then(() => order.push('saved'))
  await journal.append([note('b')], 2).then(() => order.push('appended'))
  await turn()
  await saving
  assert.deepEqual(order, ['appended', 'saved'])
  await Promise.all([store.close(), journal.close()])
})

/** Until the disk has answered again, which takes as long as the other thread needs. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 30_000; ; await pause(1)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DependencyError) || Date.now() > end) throw error
    }
  }
}

function opened(incident: string): EventBody {
  return {
    v: 1,
    type: 'incident.opened',
    incident,
    server: 'production',
    subject: 'connections',
    severity: 'page',
    firing: ['total'],
    because: [],
    since: T0,
  }
}
