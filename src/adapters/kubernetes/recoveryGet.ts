import type { Found, Listed } from '../../ports/recoveryCluster.js'
import type { Ask } from './recoveryApi.js'
import { incomplete, isAbsent, unread, unreadBecause } from './recoveryAnswer.js'
import type { Reply } from './recoveryCall.js'
import type { Right } from './recoveryRight.js'
import type { Raw, RawMeta } from './recoveryRaw.js'

const PAGE = '500'
/** 50,000 objects: no namespace has so many pods, and a list that goes on is one that never ends. */
const MOST_PAGES = 100

/** Null: the object makes no sense, and with it the answer it came in. */
export type Translate<R, T> = (raw: R, serverNow: number) => T | null

/** One object by its name. No resourceVersion is sent: that is the GET which is answered from etcd and not from a cache. */
export async function get<R extends Raw, T>(ask: Ask, right: Right, translate: Translate<R, T>): Promise<Found<T>> {
  const reply = await ask({ right })
  if (reply.kind === 'no reply') return unread(reply.problem)
  if (isAbsent(right, reply)) return { kind: 'absent' }
  if (reply.status !== 200) return unreadBecause(right, reply)
  const value = translated(right.name, reply, translate)
  return value === null ? incomplete(right) : { kind: 'found', value }
}

/** Of the object of that name in the answer; null when it shows another, or what makes no sense. */
export function translated<R extends Raw, T>(
  name: string | undefined,
  { json, serverNow }: Reply,
  translate: Translate<R, T>,
): T | null {
  const raw = json as R | null
  return raw?.metadata?.name === name ? attempt(() => translate(raw as R, serverNow)) : null
}

/** What is not shaped as the API's reference says can't be read field by field; that must not end a run. */
function attempt<T>(translate: () => T | null): T | null {
  try {
    return translate()
  } catch {
    return null
  }
}

/** A whole collection as of one moment, or nothing. */
export async function list<R, T>(
  ask: Ask,
  right: Right,
  translate: Translate<R, T>,
  query: Readonly<Record<string, string>> = {},
): Promise<Listed<T>> {
  const first = await listOnce(ask, right, translate, query)
  // It took so long that the server forgot its beginning: what came is of two times, so all over again.
  return first === 'expired' ? orUnread(right, await listOnce(ask, right, translate, query)) : first
}

function orUnread<T>(right: Right, listed: Listed<T> | 'expired'): Listed<T> {
  if (listed !== 'expired') return listed
  return unread({
    why: 'incomplete',
    detail: `The API server forgot what ${right.verb} ${right.resource} had begun with`,
  })
}

type RawPage<R> = {
  readonly items?: readonly R[] | null
  readonly metadata?: RawMeta & { readonly continue?: string; readonly remainingItemCount?: number }
}

async function listOnce<R, T>(
  ask: Ask,
  right: Right,
  translate: Translate<R, T>,
  query: Readonly<Record<string, string>>,
): Promise<Listed<T> | 'expired'> {
  const items: T[] = []
  let token: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const reply = await ask({
      right,
      query: { limit: PAGE, ...query, ...(token === undefined ? {} : { continue: token }) },
    })
    if (reply.kind === 'no reply') return unread(reply.problem)
    if (reply.status === 410) return 'expired'
    if (reply.status !== 200) return unreadBecause(right, reply)
    const body = reply.json as RawPage<R> | null
    if (!Array.isArray(body?.items)) return incomplete(right)
    for (const raw of body?.items ?? []) {
      const value = attempt(() => translate(raw, reply.serverNow))
      if (value === null) return incomplete(right)
      items.push(value)
    }
    const next = body?.metadata?.continue ?? ''
    if (next === '' && (body?.metadata?.remainingItemCount ?? 0) === 0) return { kind: 'listed', items }
    // The end of a list that says there is more, or the same page again: asked for until the time is up.
    if (next === '' || next === token) return incomplete(right)
    token = next
  }
  return incomplete(right)
}
