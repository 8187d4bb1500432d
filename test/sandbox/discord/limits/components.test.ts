import assert from 'node:assert/strict'
import test from 'node:test'
import { componentIssues } from '../../../../sandbox/discord/limits/components.js'
import { assertRule, said } from './expect.js'

const legacy = (components: unknown) => componentIssues(components, { isV2: false, attached: [] })
const v2 = (components: unknown) => componentIssues(components, { isV2: true, attached: [] })
const button = (custom_id: string, more: object = {}) => ({ type: 2, style: 2, label: 'Go', custom_id, ...more })
const row = (...components: unknown[]) => ({ type: 1, components })
const buttons = (count: number, prefix = 'b') =>
  Array.from({ length: count }, (_, index) => button(`${prefix}${index}`))
const text = (content: string) => ({ type: 10, content })
const option = (value: string) => ({ label: value, value })
const select = (more: object = {}) => ({ type: 3, custom_id: 's', options: [option('a'), option('b')], ...more })

test('5 rows without the V2 flag, and no sixth', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => row(button(`b${index}`)))
  assertRule(legacy, { good: rows(5), bad: rows(6), says: 'components BASE_TYPE_BAD_LENGTH' })
  assert.deepEqual(said(v2(rows(6))), [])
})

test('a V2 component needs the flag', () => {
  assertRule(legacy, {
    good: [row(button('a'))],
    bad: [text('a')],
    says: 'components.0.type COMPONENT_LAYOUT_REQUIRES_COMPONENTS_V2',
  })
})

test('5 buttons in a row', () => {
  assertRule(legacy, {
    good: [row(...buttons(5))],
    bad: [row(...buttons(6))],
    says: 'components.0.components BASE_TYPE_BAD_LENGTH',
  })
})

test('a select fills its row', () => {
  assertRule(legacy, {
    good: [row(select()), row(button('a'))],
    bad: [row(select(), button('a'))],
    says: 'components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED',
  })
})

test('custom ids are unique in a message, disabled or nested ones too', () => {
  assertRule(v2, {
    good: [row(button('a')), { type: 17, components: [row(button('b'))] }],
    bad: [row(button('a')), { type: 17, components: [row(button('a', { disabled: true }))] }],
    says: 'components.1.components.0.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED',
  })
})

test('a custom id has 1 to 100 characters', () => {
  assertRule(legacy, {
    good: [row(button('x'.repeat(100)))],
    bad: [row(button('x'.repeat(101)))],
    says: 'components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH',
  })
  assert.deepEqual(said(legacy([row({ type: 2, style: 1, label: 'Go' })])), [
    'components.0.components.0.custom_id BASE_TYPE_REQUIRED',
  ])
})

test('a label has 80 characters, and a button has a label or an emoji', () => {
  assertRule(legacy, {
    good: [row(button('a', { label: 'x'.repeat(80) }))],
    bad: [row(button('a', { label: 'x'.repeat(81) }))],
    says: 'components.0.components.0.label BASE_TYPE_MAX_LENGTH',
  })
  assertRule(legacy, {
    good: [row(button('a', { label: undefined, emoji: { name: '🛟' } }))],
    bad: [row(button('a', { label: '' }))],
    says: 'components.0.components.0.label BASE_TYPE_REQUIRED',
  })
})

test('a link button leads to the web and has no custom id', () => {
  const link = (more: object) => [row({ type: 2, style: 5, label: 'Open', url: 'https://a.example', ...more })]
  assertRule(legacy, {
    good: link({}),
    bad: link({ url: 'javascript:alert(1)' }),
    says: 'components.0.components.0.url URL_TYPE_INVALID_SCHEME',
  })
  assertRule(legacy, {
    good: link({}),
    bad: link({ custom_id: 'a' }),
    says: 'components.0.components.0 SANDBOX_LINK_BUTTON_CUSTOM_ID',
  })
})

test('a select has 25 options with distinct values', () => {
  const options = (count: number) => Array.from({ length: count }, (_, index) => option(`o${index}`))
  assertRule(legacy, {
    good: [row(select({ options: options(25) }))],
    bad: [row(select({ options: options(26) }))],
    says: 'components.0.components.0.options BASE_TYPE_BAD_LENGTH',
  })
  assertRule(legacy, {
    good: [row(select())],
    bad: [row(select({ options: [option('a'), option('a')] }))],
    says: 'components.0.components.0.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
  })
})

test('the number of values a select asks for can be chosen', () => {
  assertRule(legacy, {
    good: [row(select({ min_values: 1, max_values: 2 }))],
    bad: [row(select({ min_values: 2, max_values: 1 }))],
    says: 'components.0.components.0.min_values SANDBOX_SELECT_MIN_ABOVE_MAX',
  })
  assertRule(legacy, {
    good: [row(select({ max_values: 2 }))],
    bad: [row(select({ max_values: 3 }))],
    says: 'components.0.components.0.max_values SANDBOX_SELECT_MAX_ABOVE_OPTIONS',
  })
})

test('40 components, nested ones counted', () => {
  const rows = (count: number) => ({ type: 17, components: Array.from({ length: count }, () => text('x')) })
  assertRule(v2, {
    good: [rows(39)],
    bad: [rows(39), text('one more')],
    says: 'components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
  })
})

test('4000 characters over all texts', () => {
  assertRule(v2, {
    good: [text('x'.repeat(2000)), text('x'.repeat(2000))],
    bad: [text('x'.repeat(2000)), text('x'.repeat(2001))],
    says: 'components SANDBOX_COMPONENT_MAX_TOTAL_TEXT_EXCEEDED',
  })
})

test('a text is not blank', () => {
  assertRule(v2, { good: [text('x')], bad: [text(' ')], says: 'components.0.content BASE_TYPE_REQUIRED' })
})

test('a section has texts beside one button or thumbnail', () => {
  const section = (accessory: unknown, ...components: unknown[]) => [{ type: 9, components, accessory }]
  assertRule(v2, {
    good: section(button('a'), text('x')),
    bad: section(undefined, text('x')),
    says: 'components.0.accessory BASE_TYPE_REQUIRED',
  })
  assertRule(v2, {
    good: section(button('a'), text('x')),
    bad: section(button('a'), text('1'), text('2'), text('3'), text('4')),
    says: 'components.0.components BASE_TYPE_BAD_LENGTH',
  })
  assertRule(v2, {
    good: section(button('a'), text('x')),
    bad: section(button('a'), { type: 14 }),
    says: 'components.0.components.0.type UNION_TYPE_CHOICES',
  })
})

test('a container lies at the top, and its accent is a colour', () => {
  const container = (...components: unknown[]) => ({ type: 17, accent_color: 0xff_ff_ff, components })
  assertRule(v2, {
    good: [container(text('x'))],
    bad: [container(container(text('x')))],
    says: 'components.0.components.0.type UNION_TYPE_CHOICES',
  })
  assertRule(v2, {
    good: [container(text('x'))],
    bad: [{ ...container(text('x')), accent_color: 0x1_00_00_00 }],
    says: 'components.0.accent_color NUMBER_TYPE_MAX',
  })
})

test('a gallery has 1 to 10 pictures with descriptions of 1024', () => {
  const gallery = (count: number, description = 'x') => [
    {
      type: 12,
      items: Array.from({ length: count }, () => ({ media: { url: 'https://a.example/p.png' }, description })),
    },
  ]
  assertRule(v2, { good: gallery(10), bad: gallery(11), says: 'components.0.items BASE_TYPE_BAD_LENGTH' })
  assertRule(v2, {
    good: gallery(1, 'x'.repeat(1024)),
    bad: gallery(1, 'x'.repeat(1025)),
    says: 'components.0.items.0.description BASE_TYPE_MAX_LENGTH',
  })
})
