import { foldRun, isTouched, type Run, type RunEvent, type RunEventBody } from '../../core/recovery/run.js'
import type { Head, RunClock, RunJournal, RunRecord } from '../../ports/recoveryRun.js'

/** A disk that has not answered by then is treated as one that refused: a hung fsync must not hold a run. */
const APPEND_MS = 5_000

/** The events of one run, and who writes them: one executor, in order. */
export type Chronicle = {
  run(): Run
  /** How many events of the run it knows: more in the journal are another process's. */
  size(): number
  /** The last event on disk. */
  head(): Head
  /** Why the journal takes no more events of this executor; from then on they are kept in memory only. */
  blindBecause(): string | undefined
  /** By the executor's own clock: the wall's at its start, and counted from there. Never goes back. */
  nowMs(): number
  /**
   * Records an event and folds it. `refused`: it is not on disk and nothing has been done yet, so nothing counts and the run
   * must not go on. `in memory`: the run was begun and has to be ended; only what leads Postgres back may still be sent.
   */
  note(body: RunEventBody): Promise<'on disk' | 'in memory' | 'refused'>
}

/** Opens the chronicle of a run on what the journal holds; undefined when it holds no such run. */
export function chronicle(
  deps: { readonly journal: RunJournal; readonly clock: RunClock },
  records: readonly RunRecord[],
  id: string,
): Chronicle | undefined {
  const { journal, clock } = deps
  let events: readonly RunEvent[] = records.filter((record) => record.run === id)
  const folded = foldRun(events)
  const last = records.at(-1)
  if (folded === undefined || last === undefined) return undefined
  let run: Run = folded
  let head: Head = { seq: last.seq, hash: last.hash }
  let seq = last.seq
  let blindBecause: string | undefined
  const startMs = Math.max(clock.now(), last.at)
  const startElapsedMs = clock.elapsedMs()
  const nowMs = (): number => startMs + clock.elapsedMs() - startElapsedMs

  const take = (event: RunEvent): void => {
    seq = event.seq
    events = [...events, event]
    run = foldRun(events) ?? run
  }

  return {
    run: () => run,
    size: () => events.length,
    head: () => head,
    blindBecause: () => blindBecause,
    nowMs,
    async note(body) {
      if (blindBecause === undefined) {
        const written = await appended(journal, clock, id, body, nowMs())
        if (typeof written !== 'string') {
          head = { seq: written.seq, hash: written.hash }
          take(written)
          return 'on disk'
        }
        // Whether it lies on disk is not known. After it nothing is written in this life: the next one reads what is there.
        blindBecause = written
      }
      if (!isTouched(run)) return 'refused'
      take({ seq: seq + 1, at: nowMs(), run: id, body })
      return 'in memory'
    },
  }
}

async function appended(
  journal: RunJournal,
  clock: RunClock,
  run: string,
  body: RunEventBody,
  at: number,
): Promise<RunRecord | string> {
  const late = new AbortController()
  const timeout = clock.sleep(APPEND_MS, late.signal).then(
    () => `the journal did not answer within ${APPEND_MS / 1000} s`,
    () => 'answered',
  )
  const written = journal.append(run, body, at).catch((error: unknown) => {
    return error instanceof Error ? error.message : String(error)
  })
  const first = await Promise.race([written, timeout])
  late.abort()
  return first
}
