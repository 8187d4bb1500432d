import { open, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Client } from '@libsql/client'
import { DependencyError, UserError } from '../../core/errors.js'
import { type ChainCheck, type Head, NOTHING_BEFORE } from './chain.js'
import { exists, syncFolder } from './databaseFile.js'
import { isDamage, journalError } from './journalError.js'
import { journalPath, openJournalFile, type OpenOptions, sealMarkPath } from './journalFile.js'
import { checkFile } from './journalRows.js'

export type SealOptions = Pick<OpenOptions, 'lockWaitMs'>

export type Sealed = {
  /** The broken journal, as it was: a file name within the folder. */
  readonly archivedAs: string
  /** 0 when not one event could be trusted; the hash is then that of an empty journal. */
  readonly lastGoodSeq: number
  readonly lastGoodHash: string
}

export type Verified =
  | { readonly kind: 'intact'; readonly events: number; readonly lastSeq: number; readonly lastHash: string }
  | {
      readonly kind: 'broken'
      readonly firstBadSeq: number
      readonly because: string
      readonly lastGoodSeq: number
      readonly lastGoodHash: string
    }

/** What a seal has decided, on disk before its first effect so that a second run finishes what a first began. */
type SealMark = Sealed & { readonly firstSeq: number }

/**
 * Follows the chain of the journal in `dir`. Lifeguard must be stopped: UserError when it holds the file or there is
 * none, DependencyError when it cannot be opened for another reason than damage.
 */
export async function verifyJournal(dir: string, options: SealOptions = {}): Promise<Verified> {
  const { check, events, letGo } = await inspect(dir, options)
  letGo()
  if (check.kind === 'intact') {
    return { kind: 'intact', events, lastSeq: check.head.seq, lastHash: check.head.hash }
  }
  const { firstBadSeq, because, lastGood } = check
  return { kind: 'broken', firstBadSeq, because, lastGoodSeq: lastGood.seq, lastGoodHash: lastGood.hash }
}

/**
 * Puts a broken journal aside and starts a new one, whose first event will name the last good hash of the old.
 *
 * Nothing is deleted. Numbers go on after the highest of the old file, good or bad, where it can still be read. The
 * new journal is empty: incidents that were open are no longer known. A seal that was interrupted is finished by
 * running it again; until then openJournal refuses. Throws UserError when the chain is intact, when another process
 * holds the file, or when there is none; DependencyError when the disk fails.
 */
export async function sealJournal(dir: string, options: SealOptions = {}): Promise<Sealed> {
  const file = journalPath(dir)
  try {
    const mark = (await readMark(dir)) ?? (await begin(dir, options))
    await clearPlace(dir, mark)
    const client = await openJournalFile(dir, {
      ...options,
      genesis: { prevHash: mark.lastGoodHash, firstSeq: mark.firstSeq },
    })
    await checkpointAndClose(client)
    await rm(sealMarkPath(dir))
    await syncFolder(dir)
    return { archivedAs: mark.archivedAs, lastGoodSeq: mark.lastGoodSeq, lastGoodHash: mark.lastGoodHash }
  } catch (error) {
    throw journalError(`seal ${file}`, file, error)
  }
}

type Inspection = {
  readonly check: ChainCheck
  readonly events: number
  readonly highestSeq: number
  /** Closes the file; until then no other process can open it. */
  readonly letGo: () => void
}

async function inspect(dir: string, options: SealOptions): Promise<Inspection> {
  const file = journalPath(dir)
  if (!(await exists(file))) throw new UserError(`There is no journal at ${file}. Check the data folder.`)
  let client: Client | undefined
  try {
    client = await openJournalFile(dir, options)
    let events = 0
    const check = await checkFile(client, () => (events += 1))
    const opened = client
    return { check, events, highestSeq: await highestSeq(client, check), letGo: () => opened.close() }
  } catch (error) {
    client?.close()
    const cause = error instanceof DependencyError ? error.cause : error
    if (!isDamage(cause)) throw journalError(`read ${file}`, file, error)
    const lastGood: Head = { seq: 0, hash: NOTHING_BEFORE }
    const because = `the file is not a database any more (${cause.message})`
    return {
      check: { kind: 'broken', lastGood, firstBadSeq: 1, because },
      events: 0,
      highestSeq: 0,
      letGo: () => undefined,
    }
  }
}

// Two sources, since either may be what was damaged.
async function highestSeq(client: Client, check: ChainCheck): Promise<number> {
  const good = check.kind === 'intact' ? check.head.seq : check.lastGood.seq
  const seqs = ['SELECT max(seq) FROM events', `SELECT seq FROM sqlite_sequence WHERE name = 'events'`].map(
    async (sql) => {
      try {
        return Number((await client.execute(sql)).rows[0]?.[0] ?? 0)
      } catch (error) {
        if (isDamage(error)) return 0
        throw error
      }
    },
  )
  return Math.max(good, ...(await Promise.all(seqs)))
}

/** Decides, marks and moves under the lock of the old file, so that no Lifeguard starts on it in between. */
async function begin(dir: string, options: SealOptions): Promise<SealMark> {
  const { check, highestSeq: highest, letGo } = await inspect(dir, options)
  try {
    if (check.kind === 'intact') {
      throw new UserError(
        `The journal at ${journalPath(dir)} is intact up to event ${check.head.seq}: there is nothing to seal.`,
      )
    }
    const { seq, hash } = check.lastGood
    const archivedAs = await freeName(dir, `journal-good-to-${seq}`)
    const mark = { archivedAs, lastGoodSeq: seq, lastGoodHash: hash, firstSeq: highest + 1 }
    await writeMark(dir, mark)
    await moveAside(dir, mark)
    return mark
  } finally {
    letGo()
  }
}

/** Moves the old file and its write-ahead log. The log first: beside a new database it would be played into that. */
async function moveAside(dir: string, mark: SealMark): Promise<void> {
  const file = journalPath(dir)
  const archive = join(dir, mark.archivedAs)
  if (await exists(`${file}-wal`)) await rename(`${file}-wal`, `${archive}-wal`)
  await rename(file, archive)
  await syncFolder(dir)
}

/** Finishes a move that was interrupted; after it, what bears the old name is a new file that an earlier try began. */
async function clearPlace(dir: string, mark: SealMark): Promise<void> {
  if (!(await exists(join(dir, mark.archivedAs)))) return moveAside(dir, mark)
  await rm(journalPath(dir), { force: true })
  await rm(`${journalPath(dir)}-wal`, { force: true })
  return syncFolder(dir)
}

async function writeMark(dir: string, mark: SealMark): Promise<void> {
  const temporary = `${sealMarkPath(dir)}.tmp`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(mark))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, sealMarkPath(dir))
  await syncFolder(dir)
}

async function readMark(dir: string): Promise<SealMark | undefined> {
  const path = sealMarkPath(dir)
  if (!(await exists(path))) return undefined
  const value: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (isSealMark(value) && basename(value.archivedAs) === value.archivedAs) return value
  throw new DependencyError('journal', `${path} does not hold what a seal writes. Look at the folder by hand.`)
}

function isSealMark(value: unknown): value is SealMark {
  if (typeof value !== 'object' || value === null) return false
  const { archivedAs, lastGoodSeq, lastGoodHash, firstSeq } = value as Record<keyof SealMark, unknown>
  return (
    typeof archivedAs === 'string' &&
    typeof lastGoodSeq === 'number' &&
    typeof lastGoodHash === 'string' &&
    typeof firstSeq === 'number'
  )
}

async function freeName(dir: string, stem: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? `${stem}.db` : `${stem}-${count}.db`
    if (!(await exists(join(dir, name)))) return name
  }
}

async function checkpointAndClose(client: Client): Promise<void> {
  await client.execute('PRAGMA wal_checkpoint(TRUNCATE)')
  client.close()
}
