import { nearest } from './nearest.js'
import type { Place, Report } from './problem.js'
import type { Quote } from './quote.js'
import type { Parser } from './value.js'
import { hasFileTwin, isSecret, VARIABLE_NAMES } from './variables.js'
import type { VariableName } from './variables.js'

export type Variables = Readonly<Record<string, string | undefined>>

/** Gives a file's text; throws when it cannot. */
export type ReadFile = (path: string) => string

/** A variable that is set: its text, and the name it was set by (`PGPASSWORD` or `PGPASSWORD_FILE`). */
export type Given = { readonly text: string; readonly where: string }

export type Environment = ReadonlyMap<VariableName, Given>

/** Prefixes of ours. Others' variables share them (`SITE_PORT` is made by Kubernetes), so only near misses are told. */
const PREFIX =
  /^(DISCORD|ROLE|SERVER|PG|CANARY|SCHEDUL|TOTAL|SITE|CONFIRM|HOLD|STALE|PROTECTED|NO_DATA|CAME_BACK|KUBERNETES|POD_RANGE|POOLER|KNOWN_HOST|DATA|LOG|LIFEGUARD)/
/** Prefixes that few others use: a miss may be farther. */
const OWN_PREFIX = /^(DISCORD|ROLE|CANARY|STALE|PROTECTED|LIFEGUARD)_/
/** What Kubernetes itself tells a pod of every Service beside it, `kubernetes` first. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//
/** Variables of libpq that resemble ours. */
const LIBPQ = ['PGSSLCRL', 'PGSSLSNI', 'PGDATA', 'PGHOSTADDR', 'PGPASSFILE', 'PGSSLKEYLOGFILE']

/** The text of a variable or of the file its `_FILE` twin names. Empty counts as unset; one newline at a file's end is cut. */
export function readVariable(
  name: string,
  input: { readonly env: Variables; readonly readFile: ReadFile; readonly report: Report },
): Given | undefined {
  const twin = `${name}_FILE`
  const text = set(ownOf(input.env, name))
  const path = set(ownOf(input.env, twin))
  if (path === undefined) return text === undefined ? undefined : { text, where: name }
  if (text !== undefined) {
    input.report({ where: name, message: `is set, and so is ${twin}: keep one of them` })
    return { text, where: name }
  }
  const content = readText(path, { ...input, place: { where: twin } })?.replace(/\r?\n$/, '')
  if (content === '') input.report({ where: twin, message: 'names an empty file; expected one that holds the value' })
  return { text: content ?? '', where: twin }
}

/** Reads every variable we know. Those set by an unreadable file are there, with an empty text and a problem told. */
export function readEnvironment(env: Variables, readFile: ReadFile, report: Report): Environment {
  const given = new Map<VariableName, Given>()
  for (const name of VARIABLE_NAMES) {
    const source = hasFileTwin(name) ? env : { [name]: env[name] }
    const value = readVariable(name, { env: source, readFile, report })
    if (value !== undefined) given.set(name, isSecret(name) ? value : { ...value, text: value.text.trim() })
  }
  return given
}

/** Reports variables that look like ours but are not, such as ROLE_OPERATR. `referenced`: names the file refers to. */
export function reportTypos(env: Variables, referenced: readonly string[], report: Report): void {
  const known: readonly string[] = [
    ...VARIABLE_NAMES,
    ...VARIABLE_NAMES.filter(hasFileTwin).map((name) => `${name}_FILE`),
  ]
  const others = new Set([...known, ...LIBPQ, ...referenced, ...referenced.map((name) => `${name}_FILE`)])
  for (const name of Object.keys(env)) {
    if (others.has(name) || set(env[name]) === undefined || !PREFIX.test(name)) continue
    if (SERVICE_LINK.test(name) || (name.endsWith('_PORT') && SERVICE_ADDRESS.test(env[name] ?? ''))) continue
    const isOurs = OWN_PREFIX.test(name)
    const meant = nearest(name, known, isOurs ? 3 : name.length < 8 ? 1 : 2)
    if (meant !== undefined) report({ where: name, message: `is not a setting. Did you mean ${meant}?` })
  }
}

/** Understands one variable. Unset, or not understood (which is reported): `undefined`. */
export function understand<T>(
  given: Given | undefined,
  parser: Parser<T>,
  { report, quote, secret = false }: { readonly report: Report; readonly quote: Quote; readonly secret?: boolean },
): T | undefined {
  if (given === undefined || given.text === '') return undefined
  const value = parser.parse(given.text)
  if (value === undefined) {
    const hint = parser.hint === undefined ? '' : `. ${parser.hint}`
    const subject = secret ? 'the value (not shown)' : quote(given.text)
    report({ where: given.where, message: `${subject} is not ${parser.what}${hint}` })
  }
  return value
}

/** A file's text, or a problem at `place` that says why not. */
export function readText(
  path: string,
  {
    readFile,
    report,
    place,
  }: {
    readonly readFile: ReadFile
    readonly report: Report
    readonly place: Place
  },
): string | undefined {
  try {
    return readFile(path)
  } catch (error) {
    report({
      ...place,
      message: `names a file that cannot be read (${reasonOf(error)}); expected the path of a readable file`,
    })
    return undefined
  }
}

/** The system's error code. The message is left out: it may quote what was read. */
function reasonOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown reason'
}

/** A file may refer to any name, `constructor` too, which every object has. */
function ownOf(env: Variables, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}

function set(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}
