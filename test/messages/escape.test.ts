import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { code, cutMiddle, fence, inert, person, sentence } from '../../src/messages/escape.js'

test('text from outside keeps its letters and loses its powers', () => {
  const table = [
    ['site-6f9c', 'site-6f9c'],
    ['@everyone', '＠everyone'],
    ['<@&1>', '‹＠&1>'],
    ['http://x.example', 'http:⁄⁄x.example'],
    ['a\nb\tc', 'a b c'],
    ['a\u202eb\u200bc\u0007', 'abc'],
    ['half \ud83d', 'half '],
    ['統一碼 🔥', '統一碼 🔥'],
  ] as const
  for (const [from, to] of table) assert.equal(inert(from, 60), to)
})

test('code holds its text, whatever is in it', () => {
  assert.equal(code('a`b'), '`aˋb`')
  assert.equal(code('```'), '`ˋˋˋ`')
  assert.equal(code(' \u200b '), '`(none)`')
  assert.equal(fence(['a```b']), '```\naˋˋˋb\n```')
})

test('what is too long keeps both its ends, and no grapheme is cut in two', () => {
  assert.equal(cutMiddle('deployment-6f9c-abcde', 11), 'deplo…abcde')
  assert.equal(cutMiddle('short', 11), 'short')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (text, max) => {
      const cut = cutMiddle(text, max)
      assert.ok(cut.length <= max)
      assert.doesNotMatch(cut, /\p{Cs}/u)
    }),
  )
})

test('the middle of a very long text is not even looked at', () => {
  assert.equal(cutMiddle(`ab${'🔥'.repeat(5_000_000)}yz`, 5), 'ab…yz')
})

test('a person is mentioned by id only; a name never mentions anybody', () => {
  assert.equal(person({ id: '267624335836053506', name: 'joe' }), '<@267624335836053506>')
  assert.equal(person({ id: '&1', name: '<@1>' }), '`‹＠1>`')
})

test('a sentence keeps what is to be pasted and nothing else', () => {
  assert.equal(
    sentence('No slot is kept: GRANT pg_use_reserved_connections TO "lifeguard";'),
    'No slot is kept: GRANT pg_use_reserved_connections TO "lifeguard";',
  )
  assert.equal(sentence('Role "[x](http://y)`@here" is'), 'Role "[x] (http:⁄⁄y)ˋ＠here" is')
})
