import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ChainRow, checkChain, hashOf, headOf, NOTHING_BEFORE } from '../../../src/adapters/sqlite/chain.js'

const START = headOf({ prevHash: NOTHING_BEFORE, firstSeq: 1 })

/** A row whose hash fits what is in it, whether or not it fits what comes before. */
function hashed(row: Omit<ChainRow, 'hash' | 'type'>): ChainRow {
  return { ...row, type: 'told', hash: hashOf(row) }
}

function chainOf(length: number): ChainRow[] {
  const rows: ChainRow[] = []
  for (let seq = 1; seq <= length; seq += 1) {
    const prevHash = rows.at(-1)?.hash ?? NOTHING_BEFORE
    rows.push(hashed({ seq, at: seq * 1000, body: `{"v":1,"type":"told","n":${seq}}`, prevHash }))
  }
  return rows
}

test('a chain of rows that follow each other is intact up to its last', () => {
  const rows = chainOf(3)
  assert.deepEqual(checkChain(START, rows), { kind: 'intact', head: { seq: 3, hash: rows[2]?.hash } })
  assert.deepEqual(checkChain(START, []), { kind: 'intact', head: START })
})

test('the hash is SHA-256 over previous hash, number, time and text, a line each', () => {
  assert.equal(
    hashOf({ prevHash: NOTHING_BEFORE, seq: 1, at: 0, body: '{}' }),
    // printf '%064d\n1\n0\n{}' 0 | sha256sum
    '2d02efe582aa6bece770581a003f39f5bb5f539294d085875b51052295607b67',
  )
})

test('a row that was written anew, hash and all, no longer fits the row after it', () => {
  const rows = chainOf(4).map((row) => (row.seq === 2 ? hashed({ ...row, at: 1 }) : row))
  const check = checkChain(START, rows)
  assert.ok(check.kind === 'broken')
  assert.equal(check.firstBadSeq, 3)
  assert.match(check.because, /does not name the hash of the one before/)
})

test('a row that follows by its hash but not by its number is found', () => {
  const [first, second] = chainOf(2)
  assert.ok(first && second)
  const check = checkChain(START, [first, hashed({ ...second, seq: 5 })])
  assert.deepEqual(check, {
    kind: 'broken',
    lastGood: { seq: 1, hash: first.hash },
    firstBadSeq: 2,
    because: 'event 2 is missing (the next one is 5)',
  })
})

test('a change to any one field of any row, or a row lost from anywhere but the end, is found at that row', () => {
  const rows = chainOf(8)
  const spoil: Record<string, (row: ChainRow) => ChainRow[]> = {
    seq: (row) => [{ ...row, seq: row.seq + 1 }],
    at: (row) => [{ ...row, at: row.at - 1 }],
    type: (row) => [{ ...row, type: 'not told' }],
    body: (row) => [{ ...row, body: `${row.body} ` }],
    prevHash: (row) => [{ ...row, prevHash: row.hash }],
    hash: (row) => [{ ...row, hash: row.prevHash }],
    lost: (row) => (row.seq === rows.length ? [{ ...row, body: '' }] : []),
    twice: (row) => [{ ...row, seq: row.seq - 1 }, row],
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: rows.length }), fc.constantFrom(...Object.keys(spoil)), (seq, how) => {
      const spoiled = rows.flatMap((row) => (row.seq === seq ? (spoil[how]?.(row) ?? []) : [row]))
      const check = checkChain(START, spoiled)
      assert.ok(check.kind === 'broken')
      assert.equal(check.firstBadSeq, seq)
      assert.equal(check.lastGood.seq, seq - 1)
    }),
  )
})
