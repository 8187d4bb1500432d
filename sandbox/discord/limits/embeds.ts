import {
  countIssues,
  fieldsOf,
  isAbsent,
  type Issue,
  itemsOf,
  numberIssues,
  type Path,
  required,
  textIssues,
  urlIssues,
} from './issue.js'

const MOST_TEXT = 6000
const WEB = ['http', 'https']
/** An embed with none of these is nothing: Discord asks for a description. */
const SHOWN = [
  'title',
  'description',
  'fields',
  'author',
  'footer',
  'image',
  'thumbnail',
  'video',
  'provider',
  'timestamp',
]

/** Ten embeds, each within its limits, and 6000 characters over all of them together. */
export function embedIssues(embeds: unknown): Issue[] {
  if (isAbsent(embeds)) return []
  const total = itemsOf(embeds).reduce<number>((sum, embed) => sum + embedLength(embed), 0)
  return [
    ...countIssues(embeds, ['embeds'], 0, 10),
    ...itemsOf(embeds).flatMap((embed, index) => oneEmbedIssues(embed, ['embeds', index])),
    ...(total > MOST_TEXT
      ? [
          {
            path: ['embeds'],
            code: 'MAX_EMBED_SIZE_EXCEEDED',
            message: `Embed size exceeds maximum size of ${MOST_TEXT}`,
          },
        ]
      : []),
  ]
}

function oneEmbedIssues(value: unknown, path: Path): Issue[] {
  const embed = fieldsOf(value)
  const footer = fieldsOf(embed['footer'])
  const author = fieldsOf(embed['author'])
  const address = (key: string, schemes: readonly string[], field = 'url') => {
    const url = fieldsOf(embed[key])[field]
    return isAbsent(url) ? [] : urlIssues(url, [...path, key, field], schemes)
  }
  return [
    ...textIssues(embed['title'], [...path, 'title'], { max: 256 }),
    ...textIssues(embed['description'], [...path, 'description'], { max: 4096 }),
    ...numberIssues(embed['color'], [...path, 'color'], 0, 0xff_ff_ff),
    ...(isAbsent(embed['url']) ? [] : urlIssues(embed['url'], [...path, 'url'], WEB)),
    ...textIssues(footer['text'], [...path, 'footer', 'text'], { max: 2048 }),
    ...textIssues(author['name'], [...path, 'author', 'name'], { max: 256 }),
    ...(SHOWN.every((key) => isAbsent(embed[key]) || embed[key] === '') ? [required([...path, 'description'])] : []),
    ...address('author', WEB),
    ...address('author', [...WEB, 'attachment'], 'icon_url'),
    ...address('footer', [...WEB, 'attachment'], 'icon_url'),
    ...address('image', [...WEB, 'attachment']),
    ...address('thumbnail', [...WEB, 'attachment']),
    ...(isAbsent(embed['fields']) ? [] : countIssues(embed['fields'], [...path, 'fields'], 0, 25)),
    ...itemsOf(embed['fields']).flatMap((field, index) => [
      ...textIssues(fieldsOf(field)['name'], [...path, 'fields', index, 'name'], {
        min: 1,
        max: 256,
        isRequired: true,
      }),
      ...textIssues(fieldsOf(field)['value'], [...path, 'fields', index, 'value'], {
        min: 1,
        max: 1024,
        isRequired: true,
      }),
    ]),
  ]
}

function embedLength(value: unknown): number {
  const embed = fieldsOf(value)
  const texts = [
    embed['title'],
    embed['description'],
    fieldsOf(embed['footer'])['text'],
    fieldsOf(embed['author'])['name'],
    ...itemsOf(embed['fields']).flatMap((field) => [fieldsOf(field)['name'], fieldsOf(field)['value']]),
  ]
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.trim().length : 0), 0)
}
