/** One thing wrong with a payload, as Discord would say it. */
export type Issue = {
  readonly path: Path
  /** Discord's name of the rule. Those that begin with `SANDBOX_` are rules whose name has not been seen. */
  readonly code: string
  readonly message: string
}

export type Path = readonly (string | number)[]

/** A JSON object of unknown shape. */
export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields of an object, or none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

/** The items of a list, or none of anything else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text or number as text; anything else is blank. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

export function required(path: Path): Issue {
  return { path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }
}

/**
 * A text's rules. Lengths are in UTF-16 units, the stricter reading where Discord may count code points.
 * An absent text is an issue only when it is required.
 */
export function textIssues(
  value: unknown,
  path: Path,
  rule: { readonly min?: number; readonly max: number; readonly isRequired?: boolean },
): Issue[] {
  if (isAbsent(value)) return rule.isRequired === true ? [required(path)] : []
  if (typeof value === 'number') return textIssues(String(value), path, rule)
  if (typeof value !== 'string') {
    return [{ path, code: 'STRING_TYPE_CONVERT', message: 'Could not interpret the value as string.' }]
  }
  const min = rule.min ?? 0
  if (value.length >= min && value.length <= rule.max) return []
  if (value.length === 0 && rule.isRequired === true) return [required(path)]
  return [lengthIssue(path, min, rule.max)]
}

/** A list's length. */
export function countIssues(value: unknown, path: Path, min: number, max: number): Issue[] {
  if (!Array.isArray(value)) {
    return [{ path, code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used in a ListType' }]
  }
  return value.length >= min && value.length <= max ? [] : [lengthIssue(path, min, max)]
}

/** A whole number in a range; numeric strings pass, as they do on Discord. */
export function numberIssues(value: unknown, path: Path, min: number, max: number): Issue[] {
  if (isAbsent(value)) return []
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    return [{ path, code: 'NUMBER_TYPE_COERCE', message: 'Value is not an int.' }]
  }
  if (number < min) {
    return [{ path, code: 'NUMBER_TYPE_MIN', message: `int value should be greater than or equal to ${min}.` }]
  }
  if (number > max) {
    return [{ path, code: 'NUMBER_TYPE_MAX', message: `int value should be less than or equal to ${max}.` }]
  }
  return []
}

/** An address and its scheme; `schemes` without the colon. */
export function urlIssues(value: unknown, path: Path, schemes: readonly string[]): Issue[] {
  if (typeof value !== 'string' || value === '') return [required(path)]
  if (!URL.canParse(value)) return [{ path, code: 'URL_TYPE_INVALID_URL', message: 'Not a well formed URL.' }]
  const scheme = new URL(value).protocol.slice(0, -1)
  return schemes.includes(scheme)
    ? []
    : [
        {
          path,
          code: 'URL_TYPE_INVALID_SCHEME',
          message: `Scheme "${scheme}" is not supported. Scheme must be one of (${schemes.map((one) => `'${one}'`).join(', ')}).`,
        },
      ]
}

/** An id: digits, as a string (or a number, which Discord takes too). */
export function snowflakeIssues(value: unknown, path: Path): Issue[] {
  return /^\d{1,20}$/.test(String(value))
    ? []
    : [{ path, code: 'NUMBER_TYPE_COERCE', message: `Value "${String(value)}" is not snowflake.` }]
}

/** Values that occur more than once, each named once. */
export function repeated(values: readonly unknown[]): unknown[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))]
}

/** The nested `errors` tree of a 50035 answer. */
export function errorTree(issues: readonly Issue[]): Fields {
  const tree: Record<string, unknown> = {}
  for (const issue of issues) {
    let node = tree
    for (const step of issue.path) {
      const child = (node[step] ?? {}) as Record<string, unknown>
      node[step] = child
      node = child
    }
    const own = (node['_errors'] ?? []) as unknown[]
    node['_errors'] = [...own, { code: issue.code, message: issue.message }]
  }
  return tree
}

function lengthIssue(path: Path, min: number, max: number): Issue {
  return min === 0
    ? { path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${max} or fewer in length.` }
    : { path, code: 'BASE_TYPE_BAD_LENGTH', message: `Must be between ${min} and ${max} in length.` }
}
