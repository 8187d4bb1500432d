import { createHash } from 'node:crypto'

/** What the first event of a journal follows when no earlier journal was sealed. */
export const NOTHING_BEFORE = '0'.repeat(64)

/** One row of `events`, as it lies in the file. */
export type ChainRow = {
  readonly seq: number
  readonly at: number
  readonly type: string
  /** The exact JSON text; it is what was hashed. */
  readonly body: string
  readonly prevHash: string
  readonly hash: string
}

/** Where a journal begins: the hash its first event must name, and the lowest number that event may have. */
export type Genesis = { readonly prevHash: string; readonly firstSeq: number }

/** The last event of a chain, or its genesis with the number before the first. */
export type Head = { readonly seq: number; readonly hash: string }

export type ChainCheck =
  | { readonly kind: 'intact'; readonly head: Head }
  | { readonly kind: 'broken'; readonly lastGood: Head; readonly firstBadSeq: number; readonly because: string }

/** SHA-256 in hex over what an event follows, its number, its time and its exact text, a line each. */
export function hashOf(row: Pick<ChainRow, 'prevHash' | 'seq' | 'at' | 'body'>): string {
  return createHash('sha256').update(`${row.prevHash}\n${row.seq}\n${row.at}\n${row.body}`).digest('hex')
}

export function headOf(genesis: Genesis): Head {
  return { seq: genesis.firstSeq - 1, hash: genesis.prevHash }
}

/**
 * Follows the chain from `from` through `rows` (oldest first) to the first row that does not fit.
 *
 * The column `type` is not hashed; it must say what the body says. Rows cut off at the end leave a chain that is
 * intact in itself: that is found by the file's own count (see journalRows.ts), not here. The hashes have no key: they
 * show accidents and edits, but not who rewrites every hash after the edit; compare the head in the log for that.
 */
export function checkChain(from: Head, rows: Iterable<ChainRow>): ChainCheck {
  let head = from
  for (const row of rows) {
    const because = misfit(head, row)
    if (because !== undefined) return { kind: 'broken', lastGood: head, firstBadSeq: head.seq + 1, because }
    head = { seq: row.seq, hash: row.hash }
  }
  return { kind: 'intact', head }
}

function misfit(head: Head, row: ChainRow): string | undefined {
  if (row.seq !== head.seq + 1) return `event ${head.seq + 1} is missing (the next one is ${row.seq})`
  if (row.prevHash !== head.hash) return `event ${row.seq} does not name the hash of the one before`
  if (row.hash !== hashOf(row)) return `event ${row.seq} was changed after it was written`
  if (row.type !== typeIn(row.body)) return `the type of event ${row.seq} was changed after it was written`
  return undefined
}

function typeIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  } catch {
    return undefined // somebody wrote it by hand, hash and all
  }
}
