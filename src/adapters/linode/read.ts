import type { Read } from '../../ports/linode.js'
import { pageIn } from './bodies.js'
import { call, notLinode, type Answer, type Api, type Request } from './call.js'
import { nothing, type Nothing } from './failure.js'
import { refused, unreachable } from './refusal.js'

const TRIES = 4
/** All waits of one read together. */
const LONGEST_WAIT_MS = 30_000
const FIRST_WAIT_MS = 1000
/** The most that Linode gives, and as many pages as 90 days of a busy volume need. */
const PAGE_SIZE = 500
const MOST_PAGES = 20

export async function readOne<T>(
  api: Api,
  limitMs: number,
  request: Request,
  parse: (json: unknown) => T | undefined,
): Promise<Read<T>> {
  const answer = await patiently(api, request, limitMs)
  if (answer.kind === 'refusal') return refused(answer, request.what)
  if (answer.kind === 'nothing') return unreachable(answer)
  const value = parse(answer.json)
  return value === undefined
    ? unreachable(notLinode(request.what, 'the JSON is not what it sends'))
    : { kind: 'done', value }
}

/** Every page, or none: what Linode counted must have come, each with an id of its own. */
export async function readAll<T extends { readonly id: number } | null>(
  api: Api,
  limitMs: number,
  request: Request,
  parse: (json: unknown) => T | undefined,
): Promise<Read<T[]>> {
  const found: T[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const asked = { ...request, path: `${request.path}?page=${page}&page_size=${PAGE_SIZE}` }
    const read = await readOne(api, limitMs, asked, (json) => {
      const listed = pageIn(json, page)
      const items = listed?.data.map(parse)
      return listed === undefined || items === undefined || items.includes(undefined)
        ? undefined
        : { ...listed, items: items.filter((item) => item !== undefined) }
    })
    if (read.kind !== 'done') return read
    const { items, pages, results } = read.value
    found.push(...items)
    if (page >= pages) {
      const isWhole = found.length === results && isDistinct(found)
      return isWhole ? { kind: 'done', value: found } : unreachable(changed(request))
    }
  }
  return unreachable(
    nothing('incomplete', true, `Linode has more than ${MOST_PAGES} pages when asked to ${request.what}`),
  )
}

/** Something was added or removed between two pages: read again. */
function changed({ what }: Request): Nothing {
  return nothing('incomplete', true, `The list changed between its pages when asked to ${what}`)
}

function isDistinct(items: readonly ({ readonly id: number } | null)[]): boolean {
  const ids = items.flatMap((item) => (item === null ? [] : [item.id]))
  return new Set(ids).size === ids.length
}

/** Waits out 429 as long as LONGEST_WAIT_MS allows; the refusal that is left says how long Linode still wants. */
async function patiently(api: Api, request: Request, limitMs: number): Promise<Answer> {
  let waitedMs = 0
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call(api, request, limitMs)
    if (answer.kind !== 'refusal' || answer.status !== 429 || attempt === TRIES) return answer
    const waitMs = Math.max(FIRST_WAIT_MS, answer.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1))
    if (waitedMs + waitMs > LONGEST_WAIT_MS) return answer
    waitedMs += waitMs
    try {
      await api.clock.sleep(waitMs, api.closing)
    } catch {
      return answer // closed: what was said last is still true
    }
  }
}
