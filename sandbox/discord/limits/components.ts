import { ComponentType } from 'discord-api-types/v10'
import {
  type Attached,
  containerIssues,
  fileIssues,
  galleryIssues,
  mediaIssues,
  sectionIssues,
  separatorIssues,
  textDisplayIssues,
  typeIssue,
} from './blocks.js'
import { buttonIssues, selectIssues, SELECTS } from './controls.js'
import {
  countIssues,
  fieldsOf,
  type Fields,
  isAbsent,
  type Issue,
  itemsOf,
  numberIssues,
  type Path,
  repeated,
  required,
  textOf,
} from './issue.js'

const MOST_COMPONENTS = 40
const MOST_TEXT = 4000
const ROW_WIDTH = 5

const IN_CONTAINER = [
  ComponentType.ActionRow,
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.MediaGallery,
  ComponentType.File,
  ComponentType.Separator,
]
const TOP_V2 = [...IN_CONTAINER, ComponentType.Container]

type Found = { readonly fields: Fields; readonly path: Path }

/** Everything about a message's components. `attached` are the names that `attachment://` may use. */
export function componentIssues(components: unknown, context: { isV2: boolean; attached: Attached }): Issue[] {
  if (isAbsent(components)) return []
  const top = itemsOf(components).map((component, index) => ({
    fields: fieldsOf(component),
    path: ['components', index],
  }))
  const all = top.flatMap(withNested)
  return [
    ...(context.isV2 ? v2LayoutIssues(components, top, all) : legacyLayoutIssues(components, top)),
    ...all.flatMap((found) => oneIssues(found, context.attached)),
    ...duplicateIssues(all),
  ]
}

/** The component itself and all that lie in it, in reading order. */
function withNested(found: Found): Found[] {
  const children = itemsOf(found.fields['components']).map((child, index) => ({
    fields: fieldsOf(child),
    path: [...found.path, 'components', index],
  }))
  const accessory = isAbsent(found.fields['accessory'])
    ? []
    : [{ fields: fieldsOf(found.fields['accessory']), path: [...found.path, 'accessory'] }]
  return [found, ...[...children, ...accessory].flatMap(withNested)]
}

function legacyLayoutIssues(components: unknown, top: readonly Found[]): Issue[] {
  const empty = Array.isArray(components) && components.length === 0
  return [
    ...(empty ? [] : countIssues(components, ['components'], 1, 5)),
    ...top
      .filter(({ fields }) => fields['type'] !== ComponentType.ActionRow)
      .map(({ fields, path }) =>
        TOP_V2.includes(Number(fields['type']))
          ? {
              path: [...path, 'type'],
              code: 'COMPONENT_LAYOUT_REQUIRES_COMPONENTS_V2',
              message: 'This component needs the message flag IS_COMPONENTS_V2',
            }
          : typeIssue([...path, 'type'], [ComponentType.ActionRow]),
      ),
  ]
}

function v2LayoutIssues(components: unknown, top: readonly Found[], all: readonly Found[]): Issue[] {
  const textLength = all
    .filter(({ fields }) => fields['type'] === ComponentType.TextDisplay)
    .reduce((sum, { fields }) => sum + textOf(fields['content']).length, 0)
  return [
    ...countIssues(components, ['components'], 1, MOST_COMPONENTS),
    ...top
      .filter(({ fields }) => !TOP_V2.includes(Number(fields['type'])))
      .map(({ path }) => typeIssue([...path, 'type'], TOP_V2)),
    ...(all.length > MOST_COMPONENTS
      ? [
          {
            path: ['components'],
            code: 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
            message: `The maximum number of total components allowed is ${MOST_COMPONENTS}. Counted: ${all.length}`,
          },
        ]
      : []),
    ...(textLength > MOST_TEXT
      ? [
          {
            path: ['components'],
            code: 'SANDBOX_COMPONENT_MAX_TOTAL_TEXT_EXCEEDED',
            message: `All texts together must be ${MOST_TEXT} or fewer in length. Counted: ${textLength}`,
          },
        ]
      : []),
  ]
}

/** The rules of one component, and of what may lie directly in it. */
function oneIssues({ fields, path }: Found, attached: Attached): Issue[] {
  const number = numberIssues(fields['id'], [...path, 'id'], 0, 2 ** 31 - 1)
  switch (fields['type']) {
    case ComponentType.ActionRow:
      return [...number, ...rowIssues(fields, path)]
    case ComponentType.Button:
      return [...number, ...buttonIssues(fields, path)]
    case ComponentType.StringSelect:
    case ComponentType.UserSelect:
    case ComponentType.RoleSelect:
    case ComponentType.MentionableSelect:
    case ComponentType.ChannelSelect:
      return [...number, ...selectIssues(fields, path)]
    case ComponentType.TextDisplay:
      return [...number, ...textDisplayIssues(fields, path)]
    case ComponentType.Section:
      return [...number, ...sectionIssues(fields, path), ...childIssues(fields, path, [ComponentType.TextDisplay])]
    case ComponentType.Thumbnail:
      return [...number, ...mediaIssues(fields, path, attached)]
    case ComponentType.MediaGallery:
      return [...number, ...galleryIssues(fields, path, attached)]
    case ComponentType.File:
      return [...number, ...fileIssues(fields, path, attached)]
    case ComponentType.Separator:
      return [...number, ...separatorIssues(fields, path)]
    case ComponentType.Container:
      return [...number, ...containerIssues(fields, path), ...childIssues(fields, path, IN_CONTAINER)]
    default:
      return [typeIssue([...path, 'type'], [...TOP_V2, ComponentType.Button, ...SELECTS.map(Number)])]
  }
}

/** A row holds up to five buttons, or one select, which is five wide. */
function rowIssues(row: Fields, path: Path): Issue[] {
  if (isAbsent(row['components'])) return [required([...path, 'components'])]
  const types = itemsOf(row['components']).map((child) => fieldsOf(child)['type'])
  const width = types.reduce<number>((sum, type) => sum + (SELECTS.includes(type) ? ROW_WIDTH : 1), 0)
  return [
    ...countIssues(row['components'], [...path, 'components'], 1, ROW_WIDTH),
    ...(types.length <= ROW_WIDTH && width > ROW_WIDTH
      ? [
          {
            path: [...path, 'components'],
            code: 'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
            message: 'The specified component exceeds the maximum width',
          },
        ]
      : []),
    ...childIssues(row, path, [ComponentType.Button, ...SELECTS.map(Number)]),
  ]
}

function childIssues(parent: Fields, path: Path, allowed: readonly number[]): Issue[] {
  return itemsOf(parent['components']).flatMap((child, index) =>
    allowed.includes(Number(fieldsOf(child)['type']))
      ? []
      : [typeIssue([...path, 'components', index, 'type'], allowed)],
  )
}

/** Custom ids are unique in a message, disabled controls included; so are the numbers a bot chose. */
function duplicateIssues(all: readonly Found[]): Issue[] {
  const of = (key: string) => all.filter(({ fields }) => !isAbsent(fields[key]) && fields[key] !== 0)
  const later = (key: string) => {
    const holders = of(key)
    const twice = repeated(holders.map(({ fields }) => fields[key]))
    return holders.filter(
      ({ fields }, index) =>
        twice.includes(fields[key]) && holders.findIndex((other) => other.fields[key] === fields[key]) !== index,
    )
  }
  return [
    ...later('custom_id').map(({ path }) => ({
      path: [...path, 'custom_id'],
      code: 'COMPONENT_CUSTOM_ID_DUPLICATED',
      message: 'Component custom id cannot be duplicated',
    })),
    ...later('id').map(({ path }) => ({
      path: [...path, 'id'],
      code: 'SANDBOX_COMPONENT_ID_DUPLICATED',
      message: 'Component id cannot be duplicated',
    })),
  ]
}
