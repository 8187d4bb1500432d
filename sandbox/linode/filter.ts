import type { EventRecord } from './records.js'
import { invalid } from './refusal.js'

type Test = (event: EventRecord) => boolean

/** Those of the events that X-Filter asks for, in its order; without one all, the oldest first. Throws a Refusal. */
export function filtered(events: readonly EventRecord[], header: string | undefined): readonly EventRecord[] {
  if (header === undefined) return events
  const { '+order_by': orderBy, '+order': order, ...conditions } = filterIn(header)
  const tests = Object.entries(conditions).map(([name, value]) => testOf(name, value))
  const found = events.filter((event) => tests.every((test) => test(event)))
  if (orderBy === undefined) return found
  if (orderBy !== 'created' && orderBy !== 'id') throw invalid('Cannot order by that', 'X-Filter')
  const ordered = [...found].sort((a, b) => (orderBy === 'id' ? a.id - b.id : a.createdAt - b.createdAt))
  return order === 'desc' ? ordered.reverse() : ordered
}

function filterIn(header: string): Readonly<Record<string, unknown>> {
  let filter: unknown
  try {
    filter = JSON.parse(header)
  } catch {
    filter = undefined
  }
  if (typeof filter === 'object' && filter !== null && !Array.isArray(filter)) {
    return filter as Readonly<Record<string, unknown>>
  }
  throw invalid('Cannot decode JSON', 'X-Filter')
}

/** The fields that the specification marks as filterable; the real one refuses the others too. */
function testOf(name: string, value: unknown): Test {
  switch (name) {
    case 'id':
      return ({ id }) => id === value
    case 'action':
      return ({ action }) => action === value
    case 'entity.id':
      return ({ entity }) => entity.id === value
    case 'entity.type':
      return ({ entity }) => entity.type === value
    case 'created':
      return timeTest(value)
    default:
      throw invalid(`Cannot filter on ${name}`, 'X-Filter')
  }
}

/** Compared as Linode shows them: to the second. */
function timeTest(value: unknown): Test {
  const bounds = typeof value === 'object' && value !== null ? Object.entries(value) : [['+eq', value] as const]
  const tests = bounds.map(([operator, text]): Test => {
    const bound = typeof text === 'string' ? Date.parse(`${text}Z`) : Number.NaN
    if (Number.isNaN(bound)) throw invalid('created must be a time such as 2018-01-01T00:01:01', 'X-Filter')
    const secondOf = (event: EventRecord) => Math.floor(event.createdAt / 1000) * 1000
    switch (operator) {
      case '+eq':
        return (event) => secondOf(event) === bound
      case '+gte':
        return (event) => secondOf(event) >= bound
      case '+gt':
        return (event) => secondOf(event) > bound
      case '+lte':
        return (event) => secondOf(event) <= bound
      case '+lt':
        return (event) => secondOf(event) < bound
      default:
        throw invalid(`Cannot filter by ${operator}`, 'X-Filter')
    }
  })
  return (event) => tests.every((test) => test(event))
}
