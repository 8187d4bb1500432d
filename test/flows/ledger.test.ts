import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventBody } from '../../src/core/incident/event.js'
import { DependencyError } from '../../src/core/errors.js'
import { openLedger } from '../../src/flows/ledger.js'
import { manualClock, T0 } from '../fakes/clock.js'
import { disk, fakeJournal, type Disk } from '../fakes/journal.js'
import { recordingLog } from '../fakes/log.js'

const started = (version: string): EventBody => ({ v: 1, type: 'bot.started', version })
const opened = (incident: string): EventBody => ({
  v: 1,
  type: 'incident.opened',
  incident,
  server: 'production',
  subject: 'connections',
  severity: 'page',
  firing: ['total'],
  because: [],
  since: T0,
})

async function open(on: Disk) {
  const clock = manualClock()
  const log = recordingLog()
  const changes: number[] = []
  const ledger = await openLedger({
    journal: fakeJournal(on),
    clock,
    log,
    onChange: (events) => changes.push(events.length),
  })
  return { ledger, clock, log, changes }
}

test('what is noted is on disk, in the book and told to who listens', async () => {
  const on = disk()
  const { ledger, changes } = await open(on)
  await ledger.note([opened('AAAA1'), started('2')])
  assert.deepEqual(
    on.events.map((event) => [event.seq, event.body.type]),
    [
      [1, 'incident.opened'],
      [2, 'bot.started'],
    ],
  )
  assert.ok(ledger.book().incidents.has('AAAA1'))
  assert.deepEqual(changes, [2])
})

test('while the journal refuses, news counts from memory, and the reason is known', async () => {
  const on = disk()
  const { ledger } = await open(on)
  on.fault = 'full'
  await ledger.note([opened('AAAA1')])
  assert.ok(ledger.book().incidents.has('AAAA1'))
  assert.deepEqual(on.events, [])
  assert.equal(ledger.problem(), 'the disk is full')
})

test('a healed journal gets what it missed first, in order and with the times at which it happened', async () => {
  const on = disk()
  const { ledger, clock } = await open(on)
  on.fault = 'full'
  await ledger.note([opened('AAAA1')])
  await clock.advance(60_000)
  await ledger.note([started('2'), started('3')])
  await clock.advance(60_000)
  on.fault = 'none'
  await ledger.note([started('4')])
  assert.deepEqual(
    on.events.map((event) => [event.seq, event.at - T0, 'version' in event.body ? event.body.version : '']),
    [
      [1, 0, ''],
      [2, 60_000, '2'],
      [3, 60_000, '3'],
      [4, 120_000, '4'],
    ],
  )
  assert.equal(ledger.problem(), undefined)
  assert.equal(ledger.book().lastSeq, 4)
})

test('an intent that the journal refuses is rejected and counts for nothing', async () => {
  const on = disk()
  const { ledger } = await open(on)
  on.fault = 'full'
  await assert.rejects(
    () => ledger.commit([opened('AAAA1')]),
    (error) => error instanceof DependencyError && error.dependency === 'journal',
  )
  assert.equal(ledger.book().incidents.size, 0)
  on.fault = 'none'
  await ledger.note([started('2')])
  assert.deepEqual(
    on.events.map((event) => event.body.type),
    ['bot.started'],
  )
})

test('an intent writes what was missed before itself', async () => {
  const on = disk()
  const { ledger } = await open(on)
  on.fault = 'full'
  await ledger.note([opened('AAAA1')])
  on.fault = 'none'
  await ledger.commit([started('2')])
  assert.deepEqual(
    on.events.map((event) => event.body.type),
    ['incident.opened', 'bot.started'],
  )
})

test('the same trouble is logged once, not at every event', async () => {
  const on = disk()
  const { ledger, log } = await open(on)
  on.fault = 'full'
  for (let n = 0; n < 5; n += 1) await ledger.note([started(String(n))])
  assert.equal(log.sentences.length, 1)
})

test('a journal that cannot be read leaves an empty book, a problem, and no event behind it, however it heals', async () => {
  const on: Disk = { ...disk(), fault: 'unreadable' }
  on.events = [{ seq: 1, at: T0, body: opened('AAAA1') }]
  const { ledger } = await open(on)
  assert.equal(ledger.book().incidents.size, 0)
  on.fault = 'none'
  await ledger.note([opened('AAAA2')])
  assert.ok(ledger.book().incidents.has('AAAA2'), 'the watch goes on from memory')
  await assert.rejects(() => ledger.commit([started('2')]), DependencyError)
  assert.equal(on.events.length, 1, 'what it holds is not known, so nothing is added to it')
  assert.match(ledger.problem() ?? '', /chain is broken/)
})

test('two that decide at once decide one after the other, the second on what the first recorded', async () => {
  const on = disk()
  const { ledger } = await open(on)
  const openOnce = () =>
    ledger.note((book) => (book.incidents.size === 0 ? [opened(`AAAA${book.incidents.size}`)] : []))
  const recorded = await Promise.all([openOnce(), openOnce()])
  assert.deepEqual(
    recorded.map((events) => events.length),
    [1, 0],
  )
})
