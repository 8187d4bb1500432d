import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'

import type { Seen } from '../../../sandbox/linode/handler.js'

type Json = Readonly<Record<string, unknown>>
type Asked = Pick<Seen, 'method' | 'path' | 'query' | 'body' | 'status' | 'response' | 'headers'>

/** Judges one request and its answer; each answer is a sentence. A path that the specification lacks is one too. */
export type Specification = (asked: Asked) => readonly string[]

const JSON_SCHEMA = ['content', 'application/json', 'schema'] as const

/** The operations that Lifeguard uses: of 3.6 MB nothing else is parsed. */
const PATHS = [
  '/account/events',
  '/linode/instances/{linodeId}',
  '/linode/instances/{linodeId}/shutdown',
  '/linode/instances/{linodeId}/volumes',
  '/volumes/{volumeId}',
  '/volumes/{volumeId}/attach',
  '/volumes/{volumeId}/detach',
].map((path) => `/{apiVersion}${path}`)

/**
 * Reads Linode's OpenAPI specification and judges requests and responses by it. What is loosened: `io_ready` is younger
 * than the specification, times have no zone in its own examples, and an event's message may be null, as it says.
 */
export function specification(file: string): Specification {
  const text = readFileSync(file, 'utf8')
  const paths = new Map(PATHS.map((path) => [path, pathItem(text, path)]))
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?$/)
  ajv.addFormat('ipv4', true) // on an array of them: it says nothing
  for (const name of ['ipv6/128', 'uuid']) ajv.addFormat(name, true)
  const compiled = new Map<unknown, ValidateFunction>()
  const judge = (schema: unknown, value: unknown): readonly string[] => {
    const validate = compiled.get(schema) ?? ajv.compile(loosened(schema) as Json)
    compiled.set(schema, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, keyword }) => `${instancePath || '/'} ${message ?? keyword}`,
    )
  }

  return ({ method, path, query, body, status, response, headers }) => {
    const what = `${method} ${path}`
    const found = [...paths].find(([pattern]) => fits(pattern, path))
    const operation = at(found?.[1], [method.toLowerCase()])
    if (found === undefined || operation === undefined) return [`${what}: not in the specification`]
    const request = at(operation, ['requestBody', ...JSON_SCHEMA])
    const isTaken = status >= 200 && status < 300
    const wrong: string[] = []
    if (request === undefined && body !== undefined) wrong.push('a body where none is specified')
    if (request !== undefined && isTaken) {
      wrong.push(...judge(request, body))
      if (headers.contentType !== 'application/json') wrong.push(`content type ${headers.contentType}`)
    }
    for (const [name, value] of new URLSearchParams(query)) {
      const schema = parametersOf(operation).get(name)
      if (schema === undefined) wrong.push(`no such parameter: ${name}`)
      else if (isTaken) wrong.push(...judge(schema, Number(value)).map((error) => `${name}: ${error}`))
    }
    if (isTaken) wrong.push(...(headers.filter === undefined ? [] : unfilterable(headers.filter, operation)))
    const answered = at(operation, ['responses', isTaken ? String(status) : 'default', ...JSON_SCHEMA])
    if (answered === undefined) return [`${what}: ${status} is not in the specification`]
    return [
      ...wrong.map((error) => `${what}, request: ${error}`),
      ...judge(answered, response).map((error) => `${what}, ${status} response: ${error}`),
    ]
  }
}

/** The lines of one path, which ends where the next begins; parsed alone. */
function pathItem(text: string, path: string): Json {
  const key = `\n  ${path}:\n`
  const start = text.indexOf(key)
  if (start === -1) throw new Error(`the specification lacks ${path}`)
  const within = text.slice(start + key.length)
  const end = within.search(/\n(?: {2})?\S/)
  const item = (parse(`${key}${within.slice(0, end)}\n`) as Json)[path] as Json
  if (JSON.stringify(item).includes('"$ref"')) throw new Error(`${path} refers to another part, which is not read`)
  return item
}

/** Fields of X-Filter that the specification does not mark as filterable. */
function unfilterable(header: string, operation: unknown): readonly string[] {
  const fields = at(at(operation, ['responses', '200', ...JSON_SCHEMA]), ['properties', 'data', 'items'])
  return Object.keys(JSON.parse(header) as Json)
    .filter((name) => !name.startsWith('+'))
    .filter((name) => {
      const pointer = name.split('.').flatMap((part) => ['properties', part])
      const description = at(fields, [...pointer, 'description'])
      return typeof description !== 'string' || !description.includes('__Filterable__')
    })
    .map((name) => `can not be filtered by ${name}`)
}

function parametersOf(operation: unknown): ReadonlyMap<string, unknown> {
  const parameters = at(operation, ['parameters'])
  const known = Array.isArray(parameters) ? (parameters as readonly Json[]) : []
  return new Map(known.filter((one) => one['in'] === 'query').map((one) => [String(one['name']), one['schema']]))
}

function fits(pattern: string, path: string): boolean {
  const parts = path.split('/')
  const wanted = pattern.split('/')
  return (
    parts.length === wanted.length &&
    wanted.every((part, index) =>
      part === '{apiVersion}' ? parts[index] === 'v4' : part.startsWith('{') || part === parts[index],
    )
  )
}

function loosened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosened)
  if (typeof value !== 'object' || value === null) return value
  const after: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, loosened(child)]),
  )
  // ajv takes `nullable` beside a type only; beside an allOf it would say nothing by OpenAPI's rules either.
  if (typeof after['type'] !== 'string') delete after['nullable']
  if (after['title'] !== 'Volume') return after
  return { ...after, properties: { ...(after['properties'] as Json), io_ready: { type: 'boolean' } } }
}

function at(value: unknown, pointer: readonly string[]): unknown {
  return pointer.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? (node as Json)[key] : undefined),
    value,
  )
}
