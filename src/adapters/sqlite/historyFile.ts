import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '@libsql/client'
import { DependencyError, UserError } from '../../core/errors.js'
import type { Log } from '../../ports/log.js'
import { exists, makePrivateFile, setPragmas } from './databaseFile.js'
import { isDamage } from './journalError.js'
import { migrate, type Migration } from './migrations.js'

/** How long to wait for another holder, who may be shutting down. The wait blocks the thread: it is for the start. */
const LOCK_WAIT_MS = 2000

/** What belongs to a database file besides itself. A log left beside a new file would be played into that. */
const COMPANIONS = ['-wal', '-shm', '-journal']

/** Appended to only, as the journal's; a change that cannot be made in place may as well drop a table. */
export const HISTORY_MIGRATIONS: readonly Migration[] = [
  [
    // What is null belongs together: a pod without workload has none of its columns.
    `CREATE TABLE sightings (
       address TEXT NOT NULL,
       pod_uid TEXT NOT NULL,
       pod_name TEXT NOT NULL,
       workload_namespace TEXT,
       workload_kind TEXT,
       workload_name TEXT,
       rollout_name TEXT,
       rollout_revision INTEGER,
       rollout_created_at INTEGER,
       pod_created_at INTEGER NOT NULL,
       first_seen_at INTEGER NOT NULL,
       last_seen_at INTEGER NOT NULL,
       PRIMARY KEY (address, pod_uid)
     ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX sightings_by_last_seen ON sightings (last_seen_at)',
  ],
]

export type HistoryOptions = {
  readonly log: Log
  readonly lockWaitMs?: number
  readonly migrations?: readonly Migration[]
}

export function historyPath(dir: string): string {
  return join(dir, 'history.db')
}

/** Where a file goes that cannot be used: one is kept, the last. */
function setAsidePath(dir: string): string {
  return join(dir, 'history-set-aside.db')
}

/**
 * Opens (or makes) the file `history.db` of `dir` for this process alone.
 *
 * Nothing in it is needed, so it stops nobody: one that is damaged, or that a newer Lifeguard wrote, is set aside and
 * a new one begun. Rejects with DependencyError when the folder or the disk is at fault, or another process holds it.
 */
export async function openHistoryFile(dir: string, options: HistoryOptions): Promise<Client> {
  try {
    try {
      return await openAsItIs(dir, options)
    } catch (error) {
      if (!isDamage(error) && !isForeign(error)) throw error
      await setAside(dir, error, options.log)
      return await openAsItIs(dir, options)
    }
  } catch (error) {
    throw historyError('open', historyPath(dir), error)
  }
}

/** Renames a file that is no longer open. Its companions go first: an interruption leaves the old file whole or gone. */
export async function setAside(dir: string, because: Error, log: Log): Promise<void> {
  const file = historyPath(dir)
  const aside = setAsidePath(dir)
  for (const companion of ['', ...COMPANIONS]) await rm(`${aside}${companion}`, { force: true })
  for (const companion of [...COMPANIONS, '']) {
    if (await exists(`${file}${companion}`)) await rename(`${file}${companion}`, `${aside}${companion}`)
  }
  log.warn(
    { file, setAsideAs: aside, err: because },
    'the history could not be used and was set aside; a new one is begun',
  )
}

/** What `error` means; one that is in our words already, or a bug of ours, is returned as it is. */
export function historyError(doing: string, file: string, error: unknown): Error {
  if (error instanceof DependencyError || error instanceof TypeError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const advice =
    code === 'SQLITE_BUSY'
      ? 'Another process holds it: stop that one.'
      : code === 'SQLITE_FULL' || code === 'ENOSPC'
        ? 'The disk is full: make room.'
        : 'Check that the folder exists, that its disk is mounted and that Lifeguard may write there.'
  const detail = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
  return new DependencyError('disk', `Could not ${doing} ${file}: ${detail}. ${advice}`, { cause: error })
}

async function openAsItIs(dir: string, { lockWaitMs = LOCK_WAIT_MS, migrations }: HistoryOptions): Promise<Client> {
  const file = historyPath(dir)
  let client: Client | undefined
  try {
    await makePrivateFile(file)
    client = createClient({ url: pathToFileURL(file).href, timeout: lockWaitMs, concurrency: 1 })
    await setPragmas(client, { file, synchronous: 'NORMAL', dependency: 'disk' })
    await migrate(client, migrations ?? HISTORY_MIGRATIONS, file)
    return client
  } catch (error) {
    client?.close()
    throw error
  }
}

/** A database whose tables are not what this Lifeguard knows: a newer one's, or somebody else's. */
function isForeign(error: unknown): error is UserError {
  return error instanceof UserError
}
