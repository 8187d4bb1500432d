import { callbackIssues } from '../../../../sandbox/discord/limits/callback.js'
import { commandListIssues } from '../../../../sandbox/discord/limits/commands.js'
import type { Issue } from '../../../../sandbox/discord/limits/issue.js'
import { messageIssues } from '../../../../sandbox/discord/limits/message.js'

/** One rule of Discord's with a payload that keeps it and one that breaks it, and what Discord says to the second. */
export type Rule = {
  readonly rule: string
  readonly judge: (payload: unknown) => readonly Issue[]
  readonly good: unknown
  readonly bad: unknown
  /** Of the issue, joined with dots. */
  readonly path: string
  readonly code: string
}

type Json = Readonly<Record<string, unknown>>

const V2 = 1 << 15
const x = (length: number) => 'x'.repeat(length)
const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))
const button = (more: Json = {}): Json => ({ type: 2, style: 1, label: 'End', custom_id: 'a', ...more })
const row = (...components: readonly unknown[]): Json => ({ type: 1, components })
const buttons = (count: number) => row(...list(count, (index) => button({ custom_id: `b${index}` })))
const option = (more: Json = {}): Json => ({ label: 'Locks', value: 'locks', ...more })
const select = (more: Json = {}): Json => ({ type: 3, custom_id: 's', options: [option()], ...more })
const text = (content: string): Json => ({ type: 10, content })
const upload = { key: '0', filename: 'list.txt', sizeBytes: 1 }
const picture = (url: string, more: Json = {}): Json => ({ media: { url }, ...more })

const message = (payload: unknown) => messageIssues(payload, { uploads: [] })
const withFile = (payload: unknown) => messageIssues(payload, { uploads: [upload] })
const v2 = (...components: readonly unknown[]): Json => ({ flags: V2, components })
const legacy = (...components: readonly unknown[]): Json => ({ content: 'x', components })
const embeds = (...of: readonly Json[]): Json => ({ embeds: of })
const field = (more: Json = {}): Json => ({ name: 'n', value: 'v', ...more })

const commands = (payload: unknown) => commandListIssues(payload)
const command = (more: Json = {}): Json => ({ name: 'status', description: 'd', ...more })
const opt = (more: Json = {}): Json => ({ type: 3, name: 'by', description: 'd', ...more })
const choice = (more: Json = {}): Json => ({ name: 'n', value: 'v', ...more })

const answer = (interaction: 'command' | 'autocomplete' | 'component' | 'modal') => (payload: unknown) =>
  callbackIssues(payload, { interaction, hasSource: false, message: { uploads: [] } })
const input = (more: Json = {}): Json => ({ type: 4, style: 1, custom_id: 'note', ...more })
const label = (more: Json = {}): Json => ({ type: 18, label: 'What?', component: input(), ...more })
const modal = (more: Json = {}): Json => ({
  type: 9,
  data: { custom_id: 'm', title: 'Resolve', components: [label()], ...more },
})
const labels = (count: number) => list(count, (index) => label({ component: input({ custom_id: `i${index}` }) }))
const choices = (of: readonly unknown[]) => ({ type: 8, data: { choices: of } })

const LENGTH = 'BASE_TYPE_BAD_LENGTH'
const MAX = 'BASE_TYPE_MAX_LENGTH'
const REQUIRED = 'BASE_TYPE_REQUIRED'

type Row = readonly [rule: string, good: unknown, bad: unknown, path: string, code: string]
const rows = (judge: Rule['judge'], of: readonly Row[]): Rule[] =>
  of.map(([rule, good, bad, path, code]) => ({ rule, judge, good, bad, path, code }))

const MESSAGE = rows(message, [
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

const EMBEDS = rows(message, [
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

const COMPONENTS = rows(message, [
  [
    'five rows without V2',
    legacy(...list(5, (index) => row(button({ custom_id: `r${index}` })))),
    legacy(...list(6, (index) => row(button({ custom_id: `r${index}` })))),
    'components',
    LENGTH,
  ],
  ['five buttons in a row', legacy(buttons(5)), legacy(buttons(6)), 'components.0.components', LENGTH],
  [
    'a select fills its row',
    legacy(row(select())),
    legacy(row(select(), button())),
    'components.0.components',
    'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
  ],
  [
    'custom ids differ, disabled ones too',
    legacy(row(button(), button({ custom_id: 'b' }))),
    legacy(row(button(), button({ disabled: true }))),
    'components.0.components.1.custom_id',
    'COMPONENT_CUSTOM_ID_DUPLICATED',
  ],
  [
    'numbers of components differ',
    legacy(row(button({ id: 1 }), button({ id: 2, custom_id: 'b' }))),
    legacy(row(button({ id: 1 }), button({ id: 1, custom_id: 'b' }))),
    'components.0.components.1.id',
    'SANDBOX_COMPONENT_ID_DUPLICATED',
  ],
  [
    'custom id of 100',
    legacy(row(button({ custom_id: x(100) }))),
    legacy(row(button({ custom_id: x(101) }))),
    'components.0.components.0.custom_id',
    LENGTH,
  ],
  [
    'button label of 80',
    legacy(row(button({ label: x(80) }))),
    legacy(row(button({ label: x(81) }))),
    'components.0.components.0.label',
    MAX,
  ],
  [
    'a button with a label or an emoji',
    legacy(row(button({ label: '', emoji: { name: '🟢' } }))),
    legacy(row(button({ label: '' }))),
    'components.0.components.0.label',
    REQUIRED,
  ],
  [
    'an emoji with a face',
    legacy(row(button({ emoji: { name: '🟢' } }))),
    legacy(row(button({ emoji: {} }))),
    'components.0.components.0.emoji.name',
    'BUTTON_COMPONENT_INVALID_EMOJI',
  ],
  [
    'a button with a custom id',
    legacy(row(button())),
    legacy(row({ type: 2, style: 1, label: 'x' })),
    'components.0.components.0.custom_id',
    REQUIRED,
  ],
  [
    'a link without a custom id',
    legacy(row({ type: 2, style: 5, label: 'x', url: 'https://a.example' })),
    legacy(row({ type: 2, style: 5, label: 'x', url: 'https://a.example', custom_id: 'a' })),
    'components.0.components.0',
    'SANDBOX_LINK_BUTTON_CUSTOM_ID',
  ],
  [
    'a link of 512',
    legacy(row({ type: 2, style: 5, label: 'x', url: `https://a.example/${x(494)}` })),
    legacy(row({ type: 2, style: 5, label: 'x', url: `https://a.example/${x(495)}` })),
    'components.0.components.0.url',
    MAX,
  ],
  [
    '25 options',
    legacy(row(select({ options: list(25, (index) => option({ value: `${index}` })) }))),
    legacy(row(select({ options: list(26, (index) => option({ value: `${index}` })) }))),
    'components.0.components.0.options',
    LENGTH,
  ],
  [
    'option values differ',
    legacy(row(select({ options: [option(), option({ value: 'b' })] }))),
    legacy(row(select({ options: [option(), option()] }))),
    'components.0.components.0.options.1.value',
    'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
  ],
  [
    'option label of 100',
    legacy(row(select({ options: [option({ label: x(100) })] }))),
    legacy(row(select({ options: [option({ label: x(101) })] }))),
    'components.0.components.0.options.0.label',
    LENGTH,
  ],
  [
    'placeholder of 150',
    legacy(row(select({ placeholder: x(150) }))),
    legacy(row(select({ placeholder: x(151) }))),
    'components.0.components.0.placeholder',
    MAX,
  ],
  [
    'no more least than most values',
    legacy(row(select({ min_values: 1, max_values: 1 }))),
    legacy(row(select({ min_values: 2, max_values: 1 }))),
    'components.0.components.0.min_values',
    'SANDBOX_SELECT_MIN_ABOVE_MAX',
  ],
  [
    'no more values than options',
    legacy(row(select({ max_values: 1 }))),
    legacy(row(select({ max_values: 2 }))),
    'components.0.components.0.max_values',
    'SANDBOX_SELECT_MAX_ABOVE_OPTIONS',
  ],
  [
    'V2 components with the flag',
    v2(text('a')),
    legacy(text('a')),
    'components.0.type',
    'COMPONENT_LAYOUT_REQUIRES_COMPONENTS_V2',
  ],
  [
    'known components',
    legacy(row(button())),
    legacy(row({ type: 99 })),
    'components.0.components.0.type',
    'UNION_TYPE_CHOICES',
  ],
  [
    '40 components, nested ones counted',
    v2({ type: 17, components: list(39, () => text('a')) }),
    v2({ type: 17, components: list(38, () => text('a')) }, text('a'), text('a')),
    'components',
    'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
  ],
  [
    '4000 characters over all texts',
    v2(text(x(2000)), text(x(2000))),
    v2(text(x(2000)), text(x(2001))),
    'components',
    'SANDBOX_COMPONENT_MAX_TOTAL_TEXT_EXCEEDED',
  ],
  ['a text that says something', v2(text('a')), v2(text('  ')), 'components.0.content', REQUIRED],
  [
    'three texts in a section',
    v2({ type: 9, components: list(3, () => text('a')), accessory: button() }),
    v2({ type: 9, components: list(4, () => text('a')), accessory: button() }),
    'components.0.components',
    LENGTH,
  ],
  [
    'a section with an accessory',
    v2({ type: 9, components: [text('a')], accessory: button() }),
    v2({ type: 9, components: [text('a')] }),
    'components.0.accessory',
    REQUIRED,
  ],
  [
    'ten pictures in a gallery',
    v2({ type: 12, items: list(10, () => picture('https://a.example')) }),
    v2({ type: 12, items: list(11, () => picture('https://a.example')) }),
    'components.0.items',
    LENGTH,
  ],
  [
    'description of a picture of 1024',
    v2({ type: 12, items: [picture('https://a.example', { description: x(1024) })] }),
    v2({ type: 12, items: [picture('https://a.example', { description: x(1025) })] }),
    'components.0.items.0.description',
    MAX,
  ],
  [
    'an accent colour of 24 bits',
    v2({ type: 17, accent_color: 0, components: [text('a')] }),
    v2({ type: 17, accent_color: 0x1_00_00_00, components: [text('a')] }),
    'components.0.accent_color',
    'NUMBER_TYPE_MAX',
  ],
  [
    'separators of two spacings',
    v2(text('a'), { type: 14, spacing: 2 }),
    v2(text('a'), { type: 14, spacing: 3 }),
    'components.1.spacing',
    'NUMBER_TYPE_MAX',
  ],
])

const FILES = rows(withFile, [
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

const SIZES: Rule[] = [
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
const MENTIONS = rows(message, [
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

const COMMANDS = rows(commands, [
  ['a list of commands', [command()], {}, '', 'LIST_TYPE_CONVERT'],
  [
    '100 chat commands',
    list(100, (index) => command({ name: `c${index}` })),
    list(101, (index) => command({ name: `c${index}` })),
    '',
    'SANDBOX_TOO_MANY_COMMANDS',
  ],
  [
    '15 menus for messages',
    list(15, (index) => ({ type: 3, name: `m${index}` })),
    list(16, (index) => ({ type: 3, name: `m${index}` })),
    '',
    'SANDBOX_TOO_MANY_COMMANDS',
  ],
  [
    '15 menus for users',
    list(15, (index) => ({ type: 2, name: `m${index}` })),
    list(16, (index) => ({ type: 2, name: `m${index}` })),
    '',
    'SANDBOX_TOO_MANY_COMMANDS',
  ],
  [
    'menus without a description',
    [{ type: 3, name: 'Add to timeline' }],
    [{ type: 3, name: 'Add to timeline', description: 'd' }],
    '0.description',
    'SANDBOX_MENU_DESCRIPTION',
  ],
  ['menu names of 32', [{ type: 3, name: x(32) }], [{ type: 3, name: x(33) }], '0.name', LENGTH],
  ['names in lower case', [command()], [command({ name: 'Status' })], '0.name', 'APPLICATION_COMMAND_INVALID_NAME'],
  ['names of 32', [command({ name: x(32) })], [command({ name: x(33) })], '0.name', 'APPLICATION_COMMAND_INVALID_NAME'],
  ['a description', [command()], [{ name: 'status' }], '0.description', REQUIRED],
  [
    'descriptions of 100',
    [command({ description: x(100) })],
    [command({ description: x(101) })],
    '0.description',
    LENGTH,
  ],
  [
    'names differ within a type',
    [command(), { type: 3, name: 'status' }],
    [command(), command()],
    '1.name',
    'APPLICATION_COMMANDS_DUPLICATE_NAME',
  ],
  [
    '25 options',
    [command({ options: list(25, (index) => opt({ name: `o${index}` })) })],
    [command({ options: list(26, (index) => opt({ name: `o${index}` })) })],
    '0.options',
    MAX,
  ],
  [
    'required options first',
    [command({ options: [opt({ required: true }), opt({ name: 'b' })] })],
    [command({ options: [opt(), opt({ name: 'b', required: true })] })],
    '0.options.1',
    'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
  ],
  [
    'option names differ',
    [command({ options: [opt(), opt({ name: 'b' })] })],
    [command({ options: [opt(), opt()] })],
    '0.options.1',
    'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS',
  ],
  [
    'sub-commands or options',
    [command({ options: [opt({ type: 1 })] })],
    [command({ options: [opt({ type: 1 }), opt({ name: 'b' })] })],
    '0.options',
    'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
  ],
  [
    'groups hold sub-commands only',
    [command({ options: [opt({ type: 2, options: [opt({ type: 1 })] })] })],
    [command({ options: [opt({ type: 2, options: [opt({ type: 2 })] })] })],
    '0.options.0',
    'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
  ],
  [
    'option types that there are',
    [command({ options: [opt()] })],
    [command({ options: [opt({ type: 12 })] })],
    '0.options.0.type',
    'BASE_TYPE_CHOICES',
  ],
  [
    'autocomplete or choices',
    [command({ options: [opt({ autocomplete: true })] })],
    [command({ options: [opt({ autocomplete: true, choices: [choice()] })] })],
    '0.options.0',
    'APPLICATION_COMMAND_AUTOCOMPLETE_INVALID',
  ],
  [
    '25 choices',
    [command({ options: [opt({ choices: list(25, (index) => choice({ value: `${index}` })) })] })],
    [command({ options: [opt({ choices: list(26, (index) => choice({ value: `${index}` })) })] })],
    '0.options.0.choices',
    MAX,
  ],
  [
    'choice names of 100',
    [command({ options: [opt({ choices: [choice({ name: x(100) })] })] })],
    [command({ options: [opt({ choices: [choice({ name: x(101) })] })] })],
    '0.options.0.choices.0.name',
    LENGTH,
  ],
  [
    'choice values of the option’s type',
    [command({ options: [opt({ type: 4, choices: [choice({ value: 1 })] })] })],
    [command({ options: [opt({ type: 4, choices: [choice({ value: 'v' })] })] })],
    '0.options.0.choices.0.value',
    'NUMBER_TYPE_COERCE',
  ],
  [
    'option texts of 6000',
    [command({ options: [opt({ max_length: 6000 })] })],
    [command({ options: [opt({ max_length: 6001 })] })],
    '0.options.0.max_length',
    'NUMBER_TYPE_MAX',
  ],
  [
    '8000 characters in one command',
    [
      command({
        options: list(20, (index) =>
          opt({ name: `o${index}`, choices: list(3, (n) => choice({ name: `${n}`, value: x(100) })) }),
        ),
      }),
    ],
    [
      command({
        options: list(20, (index) =>
          opt({ name: `o${index}`, choices: list(4, (n) => choice({ name: `${n}`, value: x(100) })) }),
        ),
      }),
    ],
    '0',
    'APPLICATION_COMMAND_TOO_LARGE',
  ],
])

const ANSWERS = rows(answer('command'), [
  [
    'an answer that fits the interaction',
    { type: 4, data: { content: 'x' } },
    { type: 8, data: { choices: [] } },
    'type',
    'BASE_TYPE_CHOICES',
  ],
  ['an answer says something', { type: 4, data: { content: 'x' } }, { type: 4 }, '', 'EMPTY_MESSAGE'],
  [
    'an answer keeps the rules of messages',
    { type: 4, data: { content: x(2000) } },
    { type: 4, data: { content: x(2001) } },
    'data.content',
    MAX,
  ],
  [
    'a deferral has one flag only',
    { type: 5, data: { flags: 64 } },
    { type: 5, data: { flags: V2 } },
    'data.flags',
    'SANDBOX_DEFER_FLAGS',
  ],
  ['modal title of 45', modal({ title: x(45) }), modal({ title: x(46) }), 'data.title', LENGTH],
  ['modal custom id of 100', modal({ custom_id: x(100) }), modal({ custom_id: x(101) }), 'data.custom_id', LENGTH],
  [
    'five parts of a modal',
    modal({ components: labels(5) }),
    modal({ components: labels(6) }),
    'data.components',
    LENGTH,
  ],
  [
    'labels of 45',
    modal({ components: [label({ label: x(45) })] }),
    modal({ components: [label({ label: x(46) })] }),
    'data.components.0.label',
    LENGTH,
  ],
  [
    'descriptions of labels of 100',
    modal({ components: [label({ description: x(100) })] }),
    modal({ components: [label({ description: x(101) })] }),
    'data.components.0.description',
    MAX,
  ],
  [
    'a row’s input has a label',
    modal({ components: [row(input({ label: 'What?' }))] }),
    modal({ components: [row(input())] }),
    'data.components.0.components.0.label',
    REQUIRED,
  ],
  [
    'modal fields differ',
    modal({ components: labels(2) }),
    modal({ components: [label(), label()] }),
    'data.components',
    'COMPONENT_CUSTOM_ID_DUPLICATED',
  ],
  [
    'an input of 4000',
    modal({ components: [label({ component: input({ max_length: 4000 }) })] }),
    modal({ components: [label({ component: input({ max_length: 4001 }) })] }),
    'data.components.0.component.max_length',
    'NUMBER_TYPE_MAX',
  ],
  [
    'nothing disabled in a modal',
    modal(),
    modal({ components: [label({ component: input({ disabled: true }) })] }),
    'data.components.0.component.disabled',
    'SANDBOX_MODAL_DISABLED',
  ],
  [
    'two to ten radio buttons',
    modal({
      components: [label({ component: { type: 21, custom_id: 'r', options: [option(), option({ value: 'b' })] } })],
    }),
    modal({ components: [label({ component: { type: 21, custom_id: 'r', options: [option()] } })] }),
    'data.components.0.component.options',
    LENGTH,
  ],
  [
    'no buttons in a modal',
    modal(),
    modal({ components: [row(button())] }),
    'data.components.0.components.0.type',
    'UNION_TYPE_CHOICES',
  ],
])

const CHOICES = rows(answer('autocomplete'), [
  [
    '25 choices to complete with',
    choices(list(25, (index) => choice({ value: `${index}` }))),
    choices(list(26, (index) => choice({ value: `${index}` }))),
    'data.choices',
    MAX,
  ],
  [
    'completions of 100',
    choices([choice({ value: x(100) })]),
    choices([choice({ value: x(101) })]),
    'data.choices.0.value',
    LENGTH,
  ],
  [
    'completions of the option’s type',
    choices([choice()]),
    choices([choice({ value: 1 })]),
    'data.choices.0.value',
    'STRING_TYPE_CONVERT',
  ],
])

export const RULES: readonly Rule[] = [
  ...MESSAGE,
  ...EMBEDS,
  ...COMPONENTS,
  ...FILES,
  ...SIZES,
  ...MENTIONS,
  ...COMMANDS,
  ...ANSWERS,
  ...CHOICES,
]
