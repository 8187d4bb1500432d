import { isTouched, type Run } from '../../core/recovery/run.js'
import type { RunLease, RunRecord } from '../../ports/recoveryRun.js'

/** Later than this after the last record one person has to say that the run is to go on. Source: recovery-safety 4. */
const RESUMES_ALONE_MS = 15 * 60_000

export type Resumption =
  | { readonly kind: 'go on' }
  | { readonly kind: 'confirm'; readonly because: string }
  /** It is not ours to go on with: *bring back* adopts it. */
  | { readonly kind: 'adopt'; readonly because: string }

/**
 * Whether an executor that starts may go on with an open run of its journal. The cluster's record is the authority: it must
 * name this run, held last by this installation with a fencing number this journal knows, and its head must lie in this
 * journal with the same hash; a journal restored from a backup is a valid chain that ends too early.
 */
export function mayResume(
  run: Run,
  records: readonly RunRecord[],
  lease: RunLease,
  installation: string,
  nowMs: number,
): Resumption {
  const { open } = lease
  if (open === undefined) {
    return isTouched(run) ? { kind: 'adopt', because: 'the cluster has no record of this run' } : { kind: 'go on' }
  }
  if (open.run !== run.id) return { kind: 'adopt', because: `run ${open.run} is open in the cluster` }
  if (lease.installation !== installation) {
    return { kind: 'adopt', because: `${lease.installation} took it over` }
  }
  const known = records.some(({ body }) => body.type === 'run.lease' && body.fencing === lease.fencing)
  if (!known) return { kind: 'adopt', because: 'this journal does not know the last fencing number' }
  const head = records.find(({ seq }) => seq === open.head.seq)
  if (head?.hash !== open.head.hash) return { kind: 'adopt', because: 'this journal ends before the cluster’s record' }
  return nowMs - open.recordedAt > RESUMES_ALONE_MS
    ? { kind: 'confirm', because: 'the last record is older than 15 minutes' }
    : { kind: 'go on' }
}
