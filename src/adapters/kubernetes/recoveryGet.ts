import type { Found, Listed } from '../../ports/recoveryCluster.js'
import type { Ask } from './recoveryApi.js'
import { incomplete, isAbsent, unread, unreadBecause } from './recoveryAnswer.js'
import type { Right } from './recoveryRight.js'
import type { Raw, RawMeta } from './recoveryRaw.js'

const PAGE = '500'

/** Null: the object makes no sense, and with it the answer it came in. */
export type Translate<R, T> = (raw: R, serverNow: number) => T | null

/** One object by its name. No resourceVersion is sent: that is the GET which is answered from etcd and not from a cache. */
export async function get<R extends Raw, T>(ask: Ask, right: Right, translate: Translate<R, T>): Promise<Found<T>> {
  const reply = await ask({ right })
  if (reply.kind === 'no reply') return unread(reply.problem)
  if (isAbsent(right, reply)) return { kind: 'absent' }
  if (reply.status !== 200) return unreadBecause(right, reply)
  const raw = reply.json as R | null
  const value = raw?.metadata?.name === right.name ? translate(raw as R, reply.serverNow) : null
  return value === null ? incomplete(right) : { kind: 'found', value }
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
  for (;;) {
    const reply = await ask({
      right,
      query: { limit: PAGE, ...query, ...(token === undefined ? {} : { continue: token }) },
    })
    if (reply.kind === 'no reply') return unread(reply.problem)
    if (reply.status === 410) return 'expired'
    if (reply.status !== 200) return unreadBecause(right, reply)
    const page = reply.json as RawPage<R> | null
    if (!Array.isArray(page?.items)) return incomplete(right)
    for (const raw of page?.items ?? []) {
      const value = translate(raw, reply.serverNow)
      if (value === null) return incomplete(right)
      items.push(value)
    }
    const next = page?.metadata?.continue ?? ''
    if (next === '' && (page?.metadata?.remainingItemCount ?? 0) === 0) return { kind: 'listed', items }
    // The end of a list that says there is more, or the same page again: asked for until the time is up.
    if (next === '' || next === token) return incomplete(right)
    token = next
  }
}
