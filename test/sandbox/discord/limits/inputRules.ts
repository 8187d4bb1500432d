import { commandListIssues } from '../../../../sandbox/discord/limits/commands.js'
import { modalIssues } from '../../../../sandbox/discord/limits/modal.js'
import { reasonIssues } from '../../../../sandbox/discord/limits/reason.js'
import { threadIssues } from '../../../../sandbox/discord/limits/threads.js'
import { type Json, LENGTH, list, MAX, option, REQUIRED, type Row, rows, x } from './rule.js'

const asked = (component: Json): Json => ({
  custom_id: 'm',
  title: 'Resolve',
  components: [{ type: 18, label: 'What?', component: { custom_id: 'i', ...component } }],
})
const AT = 'data.components.0.component'
const input = (rule: string, good: Json, bad: Json, path: string, code: string): Row => [
  rule,
  asked(good),
  asked(bad),
  `${AT}.${path}`,
  code,
]
const options = (count: number) => list(count, (index) => option({ value: `${index}` }))
const file = (more: Json): Json => ({ type: 19, ...more })

export const INPUTS = rows(modalIssues, [
  input('ten files at most', file({ max_values: 10 }), file({ max_values: 11 }), 'max_values', 'NUMBER_TYPE_MAX'),
  input('no file at least', file({ min_values: 0 }), file({ min_values: -1 }), 'min_values', 'NUMBER_TYPE_MIN'),
  input(
    'no more least than most files',
    file({ min_values: 2, max_values: 2 }),
    file({ min_values: 2 }),
    'min_values',
    'SANDBOX_SELECT_MIN_ABOVE_MAX',
  ),
  input(
    'ten types of file',
    file({ file_types: list(10, (index) => `.a${index}`) }),
    file({ file_types: list(11, (index) => `.a${index}`) }),
    'file_types',
    MAX,
  ),
  input(
    'types of file that there are',
    file({ file_types: ['image', '.csv'] }),
    file({ file_types: ['image', 'csv'] }),
    'file_types.1',
    'SANDBOX_FILE_TYPE',
  ),
  input('a file with a custom id', file({}), file({ custom_id: '' }), 'custom_id', REQUIRED),
  input('ten radio buttons', { type: 21, options: options(10) }, { type: 21, options: options(11) }, 'options', LENGTH),
  input(
    'radio buttons of distinct values',
    { type: 21, options: options(2) },
    { type: 21, options: [option(), option()] },
    'options.1.value',
    'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
  ),
  input(
    'labels of radio buttons of 100',
    { type: 21, options: [...options(1), option({ label: x(100) })] },
    { type: 21, options: [...options(1), option({ label: x(101) })] },
    'options.1.label',
    LENGTH,
  ),
  input('ten checkboxes', { type: 22, options: options(10) }, { type: 22, options: options(11) }, 'options', LENGTH),
  input(
    'no more ticks than checkboxes',
    { type: 22, options: options(2), max_values: 2 },
    { type: 22, options: options(2), max_values: 3 },
    'max_values',
    'SANDBOX_SELECT_MAX_ABOVE_OPTIONS',
  ),
  input('known inputs', { type: 23 }, { type: 2 }, 'type', 'UNION_TYPE_CHOICES'),
  input('a text of two styles', { type: 4, style: 2 }, { type: 4, style: 3 }, 'style', REQUIRED),
  input(
    'a text of its own length',
    { type: 4, style: 1, max_length: 5, value: x(5) },
    { type: 4, style: 1, max_length: 5, value: x(6) },
    'value',
    MAX,
  ),
])

export const FILE_OPTIONS = rows(commandListIssues, [
  [
    'types of file of an option',
    [{ name: 'a', description: 'd', options: [{ type: 11, name: 'b', description: 'd', file_types: ['.csv'] }] }],
    [{ name: 'a', description: 'd', options: [{ type: 11, name: 'b', description: 'd', file_types: ['*'] }] }],
    '0.options.0.file_types.0',
    'SANDBOX_FILE_TYPE',
  ],
])

export const THREADS = rows(threadIssues, [
  ['a thread’s name of 100', { name: x(100) }, { name: x(101) }, 'name', LENGTH],
  ['a thread with a name', { name: 'a' }, {}, 'name', REQUIRED],
  [
    'four times to archive',
    { name: 'a', auto_archive_duration: 10_080 },
    { name: 'a', auto_archive_duration: 61 },
    'auto_archive_duration',
    'BASE_TYPE_CHOICES',
  ],
])

export const REASONS = rows(reasonIssues, [
  ['a reason of 512', encodeURIComponent('ü'.repeat(512)), encodeURIComponent('ü'.repeat(513)), 'reason', MAX],
  ['a reason that says something', 'x', '%20', 'reason', REQUIRED],
  ['a reason that is URL-encoded', '96%25', '96%', 'reason', 'SANDBOX_REASON_ENCODING'],
  ['a reason without bare letters beyond ASCII', '%C3%BC', 'ü', 'reason', 'SANDBOX_REASON_ENCODING'],
])
