import type { Clock } from '../../ports/clock.js'
import type { ClusterConfig } from '../../ports/config.js'
import type { RecoveryCluster } from '../../ports/recoveryCluster.js'
import type { PodEnvironment } from './access.js'
import { recoveryActs } from './recoveryActs.js'
import { recoveryApi } from './recoveryApi.js'
import { tryManifest } from './recoveryCreate.js'
import { recoveryReads } from './recoveryReads.js'
import { askRights, rightsOf } from './recoveryRights.js'

/** A call of a few objects, to a server that may be busy; a run has time, and a person waits for it. */
const CALL_MS = 10_000

export type RecoveryClusterDeps = {
  readonly clock: Clock
  readonly pod: PodEnvironment
  /** Bounds each call; absent: 10 s. */
  readonly callMs?: number
}

/** The cluster as a recovery reads it and acts on it. Has its own connection: what the informer does can't delay it. */
export function recoveryCluster(config: ClusterConfig['access'], deps: RecoveryClusterDeps): RecoveryCluster {
  const closing = new AbortController()
  const ask = recoveryApi(config, { callMs: CALL_MS, ...deps, stop: closing.signal })
  return {
    ...recoveryReads(ask),
    ...recoveryActs(ask),
    tryManifest: (which, manifest) => tryManifest(ask, which, manifest),
    rights: (work) => askRights(ask, rightsOf(work)),
    close: () => closing.abort(),
  }
}
