import fc from 'fast-check'
import { assess, type Verdict } from '../../../src/core/watch/assess.js'
import type { CanaryResult, Look } from '../../../src/core/watch/look.js'
import type { Rule } from '../../../src/core/watch/rule.js'
import { numbersOf } from '../../../src/core/watch/slots.js'
import { decide, releaseTracks, stepTracks, tracksFrom, type Tracks } from '../../../src/core/watch/step.js'
import { fold, openIncidents, type Book, EMPTY_BOOK } from '../../../src/core/incident/incident.js'
import type { EventBody, JournalEvent } from '../../../src/core/incident/event.js'
import { COLLEAGUE, group, reading, SITE, T0, TOTAL } from '../fixture.js'

export const EVERY_MS = 5000
const SERVER = 'production'

/** One tick's input: a look, the latest canary, and what may happen to the bot or an incident right before it. */
export type Moment = {
  readonly look: Look
  readonly canary?: CanaryResult
  /** Every open incident is closed by hand. */
  readonly resolveByHand?: boolean
  /** The bot starts anew: what it remembered between ticks is gone, the journal is not. */
  readonly restart?: boolean
}

/** What one tick saw and did. */
export type Step = {
  readonly now: number
  readonly verdicts: readonly Verdict[]
  /** What the watch decided; what was done by hand is not in it. */
  readonly events: readonly EventBody[]
  readonly before: Book
  readonly after: Book
}

export const RULES: readonly Rule[] = [TOTAL, SITE]

/** Lives through a series of looks as the watch does, without a journal or a clock. */
export function live(
  moments: readonly Moment[],
  rules: readonly Rule[] = RULES,
): { readonly steps: readonly Step[]; readonly log: readonly JournalEvent[] } {
  const log: JournalEvent[] = []
  const steps: Step[] = []
  let book = EMPTY_BOOK
  let tracks: Tracks = {}
  const append = (bodies: readonly EventBody[], at: number): void => {
    const events = bodies.map((body, index) => ({ seq: log.length + index + 1, at, body }))
    log.push(...events)
    book = fold(events, book)
  }
  for (const [index, { look, canary, resolveByHand = false, restart = false }] of moments.entries()) {
    const now = T0 + index * EVERY_MS
    if (restart) tracks = tracksFrom(openIncidents(book, SERVER))
    if (resolveByHand) {
      const byHand = openIncidents(book).map(({ id }): EventBody => ({
        v: 1,
        type: 'incident.resolved',
        incident: id,
        by: COLLEAGUE,
      }))
      append(byHand, now)
    }
    const verdicts = assess({ look, canary, rules, noDataAfterMs: 30_000, forecasts: [] })
    const before = book
    const open = openIncidents(book, SERVER)
    tracks = stepTracks(releaseTracks(tracks, verdicts, open), verdicts, now)
    const events = decide({
      server: SERVER,
      tracks,
      verdicts,
      open,
      numbers: look.kind === 'reading' ? numbersOf(look) : undefined,
      peakOf: (incident) => incident.peak,
      newId: (subject) => `${subject === 'data' ? 'D' : 'C'}${String(log.length).padStart(4, '0')}`,
      now,
    })
    append(events, now)
    steps.push({ now, verdicts, events, before, after: book })
  }
  return { steps, log }
}

/** A look at so many backends of `site` and of others. */
export function lookAt(site: number, others = 0): Moment {
  return {
    look: reading([group({ count: site }), group({ role: 'metricity', database: 'metricity', count: others })]),
  }
}

export function hung(): Moment {
  return { look: { kind: 'hung', at: T0, timeoutMs: 2000 } }
}

export function denied(): Moment {
  return { look: { kind: 'denied', at: T0, detail: '42501', remedy: 'GRANT pg_monitor TO lifeguard;' } }
}

export function lockedOut(): Moment {
  return { look: { kind: 'refused', at: T0, limit: 'every slot' } }
}

/** Any moment, with the limits' neighbourhoods much visited. */
const moment: fc.Arbitrary<Moment> = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 65 })).map(([a, b]) => lookAt(a, b)) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(27, 28, 29, 32, 33), fc.constantFrom(47, 52, 57, 58, 63, 64, 70))
          .map(([a, b]) => lookAt(a, b)),
      },
      { weight: 1, arbitrary: fc.constantFrom(hung(), denied(), lockedOut()) },
    ),
    fc.option(
      fc.constantFrom<CanaryResult>(
        { kind: 'passed', at: T0 },
        { kind: 'refused', at: T0, limit: 'usable slots', role: 'canary' },
      ),
      { nil: undefined, freq: 4 },
    ),
    fc.nat({ max: 40 }),
  )
  .map(([what, canary, chance]) => ({
    ...what,
    ...(canary === undefined ? {} : { canary }),
    ...(chance === 0 ? { resolveByHand: true } : {}),
    ...(chance === 1 ? { restart: true } : {}),
  }))

/** Series in which each moment lasts for one to nine looks: shorter and longer than the hold-down. */
export const series: fc.Arbitrary<readonly Moment[]> = fc
  .array(fc.tuple(moment, fc.integer({ min: 1, max: 9 })), { maxLength: 14 })
  .map((parts) =>
    parts.flatMap(([one, times]) =>
      Array.from({ length: times }, (_, index): Moment => {
        if (index === 0) return one
        const { resolveByHand: _hand, restart: _restart, ...rest } = one
        return rest
      }),
    ),
  )
