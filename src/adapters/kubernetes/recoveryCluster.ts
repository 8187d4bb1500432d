import type { Clock } from '../../ports/clock.js'
import type { ClusterConfig } from '../../ports/config.js'
import type { RecoveryCalls, RecoveryCluster } from '../../ports/recoveryCluster.js'
import type { PodEnvironment } from './access.js'
import { recoveryActs } from './recoveryActs.js'
import type { Ask } from './recoveryApi.js'
import { recoveryApi } from './recoveryApi.js'
import { tryManifest } from './recoveryCreate.js'
import { recoveryReads } from './recoveryReads.js'
import { askRights, rightsOf } from './recoveryRights.js'

/** A call of a few objects, to a server that may be busy; where a lease runs out sooner, `within` says so. */
const CALL_MS = 10_000

export type RecoveryClusterDeps = {
  readonly clock: Clock
  readonly pod: PodEnvironment
}

/** The cluster as a recovery reads it and acts on it. Has its own connection: what the informer does can't delay it. */
export function recoveryCluster(config: ClusterConfig['access'], deps: RecoveryClusterDeps): RecoveryCluster {
  const closing = new AbortController()
  const asking = recoveryApi(config, { ...deps, stop: closing.signal })
  return {
    ...callsBy(asking(CALL_MS)),
    within: (limitMs) => callsBy(asking(limitMs)),
    close: () => closing.abort(),
  }
}

function callsBy(ask: Ask): RecoveryCalls {
  return {
    ...recoveryReads(ask),
    ...recoveryActs(ask),
    tryManifest: (which, manifest) => tryManifest(ask, which, manifest),
    rights: (work) => askRights(ask, rightsOf(work)),
  }
}
