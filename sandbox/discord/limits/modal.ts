import { ComponentType } from 'discord-api-types/v10'
import { textDisplayIssues, typeIssue } from './blocks.js'
import { customIdIssues } from './controls.js'
import { inputIssues } from './inputs.js'
import {
  countIssues,
  fieldsOf,
  type Fields,
  isAbsent,
  type Issue,
  itemsOf,
  type Path,
  repeated,
  required,
  textIssues,
} from './issue.js'

/** A modal: title of 45, one to five labels (or the older rows of one text input), distinct custom ids. */
export function modalIssues(payload: unknown): Issue[] {
  const path = ['data']
  const modal = fieldsOf(payload)
  const inputs = itemsOf(modal['components']).flatMap((child) => inputOf(fieldsOf(child)))
  const twice = repeated(inputs.map((input) => input['custom_id']))
  return [
    ...customIdIssues(modal, path),
    ...textIssues(modal['title'], [...path, 'title'], { min: 1, max: 45, isRequired: true }),
    ...(isAbsent(modal['components'])
      ? [required([...path, 'components'])]
      : countIssues(modal['components'], [...path, 'components'], 1, 5)),
    ...itemsOf(modal['components']).flatMap((child, index) =>
      partIssues(fieldsOf(child), [...path, 'components', index]),
    ),
    ...twice.map((id) => ({
      path: [...path, 'components'],
      code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
      message: `Component custom id "${String(id)}" cannot be duplicated`,
    })),
  ]
}

function inputOf(part: Fields): Fields[] {
  if (!isAbsent(part['component'])) return [fieldsOf(part['component'])]
  return itemsOf(part['components']).map(fieldsOf)
}

function partIssues(part: Fields, path: Path): Issue[] {
  switch (part['type']) {
    case ComponentType.TextDisplay:
      return textDisplayIssues(part, path)
    case ComponentType.Label:
      return [
        ...textIssues(part['label'], [...path, 'label'], { min: 1, max: 45, isRequired: true }),
        ...textIssues(part['description'], [...path, 'description'], { max: 100 }),
        ...(isAbsent(part['component'])
          ? [required([...path, 'component'])]
          : inputIssues(fieldsOf(part['component']), [...path, 'component'])),
      ]
    case ComponentType.ActionRow:
      return [
        ...countIssues(part['components'], [...path, 'components'], 1, 1),
        ...itemsOf(part['components']).flatMap((child, index) => {
          const input = fieldsOf(child)
          const at = [...path, 'components', index]
          if (input['type'] !== ComponentType.TextInput) {
            return [typeIssue([...at, 'type'], [ComponentType.TextInput])]
          }
          return [
            ...textIssues(input['label'], [...at, 'label'], { min: 1, max: 45, isRequired: true }),
            ...inputIssues(input, at),
          ]
        }),
      ]
    default:
      return [typeIssue([...path, 'type'], [ComponentType.ActionRow, ComponentType.TextDisplay, ComponentType.Label])]
  }
}
