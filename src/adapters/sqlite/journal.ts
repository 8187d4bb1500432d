import type { EventBody } from '../../core/incident/event.js'
import type { Journal } from '../../ports/journal.js'
import { journalPath } from './journalFile.js'
import type { JournalDeps, JournalStore } from './journalStore.js'
import { PATIENT_LIMIT_MS, startThread, type ThreadDeps } from './thread.js'
import type { Call } from './threadCall.js'

/** No record, no act: so long may an act wait for its record. */
const APPEND_LIMIT_MS = 5_000

/**
 * Opens the journal of `dir` in a thread of its own, apart from the history's: neither a big save there nor its
 * failure may delay an intent. Hold one per process and close it last. Rejects as `openJournalStore` does, and with
 * DependencyError when the disk does not answer within 30 s.
 *
 * An append is rejected with DependencyError when the disk takes longer than 5 s, and everything after it at once until
 * the disk answers. What was rejected never counts, even if it lands later: its caller has written it again, or has
 * told somebody that nothing was done. So from the sending of an append until its answer, rows behind the last known
 * event are in doubt; `read` leaves them out, and the next append, made at once when the answer comes late, voids them
 * in the file. A process killed between a late landing and its voiding leaves the event standing, as if killed between
 * record and act: observation decides then, as it does after every crash.
 */
export async function openJournal(dir: string, deps: JournalDeps & ThreadDeps): Promise<Journal> {
  const { log, sleep, entry, ...options } = deps
  const file = journalPath(dir)
  const thread = await startThread<JournalStore>(
    { store: 'journal', dir, options, file, dependency: 'journal' },
    { log, ...(sleep === undefined ? {} : { sleep }), ...(entry === undefined ? {} : { entry }) },
  )
  let knownSeq: number | undefined
  try {
    knownSeq = await thread.ask({ method: 'lastSeq', args: () => [], limitMs: PATIENT_LIMIT_MS })
  } catch (error) {
    await thread.close().catch(() => undefined) // the log has it
    throw error
  }
  let isInDoubt = false
  const strayAfter = () => (isInDoubt ? knownSeq : undefined)

  const append = (bodies: readonly EventBody[], at: number): Call<JournalStore, 'append'> => ({
    method: 'append',
    args: () => {
      const after = strayAfter()
      isInDoubt = true
      return [bodies, at, after]
    },
    limitMs: APPEND_LIMIT_MS,
    onAnswer({ lastSeq }) {
      knownSeq = lastSeq
      isInDoubt = false
    },
    onLate: () => append([], at),
  })

  return {
    read: () => thread.ask({ method: 'read', args: () => [strayAfter()], limitMs: PATIENT_LIMIT_MS }),
    append: async (bodies, at) => (bodies.length === 0 ? [] : (await thread.ask(append(bodies, at))).events),
    close: () => thread.close(),
  }
}
