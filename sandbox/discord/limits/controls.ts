import { ButtonStyle, ComponentType } from 'discord-api-types/v10'
import {
  countIssues,
  fieldsOf,
  type Fields,
  isAbsent,
  type Issue,
  isFields,
  itemsOf,
  numberIssues,
  type Path,
  repeated,
  required,
  snowflakeIssues,
  textIssues,
  urlIssues,
} from './issue.js'

export const SELECTS: readonly unknown[] = [
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
]

/** A button: 80 characters of label, a custom id (or an address, or a SKU), a label or an emoji. */
export function buttonIssues(button: Fields, path: Path): Issue[] {
  const style = button['style']
  const shared = [
    ...(typeof style === 'number' ? numberIssues(style, [...path, 'style'], 1, 6) : [required([...path, 'style'])]),
    ...textIssues(button['label'], [...path, 'label'], { max: 80 }),
    ...emojiIssues(button['emoji'], [...path, 'emoji']),
  ]
  if (style === ButtonStyle.Premium) {
    return [...shared, ...(isAbsent(button['sku_id']) ? [required([...path, 'sku_id'])] : [])]
  }
  const isBlank = (isAbsent(button['label']) || button['label'] === '') && isAbsent(button['emoji'])
  const face = isBlank ? [required([...path, 'label'])] : []
  if (style === ButtonStyle.Link) {
    const both: Issue[] = isAbsent(button['custom_id'])
      ? []
      : [
          {
            path,
            code: 'SANDBOX_LINK_BUTTON_CUSTOM_ID',
            message: 'A custom id and url cannot both be specified',
          },
        ]
    return [
      ...shared,
      ...face,
      ...both,
      ...urlIssues(button['url'], [...path, 'url'], ['http', 'https', 'discord']),
      ...textIssues(button['url'], [...path, 'url'], { max: 512 }),
    ]
  }
  return [...shared, ...face, ...customIdIssues(button, path)]
}

/** A select menu: 25 options of 100 characters, distinct values, min and max that can be met. */
export function selectIssues(select: Fields, path: Path): Issue[] {
  const isString = select['type'] === ComponentType.StringSelect
  return [
    ...customIdIssues(select, path),
    ...textIssues(select['placeholder'], [...path, 'placeholder'], { max: 150 }),
    ...valueCountIssues(select, path, { most: 25, offered: isString ? itemsOf(select['options']).length : undefined }),
    ...(isString ? optionIssues(select['options'], [...path, 'options'], { min: 1, max: 25 }) : []),
    ...itemsOf(select['default_values']).flatMap((value, index) =>
      snowflakeIssues(fieldsOf(value)['id'], [...path, 'default_values', index, 'id']),
    ),
  ]
}

/** `min_values` and `max_values` of anything that takes several: in bounds, and such that they can be met. */
export function valueCountIssues(
  control: Fields,
  path: Path,
  { most, offered }: { readonly most: number; readonly offered?: number | undefined },
): Issue[] {
  const max = typeof control['max_values'] === 'number' ? control['max_values'] : 1
  const min = typeof control['min_values'] === 'number' ? control['min_values'] : 1
  const isBeyond = offered !== undefined && offered > 0 && max > offered
  return [
    ...numberIssues(control['min_values'], [...path, 'min_values'], 0, most),
    ...numberIssues(control['max_values'], [...path, 'max_values'], 1, most),
    ...(min > max ? [placeholderIssue([...path, 'min_values'], 'SANDBOX_SELECT_MIN_ABOVE_MAX')] : []),
    ...(isBeyond ? [placeholderIssue([...path, 'max_values'], 'SANDBOX_SELECT_MAX_ABOVE_OPTIONS')] : []),
  ]
}

/** The options of a select, a radio group or a checkbox group: distinct values, texts of 100. */
export function optionIssues(
  raw: unknown,
  path: Path,
  { min, max }: { readonly min: number; readonly max: number },
): Issue[] {
  const options = itemsOf(raw)
  const values = options.map((option) => fieldsOf(option)['value'])
  const twice = repeated(values)
  return [
    ...(isAbsent(raw) ? [required(path)] : countIssues(raw, path, min, max)),
    ...options.flatMap((option, index) => {
      const fields = fieldsOf(option)
      const at = [...path, index]
      const duplicate: Issue[] =
        twice.includes(fields['value']) && values.indexOf(fields['value']) !== index
          ? [
              {
                path: [...at, 'value'],
                code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
                message: 'The specified option value is already used',
              },
            ]
          : []
      return [
        ...textIssues(fields['label'], [...at, 'label'], { min: 1, max: 100, isRequired: true }),
        ...textIssues(fields['value'], [...at, 'value'], { min: 1, max: 100, isRequired: true }),
        ...textIssues(fields['description'], [...at, 'description'], { max: 100 }),
        ...emojiIssues(fields['emoji'], [...at, 'emoji']),
        ...duplicate,
      ]
    }),
  ]
}

export function customIdIssues(component: Fields, path: Path): Issue[] {
  return textIssues(component['custom_id'], [...path, 'custom_id'], { min: 1, max: 100, isRequired: true })
}

function emojiIssues(emoji: unknown, path: Path): Issue[] {
  if (isAbsent(emoji)) return []
  const hasFace = isFields(emoji) && (typeof emoji['name'] === 'string' || !isAbsent(emoji['id']))
  return hasFace ? [] : [{ path: [...path, 'name'], code: 'BUTTON_COMPONENT_INVALID_EMOJI', message: 'Invalid emoji' }]
}

function placeholderIssue(path: Path, code: string): Issue {
  return { path, code, message: 'The number of values asked for cannot be chosen.' }
}
