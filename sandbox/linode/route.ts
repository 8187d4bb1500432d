import type { Operation } from './fault.js'

const ROUTES: readonly { readonly method: string; readonly path: RegExp; readonly operation: Operation }[] = [
  { method: 'GET', path: /^\/v4\/volumes\/(\d+)$/, operation: 'get volume' },
  { method: 'POST', path: /^\/v4\/volumes\/(\d+)\/attach$/, operation: 'attach volume' },
  { method: 'POST', path: /^\/v4\/volumes\/(\d+)\/detach$/, operation: 'detach volume' },
  { method: 'GET', path: /^\/v4\/account\/events$/, operation: 'list events' },
  { method: 'GET', path: /^\/v4\/linode\/instances\/(\d+)$/, operation: 'get instance' },
  { method: 'GET', path: /^\/v4\/linode\/instances\/(\d+)\/volumes$/, operation: 'list attached volumes' },
  { method: 'POST', path: /^\/v4\/linode\/instances\/(\d+)\/shutdown$/, operation: 'shut down instance' },
]

/** `id` is that of the path: a volume's or a Linode's, 0 where it has none. */
export function routeOf(
  method: string,
  path: string,
): { readonly operation: Operation; readonly id: number } | undefined {
  for (const route of ROUTES) {
    const found = route.method === method ? route.path.exec(path) : null
    if (found !== null) return { operation: route.operation, id: Number(found[1] ?? 0) }
  }
  return undefined
}

/** Everything that the stand-in does. */
export const OPERATIONS: readonly Operation[] = ROUTES.map(({ operation }) => operation)
