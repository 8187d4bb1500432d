import { fieldsOf, isAbsent, type Issue, textIssues } from './issue.js'

const ARCHIVE_MINUTES = [60, 1440, 4320, 10_080]

/** A thread to start, or (`isEdit`) what is to change of one: a name of 100, one of four times to archive it. */
export function threadIssues(payload: unknown, isEdit = false): Issue[] {
  const thread = fieldsOf(payload)
  const duration = thread['auto_archive_duration']
  return [
    ...textIssues(thread['name'], ['name'], { min: 1, max: 100, isRequired: !isEdit }),
    ...(isAbsent(duration) || ARCHIVE_MINUTES.includes(Number(duration))
      ? []
      : [
          {
            path: ['auto_archive_duration'],
            code: 'BASE_TYPE_CHOICES',
            message: `Value must be one of (${ARCHIVE_MINUTES.join(', ')}).`,
          },
        ]),
  ]
}
