import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openJournal } from '../../../src/adapters/sqlite/journal.js'
import type { EventBody, JournalEvent } from '../../../src/core/incident/event.js'
import type { Journal } from '../../../src/ports/journal.js'
import { manualClock, type ManualClock } from '../../fakes/clock.js'
import { recordingLog } from '../../fakes/log.js'
import { REACHED, WHAT, WHATS } from './stallingWords.js'

export type StallingOptions = { readonly gate: Int32Array }

export type Stalling = {
  readonly journal: Journal
  readonly clock: ManualClock
  readonly sentences: readonly string[]
  /** What happens to the next appends; 'nothing' also ends a hang. */
  readonly set: (what: (typeof WHATS)[number]) => void
  /** Resolves when an append hangs, or is not to hang any more. */
  readonly hanging: () => Promise<void>
}

/** A journal whose disk hangs, and whose limits pass, as the test says. */
export async function stallingJournal(t: Pick<TestContext, 'after'>, dir: string): Promise<Stalling> {
  const gate = new Int32Array(new SharedArrayBuffer(8))
  const clock = manualClock()
  const log = recordingLog()
  const deps = {
    log,
    gate,
    lockWaitMs: 50,
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    entry: new URL('./stallingWorker.js', import.meta.url),
  }
  const set = (what: (typeof WHATS)[number]) => {
    Atomics.store(gate, REACHED, 0)
    Atomics.store(gate, WHAT, WHATS.indexOf(what))
    Atomics.notify(gate, WHAT)
  }
  const alive = setInterval(() => undefined, 60_000) // the limits, which a clock by hand measures, would do it
  t.after(() => {
    clearInterval(alive)
    set('nothing')
  })
  const journal = await openJournal(dir, deps)
  return {
    journal,
    clock,
    sentences: log.sentences,
    set,
    async hanging() {
      while (Atomics.load(gate, REACHED) === 0 && Atomics.load(gate, WHAT) !== 0) await pause(1)
    },
  }
}

export function note(version: string): EventBody {
  return { v: 1, type: 'bot.started', version }
}

export function versionsOf(events: readonly JournalEvent[]): string[] {
  return events.map((event) => (event.body.type === 'bot.started' ? event.body.version : event.body.type))
}
