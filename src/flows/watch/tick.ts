import { assess } from '../../core/watch/assess.js'
import { isCanaryDue } from '../../core/watch/canary.js'
import { forecastsIn, type Traced } from '../../core/attribution/traced.js'
import type { Live } from '../../core/watch/live.js'
import type { CanaryResult, Look, Reading } from '../../core/watch/look.js'
import { growthPerMinute, remember, type RecentLook } from '../../core/watch/recent.js'
import { higher, numbersOf } from '../../core/watch/slots.js'
import { decide, releaseTracks, stepTracks, tracksFrom } from '../../core/watch/step.js'
import { openIncidents, type Incident } from '../../core/incident/incident.js'
import type { Numbers } from '../../core/incident/event.js'
import type { Clock } from '../../ports/clock.js'
import type { ServerConfig } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import type { PostgresServer } from '../../ports/postgres.js'
import type { Ledger } from '../ledger.js'

/** The watch over one server. Ticks never overlap (the schedule sees to that) and never reject. */
export type ServerWatch = {
  tick(): Promise<void>
  live(): Live
  /** A look between two ticks, for a person who asks: shown to them, and the card, but judged by the next tick only. */
  lookNow(): Promise<Look>
  /** The highest numbers of an open incident, those between two changes included. */
  peakOf(incident: Incident): Numbers | undefined
}

export function watchServer(deps: {
  readonly config: ServerConfig
  readonly server: PostgresServer
  readonly ledger: Ledger
  readonly clock: Clock
  readonly newId: (isTaken: (id: string) => boolean) => string
  readonly log: Log
  /** Whose the backends of a reading are, by what is known without asking anybody. */
  readonly trace: (reading: Reading) => Traced
  /** Called after each tick: the card may want other numbers. */
  readonly onTick: () => void
}): ServerWatch {
  const { config, server, ledger, clock, log } = deps
  let tracks = tracksFrom(openIncidents(ledger.book(), config.name))
  let look: Look | undefined
  let reading: Reading | undefined
  let canary: CanaryResult | undefined
  let canaryAt: number | undefined
  let recent: readonly RecentLook[] = []
  // The journal never holds readings, so the peak between two changes lives here, by incident.
  // What the last tick judged: a look in between must not hide from the canary that use crossed its line.
  let judged: Reading | undefined
  let peaks: ReadonlyMap<string, Numbers> = new Map()

  const take = (next: Look): void => {
    look = next
    if (next.kind === 'reading') reading = next
    recent = remember(recent, toRecent(next))
  }

  // A server that does not answer us needs no further logins, and would tell us nothing new: only after a reading.
  const runCanary = async (current: Reading, previous: Reading | undefined): Promise<void> => {
    if (!isCanaryDue({ now: clock.now(), lastAt: canaryAt, last: canary, reading: current, previous })) return
    canaryAt = clock.now()
    canary = await server.canary()
  }

  const traced = (): Traced => {
    try {
      return reading === undefined ? { kind: 'no picture' } : deps.trace(reading)
    } catch (error) {
      // Attribution is a help, and never stands between a reading and its alert.
      log.error({ err: error, server: config.name }, 'attribution failed')
      return { kind: 'no picture', problem: 'Attribution failed: see the log.' }
    }
  }

  const peakOf = (incident: Incident): Numbers | undefined => higher(incident.peak, peaks.get(incident.id))

  return {
    peakOf,
    async tick() {
      try {
        const current = await server.look()
        take(current)
        const previous = judged
        if (current.kind === 'reading') {
          judged = current
          await runCanary(current, previous)
        }
        const now = clock.now()
        const verdicts = assess({
          look: current,
          canary,
          rules: config.rules,
          noDataAfterMs: config.noDataAfterMs,
          forecasts: forecastsIn(traced()),
        })
        const open = openIncidents(ledger.book(), config.name)
        tracks = stepTracks(releaseTracks(tracks, verdicts, open), verdicts, now)
        const numbers = current.kind === 'reading' ? numbersOf(current) : undefined
        peaks = peaksWith(peaks, open, numbers)
        // Decided on the book of its turn: a person may be ending the incident at this very moment, and then it is over.
        const events = await ledger.note((book) => {
          const stillOpen = openIncidents(book, config.name)
          const ended = open.filter((one) => !stillOpen.some((other) => other.id === one.id))
          return decide({
            server: config.name,
            tracks,
            verdicts: verdicts.filter((verdict) => !ended.some((one) => one.subject === verdict.subject)),
            open: stillOpen,
            numbers,
            peakOf,
            newId: () => deps.newId((id) => book.incidents.has(id)),
            now,
          })
        })
        for (const { body } of events) log.info({ server: config.name, event: body }, 'watch changed its mind')
      } catch (error) {
        // A bug here must not end the watch: the next tick tries again.
        log.error({ err: error, server: config.name }, 'tick failed')
      } finally {
        deps.onTick()
      }
    },
    live: () => {
      const growth = growthPerMinute(recent, clock.now())
      return {
        server: config.name,
        ...(look === undefined ? {} : { look }),
        ...(reading === undefined ? {} : { reading }),
        ...(canary === undefined ? {} : { canary }),
        recent,
        ...(growth === undefined ? {} : { growthPerMinute: growth }),
        rules: config.rules,
        stale: config.stale,
        traced: traced(),
      }
    },
    async lookNow() {
      const next = await server.look()
      take(next)
      return next
    },
  }
}

function toRecent(look: Look): RecentLook {
  if (look.kind !== 'reading') return { kind: look.kind, at: look.at }
  const byRole = new Map<string, number>()
  for (const group of look.groups) byRole.set(group.role ?? '', (byRole.get(group.role ?? '') ?? 0) + group.count)
  return { kind: 'reading', ...numbersOf(look), byRole: Object.fromEntries(byRole) }
}

function peaksWith(
  peaks: ReadonlyMap<string, Numbers>,
  open: readonly Incident[],
  numbers: Numbers | undefined,
): ReadonlyMap<string, Numbers> {
  return new Map(
    open.flatMap((incident) => {
      const peak = higher(peaks.get(incident.id), numbers)
      return peak === undefined ? [] : [[incident.id, peak] as const]
    }),
  )
}
