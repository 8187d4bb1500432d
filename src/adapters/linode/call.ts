import type { Clock } from '../../ports/clock.js'
import type { Secret } from '../../ports/config.js'
import { reasonsIn, type Reason } from './bodies.js'
import { networkFailure, nothing, type Nothing } from './failure.js'
import { limit, type Limit } from './limit.js'

/** 500 events are about 400 kB; what is larger than this is not Linode's. */
const MOST_BYTES = 8 * 1024 * 1024

export type Api = {
  /** Without a slash at its end and without the version. */
  readonly base: string
  readonly token: Secret
  readonly clock: Clock
  /** Fires when the adapter is closed. */
  readonly closing: AbortSignal
}

export type Request = {
  /** `read volume 12345`, for sentences. */
  readonly what: string
  readonly method: 'GET' | 'POST'
  /** Behind `/v4`. */
  readonly path: string
  readonly filter?: string
  readonly body?: object
}

export type Answer =
  | { readonly kind: 'answer'; readonly json: unknown }
  | {
      readonly kind: 'refusal'
      readonly status: number
      readonly reasons: readonly Reason[]
      readonly retryAfterMs?: number
    }
  | Nothing

/** One request, sent once at most, over within `withinMs`. Never rejects. */
export async function call(api: Api, request: Request, withinMs: number): Promise<Answer> {
  if (api.closing.aborted) return nothing('closed', false, `Lifeguard is stopping and did not ${request.what}`)
  if (withinMs <= 0) return nothing('hung', false, `There was no time left to ${request.what}`)
  const headers = headersOf(api.token.reveal(), request)
  if (headers === undefined) {
    return nothing('misconfigured', false, 'The Linode token is empty, or holds characters that no header can')
  }
  const within = limit(api.clock, withinMs, api.closing)
  const { host } = new URL(api.base)
  try {
    const response = await fetch(`${api.base}/v4${request.path}`, {
      method: request.method,
      headers,
      redirect: 'manual', // a page that sends us elsewhere is not the API
      signal: within.signal,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    })
    const text = await textOf(response)
    return read(response, text?.replaceAll(api.token.reveal(), '[secret]'), request, api.clock)
  } catch (error) {
    return within.signal.aborted ? stopped(request, within) : networkFailure(error, host)
  } finally {
    within.end()
  }
}

/** Undefined: the token can't be sent. The error would repeat it. */
function headersOf(token: string, { filter, body }: Request): Headers | undefined {
  if (token === '') return undefined
  try {
    return new Headers({
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      // A connection kept from an earlier call may be closed by now, and a write on it would be lost for nothing.
      connection: 'close',
      // What a proxy remembers proves nothing about a volume now.
      'cache-control': 'no-cache',
      ...(filter === undefined ? {} : { 'x-filter': filter }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    })
  } catch {
    return undefined
  }
}

/**
 * Only what has Linode's own form is its answer. Proxies and portals speak with any status, and a 404 page of theirs
 * must not pass for a volume that is gone; 408 and 5xx say nothing about what was done. A 429 is believed in any form.
 */
function read(response: Response, text: string | undefined, { what }: Request, clock: Clock): Answer {
  const { status } = response
  if (status === 408 || status >= 500) {
    return nothing('server error', true, `Linode answered ${status} when asked to ${what}`)
  }
  const json = text === undefined ? undefined : jsonIn(text)
  const reasons = reasonsIn(json)
  if (status === 429) {
    const retryAfterMs = retryAfterIn(response.headers.get('retry-after'), clock.now())
    return { kind: 'refusal', status, reasons: reasons ?? [], ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
  if (response.ok && json !== undefined) return { kind: 'answer', json }
  if (status >= 400 && reasons !== undefined) return { kind: 'refusal', status, reasons }
  return notLinode(what, `${status} and no ${response.ok ? 'whole JSON' : 'list of errors'}`)
}

/** What was asked for came, but not as Linode says it. */
export function notLinode(what: string, how: string): Nothing {
  return nothing('not Linode', true, `What answered when asked to ${what} is not Linode's API: ${how}`)
}

/** Told apart by whose signal fired, not by the error. */
function stopped({ what }: Request, within: Limit): Nothing {
  return within.isOver()
    ? nothing('hung', true, `Linode did not answer within ${within.ms / 1000} s when asked to ${what}`)
    : nothing('closed', true, `Lifeguard is stopping and gave up waiting for Linode to ${what}`)
}

/** Undefined: too large. */
async function textOf(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Seconds, or a date by a clock that may differ from ours: a wait in the past is none. */
function retryAfterIn(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
