import { ComponentType } from 'discord-api-types/v10'
import { typeIssue } from './blocks.js'
import { customIdIssues, optionIssues, selectIssues, SELECTS, valueCountIssues } from './controls.js'
import {
  countIssues,
  type Fields,
  isAbsent,
  type Issue,
  itemsOf,
  numberIssues,
  type Path,
  required,
  textIssues,
} from './issue.js'

const INPUTS = [
  ComponentType.TextInput,
  ComponentType.FileUpload,
  ComponentType.RadioGroup,
  ComponentType.CheckboxGroup,
  ComponentType.Checkbox,
]
const MOST_FILES = 10

/** What a modal asks for, in a label or, for a text, in a row. Nothing in a modal can be disabled. */
export function inputIssues(input: Fields, path: Path): Issue[] {
  const disabled: Issue[] =
    input['disabled'] === true
      ? [{ path: [...path, 'disabled'], code: 'SANDBOX_MODAL_DISABLED', message: 'Nothing can be disabled in a modal' }]
      : []
  return [...disabled, ...(SELECTS.includes(input['type']) ? selectIssues(input, path) : ownIssues(input, path))]
}

function ownIssues(input: Fields, path: Path): Issue[] {
  switch (input['type']) {
    case ComponentType.TextInput:
      return [
        ...customIdIssues(input, path),
        ...(input['style'] === 1 || input['style'] === 2 ? [] : [required([...path, 'style'])]),
        ...numberIssues(input['min_length'], [...path, 'min_length'], 0, 4000),
        ...numberIssues(input['max_length'], [...path, 'max_length'], 1, 4000),
        ...textIssues(input['value'], [...path, 'value'], { max: Number(input['max_length'] ?? 4000) }),
        ...textIssues(input['placeholder'], [...path, 'placeholder'], { max: 100 }),
      ]
    case ComponentType.FileUpload:
      return [
        ...customIdIssues(input, path),
        ...valueCountIssues(input, path, { most: MOST_FILES }),
        ...fileTypeIssues(input['file_types'], [...path, 'file_types']),
      ]
    case ComponentType.Checkbox:
      return customIdIssues(input, path)
    case ComponentType.RadioGroup:
      return [
        ...customIdIssues(input, path),
        ...optionIssues(input['options'], [...path, 'options'], { min: 2, max: 10 }),
      ]
    case ComponentType.CheckboxGroup:
      return [
        ...customIdIssues(input, path),
        ...valueCountIssues(input, path, { most: 10, offered: itemsOf(input['options']).length }),
        ...optionIssues(input['options'], [...path, 'options'], { min: 1, max: 10 }),
      ]
    default:
      return [typeIssue([...path, 'type'], [...INPUTS, ...SELECTS.map(Number)])]
  }
}

/** The filter of an upload: at most ten kinds of media or endings that begin with a dot. */
export function fileTypeIssues(types: unknown, path: Path): Issue[] {
  if (isAbsent(types)) return []
  return [
    ...countIssues(types, path, 0, 10),
    ...itemsOf(types).flatMap((type, index) =>
      typeof type === 'string' && /^(?:audio|image|video|\.[\w.-]+)$/.test(type)
        ? []
        : [{ path: [...path, index], code: 'SANDBOX_FILE_TYPE', message: 'Not a kind of media, nor an ending' }],
    ),
  ]
}
