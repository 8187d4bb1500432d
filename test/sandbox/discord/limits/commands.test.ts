import test from 'node:test'
import { callbackIssues } from '../../../../sandbox/discord/limits/callback.js'
import { commandIssues, commandListIssues } from '../../../../sandbox/discord/limits/commands.js'
import { modalIssues } from '../../../../sandbox/discord/limits/modal.js'
import { assertRule } from './expect.js'

const named = (name: string, more: object = {}) => ({ name, description: 'd', ...more })
const text = (name: string, more: object = {}) => named(name, { type: 3, ...more })
const withOptions = (...options: unknown[]) => named('pool', { options })
const check = (payload: unknown) => commandIssues(payload)

test('a command name is lower case', () => {
  assertRule(check, { good: named('pool-2'), bad: named('Pool'), says: 'name APPLICATION_COMMAND_INVALID_NAME' })
})

test('a chat command has a description of 1 to 100', () => {
  assertRule(check, { good: named('pool'), bad: { name: 'pool' }, says: 'description BASE_TYPE_REQUIRED' })
  assertRule(check, {
    good: { name: 'pool', description: 'x'.repeat(100) },
    bad: { name: 'pool', description: 'x'.repeat(101) },
    says: 'description BASE_TYPE_BAD_LENGTH',
  })
})

test('required options come first', () => {
  assertRule(check, {
    good: withOptions(text('a', { required: true }), text('b')),
    bad: withOptions(text('a'), text('b', { required: true })),
    says: 'options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
  })
})

test('option names are distinct', () => {
  assertRule(check, {
    good: withOptions(text('a'), text('b')),
    bad: withOptions(text('a'), text('a')),
    says: 'options.1 APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS',
  })
})

test('sub-commands are not mixed with options', () => {
  assertRule(check, {
    good: withOptions(named('show', { type: 1 })),
    bad: withOptions(named('show', { type: 1 }), text('a')),
    says: 'options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
  })
})

test('command, group, sub-command: no deeper', () => {
  const group = (name: string, inner: unknown) => named(name, { type: 2, options: [inner] })
  assertRule(check, {
    good: withOptions(group('g', named('show', { type: 1 }))),
    bad: withOptions(group('g', group('h', named('show', { type: 1 })))),
    says: 'options.0 APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
  })
})

test('autocomplete does not go with choices', () => {
  assertRule(check, {
    good: withOptions(text('a', { autocomplete: true })),
    bad: withOptions(text('a', { autocomplete: true, choices: [{ name: 'x', value: 'x' }] })),
    says: 'options.0 APPLICATION_COMMAND_AUTOCOMPLETE_INVALID',
  })
})

test('25 options and 25 choices', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => text(`o${index}`))
  const choices = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${index}`, value: `${index}` }))
  assertRule(check, {
    good: withOptions(...many(25)),
    bad: withOptions(...many(26)),
    says: 'options BASE_TYPE_MAX_LENGTH',
  })
  assertRule(check, {
    good: withOptions(text('a', { choices: choices(25) })),
    bad: withOptions(text('a', { choices: choices(26) })),
    says: 'options.0.choices BASE_TYPE_MAX_LENGTH',
  })
})

test('8000 characters in one command', () => {
  const long = (value: number) =>
    withOptions(
      ...Array.from({ length: 4 }, (_, option) =>
        text(`o${option}`, {
          choices: Array.from({ length: 20 }, (_choice, index) => ({
            name: `${index}`.padEnd(value, 'n'),
            value: `${index}`,
          })),
        }),
      ),
    )
  assertRule(check, { good: long(90), bad: long(100), says: ' APPLICATION_COMMAND_TOO_LARGE' })
})

test('names of one type are unique in the list, and there are at most 100', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => named(`c${index}`))
  assertRule(commandListIssues, {
    good: [named('a'), { name: 'a', type: 3 }],
    bad: [named('a'), named('a')],
    says: '1.name APPLICATION_COMMANDS_DUPLICATE_NAME',
  })
  assertRule(commandListIssues, { good: many(100), bad: many(101), says: ' SANDBOX_TOO_MANY_COMMANDS' })
})

const input = (custom_id: string) => ({ type: 4, style: 1, custom_id })
const label = (custom_id: string, more: object = {}) => ({ type: 18, label: 'L', component: input(custom_id), ...more })
const modal = (...components: unknown[]) => ({ custom_id: 'm', title: 'T', components })

test('a modal has a title of 45 and 1 to 5 labels of 45', () => {
  const labels = (count: number) => Array.from({ length: count }, (_, index) => label(`i${index}`))
  assertRule(modalIssues, {
    good: modal(...labels(5)),
    bad: modal(...labels(6)),
    says: 'data.components BASE_TYPE_BAD_LENGTH',
  })
  assertRule(modalIssues, {
    good: { ...modal(label('a')), title: 'x'.repeat(45) },
    bad: { ...modal(label('a')), title: 'x'.repeat(46) },
    says: 'data.title BASE_TYPE_BAD_LENGTH',
  })
  assertRule(modalIssues, {
    good: modal(label('a', { label: 'x'.repeat(45) })),
    bad: modal(label('a', { label: 'x'.repeat(46) })),
    says: 'data.components.0.label BASE_TYPE_BAD_LENGTH',
  })
})

test('a text input in a row has a label', () => {
  const row = (more: object) => modal({ type: 1, components: [{ ...input('a'), ...more }] })
  assertRule(modalIssues, {
    good: row({ label: 'L' }),
    bad: row({}),
    says: 'data.components.0.components.0.label BASE_TYPE_REQUIRED',
  })
})

test('the fields of a modal have distinct custom ids', () => {
  assertRule(modalIssues, {
    good: modal(label('a'), label('b')),
    bad: modal(label('a'), label('a')),
    says: 'data.components COMPONENT_CUSTOM_ID_DUPLICATED',
  })
})

const answer = (interaction: 'command' | 'autocomplete' | 'component' | 'modal') => (payload: unknown) =>
  callbackIssues(payload, { interaction, hasSource: false, message: { uploads: [] } })

test('an answer is of a kind that fits the interaction', () => {
  assertRule(answer('command'), { good: { type: 5 }, bad: { type: 6 }, says: 'type BASE_TYPE_CHOICES' })
  assertRule(answer('component'), { good: { type: 6 }, bad: { type: 8 }, says: 'type BASE_TYPE_CHOICES' })
  assertRule(answer('modal'), {
    good: { type: 5 },
    bad: { type: 9, data: modal(label('a')) },
    says: 'type BASE_TYPE_CHOICES',
  })
})

test('a reply has something to say', () => {
  assertRule(answer('command'), { good: { type: 4, data: { content: 'x' } }, bad: { type: 4 }, says: ' EMPTY_MESSAGE' })
})

test('a deferral carries the ephemeral flag and no other', () => {
  assertRule(answer('command'), {
    good: { type: 5, data: { flags: 64 } },
    bad: { type: 5, data: { flags: 64 | (1 << 15) } },
    says: 'data.flags SANDBOX_DEFER_FLAGS',
  })
})

test('autocomplete offers 25 choices of 100 characters', () => {
  const choices = (count: number, length = 1) => ({
    type: 8,
    data: { choices: Array.from({ length: count }, () => ({ name: 'x'.repeat(length), value: 'x' })) },
  })
  assertRule(answer('autocomplete'), { good: choices(25), bad: choices(26), says: 'data.choices BASE_TYPE_MAX_LENGTH' })
  assertRule(answer('autocomplete'), {
    good: choices(1, 100),
    bad: choices(1, 101),
    says: 'data.choices.0.name BASE_TYPE_BAD_LENGTH',
  })
})
