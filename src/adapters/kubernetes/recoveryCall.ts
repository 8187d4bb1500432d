import { request as plainRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'

import type { Clock } from '../../ports/clock.js'
import type { ClusterProblem } from '../../ports/cluster.js'
import type { Access } from './access.js'
import { unlessAborted } from './limit.js'
import type { Limit } from './limit.js'
import { failure, hung, networkFailure } from './problem.js'
import { pathOf, phraseOf } from './recoveryRight.js'
import type { Right } from './recoveryRight.js'

const MOST_BYTES = 64 * 1024 * 1024

const METHODS = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const

export type Asked = {
  readonly right: Right
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** The whole answer. `json` is undefined when a refusal's body was none. */
export type Reply = {
  readonly kind: 'reply'
  readonly status: number
  readonly json: unknown
  /** The API server's clock, epoch ms in whole seconds; the bot's where it did not say. */
  readonly serverNow: number
  readonly retryAfterMs: number | undefined
}

/** `wasSent` false: no connection was made, so the API server never saw the request. */
export type NoReply = { readonly kind: 'no reply'; readonly wasSent: boolean; readonly problem: ClusterProblem }

/** One request and its answer. `within` bounds it; its owner ends it. Never rejects, never repeats. */
export async function send(
  { access, clock }: { readonly access: Access; readonly clock: Clock },
  { right, query = {}, body }: Asked,
  within: Limit,
): Promise<Reply | NoReply> {
  const sent = { isSo: false }
  let end = (): void => undefined
  try {
    // Credentials may come from a program, which may hang as well.
    const options = await unlessAborted(access.options(), within.signal)
    const url = new URL(access.server.pathname.replace(/\/$/, '') + pathOf(right), access.server)
    url.search = new URLSearchParams(query).toString()
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const request = (url.protocol === 'http:' ? plainRequest : tlsRequest)(url, {
      ...options,
      method: METHODS[right.verb],
      headers: { ...(options.headers as OutgoingHttpHeaders | undefined), ...headersFor(right, bytes) },
    })
    end = () => void request.destroy()
    request.on('error', () => undefined) // what comes after the head belongs to the response
    request.once('socket', (socket) => noteSending(socket, url.protocol === 'https:', sent))
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', reject)
    })
    request.end(bytes)
    const response = await unlessAborted(answered, within.signal)
    return await replyOf(response, right, within, clock)
  } catch (error) {
    const { problem } = within.signal.aborted ? stopped(right, within) : networkFailure(error, access.server.host)
    return { kind: 'no reply', wasSent: sent.isSo, problem }
  } finally {
    end()
  }
}

/**
 * The length is said: Node frames no body of a DELETE by itself, and preconditions in one that is not framed are not
 * seen; the API server then deletes whatever bears the name.
 */
function headersFor({ verb }: Right, bytes: Buffer | undefined): OutgoingHttpHeaders {
  if (bytes === undefined) return { accept: 'application/json' }
  const type = verb === 'patch' ? 'application/merge-patch+json' : 'application/json'
  return { accept: 'application/json', 'content-type': type, 'content-length': bytes.length }
}

/** A socket that is not connected has carried nothing; one that came connected (a proxy's) may have. */
function noteSending(socket: Socket, isTls: boolean, sent: { isSo: boolean }): void {
  if (!socket.connecting) sent.isSo = true
  else socket.once(isTls ? 'secureConnect' : 'connect', () => (sent.isSo = true))
}

async function replyOf(response: IncomingMessage, right: Right, within: Limit, clock: Clock): Promise<Reply | NoReply> {
  response.on('error', () => undefined)
  const status = response.statusCode ?? 0
  const date = Date.parse(response.headers.date ?? '')
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN)
  const head = {
    kind: 'reply',
    status,
    serverNow: Number.isNaN(date) ? clock.now() : date,
    retryAfterMs: seconds >= 0 ? seconds * 1000 : undefined,
  } as const
  const json = await bodyOf(response, within)
  // A refusal says enough by its status. A success whose body is not whole says nothing of what became of it.
  if (json !== undefined || status >= 300) return { ...head, json }
  const { problem } = within.signal.aborted
    ? stopped(right, within)
    : failure('incomplete', `The API server's answer to ${phraseOf(right)} is not whole`)
  return { kind: 'no reply', wasSent: true, problem }
}

/** Undefined: cut short, too large, no JSON, or out of time. */
async function bodyOf(response: IncomingMessage, within: Limit): Promise<unknown> {
  try {
    const text = await unlessAborted(textOf(response), within.signal)
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

async function textOf(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > MOST_BYTES) return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Told apart by whose signal fired, not by the error: that differs by the moment. */
function stopped(right: Right, within: Limit): ReturnType<typeof failure> {
  return within.isOver() ? hung(phraseOf(right), within.ms) : failure('other', `${phraseOf(right)} was given up`)
}
