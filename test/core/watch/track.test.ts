import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../../src/core/watch/assess.js'
import { NEW_TRACK, stepTrack } from '../../../src/core/watch/track.js'

const VERDICT: Verdict = {
  rule: 'total',
  subject: 'connections',
  standing: 'above',
  severity: 'page',
  because: [],
  confirm: 2,
  forMs: 0,
  holdDownMs: 30_000,
}
const STANDINGS = { a: 'above', b: 'between', c: 'clear', '?': 'unknown' } as const

/** Looks five seconds apart, a letter each; the answer has `!` where the rule fires and `.` where it does not. */
function firing(looks: string, of: Partial<Verdict> = {}): string {
  let track = NEW_TRACK
  return looks
    .split('')
    .map((letter, index) => {
      const standing = STANDINGS[letter as keyof typeof STANDINGS]
      track = stepTrack(track, { ...VERDICT, ...of, standing }, index * 5000)
      return track.firing ? '!' : '.'
    })
    .join('')
}

test('two looks in a row confirm; one alone does not', () => {
  assert.equal(firing('aa'), '.!')
  assert.equal(firing('acac'), '....')
  assert.equal(firing('abab'), '....')
  assert.equal(firing('aaa', { confirm: 3 }), '..!')
  assert.equal(firing('a', { confirm: 1 }), '!')
})

test('a look without data neither confirms nor takes a confirmation away', () => {
  assert.equal(firing('a?'), '..')
  assert.equal(firing('a?a'), '..!')
  assert.equal(firing('???'), '...')
})

test('besides its confirmations a rule waits for its time', () => {
  assert.equal(firing('aaaa', { forMs: 15_000 }), '...!')
  assert.equal(firing('aabaaaa', { forMs: 15_000 }), '......!')
})

test('it stops after the hold-down of nothing but clear looks', () => {
  //                    0    30 s
  assert.equal(firing('aaccccccc'), '.!!!!!!!.')
  assert.equal(firing('aac', { holdDownMs: 0 }), '.!.')
})

test('anything else starts the hold-down anew: a look above, one between, one without data', () => {
  for (const interruption of 'ab?')
    assert.equal(firing(`aaccccc${interruption}ccccccc`), '.!!!!!!!!!!!!!.', `interrupted by ${interruption}`)
})

test('what fires stays firing while nobody can see, however long', () => {
  assert.equal(firing(`aa${'?'.repeat(50)}`), `.${'!'.repeat(51)}`)
})
