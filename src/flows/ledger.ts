import { EMPTY_BOOK, fold, type Book } from '../core/incident/incident.js'
import type { EventBody, JournalEvent } from '../core/incident/event.js'
import { DependencyError } from '../core/errors.js'
import type { Clock } from '../ports/clock.js'
import type { Journal } from '../ports/journal.js'
import type { Log } from '../ports/log.js'

/** The one place where state changes: the journal first, then the fold. */
export type Ledger = {
  book(): Book
  /**
   * Records news. When the journal refuses, the news still counts, from memory, and is written as soon as the journal
   * takes it: the watch must not go blind because a disk is full. Never rejects.
   */
  note(bodies: readonly EventBody[]): Promise<readonly JournalEvent[]>
  /** Records an intent: on disk, or rejected with DependencyError and nothing counted. No record, no act. */
  commit(bodies: readonly EventBody[]): Promise<readonly JournalEvent[]>
  /** Why the journal does not take records; undefined while it does. */
  problem(): string | undefined
}

/** Opens the ledger on a journal. A journal that cannot be read leaves an empty book and a problem. */
export async function openLedger(deps: {
  readonly journal: Journal
  readonly clock: Clock
  readonly log: Log
  /** Called after every change, before the promise of the change resolves. */
  readonly onChange: (events: readonly JournalEvent[]) => void
}): Promise<Ledger> {
  const { journal, clock, log } = deps
  let book = EMPTY_BOOK
  let problem: string | undefined
  let backlog: { readonly at: number; readonly body: EventBody }[] = []
  let queue: Promise<unknown> = Promise.resolve()

  try {
    book = fold(await journal.read())
  } catch (error) {
    problem = detailOf(error)
    log.error({ err: error }, 'journal cannot be read: watching from memory, acts are refused')
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => undefined)
    return result
  }

  const take = (events: readonly JournalEvent[]): readonly JournalEvent[] => {
    book = fold(events, book)
    deps.onChange(events)
    return events
  }

  // What was kept in memory goes first and keeps its own time, so that the order on disk is the order of the world.
  const flush = async (): Promise<void> => {
    while (backlog[0] !== undefined) {
      await journal.append([backlog[0].body], backlog[0].at)
      backlog = backlog.slice(1)
    }
    if (problem !== undefined) log.info({}, 'journal takes records again')
    problem = undefined
  }

  const fail = (error: unknown): void => {
    const detail = detailOf(error)
    if (detail !== problem)
      log.error({ err: error }, 'journal does not take records: watching from memory, acts are refused')
    problem = detail
  }

  return {
    book: () => book,
    problem: () => problem,
    note: (bodies) =>
      inTurn(async () => {
        if (bodies.length === 0) return []
        const at = clock.now()
        try {
          await flush()
          return take(await journal.append(bodies, at))
        } catch (error) {
          fail(error)
          backlog = [...backlog, ...bodies.map((body) => ({ at, body }))]
          return take(bodies.map((body, index) => ({ seq: book.lastSeq + index + 1, at, body })))
        }
      }),
    commit: (bodies) =>
      inTurn(async () => {
        try {
          await flush()
          return take(await journal.append(bodies, clock.now()))
        } catch (error) {
          fail(error)
          throw error instanceof DependencyError
            ? error
            : new DependencyError('journal', detailOf(error), { cause: error })
        }
      }),
  }
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
