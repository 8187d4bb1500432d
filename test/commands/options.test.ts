import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs } from '../../commands/options.js'

test('a length of time is a number with s, m, h or d; minutes when bare', () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ['15m', 900_000],
    ['15', 900_000],
    ['15 min', 900_000],
    ['90s', 90_000],
    ['2h', 7_200_000],
    ['2 H', 7_200_000],
    ['1d', 86_400_000],
    [' 5m ', 300_000],
    ['0', 0],
    ['', undefined],
    ['m', undefined],
    ['-5m', undefined],
    ['1.5h', undefined],
    ['1h30m', undefined],
    ['5 minutes', undefined],
    ['1w', undefined],
    ['1e3', undefined],
    ['9999999', undefined],
    ['１５m', undefined],
  ]
  for (const [text, ms] of table) assert.equal(durationMs(text), ms, JSON.stringify(text))
})
