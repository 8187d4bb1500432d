import assert from 'node:assert/strict'
import test from 'node:test'
import { formError, messageIssues, messageWarnings } from '../../../../sandbox/discord/limits/message.js'
import { assertRule, said } from './expect.js'

const V2 = 1 << 15
const post = (payload: unknown) => messageIssues(payload, { uploads: [] })
const withList = (payload: unknown) =>
  messageIssues(payload, { uploads: [{ key: '0', filename: 'list.csv', sizeBytes: 9 }] })

const embed = (length: number) => ({ description: 'x'.repeat(length) })

const RULES: readonly (readonly [name: string, good: unknown, bad: unknown, says: string])[] = [
  ['content of 2000', { content: 'x'.repeat(2000) }, { content: 'x'.repeat(2001) }, 'content BASE_TYPE_MAX_LENGTH'],
  ['something to send', { content: 'x' }, { content: '  ' }, ' EMPTY_MESSAGE'],
  [
    'a nonce of 25',
    { content: 'x', nonce: 'n'.repeat(25) },
    { content: 'x', nonce: 'n'.repeat(26) },
    'nonce BASE_TYPE_MAX_LENGTH',
  ],
  [
    '10 embeds',
    { embeds: Array(10).fill(embed(1)) },
    { embeds: Array(11).fill(embed(1)) },
    'embeds BASE_TYPE_MAX_LENGTH',
  ],
  [
    '6000 characters of embeds',
    { embeds: [embed(3000), embed(3000)] },
    { embeds: [embed(3000), embed(3001)] },
    'embeds MAX_EMBED_SIZE_EXCEEDED',
  ],
  [
    'an embed title of 256',
    { embeds: [{ title: 'x'.repeat(256) }] },
    { embeds: [{ title: 'x'.repeat(257) }] },
    'embeds.0.title BASE_TYPE_MAX_LENGTH',
  ],
  [
    'an embed field with a value',
    { embeds: [{ fields: [{ name: 'a', value: 'b' }] }] },
    { embeds: [{ fields: [{ name: 'a', value: '' }] }] },
    'embeds.0.fields.0.value BASE_TYPE_REQUIRED',
  ],
  [
    'an embed address on the web',
    { embeds: [{ title: 'a', url: 'https://a.example' }] },
    { embeds: [{ title: 'a', url: 'ftp://a.example' }] },
    'embeds.0.url URL_TYPE_INVALID_SCHEME',
  ],
  [
    'known kinds of mentions',
    { content: 'x', allowed_mentions: { parse: ['roles'] } },
    { content: 'x', allowed_mentions: { parse: ['role'] } },
    'allowed_mentions.parse.0 BASE_TYPE_CHOICES',
  ],
  [
    '100 roles to mention',
    { content: 'x', allowed_mentions: { roles: Array(100).fill('1') } },
    { content: 'x', allowed_mentions: { roles: Array(101).fill('1') } },
    'allowed_mentions.roles BASE_TYPE_MAX_LENGTH',
  ],
  [
    'no list beside its kind',
    { content: 'x', allowed_mentions: { parse: ['users'], roles: ['1'] } },
    { content: 'x', allowed_mentions: { parse: ['roles'], roles: ['1'] } },
    'allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
  ],
  [
    'ids to mention',
    { content: 'x', allowed_mentions: { roles: ['1'] } },
    { content: 'x', allowed_mentions: { roles: ['devops'] } },
    'allowed_mentions.roles.0 NUMBER_TYPE_COERCE',
  ],
  [
    'no content beside Components V2',
    { flags: V2, components: [{ type: 10, content: 'a' }] },
    { flags: V2, content: 'b', components: [{ type: 10, content: 'a' }] },
    'content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'no embeds beside Components V2',
    { flags: V2, components: [{ type: 10, content: 'a' }], embeds: [] },
    { flags: V2, components: [{ type: 10, content: 'a' }], embeds: [embed(1)] },
    'embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
]

for (const [name, good, bad, says] of RULES) {
  test(`a message has ${name}`, () => assertRule(post, { good, bad, says }))
}

test('an attachment entry names a file of the request', () => {
  assertRule(withList, {
    good: { attachments: [{ id: '0' }] },
    bad: { attachments: [{ id: '1' }] },
    says: 'attachments.0.id SANDBOX_ATTACHMENT_NOT_FOUND',
  })
})

test('a file block refers to a file that is there', () => {
  const file = (name: string) => ({ flags: V2, components: [{ type: 13, file: { url: `attachment://${name}` } }] })
  assertRule(withList, {
    good: file('list.csv'),
    bad: file('other.csv'),
    says: 'components.0.file.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
  })
})

test('an edit may turn to Components V2 only when content is emptied', () => {
  const before = { isV2: false, content: 'old', embedCount: 0, componentCount: 0, attachments: [] }
  const edit = { flags: V2, components: [{ type: 10, content: 'new' }] }
  assertRule((payload) => messageIssues(payload, { uploads: [], before }), {
    good: { ...edit, content: null },
    bad: edit,
    says: 'content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  })
})

test('an edit may leave out what stays, but not empty all there is', () => {
  const before = { isV2: false, content: 'old', embedCount: 0, componentCount: 0, attachments: [] }
  const check = (payload: unknown) => messageIssues(payload, { uploads: [], before })
  assertRule(check, { good: {}, bad: { content: '' }, says: ' EMPTY_MESSAGE' })
})

test('a kept attachment may be referred to, a dropped one not', () => {
  const before = {
    isV2: true,
    content: '',
    embedCount: 0,
    componentCount: 1,
    attachments: [{ id: '77', filename: 'chart.png' }],
  }
  const components = [{ type: 12, items: [{ media: { url: 'attachment://chart.png' } }] }]
  assertRule((payload) => messageIssues(payload, { uploads: [], before }), {
    good: { components, attachments: [{ id: '77' }] },
    bad: { components, attachments: [] },
    says: 'components.0.items.0.media.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
  })
})

test('unknown fields and numbers as strings pass, as they do on Discord', () => {
  assert.deepEqual(said(post({ content: 'x', flags: '4', surprise: true })), [])
})

test('an ephemeral flag on a channel message is a warning, not an error', () => {
  assert.deepEqual(said(post({ content: 'x', flags: 64 })), [])
  assert.equal(messageWarnings({ flags: 64 }, { isChannelPost: true }).length, 1)
})

test('a file that no component refers to is a warning with V2, where nobody sees it, and none without', () => {
  const context = { isChannelPost: true, filenames: ['a b.csv'] }
  const file = { type: 13, file: { url: 'attachment://a_b.csv' } }
  assert.deepEqual(messageWarnings({ content: 'x' }, context), [])
  assert.deepEqual(messageWarnings({ flags: V2, components: [file] }, context), [])
  assert.equal(messageWarnings({ flags: V2, components: [{ type: 10, content: 'x' }] }, context).length, 1)
})

test('the answer to a bad form is the tree that Discord sends', () => {
  assert.deepEqual(formError(post({ content: 'x'.repeat(2001) })), {
    message: 'Invalid Form Body',
    code: 50035,
    errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }] } },
  })
  assert.deepEqual(formError(post({})), { message: 'Cannot send an empty message', code: 50006 })
})
