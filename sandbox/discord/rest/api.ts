import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RestFault } from '../fault.js'
import type { Faults } from '../faults.js'
import { reasonIssues } from '../limits/reason.js'
import type { Recorder } from '../record.js'
import type { Credentials } from '../credentials.js'
import type { World } from '../world/state.js'
import { type Answer, attempt, broken, limited, send, unknownRoute } from './answer.js'
import { type Body, readBody } from './body.js'
import { invalidRequests } from './invalid.js'
import { DiscordRefusal, refuseIf } from './refusal.js'
import { type RateLimits, rateLimiter } from './rateLimit.js'
import { findRoute, type Found } from './route.js'
import { apiRoutes } from './routes.js'

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

/** The REST API as one request listener. It answers, or breaks as the faults say, and records either. */
export function restApi(options: ApiOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { clock } = options.world
  const routes = apiRoutes(options)
  const limiter = rateLimiter(options.rateLimits, clock.now)
  const invalid = invalidRequests(clock.now, options.rateLimits.invalidPerTenMinutes)
  return async (request, response) => {
    const startedMs = performance.now()
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const method = request.method ?? 'GET'
    const path = url.pathname.startsWith(`${PREFIX}/`) ? url.pathname.slice(PREFIX.length) : url.pathname
    const reason = request.headers['x-audit-log-reason']
    const warnings: string[] = []
    const body = await bodyOrRefusal(request)
    const banned = invalid.ban()
    const fault = banned === undefined ? options.faults.take(method, path) : undefined
    const record = (answer: Answer | undefined) =>
      options.record.add({
        kind: 'rest',
        method,
        path,
        query: url.search,
        body: 'json' in body ? body.json : undefined,
        files:
          'json' in body ? body.uploads.map((file) => ({ filename: file.filename, sizeBytes: file.bytes.length })) : [],
        ...(typeof reason === 'string' ? { reason } : {}),
        ...(answer === undefined ? {} : { status: answer.status, response: answer.body }),
        tookMs: performance.now() - startedMs,
        ...(fault === undefined ? {} : { fault: fault.kind }),
        ...(answer?.problem === undefined ? {} : { problem: answer.problem }),
        warnings,
      })
    const work = (): Answer => {
      const found = url.pathname.startsWith(`${PREFIX}/`) ? findRoute(routes, method, path) : undefined
      if (found === undefined) return unknownRoute(method, url.pathname)
      const counted = limiter({ ...found.route }, majorOf(found.params))
      const answer =
        counted.refused === undefined
          ? attempt(() => {
              if (body instanceof DiscordRefusal) throw body
              return handle(options, found, { url, request, body, warnings })
            })
          : limited(counted.refused)
      return { ...answer, headers: { ...counted.headers, ...answer.headers } }
    }

    if (fault?.kind === 'slow') await new Promise<void>((resolve) => clock.after(fault.delayMs ?? 1000, resolve))
    const answer = banned ?? withFault(fault, work)
    if (answer !== undefined && banned === undefined) invalid.count(answer)
    record(answer)
    if (answer !== undefined) send(response, answer)
    else if (fault?.kind.startsWith('reset') === true) request.socket.destroy()
  }
}

/** Nothing to send: the connection is cut, or hangs until the server closes. */
function withFault(fault: RestFault | undefined, work: () => Answer): Answer | undefined {
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
      return limited({ retryAfterMs: fault.retryAfterMs ?? 300, scope: fault.isGlobal === true ? 'global' : 'user' })
  }
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

function handle(
  options: ApiOptions,
  found: Found,
  incoming: { url: URL; request: IncomingMessage; body: Body; warnings: string[] },
): Answer {
  const { url } = incoming
  if (found.route.isOpen !== true && !isAuthorised(options, incoming.request)) {
    throw new DiscordRefusal(401, 0, '401: Unauthorized')
  }
  refuseIf(reasonIssues(incoming.request.headers['x-audit-log-reason']))
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
