import type { Upload } from '../world/attachments.js'
import type { World } from '../world/state.js'

/** One request, read and parsed. */
export type Call = {
  readonly world: World
  /** A named part of the path. */
  readonly param: (name: string) => string
  readonly query: URLSearchParams
  readonly json: unknown
  readonly uploads: readonly Upload[]
  /** Notes for the wire log: what Discord would take silently. */
  readonly warn: (warning: string) => void
}

/** A reply without a body is an empty 204. */
export type Reply = { readonly status: 200 | 201 | 204; readonly body?: unknown }

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Parts that begin with a colon are named: '/channels/:channel/messages'. */
  readonly path: string
  /** The token in the path is all it needs: no Authorization header. */
  readonly isOpen?: boolean
  readonly handle: (call: Call) => Reply
}

export const DONE: Reply = { status: 204 }

export type Found = { readonly route: Route; readonly params: ReadonlyMap<string, string> }

/** The route for a request and the named parts of its path. */
export function findRoute(routes: readonly Route[], method: string, path: string): Found | undefined {
  const parts = path.split('/')
  for (const route of routes) {
    const pattern = route.path.split('/')
    if (route.method !== method || pattern.length !== parts.length) continue
    if (pattern.every((part, index) => part.startsWith(':') || part === parts[index])) {
      const named = pattern.flatMap((part, index): [string, string][] =>
        part.startsWith(':') ? [[part.slice(1), decodeURIComponent(parts[index] ?? '')]] : [],
      )
      return { route, params: new Map(named) }
    }
  }
  return undefined
}
