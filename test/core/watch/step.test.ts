import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EventBody } from '../../../src/core/incident/event.js'
import { stepTracks } from '../../../src/core/watch/step.js'
import { SITE, T0 } from '../fixture.js'
import { denied, hung, live, lockedOut, lookAt, type Moment } from './series.js'

const QUIET = lookAt(10, 30)
const SITE_HIGH = lookAt(40, 30)
const SURGE = lookAt(71, 25)

function times(count: number, moment: Moment): Moment[] {
  return Array.from({ length: count }, () => moment)
}

/** What happened, in words: `#2 opened warning (site)` at the third tick. */
function story(moments: readonly Moment[]): string[] {
  return live(moments).steps.flatMap((step, index) => step.events.map((event) => `#${index} ${wordsOf(event)}`))
}

function wordsOf(event: EventBody): string {
  switch (event.type) {
    case 'incident.opened':
    case 'incident.changed':
      return `${event.type.slice(9)} ${event.severity} (${event.firing.join(', ')})`
    case 'incident.resolved':
      return 'resolved'
    default:
      return event.type
  }
}

describe('an incident', () => {
  test('opens with the second of two looks, and tells since when', () => {
    const { steps } = live([QUIET, SURGE, SURGE])
    assert.deepEqual(
      steps.map((step) => step.events),
      [
        [],
        [],
        [
          {
            v: 1,
            type: 'incident.opened',
            incident: 'C0000',
            server: 'production',
            subject: 'connections',
            severity: 'page',
            firing: ['total', 'site'],
            because: [
              { kind: 'rule', rule: 'total', value: 96, limit: 90, severity: 'page' },
              { kind: 'rule', rule: 'site', value: 71, limit: 32, severity: 'warning' },
            ],
            since: T0 + 5000,
            numbers: { used: 96, usable: 97, max: 100, at: T0 },
          },
        ],
      ],
    )
  })

  test('says nothing while nothing changes but numbers', () => {
    assert.deepEqual(story([SURGE, SURGE, lookAt(70, 25), lookAt(60, 33), lookAt(69, 22), ...times(20, SURGE)]), [
      '#1 opened page (total, site)',
    ])
  })

  test('rises at once and falls only after the hold-down', () => {
    assert.deepEqual(story([...times(3, SITE_HIGH), ...times(2, SURGE), ...times(9, SITE_HIGH)]), [
      '#1 opened warning (site)',
      '#4 changed page (total, site)',
      // Clear of the total from #5 on: 30 s later, and not before.
      '#11 changed warning (site)',
    ])
  })

  test('is full from one look on', () => {
    assert.deepEqual(story([lookAt(20, 77)]), ['#0 opened page (full)'])
    assert.deepEqual(story([lockedOut()]), ['#0 opened page (full)'])
  })

  test('resolves after the hold-down, once, with the highest numbers it met', () => {
    const { steps } = live([...times(2, SURGE), lookAt(75, 25), ...times(9, QUIET)])
    const ends = steps.flatMap((step, index) =>
      step.events.flatMap((event) => (event.type === 'incident.resolved' ? [{ index, event }] : [])),
    )
    assert.deepEqual(ends, [
      {
        index: 9,
        event: {
          v: 1,
          type: 'incident.resolved',
          incident: 'C0000',
          by: 'watch',
          numbers: { used: 40, usable: 97, max: 100, at: T0 },
          peak: { used: 100, usable: 97, max: 100, at: T0 },
        },
      },
    ])
  })

  test('goes on while nobody can see; the hold-down begins anew with the first look after', () => {
    assert.deepEqual(story([...times(2, SURGE), ...times(4, QUIET), ...times(3, hung()), ...times(7, QUIET)]), [
      '#1 opened page (total, site)',
      '#15 resolved',
    ])
  })

  test('that a person closed during its hold-down is over; what breaches again is a new one', () => {
    const closed = { ...QUIET, resolveByHand: true }
    assert.deepEqual(story([...times(2, SURGE), ...times(2, QUIET), closed, ...times(10, QUIET)]), [
      '#1 opened page (total, site)',
    ])
    assert.deepEqual(story([...times(2, SURGE), ...times(2, QUIET), closed, QUIET, ...times(2, SURGE)]), [
      '#1 opened page (total, site)',
      '#7 opened page (total, site)',
    ])
  })

  test('that a person closed while it breaches comes back at the next look', () => {
    assert.deepEqual(story([...times(2, SURGE), { ...SURGE, resolveByHand: true }]), [
      '#1 opened page (total, site)',
      '#2 opened page (total, site)',
    ])
  })

  test('outlives a restart of the bot and is not told again', () => {
    assert.deepEqual(story([...times(2, SURGE), { ...SURGE, restart: true }, ...times(3, SURGE), ...times(7, QUIET)]), [
      '#1 opened page (total, site)',
      '#12 resolved',
    ])
  })

  test('needs a full hold-down after a restart in the midst of one', () => {
    assert.deepEqual(story([...times(2, SURGE), ...times(5, QUIET), { ...QUIET, restart: true }, ...times(6, QUIET)]), [
      '#1 opened page (total, site)',
      '#13 resolved',
    ])
  })
})

describe('no data', () => {
  test('is an incident of its own when it lasts for half a minute, beside one on connections', () => {
    assert.deepEqual(story([...times(2, SURGE), ...times(8, hung())]), [
      '#1 opened page (total, site)',
      '#8 opened page (no data)',
    ])
    assert.deepEqual(story([...times(6, hung()), QUIET, ...times(6, hung())]), [])
  })

  test('of our own making is a warning', () => {
    assert.deepEqual(story(times(8, denied())), ['#6 opened warning (no data)'])
  })

  test('does not flap between its kinds: what has paged stays a page until it is over', () => {
    assert.deepEqual(story([...times(8, hung()), denied(), hung(), denied(), hung()]), [
      '#6 opened page (no data)',
      '#8 changed page (no data)',
    ])
  })

  test('that turns from a warning into worse rises at once', () => {
    assert.deepEqual(story([...times(8, denied()), hung()]), [
      '#6 opened warning (no data)',
      '#8 changed page (no data)',
    ])
  })
})

test('a rule may bear any name', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    const rules = [{ ...SITE, name }]
    const { steps } = live(times(2, SITE_HIGH), rules)
    assert.deepEqual(
      steps.flatMap((step) => step.events.map((event) => wordsOf(event))),
      [`opened warning (${name})`],
    )
  }
  assert.deepEqual(stepTracks({}, [], T0), {})
})
