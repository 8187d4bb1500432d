import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { TerminateFinished, TerminateIntended, TerminatePreviewed } from '../../../src/core/incident/event.js'
import {
  EMPTY_BOOK,
  fold,
  isInHand,
  openIncidents,
  type Book,
  type Incident,
} from '../../../src/core/incident/incident.js'
import { byOpenThenNewest } from '../../../src/core/incident/order.js'
import { COLLEAGUE, log, MINUTE, OPENED, RESPONDER, T0, victim } from '../fixture.js'

const WARNING = { ...OPENED, severity: 'warning', firing: ['site'], because: [OPENED.because[1]] } as const
const TO_PAGE = { ...OPENED, type: 'incident.changed' } as const
const TO_WARNING = { ...WARNING, type: 'incident.changed' } as const
const ACKNOWLEDGED = { type: 'incident.acknowledged', incident: '7QK2M', by: RESPONDER } as const
const FILTER = { role: 'site', states: ['idle'] } as const
const PREVIEWED: TerminatePreviewed = {
  type: 'terminate.previewed',
  preview: 'P0001',
  server: 'production',
  incident: '7QK2M',
  by: RESPONDER,
  filter: FILTER,
  victims: [victim()],
  hash: 'abc',
}
const INTENDED: TerminateIntended = {
  type: 'terminate.intended',
  preview: 'P0001',
  server: 'production',
  incident: '7QK2M',
  by: RESPONDER,
  hash: 'abc',
  pids: [4242],
}
const FINISHED: TerminateFinished = {
  type: 'terminate.finished',
  preview: 'P0001',
  server: 'production',
  incident: '7QK2M',
  by: RESPONDER,
  filter: FILTER,
  tookMs: 600,
  outcome: { gone: 1, stillAlive: [], alreadyGone: 0, changed: 0 },
}
const FOLLOWED_UP = { type: 'terminate.followed up', preview: 'P0001', afterMs: 10_000, cameBack: 0 } as const

function only(book: Book): Incident {
  const [incident, ...more] = book.incidents.values()
  assert.ok(incident !== undefined && more.length === 0)
  return incident
}

function incidentOf(...bodies: Parameters<typeof log>[0]): Incident {
  return only(fold(log(bodies)))
}

describe('folding', () => {
  test('an opened incident is what its event says', () => {
    assert.deepEqual(incidentOf(OPENED), {
      id: '7QK2M',
      server: 'production',
      subject: 'connections',
      severity: 'page',
      worstSeverity: 'page',
      firing: ['total', 'site'],
      because: OPENED.because,
      since: T0,
      openedAt: T0,
      peak: OPENED.numbers,
      pages: [{ at: T0, because: OPENED.because, numbers: OPENED.numbers }],
      acts: [],
      timeline: [{ at: T0, event: 'incident.opened', severity: 'page', firing: ['total', 'site'] }],
    })
  })

  test('a change replaces severity, rules and reasons, and keeps the worst and the highest', () => {
    const incident = incidentOf(OPENED, { ...TO_WARNING, numbers: { used: 60, usable: 97, max: 100, at: T0 + 1000 } })
    assert.equal(incident.severity, 'warning')
    assert.equal(incident.worstSeverity, 'page')
    assert.deepEqual(incident.firing, ['site'])
    assert.deepEqual(incident.because, [OPENED.because[1]])
    assert.equal(incident.peak?.used, 96)
  })

  test('an end says by whom, when, with which numbers and note, and takes the incident off the open ones', () => {
    const end = {
      type: 'incident.resolved',
      incident: '7QK2M',
      by: COLLEAGUE,
      note: 'rolled back',
      numbers: { used: 41, usable: 97, max: 100, at: T0 + MINUTE },
      peak: { used: 97, usable: 97, max: 100, at: T0 + 30_000 },
    } as const
    const book = fold(log([OPENED, end]))
    assert.deepEqual(only(book).resolved, { by: COLLEAGUE, note: 'rolled back', numbers: end.numbers, at: T0 + 1000 })
    assert.equal(only(book).peak?.used, 97)
    assert.deepEqual(openIncidents(book), [])
  })

  test('evidence is kept with its place in the log, whether taken or not', () => {
    const taken = {
      type: 'evidence.taken',
      incident: '7QK2M',
      file: 'f',
      sha256: 'x',
      backends: 96,
      readings: 180,
    } as const
    assert.deepEqual(incidentOf(OPENED, taken).evidence, { v: 1, ...taken, seq: 2, at: T0 + 1000 })
    const failed = { type: 'evidence.failed', incident: '7QK2M', detail: 'late' } as const
    assert.equal(incidentOf(OPENED, failed).evidence?.type, 'evidence.failed')
  })

  test('an act grows from its preview to what came of it, and belongs to its incident from its intent on', () => {
    assert.equal(incidentOf(OPENED, PREVIEWED).acts.length, 0)
    const incident = incidentOf(OPENED, PREVIEWED, INTENDED, FINISHED, FOLLOWED_UP)
    assert.equal(incident.acts.length, 1)
    const [act] = incident.acts
    assert.equal(act?.at, T0 + 1000)
    assert.equal(act.intended?.at, T0 + 2000)
    assert.equal(act.finished?.seq, 4)
    assert.equal(act.followedUp?.cameBack, 0)
    assert.deepEqual(
      incident.timeline.map((one) => one.event),
      ['incident.opened', 'terminate.intended', 'terminate.finished', 'terminate.followed up'],
    )
  })

  test('acts of an incident keep the order in which they were last heard of', () => {
    const second = { preview: 'P0002' }
    const incident = incidentOf(
      OPENED,
      PREVIEWED,
      { ...PREVIEWED, ...second },
      INTENDED,
      { ...INTENDED, ...second },
      FINISHED,
    )
    assert.deepEqual(
      incident.acts.map((act) => act.previewed.preview),
      ['P0002', 'P0001'],
    )
  })

  test('what an archived part of the log began is ignored, but for its number', () => {
    const { incident: _, ...orphan } = FINISHED
    const bodies = [TO_PAGE, ACKNOWLEDGED, INTENDED, orphan, FOLLOWED_UP] as const
    assert.deepEqual(fold(log(bodies)), { ...EMPTY_BOOK, lastSeq: 5 })
  })

  test('a told message keeps when it was first told, and its latest hash', () => {
    const told = { type: 'told', incident: '7QK2M', key: 'card:1', channelId: 'c', messageId: 'm', hash: 'a' } as const
    const book = fold(log([OPENED, told, { ...told, hash: 'b' }]))
    assert.deepEqual(book.told.get('7QK2M card:1'), {
      channelId: 'c',
      messageId: 'm',
      hash: 'b',
      at: T0 + 2000,
      firstAt: T0 + 1000,
    })
  })

  test('what will not be told is kept with its reason; starts and refusals change nothing', () => {
    const book = fold(
      log([
        { type: 'bot.started', version: '0.1.0' },
        { type: 'access.refused', by: RESPONDER, action: 'terminate.act', because: 'tier missing', ref: 'ABCDE' },
        { type: 'not told', incident: '7QK2M', key: 'page:1', because: 'acknowledged' },
      ]),
    )
    assert.deepEqual(book, { ...EMPTY_BOOK, lastSeq: 3, notTold: new Map([['7QK2M page:1', 'acknowledged']]) })
  })

  test('a book is never changed by folding onto it', () => {
    const before = fold(log([OPENED]))
    const copy = structuredClone(before)
    fold(log([TO_WARNING, ACKNOWLEDGED], { seq: 2 }), before)
    assert.deepEqual(before, copy)
  })

  test('a log folded in two parts is the log folded whole', () => {
    const told = { type: 'told', incident: '7QK2M', key: 'card:1', channelId: 'c', messageId: 'm', hash: 'a' } as const
    const bodies = [
      OPENED,
      WARNING,
      { ...WARNING, incident: 'OTHER' },
      TO_PAGE,
      TO_WARNING,
      { ...TO_PAGE, incident: 'OTHER' },
      ACKNOWLEDGED,
      PREVIEWED,
      INTENDED,
      FINISHED,
      FOLLOWED_UP,
      told,
      { ...told, hash: 'b' },
      { type: 'not told', incident: 'OTHER', key: 'page:1', because: 'x' },
      { type: 'incident.resolved', incident: '7QK2M', by: 'watch' },
      { type: 'evidence.failed', incident: 'OTHER', detail: 'late' },
      { type: 'bot.started', version: '1' },
    ] as const
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...bodies), { maxLength: 40 }),
        fc.array(fc.constantFrom(...bodies), { maxLength: 40 }),
        (a, b) => {
          const first = log(a)
          const second = log(b, { seq: a.length + 1, at: T0 + MINUTE })
          assert.deepEqual(fold([...first, ...second]), fold(second, fold(first)))
        },
      ),
    )
  })
})

describe('paging', () => {
  const pages = (...bodies: Parameters<typeof log>[0]) => incidentOf(...bodies).pages.length

  test('every rise to page is paged, and nothing else', () => {
    assert.equal(pages(WARNING), 0)
    assert.equal(pages(OPENED), 1)
    assert.equal(pages({ ...WARNING, severity: 'info' }, TO_WARNING), 0)
    assert.equal(pages(WARNING, TO_PAGE), 1)
    assert.equal(pages(OPENED, TO_PAGE), 1)
    assert.equal(pages(OPENED, TO_WARNING), 1)
    assert.equal(pages(OPENED, TO_WARNING, TO_PAGE), 2)
  })

  test('who took a warning in hand is paged when it becomes one; who took a page in hand is not paged again', () => {
    assert.equal(pages(WARNING, ACKNOWLEDGED, TO_PAGE), 1)
    assert.equal(pages(OPENED, ACKNOWLEDGED, TO_WARNING, TO_PAGE), 1)
  })

  test('a second acknowledgement, at a lower severity, takes nothing from the first', () => {
    const incident = incidentOf(OPENED, ACKNOWLEDGED, TO_WARNING, { ...ACKNOWLEDGED, by: COLLEAGUE }, TO_PAGE)
    assert.equal(incident.pages.length, 1)
    assert.deepEqual(incident.acknowledged, { by: COLLEAGUE, at: T0 + 3000, severity: 'page' })
  })

  test('an incident is in hand until it rises above what was acknowledged', () => {
    assert.ok(!isInHand(incidentOf(OPENED)))
    assert.ok(isInHand(incidentOf(OPENED, ACKNOWLEDGED)))
    assert.ok(isInHand(incidentOf(OPENED, ACKNOWLEDGED, TO_WARNING)))
    assert.ok(!isInHand(incidentOf(WARNING, ACKNOWLEDGED, TO_PAGE)))
  })
})

test('open incidents come before ended ones, the newest of each first', () => {
  const book = fold(
    log([
      { ...OPENED, incident: 'A' },
      { ...OPENED, incident: 'B' },
      { ...OPENED, incident: 'C' },
      { ...OPENED, incident: 'D' },
      { type: 'incident.resolved', incident: 'D', by: 'watch' },
      { type: 'incident.resolved', incident: 'A', by: 'watch' },
    ]),
  )
  assert.deepEqual(
    [...book.incidents.values()].sort(byOpenThenNewest).map((one) => one.id),
    ['C', 'B', 'D', 'A'],
  )
  assert.deepEqual(
    openIncidents(book, 'production').map((one) => one.id),
    ['B', 'C'],
  )
  assert.deepEqual(openIncidents(book, 'staging'), [])
})
