import type { Approver } from '../../core/recovery/run.js'
import { chronicle } from './chronicle.js'
import { takeLease } from './lease.js'
import { pursue, type Left, type RunDeps } from './pursue.js'
import { mayResume, type Resumption } from './resume.js'

export type WentOn =
  | Left
  | Exclude<Resumption, { kind: 'go on' }>
  | { readonly kind: 'unknown run' }
  | { readonly kind: 'already begun' }
  | { readonly kind: 'lease unreadable' }

/**
 * Begins a run that was approved in this life, or goes on with one of an earlier life: from what is seen, if the cluster's
 * record says that it is ours. A restart voids approvals that were not used yet; a person's word is needed after 15 minutes.
 * A second beginning of the same run is `already begun`; two at once meet at the Lease. A run that ended without clearing its record clears it.
 * May reject with DependencyError when the journal cannot be read.
 */
export async function goOn(
  deps: RunDeps & {
    /** Runs that this process is going on with: the second of a double click meets the first here. */
    readonly underWay: Set<string>
  },
  id: string,
  by: 'approved' | 'restart' | Approver,
): Promise<WentOn> {
  if (deps.underWay.has(id)) return { kind: 'already begun' }
  deps.underWay.add(id)
  try {
    return await goOnOnce(deps, id, by)
  } finally {
    deps.underWay.delete(id)
  }
}

async function goOnOnce(deps: RunDeps, id: string, by: 'approved' | 'restart' | Approver): Promise<WentOn> {
  const { journal, clock, leaseStore: store, holder } = deps
  const records = await journal.read()
  const written = chronicle({ journal, clock }, records, id)
  if (written === undefined) return { kind: 'unknown run' }
  const lease = await store.read()
  if (lease === 'unreadable') return { kind: 'lease unreadable' }

  const run = written.run()
  if (run.end !== undefined) {
    const left: Left = run.end.kind === 'halted' ? { kind: 'halted', because: run.end.because } : { kind: run.end.kind }
    if (run.end.kind !== 'halted' && lease.open?.run === id && lease.installation === holder.installation) {
      const taken = await takeLease({ store, clock, holder }, lease)
      if (taken.kind === 'taken' && (await taken.lease.record(undefined))) await taken.lease.release()
    }
    return left
  }
  const isBegun = run.lease !== undefined && run.lease.seq > run.resumedSeq
  if (by === 'approved') return isBegun ? { kind: 'already begun' } : await pursue(deps, written)
  const may = mayResume(run, records, lease, holder.installation, written.nowMs())
  if (may.kind === 'adopt' || (may.kind === 'confirm' && by === 'restart')) return may
  if ((await written.note({ type: 'run.resumed', by })) === 'refused') {
    return { kind: 'not recorded', because: written.blindBecause() ?? '' }
  }
  return await pursue(deps, written)
}
