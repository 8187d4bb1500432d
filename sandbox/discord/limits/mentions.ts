import { countIssues, isAbsent, isFields, type Issue, itemsOf, snowflakeIssues } from './issue.js'

const KINDS: readonly unknown[] = ['roles', 'users', 'everyone']

/** `allowed_mentions`: known kinds, at most 100 ids of each, and no list beside the kind that covers it. */
export function allowedMentionsIssues(value: unknown): Issue[] {
  if (isAbsent(value)) return []
  const path = ['allowed_mentions']
  if (!isFields(value)) {
    return [{ path, code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' }]
  }
  const parse = itemsOf(value['parse'])
  return [
    ...(isAbsent(value['parse']) ? [] : countIssues(value['parse'], [...path, 'parse'], 0, 3)),
    ...parse.flatMap((kind, index) =>
      KINDS.includes(kind)
        ? []
        : [
            {
              path: [...path, 'parse', index],
              code: 'BASE_TYPE_CHOICES',
              message: "Value must be one of ('roles', 'users', 'everyone').",
            },
          ],
    ),
    ...['roles', 'users'].flatMap((kind) => {
      const listed = value[kind]
      if (isAbsent(listed)) return []
      const both = parse.includes(kind) && itemsOf(listed).length > 0
      return [
        ...countIssues(listed, [...path, kind], 0, 100),
        ...itemsOf(listed).flatMap((id, index) => snowflakeIssues(id, [...path, kind, index])),
        ...(both
          ? [
              {
                path,
                code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
                message: `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
              },
            ]
          : []),
      ]
    }),
  ]
}
