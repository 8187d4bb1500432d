import type { Client } from '@libsql/client'
import { DependencyError } from '../../core/errors.js'
import type { Sighting } from '../../core/attribution/picture.js'
import type { SightingStore } from '../../ports/cluster.js'
import type { Log } from '../../ports/log.js'
import { historyError, historyPath, openHistoryFile, setAside, type HistoryOptions } from './historyFile.js'
import { isDamage } from './journalError.js'
import { COLUMNS, sightingOf, valuesOf } from './sightingRow.js'

/** So many addresses of pods are remembered; those not seen for longest go first. */
const MOST_ROWS = 50_000
const PAGE_ROWS = 2000

export type SightingsOptions = HistoryOptions & { readonly mostRows?: number }

// One statement a page and one plan: the rows travel as one JSON text.
const UPSERT = `INSERT INTO sightings (${COLUMNS.join(', ')})
  SELECT ${COLUMNS.map((_, index) => `value ->> ${index}`).join(', ')} FROM json_each(?) WHERE true
  ON CONFLICT (address, pod_uid) DO UPDATE SET
  ${COLUMNS.slice(2)
    .map(
      (column) =>
        `${column} = ${column === 'first_seen_at' ? `min(${column}, excluded.${column})` : `excluded.${column}`}`,
    )
    .join(', ')}`

const TRIM = `DELETE FROM sightings WHERE (address, pod_uid) IN (
  SELECT address, pod_uid FROM sightings ORDER BY last_seen_at, address, pod_uid
  LIMIT max(0, (SELECT count(*) FROM sightings) - ?))`

// As one JSON text too: that takes a seventh of the processor time that the client needs to make rows of fifty thousand.
const PAGE = `SELECT json_group_array(json_array(${COLUMNS.join(', ')}) ORDER BY address, pod_uid)
  FROM (SELECT * FROM sightings WHERE (address, pod_uid) > (?, ?) ORDER BY address, pod_uid LIMIT ${PAGE_ROWS})`

/**
 * Keeps sightings in `history.db` of `dir`, as its thread serves it (see sightings.ts). Every call may block the thread.
 *
 * A file found damaged, now or later, is set aside and a new one begun: what it held is then not
 * known, which takes names away and never adds an orphan. A save is there whole or not at all; with an earlier
 * `firstSeenAt` on disk, that one stays. Rejects with DependencyError when folder or disk is at fault.
 */
export async function openSightingsStore(dir: string, options: SightingsOptions): Promise<SightingStore> {
  const file = historyPath(dir)
  let client: Client | undefined = await openHistoryFile(dir, options)
  let isOver = false
  let queue: Promise<unknown> = Promise.resolve()

  /** The file as it is, opened again where the last try to begin a new one failed. */
  async function opened(): Promise<Client> {
    if (isOver) throw new DependencyError('disk', `${file} was closed.`)
    client ??= await openHistoryFile(dir, options)
    return client
  }

  async function beginAnew(because: Error): Promise<void> {
    client?.close()
    client = undefined
    await setAside(dir, because, options.log)
  }

  function inTurn<T>(doing: string, work: (open: Client) => Promise<T>): Promise<T> {
    const turn = queue
      .then(async () => {
        try {
          return await work(await opened())
        } catch (error) {
          if (!isDamage(error)) throw error
          await beginAnew(error)
          return await work(await opened())
        }
      })
      .catch((error: unknown) => {
        throw historyError(doing, file, error)
      })
    queue = turn.catch(() => undefined) // the caller has the rejection; the next in line has its own try
    return turn
  }

  async function closeOnce(): Promise<void> {
    if (isOver) return
    isOver = true
    // What is in the log is read from there at the next start: a failure here loses nothing.
    await client?.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined)
    client?.close()
  }

  return {
    read: () => inTurn('read', (open) => readAll(open, options.log)),

    save: (sightings) =>
      inTurn('write', async (open) => {
        if (sightings.length === 0) return
        const rows = sightings.map(valuesOf)
        const pages = Array.from({ length: Math.ceil(rows.length / PAGE_ROWS) }, (_, page) =>
          rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS),
        )
        const upserts = pages.map((page) => ({ sql: UPSERT, args: [JSON.stringify(page)] }))
        await open.batch([...upserts, { sql: TRIM, args: [options.mostRows ?? MOST_ROWS] }], 'write')
      }),

    forgetBefore: (at) =>
      inTurn('write', async (open) => {
        await open.execute({ sql: 'DELETE FROM sightings WHERE last_seen_at < ?', args: [at] })
      }),

    close() {
      const turn = queue.then(closeOnce)
      queue = turn.catch(() => undefined)
      return turn
    },
  }
}

/** Rows that are no sightings, which only damage or a stranger writes, are left out: they would speak about addresses. */
async function readAll(client: Client, log: Log): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = []
  let skipped = 0
  let last: readonly [string, string] = ['', '']
  for (;;) {
    const { rows } = await client.execute({ sql: PAGE, args: [...last] })
    const page = rowsIn(rows[0]?.[0])
    for (const row of page) {
      const sighting = sightingOf(row)
      if (sighting === undefined) skipped += 1
      else sightings.push(sighting)
    }
    const [address, podUid] = page.at(-1) ?? []
    if (page.length < PAGE_ROWS || typeof address !== 'string' || typeof podUid !== 'string') break
    last = [address, podUid]
    await new Promise((resolve) => setImmediate(resolve)) // others get their turn
  }
  if (skipped > 0) log.warn({ skipped }, 'rows of the history that are no sightings were left out')
  return sightings
}

function rowsIn(json: unknown): readonly (readonly unknown[])[] {
  const rows: unknown = typeof json === 'string' ? JSON.parse(json) : []
  return Array.isArray(rows) ? rows.filter((row) => Array.isArray(row)) : []
}
