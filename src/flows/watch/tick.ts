import { assess } from '../../core/watch/assess.js'
import { isCanaryDue } from '../../core/watch/canary.js'
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
}

export function watchServer(deps: {
  readonly config: ServerConfig
  readonly server: PostgresServer
  readonly ledger: Ledger
  readonly clock: Clock
  readonly newId: (isTaken: (id: string) => boolean) => string
  readonly log: Log
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
  let peaks: ReadonlyMap<string, Numbers> = new Map()

  const take = (next: Look): void => {
    look = next
    if (next.kind === 'reading') reading = next
    recent = remember(recent, toRecent(next))
  }

  const runCanary = async (previous: Reading | undefined): Promise<void> => {
    const current = look?.kind === 'reading' ? look : undefined
    if (!isCanaryDue({ now: clock.now(), lastAt: canaryAt, last: canary, reading: current, previous })) return
    // A server that does not answer us needs no further logins, and would tell us nothing new.
    if (current === undefined) return
    canaryAt = clock.now()
    canary = await server.canary()
  }

  return {
    async tick() {
      try {
        const previous = reading
        take(await server.look())
        await runCanary(previous)
        const current = look
        if (current === undefined) return
        const now = clock.now()
        const verdicts = assess({ look: current, canary, rules: config.rules, noDataAfterMs: config.noDataAfterMs })
        const open = openIncidents(ledger.book(), config.name)
        tracks = stepTracks(releaseTracks(tracks, verdicts, open), verdicts, now)
        const numbers = current.kind === 'reading' ? numbersOf(current) : undefined
        peaks = peaksWith(peaks, open, numbers)
        const incidents = ledger.book().incidents
        const events = decide({
          server: config.name,
          tracks,
          verdicts,
          open,
          numbers,
          peakOf: (incident) => higher(incident.peak, peaks.get(incident.id)),
          newId: () => deps.newId((id) => incidents.has(id)),
          now,
        })
        for (const body of events) log.info({ server: config.name, event: body }, 'watch changed its mind')
        await ledger.note(events)
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
  const byRole: Record<string, number> = {}
  for (const group of look.groups) byRole[group.role ?? ''] = (byRole[group.role ?? ''] ?? 0) + group.count
  return { kind: 'reading', ...numbersOf(look), byRole }
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
