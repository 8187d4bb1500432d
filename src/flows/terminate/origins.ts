import type { OriginByPid } from '../../core/terminate/select.js'
import type { Backends } from '../../ports/postgres.js'
import type { WatchedServer } from '../watched.js'

/** Why nothing can be said of origins: `remedy` is the line that mends it, where there is one. */
export type NoOrigins = { readonly detail: string; readonly remedy?: string }

/**
 * Where these backends come from, by pods listed now: never by what the informer knows. Without a list, or without a
 * cluster, nobody is an orphan.
 */
export async function judgeOrigins(
  server: WatchedServer,
  read: Extract<Backends, { kind: 'backends' }>,
): Promise<
  { readonly kind: 'judged'; readonly origins: OriginByPid } | { readonly kind: 'failed'; readonly why: NoOrigins }
> {
  if (server.tracer === undefined) {
    return {
      kind: 'failed',
      why: { detail: 'no cluster is configured', remedy: 'set KUBERNETES, see docs/configuration.md' },
    }
  }
  try {
    const judged = await server.tracer.judge(read.backends, read.at)
    if (judged.kind === 'judged') return judged
    const { kind: _, ...why } = judged
    return { kind: 'failed', why }
  } catch (error) {
    // A bug in judging must say that nothing was done, like everything else that keeps it from proving.
    return { kind: 'failed', why: { detail: error instanceof Error ? error.message : String(error) } }
  }
}
