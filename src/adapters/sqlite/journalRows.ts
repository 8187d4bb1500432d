import type { Client, Row, Value } from '@libsql/client'
import { type ChainCheck, type ChainRow, checkChain, type Genesis, type Head, headOf } from './chain.js'
import { isDamage } from './journalError.js'

const PAGE_ROWS = 1000

/** Follows the whole chain in the file. Rows that SQLite cannot read end it like rows that do not fit. */
export async function checkFile(client: Client, onRow: (row: ChainRow) => void): Promise<ChainCheck> {
  let head = headOf(await readGenesis(client))
  for (;;) {
    const page = await readPage(client, head.seq)
    const check = checkChain(head, page.rows)
    const goodUpTo = check.kind === 'intact' ? check.head.seq : check.lastGood.seq
    for (const row of page.rows) if (row.seq <= goodUpTo) onRow(row)
    if (check.kind === 'broken') return check
    head = check.head
    if (page.damage !== undefined) {
      return { kind: 'broken', lastGood: head, firstBadSeq: head.seq + 1, because: page.damage }
    }
    if (page.rows.length < PAGE_ROWS) break
  }
  const { rows } = await client.execute(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`)
  const last = Number(rows[0]?.['seq'] ?? 0)
  if (last > head.seq) {
    const because = `events ${head.seq + 1} to ${last} were written and are missing`
    return { kind: 'broken', lastGood: head, firstBadSeq: head.seq + 1, because }
  }
  return { kind: 'intact', head }
}

export async function readGenesis(client: Client): Promise<Genesis> {
  const { rows } = await client.execute('SELECT prev_hash, first_seq FROM genesis')
  return { prevHash: text(rows[0]?.['prev_hash']), firstSeq: Number(rows[0]?.['first_seq']) }
}

// A damaged page fails the whole statement, so the rows before it are then asked for one by one.
async function readPage(
  client: Client,
  afterSeq: number,
): Promise<{ readonly rows: readonly ChainRow[]; readonly damage?: string }> {
  const rows: ChainRow[] = []
  try {
    return { rows: await readRows(client, afterSeq, PAGE_ROWS) }
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  for (;;) {
    try {
      const [row] = await readRows(client, rows.at(-1)?.seq ?? afterSeq, 1)
      if (row === undefined) return { rows, damage: 'the file is damaged' }
      rows.push(row)
    } catch (error) {
      if (!isDamage(error)) throw error
      return { rows, damage: `SQLite cannot read it: ${error.message}` }
    }
  }
}

async function readRows(client: Client, afterSeq: number, limit: number): Promise<ChainRow[]> {
  const { rows } = await client.execute({
    sql: 'SELECT seq, at, type, body, prev_hash, hash FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
    args: [afterSeq, limit],
  })
  return rows.map(chainRow)
}

function chainRow(row: Row): ChainRow {
  return {
    seq: Number(row['seq']),
    at: Number(row['at']),
    type: text(row['type']),
    body: text(row['body']),
    prevHash: text(row['prev_hash']),
    hash: text(row['hash']),
  }
}

// What is not text was not written by us: no hash fits it, and the chain says where.
function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** The last event in the file, unchecked; undefined when there is none. */
export async function lastInFile(client: Client): Promise<Head | undefined> {
  const { rows } = await client.execute('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
  return rows[0] && { seq: Number(rows[0]['seq']), hash: text(rows[0]['hash']) }
}
