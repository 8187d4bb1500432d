import { callbackIssues } from '../../../../sandbox/discord/limits/callback.js'
import { button, choice, type Json, LENGTH, list, MAX, option, REQUIRED, row, rows, V2, x } from './rule.js'

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

export const ANSWERS = rows(answer('command'), [
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

export const CHOICES = rows(answer('autocomplete'), [
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
