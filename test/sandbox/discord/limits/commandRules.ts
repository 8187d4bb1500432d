import { commandListIssues } from '../../../../sandbox/discord/limits/commands.js'
import { choice, type Json, LENGTH, list, MAX, REQUIRED, rows, x } from './rule.js'

const commands = (payload: unknown) => commandListIssues(payload)
const command = (more: Json = {}): Json => ({ name: 'status', description: 'd', ...more })
const opt = (more: Json = {}): Json => ({ type: 3, name: 'by', description: 'd', ...more })

export const COMMANDS = rows(commands, [
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
