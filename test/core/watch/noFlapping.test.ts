import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventBody, IncidentChanged, IncidentOpened } from '../../../src/core/incident/event.js'
import { fold, openIncidents, type Book, type Incident } from '../../../src/core/incident/incident.js'
import { isWorse } from '../../../src/core/watch/severity.js'
import { EVERY_MS, live, lookAt, RULES, series, type Step } from './series.js'

type WatchEvent = Extract<EventBody, { type: 'incident.opened' | 'incident.changed' | 'incident.resolved' }>

function watchEvents(step: Step): readonly WatchEvent[] {
  return step.events.filter((event): event is WatchEvent => event.type.startsWith('incident.'))
}

function incidentOf(book: Book, id: string): Incident {
  const incident = book.incidents.get(id)
  assert.ok(incident !== undefined, `${id} is in the book`)
  return incident
}

/** How long the rule has been seen clear at every look up to the last, in ms; -1 when it is not clear now. */
function clearForMs(steps: readonly Step[], rule: string): number {
  let looks = 0
  for (const step of steps.toReversed()) {
    if (step.verdicts.find((verdict) => verdict.rule === rule)?.standing !== 'clear') break
    looks += 1
  }
  return (looks - 1) * EVERY_MS
}

describe('over any series of looks', () => {
  test('what swings around a limit is one incident that does not end', () => {
    const swing = fc.array(fc.constantFrom(lookAt(29), lookAt(32), lookAt(33), lookAt(45)), { maxLength: 60 })
    fc.assert(
      fc.property(swing, (looks) => {
        const { log } = live([lookAt(40), lookAt(40), ...looks])
        assert.deepEqual(
          log.map((event) => event.body.type),
          ['incident.opened'],
        )
      }),
    )
  })

  test('dips below the clear line that are shorter than the hold-down end nothing', () => {
    const dip = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }))
    fc.assert(
      fc.property(fc.array(dip, { maxLength: 10 }), (dips) => {
        const looks = dips.flatMap(([low, high]) => [
          ...Array.from({ length: low }, () => lookAt(5)),
          ...Array.from({ length: high }, () => lookAt(40)),
        ])
        assert.equal(live([lookAt(40), lookAt(40), ...looks]).log.length, 1)
      }),
    )
  })

  test('no rule stops firing without its whole hold-down of clear looks, one after the other', () => {
    fc.assert(
      fc.property(series, (moments) => {
        const { steps } = live(moments)
        for (const [index, step] of steps.entries())
          for (const event of watchEvents(step)) {
            if (event.type === 'incident.opened') continue
            const before = incidentOf(step.before, event.incident)
            const still = event.type === 'incident.changed' ? event.firing : []
            for (const rule of before.firing.filter((name) => !still.includes(name))) {
              const holdDownMs = step.verdicts.find((verdict) => verdict.rule === rule)?.holdDownMs ?? 0
              assert.ok(clearForMs(steps.slice(0, index + 1), rule) >= holdDownMs, `${rule} fell at #${index}`)
            }
          }
      }),
    )
  })

  test('a severity falls only when a rule of that severity has stopped firing', () => {
    fc.assert(
      fc.property(series, (moments) => {
        for (const step of live(moments).steps)
          for (const event of watchEvents(step)) {
            if (event.type !== 'incident.changed') continue
            const before = incidentOf(step.before, event.incident)
            if (!isWorse(before.severity, event.severity)) continue
            assert.ok(before.firing.some((rule) => !event.firing.includes(rule)))
          }
      }),
    )
  })

  test('a limit that is passed for two looks is never left untold', () => {
    fc.assert(
      fc.property(series, (moments) => {
        const { steps } = live(moments)
        for (const [index, step] of steps.entries())
          for (const verdict of step.verdicts) {
            if (verdict.subject !== 'connections' || verdict.standing !== 'above') continue
            const last = steps[index - 1]?.verdicts.find((one) => one.rule === verdict.rule)
            if (last?.standing !== 'above') continue
            // A restart between the two forgets the first: the third tells then.
            if (moments[index]?.restart === true) continue
            const open = openIncidents(step.after).find((one) => one.subject === 'connections')
            assert.ok(open !== undefined && open.firing.includes(verdict.rule), `${verdict.rule} at #${index}`)
            assert.ok(!isWorse(verdict.severity, open.severity))
          }
      }),
    )
  })

  test('events alternate: at most one open incident per subject, opened before it changes, resolved at most once', () => {
    fc.assert(
      fc.property(series, (moments) => {
        const open = new Map<string, string>()
        const ended = new Set<string>()
        for (const { body } of live(moments).log) {
          switch (body.type) {
            case 'incident.opened':
              assert.ok(!open.has(body.subject), 'opened twice')
              assert.ok(!ended.has(body.incident), 'an id is used once')
              open.set(body.subject, body.incident)
              break
            case 'incident.changed':
              assert.ok([...open.values()].includes(body.incident), 'changed while not open')
              break
            case 'incident.resolved': {
              const [subject] = [...open].find(([, id]) => id === body.incident) ?? []
              assert.ok(subject !== undefined, 'resolved while not open')
              open.delete(subject)
              ended.add(body.incident)
              break
            }
            default:
              assert.fail(`the watch wrote ${body.type}`)
          }
        }
      }),
    )
  })

  test('every change changes something: severity, rules, or the kind of a reason', () => {
    fc.assert(
      fc.property(series, (moments) => {
        for (const step of live(moments).steps)
          for (const event of watchEvents(step)) {
            if (event.type !== 'incident.changed') continue
            assert.notDeepEqual(gist(event), gist(incidentOf(step.before, event.incident)))
          }
      }),
    )
  })

  test('no incident stands without a reason', () => {
    fc.assert(
      fc.property(series, (moments) => {
        for (const { body } of live(moments).log)
          if (body.type === 'incident.opened' || body.type === 'incident.changed') assert.ok(body.because.length > 0)
      }),
    )
  })

  test('folding the log again gives the same incidents, in one go or in two', () => {
    fc.assert(
      fc.property(series, fc.nat({ max: 20 }), (moments, cut) => {
        const { steps, log } = live(moments)
        const told = openIncidents(steps.at(-1)?.after ?? fold([]))
        assert.deepEqual(openIncidents(fold(log)), told)
        assert.deepEqual(openIncidents(fold(log.slice(cut), fold(log.slice(0, cut)))), told)
      }),
    )
  })

  test('five quiet minutes end everything', () => {
    fc.assert(
      fc.property(series, (moments) => {
        const quiet = Array.from({ length: 60 }, () => lookAt(5))
        const { log } = live([...moments, ...quiet], RULES)
        assert.deepEqual(openIncidents(fold(log)), [])
      }),
    )
  })
})

/** An incident's shape without its numbers. */
function gist(of: Pick<IncidentOpened | IncidentChanged, 'severity' | 'firing' | 'because'>): unknown {
  const reasons = of.because.map((one) => {
    switch (one.kind) {
      case 'rule':
        return `rule ${one.rule}`
      case 'no data':
        return `no data ${one.look}`
      default:
        return one.kind
    }
  })
  return [of.severity, [...of.firing].sort(), [...new Set(reasons)].sort()]
}
