import { request as plainRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as tlsRequest } from 'node:https'

import type { Clock } from '../../ports/clock.js'
import type { Access } from './access.js'
import { limit, unlessAborted } from './limit.js'
import type { Limit } from './limit.js'
import { failure, hung, networkFailure, refusal } from './problem.js'
import type { Failure, Right } from './problem.js'

/** No page of 500 objects is so large, and no event; what is larger would end the process for want of memory. */
const MOST_BYTES = 64 * 1024 * 1024

/** When a request was sent and its headers came, by the bot's clock, and the server's own Date (seconds), if it told. */
export type Timing = { readonly sentAt: number; readonly answeredAt: number; readonly date: number | undefined }

export type Answer = { readonly kind: 'answer'; readonly json: unknown; readonly timing: Timing }

export type Call = {
  readonly access: Access
  readonly clock: Clock
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly right: Right
}

/*
 * Why not the library's own API classes and Watch (1.4.0), but its KubeConfig (credentials, TLS, proxy) under node:https:
 * a typed LIST costs five times its JSON.parse and holds the event loop for 100 to 200 ms per 500 pods; a Watch can't be
 * aborted before its headers came, which on a hung server is never; and it drops lines it can't parse without a word.
 */

/** One GET, whole or not at all. `within` bounds it; its owner ends it. Never rejects. */
export async function getJson(call: Call, within: Limit): Promise<Answer | Failure> {
  const begun = await begin(call, within)
  if (begun.kind === 'failed') return begun
  try {
    const text = await unlessAborted(textOf(begun.response), within.signal)
    if (text === undefined) {
      const { verb, resource } = call.right
      return failure('other', `The API server's answer to ${verb} ${resource} is larger than 64 MB`)
    }
    // A body cut short ends with an error where its length was known, and by here where it was not.
    return { kind: 'answer', json: JSON.parse(text) as unknown, timing: begun.timing }
  } catch (error) {
    if (within.signal.aborted) return stopped(call, within)
    const { verb, resource } = call.right
    if (error instanceof SyntaxError) {
      return failure('incomplete', `The API server's answer to ${verb} ${resource} is not whole JSON`)
    }
    return begun.response.complete
      ? networkFailure(error, call.access.server.host)
      : failure('incomplete', `The API server's answer to ${verb} ${resource} broke off`)
  } finally {
    begun.end()
  }
}

export type Stream = {
  readonly kind: 'stream'
  /** Whole lines, as they come; returns when the server ends the answer, throws when it breaks off. */
  readonly lines: AsyncIterable<readonly string[]>
  readonly end: () => void
}

/** One GET that goes on: only its head is bounded by `headMs`; `stop` ends it. Never rejects. */
export async function openStream(call: Call, headMs: number, stop: AbortSignal): Promise<Stream | Failure> {
  const head = limit(call.clock, headMs, stop)
  const begun = await begin(call, head)
  head.end()
  if (begun.kind === 'failed') return begun
  const { response, end } = begun
  if (stop.aborted) end()
  else stop.addEventListener('abort', end, { once: true })
  return {
    kind: 'stream',
    lines: linesOf(response),
    end() {
      stop.removeEventListener('abort', end)
      end()
    },
  }
}

type Begun = {
  readonly kind: 'begun'
  readonly response: IncomingMessage
  readonly timing: Timing
  /** Closes the socket: an answer we are done with must not keep one. */
  readonly end: () => void
}

async function begin(call: Call, within: Limit): Promise<Begun | Failure> {
  const { access, clock, path, query, right } = call
  try {
    // Credentials may come from a program, which may hang as well.
    const options = await unlessAborted(access.options(), within.signal)
    const url = new URL(access.server.pathname.replace(/\/$/, '') + path, access.server)
    url.search = new URLSearchParams(query).toString()
    const headers = { ...(options.headers as OutgoingHttpHeaders | undefined), accept: 'application/json' }
    const sentAt = clock.now()
    const request = (url.protocol === 'http:' ? plainRequest : tlsRequest)(url, {
      ...options,
      headers,
    })
    // An error after the head belongs to the response; without a listener it would end the process.
    request.on('error', () => undefined)
    const end = (): void => void request.destroy()
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', reject)
    })
    request.end()
    let response: IncomingMessage
    try {
      response = await unlessAborted(answered, within.signal)
    } catch (error) {
      end()
      throw error
    }
    response.on('error', () => undefined)
    const status = response.statusCode ?? 0
    if (status !== 200) {
      end()
      return refusal(status, right)
    }
    const date = Date.parse(response.headers.date ?? '')
    const timing = { sentAt, answeredAt: clock.now(), date: Number.isNaN(date) ? undefined : date }
    return { kind: 'begun', response, timing, end }
  } catch (error) {
    return within.signal.aborted ? stopped(call, within) : networkFailure(error, access.server.host)
  }
}

/** Told apart by whose signal fired, not by the error: that differs by version and by the moment. */
function stopped({ right }: Call, within: Limit): Failure {
  return within.isOver()
    ? hung(`${right.verb} ${right.resource}`, within.ms)
    : failure('other', `${right.verb} ${right.resource} was given up`)
}

/** Undefined: too large. */
async function textOf(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > MOST_BYTES) return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<readonly string[]> {
  response.setEncoding('utf8')
  let rest = ''
  for await (const chunk of response) {
    const parts = (rest + (chunk as string)).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > MOST_BYTES) throw new Error('a line without an end')
    const lines = parts.filter((line) => line.trim() !== '')
    if (lines.length > 0) yield lines
  }
}
