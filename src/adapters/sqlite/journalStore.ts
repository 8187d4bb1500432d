import type { Client } from '@libsql/client'
import { DependencyError, UserError } from '../../core/errors.js'
import type { EventBody, JournalEvent } from '../../core/incident/event.js'
import type { Log } from '../../ports/log.js'
import { eventsOf, type RowBody, voidFrom } from './body.js'
import { type ChainRow, hashOf, type Head } from './chain.js'
import { exists } from './databaseFile.js'
import { isDamage, journalError } from './journalError.js'
import { journalPath, openJournalFile, type OpenOptions, sealMarkPath } from './journalFile.js'
import { checkFile, lastInFile, readGenesis } from './journalRows.js'

export type JournalDeps = { readonly log: Log } & Pick<OpenOptions, 'lockWaitMs' | 'migrations'>

/**
 * The journal as its thread serves it (see journal.ts, which is what the rest of the house sees).
 *
 * `strayAfter` is set while the outcome of an earlier append is not known to who asked for it: the number of the last
 * event that is known there. What lies behind it in the file was given up for lost and must never count. `read`
 * leaves it out; `append` first writes, in the same transaction, a row that voids it. `undefined`: nothing is in doubt.
 */
export type JournalStore = {
  /** The number of the last row, unchecked; undefined when the file is too damaged to tell. */
  lastSeq(): Promise<number | undefined>
  read(strayAfter: number | undefined): Promise<readonly JournalEvent[]>
  append(bodies: readonly EventBody[], at: number, strayAfter: number | undefined): Promise<Appended>
  close(): Promise<void>
}

/** `lastSeq` is that of the file, and above the last of `events` by nothing but rows that are no events. */
export type Appended = { readonly events: readonly JournalEvent[]; readonly lastSeq: number }

/**
 * Opens the journal of `dir`, making folder (0700) and file as needed. Every call may block the thread for as long as
 * the disk takes.
 *
 * Nothing is appended to a chain that was not checked: the first append checks it when no read has, and once it was
 * found broken every method rejects. Rejects with UserError when another process holds the file, when the schema is
 * not ours or when a seal was interrupted (the bot must not start), with DependencyError when the disk or the file
 * is at fault (it can watch, but not act).
 */
export async function openJournalStore(dir: string, deps: JournalDeps): Promise<JournalStore> {
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

  async function check(onRow: (row: ChainRow) => void): Promise<Head> {
    if (broken !== undefined) throw broken
    const found = await checkFile(client, onRow)
    if (found.kind === 'broken') {
      broken = new DependencyError(
        'journal',
        `${file} is broken at event ${found.firstBadSeq}: ${found.because}. Nothing more is written to it: ` +
          'stop Lifeguard, run `lifeguard journal seal`, and start it again.',
      )
      throw broken
    }
    head = found.head
    deps.log.info({ file, seq: head.seq, hash: head.hash }, 'journal checked')
    return head
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
    lastSeq: () =>
      inTurn(async () => {
        try {
          return (await lastInFile(client))?.seq ?? (await readGenesis(client)).firstSeq - 1
        } catch (error) {
          if (isDamage(error)) return undefined // the check of the chain says where, and nothing is appended to it
          throw error
        }
      }, `read ${file}`),

    read: (strayAfter) =>
      inTurn(async () => {
        const rows: ChainRow[] = []
        await check((row) => {
          if (strayAfter === undefined || row.seq <= strayAfter) rows.push(row)
        })
        return eventsOf(rows)
      }, `read ${file}`),

    append: (bodies, at, strayAfter) =>
      inTurn(async () => {
        if (broken !== undefined) throw broken
        const last = head ?? (await check(() => undefined))
        const isStray = strayAfter !== undefined && last.seq > strayAfter
        const rows = chainOn(last, [...(isStray ? [voidFrom(strayAfter + 1)] : []), ...bodies], at)
        const events = eventsOf(rows) // what could not be read again is not written
        if (isStray)
          deps.log.warn({ file, from: strayAfter + 1, to: last.seq }, 'records that came too late are voided')
        if (rows.length > 0) await write(rows)
        return { events, lastSeq: rows.at(-1)?.seq ?? last.seq }
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

function chainOn(head: Head, bodies: readonly RowBody[], at: number): ChainRow[] {
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
