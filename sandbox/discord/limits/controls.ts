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
  const options = itemsOf(select['options'])
  const isString = select['type'] === ComponentType.StringSelect
  const most = typeof select['max_values'] === 'number' ? select['max_values'] : 1
  const least = typeof select['min_values'] === 'number' ? select['min_values'] : 1
  return [
    ...customIdIssues(select, path),
    ...textIssues(select['placeholder'], [...path, 'placeholder'], { max: 150 }),
    ...numberIssues(select['min_values'], [...path, 'min_values'], 0, 25),
    ...numberIssues(select['max_values'], [...path, 'max_values'], 1, 25),
    ...(least > most ? [placeholderIssue([...path, 'min_values'], 'SANDBOX_SELECT_MIN_ABOVE_MAX')] : []),
    ...(isString ? stringOptionIssues(options, select['options'], [...path, 'options']) : []),
    ...(isString && options.length > 0 && most > options.length
      ? [placeholderIssue([...path, 'max_values'], 'SANDBOX_SELECT_MAX_ABOVE_OPTIONS')]
      : []),
    ...itemsOf(select['default_values']).flatMap((value, index) =>
      snowflakeIssues(fieldsOf(value)['id'], [...path, 'default_values', index, 'id']),
    ),
  ]
}

function stringOptionIssues(options: readonly unknown[], raw: unknown, path: Path): Issue[] {
  const values = options.map((option) => fieldsOf(option)['value'])
  const twice = repeated(values)
  return [
    ...(isAbsent(raw) ? [required(path)] : countIssues(raw, path, 1, 25)),
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
