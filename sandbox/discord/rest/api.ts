import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RestFault } from '../fault.js'
import type { Faults } from '../faults.js'
import type { Problem, Recorder } from '../record.js'
import type { Credentials } from '../credentials.js'
import type { World } from '../world/state.js'
import { type Body, readBody } from './body.js'
import { COMMAND_ROUTES } from './commands.js'
import { guildRoutes } from './guild.js'
import { CALLBACK_ROUTES } from './interactions.js'
import { MESSAGE_ROUTES } from './messages.js'
import { DiscordRefusal } from './refusal.js'
import { type RateLimits, rateLimiter } from './rateLimit.js'
import { memberRoutes } from './members.js'
import { PIN_ROUTES } from './pins.js'
import { findRoute, type Found, type Route } from './route.js'
import { CHANNEL_ROUTES } from './channels.js'
import { WEBHOOK_ROUTES } from './webhooks.js'

const PREFIX = '/api/v10'

type ApiOptions = {
  readonly world: World
  readonly credentials: Credentials
  readonly rateLimits: RateLimits
  /** Whether the application has the members intent. */
  readonly mayListMembers: boolean
  readonly record: Recorder
  readonly faults: Faults
  readonly gatewayUrl: () => string
}

type Result = {
  readonly status: number
  readonly body?: unknown
  readonly retryAfterS?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly problem?: Problem
}

/** The REST API as one request listener. It answers, or breaks as the faults say, and records either. */
export function restApi(options: ApiOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const routes: readonly Route[] = [
    ...guildRoutes(options.gatewayUrl, options.credentials),
    ...memberRoutes(options.mayListMembers),
    ...PIN_ROUTES, // before the messages: 'pins' is no message's id
    ...MESSAGE_ROUTES,
    ...CHANNEL_ROUTES,
    ...COMMAND_ROUTES,
    ...CALLBACK_ROUTES,
    ...WEBHOOK_ROUTES,
  ]
  const limiter = rateLimiter(options.rateLimits, options.world.clock.now)
  return async (request, response) => {
    const startedMs = performance.now()
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const method = request.method ?? 'GET'
    const path = url.pathname.startsWith(`${PREFIX}/`) ? url.pathname.slice(PREFIX.length) : url.pathname
    const warnings: string[] = []
    const body = await bodyOrRefusal(request)
    const fault = options.faults.take(method, path)
    const record = (result: Result | undefined) =>
      options.record.add({
        kind: 'rest',
        method,
        path,
        query: url.search,
        body: 'json' in body ? body.json : undefined,
        files:
          'json' in body ? body.uploads.map((file) => ({ filename: file.filename, sizeBytes: file.bytes.length })) : [],
        ...(result === undefined ? {} : { status: result.status, response: result.body }),
        tookMs: performance.now() - startedMs,
        ...(fault === undefined ? {} : { fault: fault.kind }),
        ...(result?.problem === undefined ? {} : { problem: result.problem }),
        warnings,
      })
    const work = (): Result => {
      const found = url.pathname.startsWith(`${PREFIX}/`) ? findRoute(routes, method, path) : undefined
      if (found === undefined) return unknownRoute(method, url.pathname)
      const counted = limiter({ ...found.route }, majorOf(found.params))
      if (counted.refused !== undefined) return { ...limited(counted.refused), headers: counted.headers }
      const result = attempt(() => {
        if (body instanceof DiscordRefusal) throw body
        return handle(options, found, { url, request, body, warnings })
      })
      return { ...result, headers: counted.headers }
    }

    if (fault?.kind === 'slow') {
      await new Promise<void>((resolve) => options.world.clock.after(fault.delayMs ?? 1000, resolve))
    }
    const result = withFault(fault, work)
    record(result)
    if (result !== undefined) send(response, result)
    else if (fault?.kind.startsWith('reset') === true) request.socket.destroy()
  }
}

/** Nothing to send: the connection is cut, or hangs until the server closes. */
function withFault(fault: RestFault | undefined, work: () => Result): Result | undefined {
  if (fault === undefined) return work()
  switch (fault.kind) {
    case 'slow':
      return work()
    case 'status':
      return broken(fault)
    case 'status after storing':
      work()
      return broken(fault)
    case 'reset after storing':
    case 'no answer after storing':
      work()
      return undefined
    case 'reset':
    case 'no answer':
      return undefined
    case '429':
    default:
      return limited({ retryAfterMs: fault.retryAfterMs ?? 300, isGlobal: fault.isGlobal === true })
  }
}

function broken(fault: RestFault): Result {
  const status = fault.status ?? 503
  const { code, message } = fault.refusal ?? { code: 0, message: `${status}: a fault of the sandbox` }
  if (status !== 429) return { status, body: { message, code } }
  const retryAfterS = (fault.retryAfterMs ?? 300) / 1000
  return { status, retryAfterS, body: { message, code, retry_after: retryAfterS, global: false } }
}

async function bodyOrRefusal(request: IncomingMessage): Promise<Body | DiscordRefusal> {
  try {
    return await readBody(request)
  } catch (error) {
    if (error instanceof DiscordRefusal) return error
    throw error
  }
}

/** The id a bucket belongs to: Discord's "major parameters". */
function majorOf(params: ReadonlyMap<string, string>): string {
  return params.get('channel') ?? params.get('guild') ?? params.get('token') ?? ''
}

function unknownRoute(method: string, path: string): Result {
  return {
    status: 404,
    body: { message: '404: Not Found', code: 0 },
    problem: { kind: 'unknown route', message: `the sandbox has no ${method} ${path}` },
  }
}

function limited(refused: { readonly retryAfterMs: number; readonly isGlobal: boolean }): Result {
  const retryAfterS = refused.retryAfterMs / 1000
  return {
    status: 429,
    retryAfterS,
    body: { message: 'You are being rate limited.', retry_after: retryAfterS, global: refused.isGlobal },
  }
}

function handle(
  options: ApiOptions,
  found: Found,
  incoming: { url: URL; request: IncomingMessage; body: Body; warnings: string[] },
): Result {
  const { url } = incoming
  if (found.route.isOpen !== true && !isAuthorised(options, incoming.request)) {
    throw new DiscordRefusal(401, 0, '401: Unauthorized')
  }
  return found.route.handle({
    world: options.world,
    query: url.searchParams,
    json: incoming.body.json,
    uploads: incoming.body.uploads,
    warn: (warning) => incoming.warnings.push(warning),
    param: (name) => {
      const value = found.params.get(name)
      if (value === undefined) throw new Error(`${found.route.path} has no part :${name}`)
      return value
    },
  })
}

function isAuthorised(options: ApiOptions, request: IncomingMessage): boolean {
  const given = /^Bot (.+)$/.exec(request.headers.authorization ?? '')
  return given !== null && options.credentials.accepts(given[1])
}

function attempt(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof DiscordRefusal) {
      return {
        status: error.status,
        body: error.body(),
        ...(error.retryAfterS === undefined ? {} : { retryAfterS: error.retryAfterS }),
        ...(error.issues.length === 0
          ? {}
          : { problem: { kind: 'refused payload', message: error.message, issues: error.issues } }),
      }
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return {
      status: 500,
      body: { message: '500: Internal Server Error', code: 0 },
      problem: { kind: 'sandbox bug', message },
    }
  }
}

function send(response: ServerResponse, result: Result): void {
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, value)
  if (result.retryAfterS !== undefined) {
    response.setHeader('retry-after', String(result.retryAfterS))
    response.setHeader('x-ratelimit-scope', 'user')
    if ((result.body as { global?: boolean }).global === true) response.setHeader('x-ratelimit-global', 'true')
  }
  response.statusCode = result.status
  if (result.body === undefined) {
    // discord.js parses an empty body that claims to be JSON, and throws: no content-type here
    response.end()
    return
  }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(result.body))
}
