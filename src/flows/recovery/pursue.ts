import type { ApprovalRules, Standing } from '../../core/recovery/approvals.js'
import { READS_APART_MS } from '../../core/recovery/death.js'
import type { Moment, Move } from '../../core/recovery/move.js'
import type { Observation, Seen } from '../../core/recovery/observation.js'
import type { Run, RunEventBody } from '../../core/recovery/run.js'
import { changesWorld } from '../../core/recovery/step.js'
import type { LeaseStore, Patient, RunClock, RunJournal } from '../../ports/recoveryRun.js'
import { attempt, openOf } from './attempt.js'
import type { Chronicle } from './chronicle.js'
import { LEASE_MS, takeLease, type HeldLease, type Holder } from './lease.js'

const ASK_AGAIN_MS = 5_000
/** Renewed with this much left, so that a slow look does not end it. */
const RENEW_BELOW_MS = LEASE_MS / 2

export type RunDeps = {
  readonly patient: Patient
  readonly leaseStore: LeaseStore
  readonly journal: RunJournal
  readonly clock: RunClock
  readonly holder: Holder
  /** The next move of a run, from what is seen. */
  readonly next: (moment: Moment) => Move
  readonly rules: ApprovalRules
  /** User ids that hold the recover role now. */
  readonly holders: () => Promise<Seen<readonly string[]>>
  /** What people decided since it was last asked: cancellations and permissions. One writer per run, so the run notes them. */
  readonly decided: (run: string) => readonly RunEventBody[]
  /** Whether a cancellation waits among them, asked directly before a request is sent. */
  readonly isCancelled: (run: string) => boolean
  /** A person is needed. Must not wait for Discord. */
  readonly page: (page: { readonly run: string; readonly because: string }) => void
}

/** How this executor left the run. All but the first three leave it open. */
export type Left =
  | { readonly kind: 'done' }
  | { readonly kind: 'halted'; readonly because: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'awaits approval'; readonly standing: Exclude<Standing, { stands: true }> }
  | { readonly kind: 'held by another'; readonly because: string }
  | { readonly kind: 'not recorded'; readonly because: string }

/**
 * Goes on with one run until it ends or is no longer this executor's: look, decide, do one thing, look again. What to do is
 * decided by {@link RunDeps.next} from the world; the journal is written before each effect and never asked whether one took
 * place. Discord is never waited for. Source: recovery-safety 1 to 5; the order of a step: DESIGN, Recovery.
 */
export async function pursue(deps: RunDeps, chronicle: Chronicle): Promise<Left> {
  const { clock, patient } = deps
  let lease: HeldLease | undefined
  let looks: readonly Observation[] = []
  let asked = ''

  const look = async (): Promise<Observation> => {
    const stamp = { at: chronicle.nowMs(), afterSeq: chronicle.run().lastSeq }
    const now = { ...(await patient.observe()), ...stamp }
    looks = [...looks.filter(({ at }) => now.at - at < 4 * READS_APART_MS), now]
    return now
  }
  const decide = async (run: Run): Promise<(now: Observation) => Move> => {
    const holders = await deps.holders()
    let earlier: Observation | undefined
    return (now) => {
      // Decided twice, before and after the intent: held against the same earlier look, or it would flicker.
      earlier ??= looks.findLast(({ at }) => now.at - at >= READS_APART_MS)
      return deps.next({ run, earlier, now, rules: deps.rules, holders, nowMs: chronicle.nowMs() })
    }
  }
  const hear = async (): Promise<void> => {
    for (const body of deps.decided(chronicle.run().id)) await chronicle.note(body)
  }
  const leave = async (left: Left, isClosed: boolean): Promise<Left> => {
    if (isClosed) await lease?.record(undefined)
    await lease?.release()
    return left
  }
  const page = (because: string, key = because): void => {
    if (key === asked) return
    asked = key
    deps.page({ run: chronicle.run().id, because })
  }

  for (;;) {
    // Only whoever holds the lease takes people's word: a predecessor that was stopped may still be within its own.
    if (lease !== undefined) await hear()
    if (lease !== undefined && lease.leftMs() < RENEW_BELOW_MS) {
      if (!(await lease.record(openOf(chronicle)))) {
        // Lost for good, or nobody answers: then nothing is sent, and the world is still looked at.
        if (lease.isLost()) return { kind: 'held by another', because: 'another executor took the lease' }
        page('the lease cannot be renewed: nothing is sent until it is')
      }
    }
    const run = chronicle.run()
    const decideOn = await decide(run)
    const now = await look()
    const move = decideOn(now)
    switch (move.kind) {
      case 'take lease': {
        const taken = await take(deps, chronicle)
        if (typeof taken === 'string') return { kind: 'held by another', because: taken }
        if (taken === undefined) return { kind: 'not recorded', because: chronicle.blindBecause() ?? '' }
        lease = taken
        break
      }
      case 'act': {
        if (lease === undefined) return { kind: 'held by another', because: 'the lease of this life was never taken' }
        if (move.page !== undefined) page(move.page)
        const before = {
          patient,
          chronicle,
          lease,
          look,
          decide: decideOn,
          isCancelled: () => deps.isCancelled(run.id),
        }
        const attempted = await attempt(before, move)
        if (attempted.kind === 'lease lost' && lease.isLost()) {
          return { kind: 'held by another', because: 'another executor took the lease' }
        }
        if (attempted.kind === 'not recorded') {
          return await leave({ kind: 'not recorded', because: chronicle.blindBecause() ?? '' }, !isOpened(run))
        }
        if (attempted.kind === 'only back') await turnBack(chronicle, page)
        break
      }
      case 'observe':
        await clock.sleep(Math.max(1, move.afterMs))
        break
      case 'ask':
        page(move.because, `${move.step}: ${move.ask}`)
        await clock.sleep(ASK_AGAIN_MS)
        break
      case 'note':
        await chronicle.note({ type: 'run.observed', note: move.note })
        break
      case 'step done': {
        const { step, generation } = move
        const body = { type: 'run.step done', step, ...(generation === undefined ? {} : { generation }) } as const
        if ((await chronicle.note(body)) === 'refused') {
          return await leave({ kind: 'not recorded', because: chronicle.blindBecause() ?? '' }, false)
        }
        break
      }
      case 'halt':
        page(move.because)
        await chronicle.note({ type: 'run.halted', because: move.because })
        return await leave({ kind: 'halted', because: move.because }, !isOpened(run))
      case 'done':
        await chronicle.note({ type: 'run.done' })
        return await leave({ kind: 'done' }, true)
      case 'ended':
        return await leave({ kind: 'cancelled' }, run.end?.kind !== 'halted' || !isOpened(run))
      case 'await approval':
        return await leave({ kind: 'awaits approval', standing: move.standing }, false)
    }
  }
}

/** Whether anything may have been done to the world: then the cluster's record stays until Postgres is verified. */
function isOpened(run: Run): boolean {
  return run.intents.some(({ act }) => changesWorld(act.verb))
}

/** The fencing number is on disk before the Lease is asked for. A string says who has it; undefined: not on disk. */
async function take(deps: RunDeps, chronicle: Chronicle): Promise<HeldLease | string | undefined> {
  const { leaseStore: store, clock, holder } = deps
  const { id, plan } = chronicle.run()
  const seen = await store.read()
  if (seen === 'unreadable') return 'the lease cannot be read'
  const { adopts } = plan.facts
  const known = [id, adopts]
  if (seen.open !== undefined && !known.includes(seen.open.run) && !(adopts !== null && seen.open.adopts === adopts)) {
    return `run ${seen.open.run} is open`
  }
  const fencing = seen.fencing + 1
  const noted = await chronicle.note({ type: 'run.lease', holder: `${holder.installation}/${holder.process}`, fencing })
  if (noted === 'refused') return undefined
  const taken = await takeLease({ store, clock, holder }, seen)
  if (taken.kind === 'taken') {
    if (await isLatest(deps.journal, chronicle)) return taken.lease
    await taken.lease.release()
    return 'another process has written on this run'
  }
  return taken.kind === 'held' ? `${taken.by} holds the lease` : 'the lease cannot be read'
}

/**
 * Whether nobody else has written on the run: while this process was stopped, a successor may have held the lease, heard a
 * cancellation and given the lease back. What it wrote is not in this chronicle, so this process must begin again.
 */
async function isLatest(journal: RunJournal, chronicle: Chronicle): Promise<boolean> {
  if (chronicle.blindBecause() !== undefined) return true
  const { id } = chronicle.run()
  const records = await journal.read().catch(() => [])
  return records.filter(({ run }) => run === id).length === chronicle.size()
}

/** The journal has failed in the middle: no further destruction, only the way back to a verified Postgres. */
async function turnBack(chronicle: Chronicle, page: (because: string, key: string) => void): Promise<void> {
  const why = chronicle.blindBecause() ?? ''
  page(`the journal takes no records (${why}): Postgres is brought back, and nothing else is done`, 'blind')
  if (chronicle.run().isAborting) return
  const by = { person: undefined, userId: '', name: 'Lifeguard', via: 'terminal', isSigned: false } as const
  await chronicle.note({ type: 'run.cancelled', by })
}
