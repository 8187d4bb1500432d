import type { Move } from '../../core/recovery/move.js'
import { targetOf } from '../../core/recovery/move.js'
import type { Observation } from '../../core/recovery/observation.js'
import type { Verb } from '../../core/recovery/step.js'
import type { OpenRun, Patient } from '../../ports/recoveryRun.js'
import type { Chronicle } from './chronicle.js'
import { ANSWER_MS, type HeldLease } from './lease.js'

/** What leads Postgres back, and so may be sent when the journal has failed: its intent lies in the cluster's record. */
const WAY_BACK: readonly Verb[] = ['scale to 1', 'apply manifest', 'clear record']

export type Attempt =
  /** Sent, or found not to be so any more: look again. */
  | { readonly kind: 'look again' }
  | { readonly kind: 'lease lost' }
  | { readonly kind: 'not recorded' }
  /** The journal has failed and this is not on the way back. */
  | { readonly kind: 'only back' }

type ActMove = Extract<Move, { kind: 'act' }>

/**
 * One effect: intent on disk, its place in the journal recorded in the cluster by compare-and-swap (which renews the lease,
 * and fails when anybody else has taken it), then the same decision once more on a look begun after all that, and only then
 * the request, within the time that look stays fresh and the lease is surely ours.
 *
 * What is left open: a pause between the last check and the socket. For the cluster the uid and resourceVersion of that last
 * look close it; Linode takes no precondition.
 */
export async function attempt(
  deps: {
    readonly patient: Patient
    readonly chronicle: Chronicle
    readonly lease: HeldLease
    readonly look: () => Promise<Observation>
    /** The decision on this look as if the intent were not written yet. */
    readonly decide: (now: Observation) => Move
    readonly isCancelled: () => boolean
  },
  { step, act }: ActMove,
): Promise<Attempt> {
  const { chronicle, lease, patient } = deps
  if (chronicle.blindBecause() !== undefined && !WAY_BACK.includes(act.verb)) return { kind: 'only back' }

  const noted = await chronicle.note({ type: 'run.intent', step, act })
  if (noted === 'refused') return { kind: 'not recorded' }
  if (noted === 'in memory' && !WAY_BACK.includes(act.verb)) {
    await chronicle.note(notSent(step, 'the journal did not take the intent'))
    return { kind: 'only back' }
  }
  const isRecorded = await lease.record({
    ...openOf(chronicle),
    ...(noted === 'in memory' ? { unjournaled: `${step}: ${act.verb} ${targetOf(act)}` } : {}),
  })
  if (!isRecorded) {
    await chronicle.note(notSent(step, 'the lease could not be renewed'))
    return { kind: 'lease lost' }
  }

  const now = await deps.look()
  const again = deps.decide(now)
  const why = deps.isCancelled()
    ? 'it was cancelled'
    : again.kind !== 'act' || again.act.verb !== act.verb || targetOf(again.act) !== targetOf(act)
      ? `it is no longer so: ${again.kind}`
      : chronicle.nowMs() - now.at > again.freshMs
        ? 'the last look was too slow to act on'
        : lease.leftMs() < ANSWER_MS
          ? 'the lease is about to end'
          : undefined
  if (why !== undefined || again.kind !== 'act') {
    await chronicle.note(notSent(step, why ?? 'it is no longer so'))
    return { kind: 'look again' }
  }
  // Nothing is awaited between the checks above and this call.
  const { kind, detail } = await patient.act(again.act, ANSWER_MS)
  const type = kind === 'accepted' ? 'run.effect' : kind === 'refused' ? 'run.refused' : 'run.unknown'
  await chronicle.note({ type, step, detail })
  return { kind: 'look again' }
}

/** What the cluster's record says of the run as it is now. */
export function openOf(chronicle: Chronicle): OpenRun {
  const { id, plan } = chronicle.run()
  const { adopts } = plan.facts
  const open = { run: id, head: chronicle.head(), recordedAt: chronicle.nowMs() }
  return adopts === null ? open : { ...open, adopts }
}

function notSent(
  step: ActMove['step'],
  detail: string,
): { type: 'run.refused'; step: ActMove['step']; detail: string } {
  return { type: 'run.refused', step, detail: `not sent: ${detail}` }
}
