import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MovableClock } from '../../discord/clock.js'
import type { Fault, Faults } from '../fault.js'
import type { JsonObject } from '../store/object.js'
import { accessReview, answerOf } from './answer.js'
import { objectIn, readBody } from './body.js'
import { discovery } from './discovery.js'
import { refusalFor } from './faultRefusal.js'
import { forbidden, methodNotAllowed, noSuchPath, Refusal, statusOf, unauthorized } from './refusal.js'
import { askedBy, type Rights } from './rights.js'
import { type Target, targetOf } from './target.js'
import { type OpenWatch, openWatch, type WatchSetup } from './watch.js'
import type { Answer, Writes } from './write.js'

/** One request, as it was answered: 0 when it was not. */
export type Seen = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly verb: string | undefined
  /** With its group, and its subresource: `deployments.apps/scale`. */
  readonly resource: string | undefined
  readonly code: number
  /** As it came; empty where none was framed, or nobody read it. */
  readonly body: string
}

export type ApiSetup = WatchSetup &
  Writes & {
    readonly token: () => string
    readonly user: string
    readonly rights: Rights
    readonly faults: Faults
    readonly clock: MovableClock
    readonly watches: Set<OpenWatch>
    readonly seen: (seen: Seen) => void
  }

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const SLOW_MS = 1000

/** Answers one request, or not, as the faults say. Rejects only for a bug of the stand-in. */
export async function handle(setup: ApiSetup, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox')
  const method = request.method ?? 'GET'
  let target: Target | undefined
  let code = 0
  let text = ''
  const read = async (): Promise<string> => (text = await readBody(request))
  try {
    target = targetOf(method, url)
    const fault = takeFault(setup.faults, target, url)
    if (fault?.kind === 'slow') await delay(setup.clock, fault.delayMs ?? SLOW_MS)
    code = await meet(setup, { request, response, method, url, target, read }, fault)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    code = error.code
    send(response, code, statusOf(error), error.retryAfterSeconds)
  } finally {
    const asked = target === undefined ? undefined : askedBy(target)
    setup.seen({
      method,
      path: url.pathname,
      query: url.searchParams,
      verb: asked?.verb,
      resource: asked?.resource,
      code,
      body: text,
    })
  }
}

type Call = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly url: URL
  readonly target: Target | undefined
  readonly read: () => Promise<string>
}

/** The code that was answered; 0 when nothing was. */
async function meet(setup: ApiSetup, call: Call, fault: Fault | undefined): Promise<number> {
  const { request, response, url, target } = call
  switch (fault?.kind) {
    case 'no answer':
      return 0
    case 'reset':
      request.socket.destroy()
      return 0
    case 'status':
      throw refusalFor(fault, setup.user, target)
    default:
  }
  checkCaller(setup, request, target)
  if (target?.verb === 'watch') {
    watch(setup, target, url.searchParams, response, fault)
    return 200
  }
  const answer = await act(setup, call)
  switch (fault?.kind) {
    case 'no answer after doing':
      return 0
    case 'reset after doing':
      request.socket.destroy()
      return 0
    case 'status after doing':
      throw refusalFor(fault, setup.user, target)
    case 'half a body':
      sendHalf(response, answer)
      return 0
    case 'endless list':
      send(response, answer.code, withoutEnd(answer.body))
      return answer.code
    default:
      send(response, answer.code, answer.body)
      return answer.code
  }
}

async function act(setup: ApiSetup, { request, method, url, target, read }: Call): Promise<Answer> {
  const contentType = request.headers['content-type']
  if (url.pathname === REVIEWS) {
    if (method !== 'POST') throw methodNotAllowed()
    return accessReview(setup.rights, objectIn(await read(), contentType, 'SelfSubjectAccessReview'))
  }
  if (target !== undefined) return answerOf(setup, target, url.searchParams, { text: await read(), contentType })
  const known = discovery(url.pathname)
  if (known === undefined) throw noSuchPath()
  return { code: 200, body: known }
}

/** 401 for a wrong token; 403 for what is denied, and for nobody. */
function checkCaller({ token, user, rights }: ApiSetup, request: IncomingMessage, target: Target | undefined): void {
  const given = request.headers.authorization
  if (given !== undefined && given !== `Bearer ${token()}`) throw unauthorized()
  if (target === undefined) return
  const isKnown = given !== undefined
  if (isKnown && rights.isAllowed(askedBy(target))) return
  throw forbidden({ ...target, user: isKnown ? user : 'system:anonymous' })
}

function watch(
  setup: ApiSetup,
  target: Target,
  query: URLSearchParams,
  response: ServerResponse,
  fault: Fault | undefined,
): void {
  const opened = openWatch(setup, target, query, response, fault?.kind === 'silent watch')
  setup.watches.add(opened)
  response.on('close', () => setup.watches.delete(opened))
  if (fault?.kind === 'closed watch') opened.close()
  if (fault?.kind === 'expired watch') opened.expire()
}

function takeFault(faults: Faults, target: Target | undefined, url: URL): Fault | undefined {
  const asked = target === undefined ? undefined : askedBy(target)
  return faults.take({
    verb: target?.verb,
    resource: asked?.resource,
    namespace: target?.namespace,
    name: target?.name,
    isContinued: (url.searchParams.get('continue') ?? '') !== '',
  })
}

function delay(clock: MovableClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve))
}

function send(response: ServerResponse, code: number, body: JsonObject, retryAfterSeconds?: number): void {
  if (response.destroyed) return
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds))
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.end(JSON.stringify(body))
}

/** Says how long the answer is, sends half of it and cuts the connection. */
function sendHalf(response: ServerResponse, { code, body }: Answer): void {
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': text.length })
  response.write(text.subarray(0, Math.floor(text.length / 2)), () => response.destroy())
}

function withoutEnd(list: JsonObject): JsonObject {
  const metadata = { ...(list['metadata'] as JsonObject) }
  const again = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: -1, start: '' })).toString('base64url')
  return { ...list, metadata: { ...metadata, continue: metadata['continue'] ?? again } }
}
