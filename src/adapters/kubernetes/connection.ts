import type { Clock } from '../../ports/clock.js'
import type { ClusterConfig } from '../../ports/config.js'
import { openAccess } from './access.js'
import type { Access, PodEnvironment } from './access.js'
import { limit, unlessAborted } from './limit.js'
import { listCluster } from './list.js'
import type { Listing } from './list.js'
import { failure, hung } from './problem.js'
import type { Failure } from './problem.js'

/** A complete LIST, and the access it came by: its watches use the same. */
export type Fetched = { readonly kind: 'fetched'; readonly listing: Listing; readonly access: Access }

export type Connection = {
  /** Loads library and credentials, as long as that takes. */
  open(): Promise<Access | Failure>
  /** `limitMs` bounds all of it. */
  fetch(limitMs: number, stop: AbortSignal): Promise<Fetched | Failure>
}

/** Keeps the credentials that work, and reads them again when they no longer do. Never rejects. */
export function connection(config: ClusterConfig['access'], pod: PodEnvironment, clock: Clock): Connection {
  let opening: Promise<Access | Failure> | undefined
  let skewMs = 0

  async function reallyOpen(): Promise<Access | Failure> {
    try {
      return await openAccess(config, pod)
    } catch {
      return failure('other', `The package @kubernetes/client-node can't be loaded`, 'Install again: npm ci.')
    }
  }

  async function open(): Promise<Access | Failure> {
    const mine = (opening ??= reallyOpen())
    const opened = await mine
    if (opened.kind === 'failed' && opening === mine) opening = undefined
    return opened
  }

  return {
    open,
    async fetch(limitMs, stop) {
      const within = limit(clock, limitMs, stop)
      try {
        const access = await unlessAborted(open(), within.signal)
        if (access.kind === 'failed') return access
        const listing = await listCluster({ clock, access, skewMs, within })
        if (listing.kind === 'failed') {
          // Renewed credentials, a renewed certificate, a cluster that moved: all are told by the file.
          if (listing.problem.why === 'unauthorised' || listing.problem.why === 'unreachable') opening = undefined
          return listing
        }
        skewMs = listing.skewMs
        return { kind: 'fetched', listing, access }
      } catch {
        return within.isOver()
          ? hung('in time: the library was still loading', limitMs)
          : failure('other', 'The LIST was given up')
      } finally {
        within.end()
      }
    },
  }
}
