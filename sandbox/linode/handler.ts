import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MovableClock } from '../discord/clock.js'
import { eventBody, instanceBody, pageBody, volumeBody } from './bodies.js'
import type { Fault, Faults, Operation } from './fault.js'
import { filtered } from './filter.js'
import type { JobFate } from './jobs.js'
import type { VolumeRecord } from './records.js'
import { errorsOf, invalid, notFound, Refusal, unauthorised } from './refusal.js'
import { routeOf } from './route.js'
import { send, sendHalf, sendPage } from './send.js'
import type { Attachment, LinodeWorld } from './world.js'

/** One request, as it was answered. Never its token. */
export type Seen = {
  readonly at: number
  readonly method: string
  /** With the version. */
  readonly path: string
  readonly query: string
  /** Undefined: no such route. */
  readonly operation: Operation | undefined
  readonly headers: {
    readonly connection?: string
    readonly cacheControl?: string
    readonly contentType?: string
    readonly filter?: string
  }
  readonly body: unknown
  /** 0: not answered, or only by a piece. */
  readonly status: number
  /** What was sent, if it was JSON. */
  readonly response: unknown
  readonly fault: Fault['kind'] | undefined
}

export type ApiSetup = {
  readonly world: LinodeWorld
  readonly clock: MovableClock
  readonly faults: Faults
  readonly token: () => string
  readonly username: string
  readonly hasIoReady: boolean
  readonly seen: (seen: Seen) => void
}

type Call = {
  readonly operation: Operation
  readonly id: number
  readonly query: URLSearchParams
  readonly filter: string | undefined
  readonly body: unknown
}

const MOST_BYTES = 1024 * 1024
const SLOW_MS = 1000

/** Answers one request, or not, as the faults say. Rejects only for a bug of the stand-in. */
export async function handle(setup: ApiSetup, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox')
  const method = request.method ?? 'GET'
  const route = routeOf(method, url.pathname)
  const { connection, 'cache-control': cacheControl, 'content-type': contentType, 'x-filter': given } = request.headers
  const filter = typeof given === 'string' ? given : undefined
  const body = jsonIn(await textOf(request))
  const fault = route === undefined ? undefined : setup.faults.take(route.operation, route.id)
  const told = (status: number, sent: unknown) => {
    setup.seen({
      at: setup.clock.now(),
      method,
      path: url.pathname,
      query: url.search.slice(1),
      operation: route?.operation,
      headers: {
        ...(connection === undefined ? {} : { connection }),
        ...(cacheControl === undefined ? {} : { cacheControl }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(filter === undefined ? {} : { filter }),
      },
      body,
      status,
      response: sent,
      fault: fault?.kind,
    })
  }
  if (fault?.kind === 'slow') await delay(setup.clock, fault.delayMs ?? SLOW_MS)
  const early = fault === undefined ? undefined : meet(fault, '', response)
  if (early !== undefined) return told(early.status, early.sent)
  let status = 200
  let answer: object
  try {
    if (request.headers.authorization !== `Bearer ${setup.token()}`) throw unauthorised()
    if (route === undefined) throw notFound()
    const call = { ...route, query: url.searchParams, filter, body }
    answer = act(
      setup,
      call,
      fault?.kind === 'job' ? (fault.fate ?? { kind: 'fails', message: 'it failed' }) : undefined,
    )
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    status = error.status
    answer = errorsOf(error)
  }
  const late = fault === undefined ? undefined : meet(fault, ' after doing', response, answer)
  if (late !== undefined) return told(late.status, late.sent)
  send(response, status, answer)
  told(status, answer)
}

/** What a fault answers instead, before or after the request was done; undefined: nothing at this moment. */
function meet(
  fault: Fault,
  when: '' | ' after doing',
  response: ServerResponse,
  answer?: object,
): { readonly status: number; readonly sent?: unknown } | undefined {
  const status = fault.status ?? 500
  switch (fault.kind) {
    case `status${when}`: {
      const sent = { errors: fault.errors ?? [{ reason: `Status ${status}` }] }
      send(response, status, sent, fault.retryAfter)
      return { status, sent }
    }
    case `page${when}`:
      sendPage(response, status)
      return { status }
    case `reset${when}`:
      response.socket?.destroy()
      return { status: 0 }
    case `no answer${when}`:
      return { status: 0 }
    case 'half a body':
    case 'half a body, then nothing':
    case 'half a body, properly ended':
      if (answer === undefined) return undefined
      sendHalf(response, answer, fault.kind)
      return { status: 0 }
    case 'other body':
      if (answer === undefined) return undefined
      send(response, fault.status ?? 200, fault.body)
      return { status: fault.status ?? 200, sent: fault.body }
    default:
      return undefined
  }
}

function act({ world, username, hasIoReady }: ApiSetup, call: Call, fate: JobFate | undefined): object {
  const { operation, id, query, filter, body } = call
  const by = { username, ...(fate === undefined ? {} : { fate }) }
  const shown = (volume: VolumeRecord): object => {
    const linode = volume.linodeId === null ? undefined : world.instance(volume.linodeId)
    return volumeBody(volume, linode?.label, hasIoReady)
  }
  switch (operation) {
    case 'get volume':
      return shown(world.volume(id) ?? raise(notFound()))
    case 'get instance':
      return instanceBody(world.instance(id) ?? raise(notFound()))
    case 'list attached volumes':
      if (world.instance(id) === undefined) throw notFound()
      return pageBody(world.attached(id).map(shown), query)
    case 'list events':
      return pageBody(filtered(world.events(), filter).map(eventBody), query)
    case 'attach volume':
      return shown(world.attach(id, attachmentIn(body), by))
    case 'detach volume':
      world.detach(id, by)
      return {}
    case 'shut down instance':
      world.shutDown(id, by)
      return {}
  }
}

function attachmentIn(body: unknown): Attachment {
  const fields = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
  const { linode_id: linodeId, persist_across_boots: isPersistent = true, config_id: configId } = fields
  if (linodeId === undefined) throw invalid('linode_id is required', 'linode_id')
  if (!Number.isInteger(linodeId)) throw invalid('Must be an integer', 'linode_id')
  if (typeof isPersistent !== 'boolean') throw invalid('Must be a boolean', 'persist_across_boots')
  if (configId !== undefined && !Number.isInteger(configId)) throw invalid('Must be an integer', 'config_id')
  return {
    linodeId: linodeId as number,
    isPersistent,
    ...(configId === undefined ? {} : { configId: configId as number }),
  }
}

function raise(error: Refusal): never {
  throw error
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('the request is larger than any that the stand-in takes')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function jsonIn(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function delay(clock: MovableClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve))
}
