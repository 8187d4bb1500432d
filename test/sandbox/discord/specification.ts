import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { WireEntry } from '../../../sandbox/discord/record.js'

type Rest = Extract<WireEntry, { kind: 'rest' }>
type Json = Readonly<Record<string, unknown>>

/** Judges one line of a wire log; each answer is a sentence. A route that the specification lacks is one too. */
export type Specification = (entry: Rest) => readonly string[]

/**
 * Reads Discord's OpenAPI specification and judges requests and responses by it. Two things are loosened: Discord
 * takes a numeric string wherever it says integer, and says `oneOf` where several branches may fit.
 */
export function specification(file: string): Specification {
  const document = loosened(JSON.parse(readFileSync(file, 'utf8'))) as Json
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true, verbose: true })
  for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, format)
  ajv.addFormat('snowflake', /^(?:0|[1-9]\d*)$/)
  for (const name of ['nonce', 'int32', 'int64', 'double']) ajv.addFormat(name, true)
  ajv.addSchema(document, 'discord')

  const owners = new Map(typeOwners(document))
  const compiled = new Map<string, ValidateFunction>()
  const judge = (pointer: readonly string[], value: unknown): readonly string[] => {
    const key = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
    const validate = compiled.get(key) ?? ajv.compile({ $ref: `discord#/${encodeURI(key)}` })
    compiled.set(key, validate)
    if (validate(value)) return []
    return relevant(validate.errors ?? [], owners).map(
      (error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`,
    )
  }

  const paths = Object.keys(document['paths'] as Json)
  return (entry) => {
    const what = `${entry.method} ${entry.path}`
    const path = bestFit(paths, entry.path)
    const operation = path === undefined ? undefined : at(document, ['paths', path, entry.method.toLowerCase()])
    if (path === undefined || operation === undefined) return [`${what}: not in the specification`]
    const base = ['paths', path, entry.method.toLowerCase()]
    const isTaken = entry.status !== undefined && entry.status < 300
    const request = [...base, 'requestBody', 'content', 'application/json', 'schema']
    const asked =
      isTaken && entry.body !== undefined && at(document, request) !== undefined ? judge(request, entry.body) : []
    return [
      ...asked.map((error) => `${what}, request: ${error}`),
      ...answered(document, base, entry, judge).map((error) => `${what}, ${entry.status} response: ${error}`),
    ]
  }
}

function answered(
  document: Json,
  base: readonly string[],
  entry: Rest,
  judge: (pointer: readonly string[], value: unknown) => readonly string[],
): readonly string[] {
  if (entry.status === undefined) return []
  const status = String(entry.status)
  const found = [status, `${status[0] ?? ''}XX`].find(
    (name) => at(document, [...base, 'responses', name]) !== undefined,
  )
  if (found === undefined) return entry.status >= 500 ? [] : ['a status that the specification does not know']
  const reference = at(document, [...base, 'responses', found, '$ref'])
  const response = typeof reference === 'string' ? reference.slice(2).split('/') : [...base, 'responses', found]
  const schema = [...response, 'content', 'application/json', 'schema']
  if (at(document, schema) === undefined) return entry.response === undefined ? [] : ['a body where none is specified']
  return entry.response === undefined ? ['no body'] : judge(schema, entry.response)
}

/** The path that fits with the most literal parts: '@original' before any message id. */
function bestFit(paths: readonly string[], path: string): string | undefined {
  const parts = path.split('/')
  const isNamed = (part: string) => part.startsWith('{')
  return paths
    .filter((candidate) => {
      const pattern = candidate.split('/')
      return pattern.length === parts.length && pattern.every((part, index) => isNamed(part) || part === parts[index])
    })
    .sort((a, b) => a.split('/').filter(isNamed).length - b.split('/').filter(isNamed).length)[0]
}

/**
 * A union fails in every branch: only the branch of the payload's own `type` says what is wrong with it. `owners` finds
 * the object that a schema of a `type` belongs to.
 */
function relevant(errors: readonly ErrorObject[], owners: ReadonlyMap<unknown, Json>): readonly ErrorObject[] {
  const wrong = errors
    .filter((error) => error.instancePath.endsWith('/type'))
    .map((error) => owners.get(error.parentSchema))
    .filter((owner) => owner !== undefined)
    .flatMap((owner) => [owner, ...Object.values(owner['properties'] as Json)])
  const own = errors.filter((error) => error.keyword !== 'anyOf' && !wrong.includes(error.parentSchema as unknown))
  return own.length === 0 ? errors : own
}

function typeOwners(value: unknown): readonly (readonly [unknown, Json])[] {
  if (typeof value !== 'object' || value === null) return []
  const type = at(value, ['properties', 'type'])
  const inner = Object.values(value).flatMap(typeOwners)
  return type === undefined ? inner : [[type, value as Json], ...inner]
}

function loosened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosened)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, child]): [string, unknown] => [
    key === 'oneOf' ? 'anyOf' : key,
    loosened(child),
  ])
  const after: Record<string, unknown> = Object.fromEntries(entries)
  if ('enum' in after) return after
  if (after['type'] === 'integer') return { ...after, type: ['integer', 'string'] }
  if (Array.isArray(after['type']) && after['type'].includes('integer')) {
    return { ...after, type: [...new Set([...(after['type'] as unknown[]), 'string'])] }
  }
  return after
}

function at(value: unknown, pointer: readonly string[]): unknown {
  return pointer.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? (node as Json)[key] : undefined),
    value,
  )
}
