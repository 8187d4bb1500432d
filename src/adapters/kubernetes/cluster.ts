import type { Cluster } from '../../ports/cluster.js'
import type { ClusterConfig } from '../../ports/config.js'
import type { PodEnvironment } from './access.js'
import { connection } from './connection.js'
import { informer, LIST_MS } from './informer.js'
import type { InformerDeps } from './informer.js'
import { pictureOf } from './list.js'

export type ClusterDeps = Omit<InformerDeps, 'connection'> & {
  /** KUBERNETES_SERVICE_HOST and _PORT; read only when the configuration says that we run in the cluster. */
  readonly pod: PodEnvironment
}

/**
 * The Kubernetes API behind the port. Begins to load its library and to list in the background at once, so that both
 * are there before trouble; `view` never waits for it.
 */
export function cluster(config: ClusterConfig, deps: ClusterDeps): Cluster {
  const closing = new AbortController()
  const api = connection(config.access, deps.pod, deps.clock)
  const kept = informer({ ...deps, connection: api })
  return {
    view: () => kept.view(),
    refresh: () => kept.refresh(),
    async list(deadlineMs = LIST_MS) {
      const fetched = await api.fetch(deadlineMs, closing.signal)
      if (fetched.kind === 'failed') return { kind: 'failed', ...fetched.problem }
      kept.adopt(fetched)
      return { kind: 'picture', picture: pictureOf(fetched.listing) }
    },
    async close() {
      closing.abort()
      await kept.close()
    },
  }
}
