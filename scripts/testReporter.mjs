/**
 * Reporter of one test file, for scripts/test.mjs: one JSON object a line.
 *   { name, outcome: 'passed' | 'failed' | 'skipped', detail? }   name: from the outermost suite on, ` > ` between
 *   { note }                                                      what node says beside it, as of an error after a test's end
 *   { end: true }                                                 every test has been reported
 */
import { inspect } from 'node:util'

/** What node counts at the end; it is counted elsewhere. */
const COUNT = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /

// oxlint-disable-next-line import/no-default-export -- node asks a reporter for it
export default async function* report(events) {
  /** Names of the tests begun, by depth. */
  const path = []
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      path.length = data.nesting
      path[data.nesting] = data.name
      continue
    }
    if (type === 'test:diagnostic' && !COUNT.test(data.message)) yield `${JSON.stringify({ note: data.message })}\n`
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const name = [...path.slice(0, data.nesting), data.name].join(' > ')
    const test = outcomeOf(type, data)
    if (test !== undefined) yield `${JSON.stringify({ name, ...test })}\n`
  }
  yield `${JSON.stringify({ end: true })}\n`
}

/** Undefined for what is told by its parts: a suite, and a test that failed only because a test in it did. */
function outcomeOf(type, { skip, todo, details }) {
  const isSuite = details.type === 'suite'
  if (skip !== undefined && skip !== false) {
    return { outcome: 'skipped', detail: typeof skip === 'string' && skip !== '' ? skip : 'no reason given' }
  }
  if (type === 'test:pass') return isSuite ? undefined : { outcome: 'passed' }
  if (todo !== undefined && todo !== false)
    return { outcome: 'failed', detail: 'marked as todo: finish it or remove it' }
  const { error } = details
  if (error.failureType === 'subtestsFailed') return undefined
  return { outcome: 'failed', detail: inspect(error.cause ?? error, { depth: 6 }) }
}
