import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fold, type Book } from '../../../src/core/incident/incident.js'
import { CARD_EDITS_REFUSED, CARD_GONE, currentCard, droppedPages, wanted } from '../../../src/core/incident/owed.js'
import { log, MINUTE, OPENED, RESPONDER, T0, victim } from '../fixture.js'

const KEEP_MS = 60 * MINUTE
const WARNING = { ...OPENED, severity: 'warning' } as const
const TO_PAGE = { ...OPENED, type: 'incident.changed' } as const
const ACKNOWLEDGED = { type: 'incident.acknowledged', incident: '7QK2M', by: RESPONDER } as const
const RESOLVED = { type: 'incident.resolved', incident: '7QK2M', by: 'watch' } as const
const TOLD = { type: 'told', incident: '7QK2M', key: 'card:1', channelId: 'c', messageId: 'm', hash: 'a' } as const

type Bodies = Parameters<typeof log>[0]

function notTold(key: string, because: string): Bodies[number] {
  return { type: 'not told', incident: '7QK2M', key, because }
}

function keys(book: Book, now = T0 + MINUTE): readonly string[] {
  return wanted(book, now, KEEP_MS).map((one) => `${one.incident} ${one.key} ${one.message.kind}`)
}

function wants(...bodies: Bodies): readonly string[] {
  return keys(fold(log(bodies)))
}

function act(preview: string, incident?: string): Bodies {
  const common = { preview, server: 'production', by: RESPONDER, ...(incident === undefined ? {} : { incident }) }
  const filter = { role: 'site', states: ['idle'] } as const
  const outcome = { gone: 1, stillAlive: [], alreadyGone: 0, changed: 0 }
  return [
    { type: 'terminate.previewed', ...common, filter, victims: [victim()], hash: 'h' },
    { type: 'terminate.intended', ...common, hash: 'h', pids: [4242] },
    { type: 'terminate.finished', ...common, filter, tookMs: 1, outcome },
  ]
}

describe('what is wanted in Discord', () => {
  test('a warning wants its card; a page wants a message that pings besides', () => {
    assert.deepEqual(wants(WARNING), ['7QK2M card:1 card'])
    assert.deepEqual(wants(OPENED), ['7QK2M card:1 card', '7QK2M page:1 page'])
    assert.deepEqual(wants(OPENED, { ...WARNING, type: 'incident.changed' }, TO_PAGE), [
      '7QK2M card:1 card',
      '7QK2M page:1 page',
      '7QK2M page:2 page',
    ])
  })

  test('cards come first, then pages, then posts, over all incidents', () => {
    const other = { ...OPENED, incident: 'ZZZZZ', server: 'staging' }
    assert.deepEqual(wants(OPENED, other, ...act('P0001', '7QK2M')), [
      '7QK2M card:1 card',
      'ZZZZZ card:1 card',
      '7QK2M page:1 page',
      'ZZZZZ page:1 page',
      '7QK2M act:P0001 outcome',
    ])
  })

  test('evidence and each outcome want a post, named by the number of their event', () => {
    const evidence = { type: 'evidence.failed', incident: '7QK2M', detail: 'late' } as const
    assert.deepEqual(wants(WARNING, evidence, ...act('P0001', '7QK2M')), [
      '7QK2M card:1 card',
      '7QK2M evidence evidence',
      '7QK2M act:P0001 outcome',
    ])
  })

  test('an act outside any incident is told under its own name, for as long as it is news', () => {
    const book = fold(log(act('P0001')))
    assert.deepEqual(keys(book), ['P0001 act:P0001 outcome'])
    assert.deepEqual(keys(book, T0 + 2000 + KEEP_MS), ['P0001 act:P0001 outcome'])
    assert.deepEqual(keys(book, T0 + 2001 + KEEP_MS), [])
  })

  test('an act that was not finished wants nothing yet', () => {
    assert.deepEqual(wants(WARNING, ...act('P0001', '7QK2M').slice(0, 2)), ['7QK2M card:1 card'])
  })

  test('what stands already comes with where it stands', () => {
    const [card] = wanted(fold(log([OPENED, TOLD])), T0, KEEP_MS)
    assert.deepEqual(card?.told, { channelId: 'c', messageId: 'm', hash: 'a', at: T0 + 1000, firstAt: T0 + 1000 })
  })

  test('a page that was dropped is wanted no more', () => {
    assert.deepEqual(wants(OPENED, notTold('page:1', 'acknowledged')), ['7QK2M card:1 card'])
  })

  test('an ended incident is kept for its time, and longer when its end was never told', () => {
    const late = T0 + MINUTE + KEEP_MS
    const untold = fold(log([OPENED, TOLD, RESOLVED]))
    assert.deepEqual(keys(untold, late), ['7QK2M card:1 card', '7QK2M page:1 page'])
    assert.deepEqual(keys(fold(log([OPENED, TOLD, RESOLVED, TOLD])), late), [])
    assert.deepEqual(keys(fold(log([OPENED, RESOLVED])), late), ['7QK2M card:1 card', '7QK2M page:1 page'])
  })
})

describe('a card that was given up', () => {
  test('has a successor with the next number', () => {
    const book = fold(log([OPENED, notTold('card:1', CARD_GONE), notTold('card:2', CARD_GONE)]))
    assert.equal(currentCard(book, '7QK2M'), 3)
    assert.deepEqual(keys(book), ['7QK2M card:3 card', '7QK2M page:1 page'])
  })

  test('still wants one last edit, a pointer to its successor, when it stands', () => {
    assert.deepEqual(wants(WARNING, notTold('card:1', CARD_EDITS_REFUSED), notTold('card:2', CARD_GONE)), [
      '7QK2M card:3 card',
      '7QK2M card:1 replaced card',
    ])
  })
})

describe('pages that come too late', () => {
  const dropped = (...bodies: Bodies) => droppedPages(fold(log(bodies)))

  test('are dropped once somebody has it in hand, or once it is over, and the reason is told', () => {
    assert.deepEqual(dropped(OPENED), [])
    assert.deepEqual(dropped(OPENED, ACKNOWLEDGED), [
      { incident: '7QK2M', key: 'page:1', because: 'it was acknowledged before the page could be sent' },
    ])
    assert.deepEqual(dropped(OPENED, RESOLVED), [
      { incident: '7QK2M', key: 'page:1', because: 'it was over before the page could be sent' },
    ])
  })

  test('are not dropped twice, nor when they were sent', () => {
    assert.deepEqual(dropped(OPENED, { ...TOLD, key: 'page:1' }, ACKNOWLEDGED), [])
    assert.deepEqual(dropped(OPENED, ACKNOWLEDGED, notTold('page:1', 'x')), [])
  })

  test('do not concern a page that came after the acknowledgement: it was of something worse', () => {
    assert.deepEqual(dropped(WARNING, ACKNOWLEDGED, TO_PAGE), [])
  })
})
