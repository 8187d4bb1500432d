import { messageIssues } from '../../../../sandbox/discord/limits/message.js'
import { reasonIssues } from '../../../../sandbox/discord/limits/reason.js'
import {
  embeds,
  field,
  type Json,
  LENGTH,
  list,
  MAX,
  message,
  REQUIRED,
  rows,
  type Rule,
  text,
  v2,
  withFile,
  x,
  upload,
} from './rule.js'

export const MESSAGE = rows(message, [
  ['a payload is an object', { content: 'x' }, 'x', '', 'DICT_TYPE_CONVERT'],
  ['content of 2000', { content: x(2000) }, { content: x(2001) }, 'content', MAX],
  ['content is text', { content: 5 }, { content: {} }, 'content', 'STRING_TYPE_CONVERT'],
  ['something to send', { content: 'x' }, { content: ' ' }, '', 'EMPTY_MESSAGE'],
  ['nonce of 25', { content: 'x', nonce: x(25) }, { content: 'x', nonce: x(26) }, 'nonce', MAX],
  ['flags are a number', { content: 'x', flags: '4' }, { content: 'x', flags: 'q' }, 'flags', 'NUMBER_TYPE_COERCE'],
  ['flags are not negative', { content: 'x', flags: 0 }, { content: 'x', flags: -1 }, 'flags', 'NUMBER_TYPE_MIN'],
  [
    'no content with V2',
    v2(text('a')),
    { ...v2(text('a')), content: 'x' },
    'content',
    'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'no embeds with V2',
    { ...v2(text('a')), embeds: [] },
    { ...v2(text('a')), embeds: [{ title: 'x' }] },
    'embeds',
    'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'no poll with V2',
    v2(text('a')),
    { ...v2(text('a')), poll: {} },
    'poll',
    'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'an attachment that is there',
    { content: 'x' },
    { content: 'x', attachments: [{ id: 3 }] },
    'attachments.0.id',
    'SANDBOX_ATTACHMENT_NOT_FOUND',
  ],
])

export const EMBEDS = rows(message, [
  [
    'ten embeds',
    embeds(...list(10, () => ({ title: 'x' }))),
    embeds(...list(11, () => ({ title: 'x' }))),
    'embeds',
    MAX,
  ],
  ['embeds are a list', embeds({ title: 'x' }), { embeds: {}, content: 'x' }, 'embeds', 'LIST_TYPE_CONVERT'],
  ['title of 256', embeds({ title: x(256) }), embeds({ title: x(257) }), 'embeds.0.title', MAX],
  [
    'description of 4096',
    embeds({ description: x(4096) }),
    embeds({ description: x(4097) }),
    'embeds.0.description',
    MAX,
  ],
  [
    'footer of 2048',
    embeds({ footer: { text: x(2048) } }),
    embeds({ footer: { text: x(2049) } }),
    'embeds.0.footer.text',
    MAX,
  ],
  [
    'author of 256',
    embeds({ author: { name: x(256) } }),
    embeds({ author: { name: x(257) } }),
    'embeds.0.author.name',
    MAX,
  ],
  [
    '25 fields',
    embeds({ fields: list(25, () => field()) }),
    embeds({ fields: list(26, () => field()) }),
    'embeds.0.fields',
    MAX,
  ],
  [
    'field name of 256',
    embeds({ fields: [field({ name: x(256) })] }),
    embeds({ fields: [field({ name: x(257) })] }),
    'embeds.0.fields.0.name',
    LENGTH,
  ],
  [
    'field value of 1024',
    embeds({ fields: [field({ value: x(1024) })] }),
    embeds({ fields: [field({ value: x(1025) })] }),
    'embeds.0.fields.0.value',
    LENGTH,
  ],
  [
    'field with a value',
    embeds({ fields: [field()] }),
    embeds({ fields: [field({ value: '' })] }),
    'embeds.0.fields.0.value',
    REQUIRED,
  ],
  [
    '6000 characters over all embeds',
    embeds({ description: x(3000) }, { description: x(3000) }),
    embeds({ description: x(3000) }, { description: x(3001) }),
    'embeds',
    'MAX_EMBED_SIZE_EXCEEDED',
  ],
  [
    'a colour of 24 bits',
    embeds({ color: 0xff_ff_ff, title: 'x' }),
    embeds({ color: 0x1_00_00_00, title: 'x' }),
    'embeds.0.color',
    'NUMBER_TYPE_MAX',
  ],
  [
    'a well formed address',
    embeds({ url: 'https://a.example', title: 'x' }),
    embeds({ url: 'not an address', title: 'x' }),
    'embeds.0.url',
    'URL_TYPE_INVALID_URL',
  ],
  [
    'an address of the web',
    embeds({ url: 'http://a.example', title: 'x' }),
    embeds({ url: 'ftp://a.example', title: 'x' }),
    'embeds.0.url',
    'URL_TYPE_INVALID_SCHEME',
  ],
])

export const FILES = rows(withFile, [
  [
    'a file of this message',
    v2({ type: 13, file: { url: 'attachment://list.txt' } }),
    v2({ type: 13, file: { url: 'attachment://other.txt' } }),
    'components.0.file.url',
    'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
  ],
  [
    'a file that is attached, not linked',
    v2({ type: 13, file: { url: 'attachment://list.txt' } }),
    v2({ type: 13, file: { url: 'https://a.example' } }),
    'components.0.file.url',
    'URL_TYPE_INVALID_SCHEME',
  ],
  [
    'description of 1024',
    { attachments: [{ id: 0, description: x(1024) }] },
    { attachments: [{ id: 0, description: x(1025) }] },
    'attachments.0.description',
    MAX,
  ],
])

export const SIZES: Rule[] = [
  {
    rule: 'a file of 10 MiB',
    judge: (sizeBytes) => messageIssues({}, { uploads: [{ ...upload, sizeBytes: Number(sizeBytes) }] }),
    good: 10 * 1024 * 1024,
    bad: 10 * 1024 * 1024 + 1,
    path: 'files.0',
    code: 'ATTACHMENT_MAX_SIZE',
  },
  {
    rule: 'ten files',
    judge: (count) => messageIssues({}, { uploads: list(Number(count), (key) => ({ ...upload, key: `${key}` })) }),
    good: 10,
    bad: 11,
    path: 'files',
    code: MAX,
  },
]

const mentions = (more: Json) => ({ content: 'x', allowed_mentions: more })
export const MENTIONS = rows(message, [
  [
    'an object of mentions',
    mentions({ parse: [] }),
    { content: 'x', allowed_mentions: [] },
    'allowed_mentions',
    'DICT_TYPE_CONVERT',
  ],
  [
    'kinds that there are',
    mentions({ parse: ['users'] }),
    mentions({ parse: ['all'] }),
    'allowed_mentions.parse.0',
    'BASE_TYPE_CHOICES',
  ],
  [
    '100 ids',
    mentions({ users: list(100, String) }),
    mentions({ users: list(101, String) }),
    'allowed_mentions.users',
    MAX,
  ],
  [
    'ids are digits',
    mentions({ roles: ['1'] }),
    mentions({ roles: ['devops'] }),
    'allowed_mentions.roles.0',
    'NUMBER_TYPE_COERCE',
  ],
  [
    'a list or a kind',
    mentions({ parse: ['users'], roles: ['1'] }),
    mentions({ parse: ['roles'], roles: ['1'] }),
    'allowed_mentions',
    'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
  ],
])

export const REASONS = rows(reasonIssues, [
  ['a reason of 512', encodeURIComponent('ü'.repeat(512)), encodeURIComponent('ü'.repeat(513)), 'reason', MAX],
  ['a reason that says something', 'x', '%20', 'reason', REQUIRED],
  ['a reason that is URL-encoded', '96%25', '96%', 'reason', 'SANDBOX_REASON_ENCODING'],
  ['a reason without bare letters beyond ASCII', '%C3%BC', 'ü', 'reason', 'SANDBOX_REASON_ENCODING'],
])
