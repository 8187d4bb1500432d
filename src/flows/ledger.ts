import { EMPTY_BOOK, fold, type Book } from '../core/incident/incident.js'
import type { EventBody, JournalEvent } from '../core/incident/event.js'
import { DependencyError } from '../core/errors.js'
import type { Clock } from '../ports/clock.js'
import type { Journal } from '../ports/journal.js'
import type { Log } from '../ports/log.js'

/** What to record: a list, or what to make of the book as it is when its turn has come, so that no two decide on the same book. */
export type News = readonly EventBody[] | ((book: Book) => readonly EventBody[])

/** The one place where state changes: the journal first, then the fold. */
export type Ledger = {
  book(): Book
  /**
   * Records news. When the journal refuses, the news still counts, from memory, and is written as soon as the journal
   * takes it: the watch must not go blind because a disk is full. Never rejects.
   */
  note(news: News): Promise<readonly JournalEvent[]>
  /** Records an intent: on disk, or rejected with DependencyError and nothing counted. No record, no act. */
  commit(news: News): Promise<readonly JournalEvent[]>
  /** Why the journal does not take records; undefined while it does. */
  problem(): string | undefined
}

/**
 * Opens the ledger on a journal. A journal that cannot be read leaves an empty book and a problem that lasts until the
 * next start: writing to it with a book that does not know what it holds would open twice what is open there, and call
 * that well.
 */
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
  let unread: { readonly cause: unknown } | undefined
  let backlog: { readonly at: number; readonly body: EventBody }[] = []
  let queue: Promise<unknown> = Promise.resolve()

  try {
    book = fold(await journal.read())
  } catch (error) {
    problem = detailOf(error)
    unread = { cause: error }
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
    if (unread !== undefined) throw unread.cause
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
    note: (news) =>
      inTurn(async () => {
        const bodies = bodiesOf(news, book)
        if (bodies.length === 0) return []
        const at = clock.now()
        try {
          await flush()
          return take(await journal.append(bodies, at))
        } catch (error) {
          fail(error)
          if (unread === undefined) backlog = [...backlog, ...bodies.map((body) => ({ at, body }))]
          return take(bodies.map((body, index) => ({ seq: book.lastSeq + index + 1, at, body })))
        }
      }),
    commit: (news) =>
      inTurn(async () => {
        const bodies = bodiesOf(news, book)
        if (bodies.length === 0) return []
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

function bodiesOf(news: News, book: Book): readonly EventBody[] {
  return typeof news === 'function' ? news(book) : news
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
