import type { Client } from '@libsql/client'
import { DependencyError, UserError } from '../../core/errors.js'
import type { EventBody, JournalEvent } from '../../core/incident/event.js'
import type { Journal } from '../../ports/journal.js'
import type { Log } from '../../ports/log.js'
import { eventOf } from './body.js'
import { type ChainRow, hashOf, type Head } from './chain.js'
import { exists } from './databaseFile.js'
import { journalError } from './journalError.js'
import { journalPath, openJournalFile, type OpenOptions, sealMarkPath } from './journalFile.js'
import { checkFile, lastInFile } from './journalRows.js'

export type JournalDeps = { readonly log: Log } & Pick<OpenOptions, 'lockWaitMs' | 'migrations'>

/**
 * Opens the journal of `dir`, making folder (0700) and file as needed. Hold one per process and close it last.
 *
 * Nothing is appended to a chain that was not checked: the first append checks it when no read has, and once it was
 * found broken every method rejects. Rejects with UserError when another process holds the file, when the schema is
 * not ours or when a seal was interrupted (the bot must not start), with DependencyError when the disk or the file
 * is at fault (it can watch, but not act).
 */
export async function openJournal(dir: string, deps: JournalDeps): Promise<Journal> {
  if (await exists(sealMarkPath(dir))) {
    throw new UserError(`A seal of the journal in ${dir} was interrupted. Run \`lifeguard journal seal\` to finish it.`)
  }
  const file = journalPath(dir)
  const client = await openJournalFile(dir, deps)
  let head: Head | undefined
  let broken: DependencyError | undefined
  let queue: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>, doing: string): Promise<T> {
    const turn = queue.then(work).catch((error: unknown) => {
      throw journalError(doing, file, error)
    })
    queue = turn.catch(() => undefined) // the caller has the rejection; the next in line has its own try
    return turn
  }

  async function readAll(): Promise<JournalEvent[]> {
    if (broken !== undefined) throw broken
    const events: JournalEvent[] = []
    const check = await checkFile(client, (row) => events.push(eventOf(row)))
    if (check.kind === 'broken') {
      broken = new DependencyError(
        'journal',
        `${file} is broken at event ${check.firstBadSeq}: ${check.because}. Nothing more is written to it: ` +
          'stop Lifeguard, run `lifeguard journal seal`, and start it again.',
      )
      throw broken
    }
    head = check.head
    deps.log.info({ file, seq: head.seq, hash: head.hash }, 'journal checked')
    return events
  }

  async function write(rows: readonly ChainRow[]): Promise<void> {
    head = undefined // until the file has answered; a next append would else build on a guess
    try {
      await insert(client, rows)
      head = rows.at(-1)
    } catch (error) {
      // A commit can succeed and still report an error: what lies in the file decides.
      head = await lastInFile(client).catch(() => undefined)
      if (head === undefined || head.hash !== rows.at(-1)?.hash) throw error
    }
  }

  return {
    read: () => inTurn(readAll, `read ${file}`),

    append: (bodies, at) =>
      inTurn(async () => {
        if (broken !== undefined) throw broken
        if (head === undefined) await readAll()
        if (head === undefined || bodies.length === 0) return []
        const rows = chainOn(head, bodies, at)
        const events = rows.map(eventOf) // what could not be read again is not written
        await write(rows)
        return events
      }, `write ${file}`),

    close: () =>
      inTurn(async () => {
        if (client.closed) return
        try {
          // So that the one file is all there is, for who copies it; the log would do as well at the next start.
          await client.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        } finally {
          client.close()
        }
      }, `close ${file}`),
  }
}

function chainOn(head: Head, bodies: readonly EventBody[], at: number): ChainRow[] {
  if (!Number.isSafeInteger(at)) throw new TypeError(`an event's time is whole milliseconds, not ${at}`)
  let last = head
  return bodies.map((body) => {
    const unhashed = { seq: last.seq + 1, at, type: body.type, body: JSON.stringify(body), prevHash: last.hash }
    const row = { ...unhashed, hash: hashOf(unhashed) }
    last = row
    return row
  })
}

async function insert(client: Client, rows: readonly ChainRow[]): Promise<void> {
  await client.batch(
    rows.map((row) => ({
      sql: 'INSERT INTO events (seq, at, type, body, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?)',
      args: [row.seq, row.at, row.type, row.body, row.prevHash, row.hash],
    })),
    'write',
  )
}
