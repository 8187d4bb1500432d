import { ComponentType } from 'discord-api-types/v10'
import { servedName } from '../world/attachments.js'
import {
  countIssues,
  fieldsOf,
  type Fields,
  isAbsent,
  type Issue,
  itemsOf,
  numberIssues,
  type Path,
  required,
  textIssues,
  urlIssues,
} from './issue.js'

/** Names that `attachment://` may refer to: uploads of the request and attachments that stay. */
export type Attached = readonly string[]

/** A text block: never blank, 4000 characters (the sum over the message is another rule). */
export function textDisplayIssues(block: Fields, path: Path): Issue[] {
  const content = block['content']
  if (typeof content === 'string' && content.trim() === '') return [required([...path, 'content'])]
  return textIssues(content, [...path, 'content'], { min: 1, max: 4000, isRequired: true })
}

/** A gallery: 1 to 10 pictures, each with a source and at most 1024 characters of description. */
export function galleryIssues(block: Fields, path: Path, attached: Attached): Issue[] {
  return [
    ...(isAbsent(block['items'])
      ? [required([...path, 'items'])]
      : countIssues(block['items'], [...path, 'items'], 1, 10)),
    ...itemsOf(block['items']).flatMap((item, index) =>
      mediaIssues(fieldsOf(item), [...path, 'items', index], attached),
    ),
  ]
}

/** A picture or thumbnail: `media.url` on the web or among the attachments. */
export function mediaIssues(block: Fields, path: Path, attached: Attached): Issue[] {
  const url = fieldsOf(block['media'])['url']
  const at = [...path, 'media', 'url']
  return [
    ...urlIssues(url, at, ['http', 'https', 'attachment']),
    ...referenceIssues(url, at, attached),
    ...textIssues(block['description'], [...path, 'description'], { max: 1024 }),
  ]
}

/** A file block: only an attachment of this message will do. */
export function fileIssues(block: Fields, path: Path, attached: Attached): Issue[] {
  const url = fieldsOf(block['file'])['url']
  const at = [...path, 'file', 'url']
  return [...urlIssues(url, at, ['attachment']), ...referenceIssues(url, at, attached)]
}

export function separatorIssues(block: Fields, path: Path): Issue[] {
  return numberIssues(block['spacing'], [...path, 'spacing'], 1, 2)
}

/** A container's own fields; what lies in it is judged with the rest of the layout. */
export function containerIssues(block: Fields, path: Path): Issue[] {
  return [
    ...numberIssues(block['accent_color'], [...path, 'accent_color'], 0, 0xff_ff_ff),
    ...(isAbsent(block['components'])
      ? [required([...path, 'components'])]
      : countIssues(block['components'], [...path, 'components'], 1, 39)),
  ]
}

/** A section: 1 to 3 texts beside exactly one button or thumbnail. */
export function sectionIssues(block: Fields, path: Path): Issue[] {
  const accessory = fieldsOf(block['accessory'])['type']
  return [
    ...(isAbsent(block['components'])
      ? [required([...path, 'components'])]
      : countIssues(block['components'], [...path, 'components'], 1, 3)),
    ...(isAbsent(block['accessory'])
      ? [required([...path, 'accessory'])]
      : accessory === ComponentType.Button || accessory === ComponentType.Thumbnail
        ? []
        : [typeIssue([...path, 'accessory', 'type'], [ComponentType.Button, ComponentType.Thumbnail])]),
  ]
}

export function typeIssue(path: Path, allowed: readonly number[]): Issue {
  return {
    path,
    code: 'UNION_TYPE_CHOICES',
    message: `Value of field "type" must be one of (${allowed.join(', ')}).`,
  }
}

function referenceIssues(url: unknown, path: Path, attached: Attached): Issue[] {
  if (typeof url !== 'string' || !url.startsWith('attachment://')) return []
  const name = servedName(url.slice('attachment://'.length))
  return attached.some((filename) => servedName(filename) === name)
    ? []
    : [
        {
          path,
          code: 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
          message: `The referenced attachment "${name}" was not found`,
        },
      ]
}
