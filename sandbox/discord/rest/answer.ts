import type { ServerResponse } from 'node:http'
import type { RestFault } from '../fault.js'
import type { Problem } from '../record.js'
import { DiscordRefusal } from './refusal.js'
import type { Scope } from './rateLimit.js'

/** What goes back over the wire: a body that is a text goes as one, anything else as JSON. */
export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly problem?: Problem
}

/** A 429 in Discord's words; the client waits by the header, not by the body. */
export function limited(refused: { readonly retryAfterMs: number; readonly scope: Scope }): Answer {
  const retryAfterS = refused.retryAfterMs / 1000
  return {
    status: 429,
    headers: limitHeaders(retryAfterS, refused.scope),
    // the specification demands a code, the documents show bodies without one
    body: {
      message: 'You are being rate limited.',
      code: 0,
      retry_after: retryAfterS,
      global: refused.scope === 'global',
    },
  }
}

export function unknownRoute(method: string, path: string): Answer {
  return {
    status: 404,
    body: { message: '404: Not Found', code: 0 },
    problem: { kind: 'unknown route', message: `the sandbox has no ${method} ${path}` },
  }
}

/** The answer of a fault of kind 'status'. */
export function broken(fault: RestFault): Answer {
  const status = fault.status ?? 503
  const { code, message } = fault.refusal ?? { code: 0, message: `${status}: a fault of the sandbox` }
  if (status !== 429) return { status, body: { message, code } }
  const retryAfterS = (fault.retryAfterMs ?? 300) / 1000
  return {
    status,
    headers: limitHeaders(retryAfterS, 'user'),
    body: { message, code, retry_after: retryAfterS, global: false },
  }
}

/** Does the work; a refusal becomes its answer, and anything else that is thrown a 500 and a bug on record. */
export function attempt(work: () => Answer): Answer {
  try {
    return work()
  } catch (error) {
    if (error instanceof DiscordRefusal) {
      return {
        status: error.status,
        body: error.body(),
        ...(error.retryAfterS === undefined ? {} : { headers: limitHeaders(error.retryAfterS, 'user') }),
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

export function send(response: ServerResponse, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  response.statusCode = answer.status
  if (answer.body === undefined) {
    // discord.js parses an empty body that claims to be JSON, and throws: no content-type here
    response.end()
    return
  }
  const isText = typeof answer.body === 'string'
  response.setHeader('content-type', isText ? 'text/plain; charset=UTF-8' : 'application/json')
  response.end(isText ? answer.body : JSON.stringify(answer.body))
}

function limitHeaders(retryAfterS: number, scope: Scope): Readonly<Record<string, string>> {
  return {
    'retry-after': String(retryAfterS),
    'x-ratelimit-scope': scope,
    ...(scope === 'global' ? { 'x-ratelimit-global': 'true' } : {}),
  }
}
