import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play } from './simulation/simulation.js'

const SEEDS = Number(process.env['RECOVERY_SEEDS'] ?? 150)
const FIRST = Number(process.env['RECOVERY_SEED'] ?? 1)
/** Worlds played side by side: each has its own time and chance, and they share the turns of the event loop. */
const AT_ONCE = 50

test(`no seed of ${SEEDS} breaks an invariant`, async () => {
  const broken: string[] = []
  let crashes = 0
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += AT_ONCE) {
    const seeds = Array.from({ length: Math.min(AT_ONCE, FIRST + SEEDS - seed) }, (_, index) => seed + index)
    const played = await Promise.all(seeds.map((each) => play(each)))
    for (const [index, one] of played.entries()) {
      crashes += one.crashes
      if (one.violations.length > 0) broken.push(`RECOVERY_SEED=${seed + index}: ${one.violations.join('; ')}`)
    }
  }
  assert.deepEqual(broken, [])
  assert.ok(crashes > SEEDS / 10, 'crashes are common')
})
