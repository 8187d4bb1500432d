const SECRET = '[secret]'
const DEPTH_LIMIT = 8

/** Field names whose value is never printed, at any depth and in any spelling (`db_password`, `X-Auth-Token`). */
const SECRET_NAME = /passw(or)?d|passphrase|pgpass|token|secret|authorization|cookie|api[-_]?key|private[-_]?key|dsn$/i

/** Shorter values would take innocent words out of every line. */
const SHORTEST_KNOWN_SECRET = 6

/** Ways in which secrets stand in free text: an error's message, a URL, a line of a library's own. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // user:password@ of a URL, up to its last @: passwords hold / and @ that nobody encoded
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s"'`<>]*@/gi, `$1${SECRET}@`],
  // password=… as in a connection string of libpq or a URL's query
  [
    /((?:passw(?:or)?d|passphrase|token|secret|api[-_]?key|signature)\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&;,'"]+)/gi,
    `$1${SECRET}`,
  ],
  // "password":"…" as in JSON that became text
  [/("[^"]*(?:passw(?:or)?d|passphrase|token|secret|authorization)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gi, `$1"${SECRET}"`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{16,}/gi, `$1 ${SECRET}`],
  [/\b[\w-]{20,500}\.[\w-]{5,5000}\.[\w-]{20,}/g, SECRET], // a bot's token, or a JSON Web Token; bounded to stay linear
  [/(\/(?:webhooks|interactions)\/\d+\/)[^\s/?"']+/gi, `$1${SECRET}`], // whoever has it may answer in our name
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, SECRET],
]

/** Takes secrets out of what is to be logged. It is the second net: the first is not to log them. */
export type Scrub = {
  text(text: string): string
  /** A copy as plain data; errors become objects of the few fields that we print. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown>
}

/** `known` are secrets in clear; each is taken out wherever it stands, as it is and as a URL would spell it. */
export function scrubber(known: readonly string[]): Scrub {
  const spelled = known
    .filter((secret) => secret.length >= SHORTEST_KNOWN_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length) // of two that overlap the longer goes first, and leaves no rest

  function text(value: string): string {
    let clean = value
    for (const secret of spelled) clean = clean.replaceAll(secret, SECRET)
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement)
    return clean
  }

  function fields(record: object, depth: number): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        text(name),
        SECRET_NAME.test(name) && value !== undefined ? SECRET : plain(value, depth),
      ]),
    )
  }

  function plain(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEPTH_LIMIT) return '[deep]' // also ends a circle
    if (value instanceof Error) return error(value, depth)
    if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (value instanceof Map) return plain([...value], depth)
    if (value instanceof Set) return plain([...value], depth)
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if ('reveal' in value) return SECRET
    return fields(value, depth + 1)
  }

  // A list of what may be printed, since libraries hang requests, bodies and SQL on their errors.
  function error(value: Error, depth: number): Record<string, unknown> {
    const printed: Record<string, unknown> = {
      type: value.name,
      message: text(value.message),
      stack: text(value.stack ?? ''),
    }
    for (const name of ['code', 'status', 'routine', 'dependency', 'syscall', 'address', 'port', 'cause', 'errors']) {
      const found: unknown = Reflect.get(value, name)
      if (found !== undefined) printed[name] = plain(found, depth + 1)
    }
    return printed
  }

  return { text, fields: (record) => fields(record, 0) }
}
