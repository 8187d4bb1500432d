import { targetOf } from '../../../../src/core/recovery/move.js'
import type { Look, RunRecord } from '../../../../src/ports/recoveryRun.js'
import type { Trace } from './trace.js'

type Sent = Extract<Trace, { kind: 'sent' }>

const WAY_BACK = ['scale to 1', 'apply manifest', 'save record', 'clear record', 'attach volume']

/**
 * The invariants of a recovery, over everything the world saw: each line a violation, by its number in the reference.
 * I13 and I14 have nothing here to be broken by: pre-checks and messages are not part of the engine.
 */
export function violations(trace: readonly Trace[]): readonly string[] {
  const found: string[] = []
  const sent = new Map<number, Sent>()
  const records = new Map<string, RunRecord[]>()
  const looks = new Map<string, Extract<Trace, { kind: 'looked' }>>()
  const answeredAt = new Map<string, number>()
  const spent = new Set<string>()
  const stops = new Map<string, number>()

  for (const one of trace) {
    switch (one.kind) {
      case 'looked':
        looks.set(one.who, one)
        break
      case 'answered':
        answeredAt.set(one.who, one.at)
        break
      case 'wrote': {
        const installation = one.who.split('/')[0] ?? ''
        const before = records.get(installation)
        if (before === undefined) records.set(installation, [one.record])
        else before.push(one.record)
        const why = unseen(one, looks.get(one.who), answeredAt.get(one.who) ?? 0)
        if (why !== undefined) found.push(`I2 I11 ${one.who}: ${why}`)
        break
      }
      case 'sent': {
        sent.set(one.id, one)
        const own = (records.get(one.who.split('/')[0] ?? '') ?? []).filter(({ run }) => run === one.run)
        found.push(...unfounded(one, own, spent))
        if (one.holder !== one.who) found.push(`I3 ${one.who} sent ${one.act.verb} while ${one.holder} held the lease`)
        break
      }
      case 'landed': {
        const request = sent.get(one.id)
        if (request === undefined || !one.isAccepted) break
        const { act, run } = request
        const { truth } = one
        if (act.verb === 'detach volume' && (truth.pods > 0 || truth.isMounted || truth.writers > 0)) {
          found.push(`I5 detached under ${truth.pods} pods, ${truth.writers} writers`)
        }
        if (['scale to 1', 'apply manifest'].includes(act.verb) && truth.writers > 0) {
          found.push(`I6 started beside ${truth.writers} living postmasters`)
        }
        if (act.verb === 'scale to 0') {
          stops.set(run, (stops.get(run) ?? 0) + 1)
          if ((stops.get(run) ?? 0) > 1) found.push(`I8 ${run} stopped Postgres twice`)
        }
        break
      }
      case 'paged':
        break
    }
  }
  return found
}

/** I2, I11: a step is done when a look that began after the last answer shows it, and for no other reason. */
function unseen(
  { record, at }: Extract<Trace, { kind: 'wrote' }>,
  last: Extract<Trace, { kind: 'looked' }> | undefined,
  answeredAt: number,
): string | undefined {
  const { body } = record
  if (body.type !== 'run.step done') return undefined
  if (last === undefined) return `${body.step} done without a look of its own`
  if (last.began < answeredAt) return `${body.step} done on a look from before the last answer`
  if (at - last.at > 60_000) return `${body.step} done on a look of ${at - last.at} ms ago`
  return SHOWS[body.step]?.(last.look) === false ? `${body.step} done, and what was seen does not show it` : undefined
}

const SHOWS: Readonly<Record<string, (look: Look) => boolean>> = {
  stop: ({ deployment }) => deployment.known && (deployment.value === 'absent' || deployment.value.replicas === 0),
  'pods gone': ({ pods }) => pods.known && pods.value.length === 0,
  gate: ({ pods }) => pods.known && pods.value.length === 0,
  start: ({ deployment }) => deployment.known && deployment.value !== 'absent' && deployment.value.replicas === 1,
  verify: ({ pods }) => pods.known && pods.value.some(({ isReady }) => isReady),
}

/** I1, I4, I7, I10, I12: what must lie in the journal before a request leaves. */
function unfounded({ act, run, unjournaled }: Sent, own: readonly RunRecord[], spent: Set<string>): readonly string[] {
  const found: string[] = []
  const intent = own.findLast(({ body }) => body.type === 'run.intent')
  const isFor =
    intent?.body.type === 'run.intent' &&
    intent.body.act.verb === act.verb &&
    targetOf(intent.body.act) === targetOf(act)
  const key = `${run} ${intent?.seq}`
  if (unjournaled === undefined || !WAY_BACK.includes(act.verb)) {
    if (!isFor) found.push(`I1 I12 ${run}: ${act.verb} without an intent on disk`)
    else if (spent.has(key)) found.push(`I1 ${run}: ${act.verb} twice on one intent`)
    spent.add(key)
  }

  const proposed = own.find(({ body }) => body.type === 'run.proposed')?.body
  if (proposed?.type !== 'run.proposed') return [...found, `I7 ${run}: no plan on disk`]
  const { facts } = proposed.plan
  const frozen = [
    ...(facts.deployment === 'absent' ? [] : [facts.deployment.uid]),
    ...facts.pods.map(({ uid }) => uid),
    'record',
    facts.manifest.digest,
    'volume 77',
    ...facts.nodes.map(({ linodeId }) => `linode ${linodeId}`),
  ]
  if (!frozen.includes(targetOf(act))) found.push(`I4 ${run}: ${act.verb} on ${targetOf(act)}, which no plan froze`)

  const persons = new Set(
    own.flatMap(({ body }) =>
      body.type === 'run.approved' && body.by.person !== proposed.plan.requestedBy ? [body.by.person] : [],
    ),
  )
  if (facts.mode !== 'bring back' && persons.size < (facts.mode === 'B' ? 2 : 1)) {
    found.push(`I7 ${run}: ${act.verb} with ${persons.size} approvals`)
  }
  const isCancelled = own.some(({ body }) => body.type === 'run.cancelled')
  if (isCancelled && !WAY_BACK.includes(act.verb)) found.push(`I10 ${run}: ${act.verb} after it was cancelled`)
  return found
}
