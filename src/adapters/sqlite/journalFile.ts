import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '@libsql/client'
import { type Genesis, NOTHING_BEFORE } from './chain.js'
import { makePrivateFile, setPragmas, syncFolder } from './databaseFile.js'
import { journalError } from './journalError.js'
import { JOURNAL_MIGRATIONS, migrate, type Migration } from './migrations.js'

/** How long to wait for another holder, who may be shutting down. The wait blocks the thread: it is for the start. */
const LOCK_WAIT_MS = 5000

export type OpenOptions = {
  readonly lockWaitMs?: number
  readonly migrations?: readonly Migration[]
  /** Written into a new file; an existing one keeps its own. */
  readonly genesis?: Genesis
}

export function journalPath(dir: string): string {
  return join(dir, 'journal.db')
}

/** Present while a seal is under way (see seal.ts). */
export function sealMarkPath(dir: string): string {
  return join(dir, 'journal.sealing')
}

/**
 * Opens (or makes) the file `journal.db` of `dir` for this process alone.
 *
 * libSQL's close() lets go of the file only when its statements have been collected: whoever wants the file back
 * needs another process. For the same reason reconnect() is of no use here. Throws UserError when another process
 * holds the file or the schema is not ours, DependencyError for all else.
 */
export async function openJournalFile(dir: string, options: OpenOptions = {}): Promise<Client> {
  const file = journalPath(dir)
  let client: Client | undefined
  try {
    await makePrivateFile(file)
    client = createClient({
      url: pathToFileURL(file).href,
      timeout: options.lockWaitMs ?? LOCK_WAIT_MS,
      concurrency: 1,
    })
    await setPragmas(client, { file, synchronous: 'FULL', dependency: 'journal' })
    await migrate(client, options.migrations ?? JOURNAL_MIGRATIONS, file)
    const genesis = options.genesis ?? { prevHash: NOTHING_BEFORE, firstSeq: 1 }
    await client.execute({
      sql: 'INSERT INTO genesis SELECT 1, ?, ? WHERE NOT EXISTS (SELECT 1 FROM genesis)',
      args: [genesis.prevHash, genesis.firstSeq],
    })
    await syncFolder(dir)
    return client
  } catch (error) {
    client?.close()
    throw journalError(`open ${file}`, file, error)
  }
}
