import type { SightingStore } from '../../ports/cluster.js'
import { historyPath } from './historyFile.js'
import type { SightingsOptions } from './sightingsStore.js'
import { PATIENT_LIMIT_MS, startThread, type ThreadDeps } from './thread.js'

/**
 * Keeps sightings in `history.db` of `dir`, in a thread of its own (see sightingsStore.ts for the file). Hold one per
 * process. Rejects with DependencyError when folder or disk is at fault, or does not answer within 30 s. A save
 * rejected so may land later and is then saved again: that changes nothing.
 */
export async function openSightings(dir: string, deps: SightingsOptions & ThreadDeps): Promise<SightingStore> {
  const { log, sleep, entry, ...options } = deps
  const thread = await startThread<SightingStore>(
    { store: 'history', dir, options, file: historyPath(dir), dependency: 'disk' },
    { log, ...(sleep === undefined ? {} : { sleep }), ...(entry === undefined ? {} : { entry }) },
  )
  const limitMs = PATIENT_LIMIT_MS
  return {
    read: () => thread.ask({ method: 'read', args: () => [], limitMs }),
    save: (sightings) => thread.ask({ method: 'save', args: () => [sightings], limitMs }),
    forgetBefore: (at) => thread.ask({ method: 'forgetBefore', args: () => [at], limitMs }),
    close: () => thread.close(),
  }
}
