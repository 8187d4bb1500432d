import type { Seen } from './observation.js'
import type { Plan } from './plan.js'
import type { Approval, Approver, Run } from './run.js'
import { isTouched } from './run.js'
import type { Permission } from './step.js'

/** Who may: a person of the configuration with every account that is theirs. */
export type RecoverPerson = { readonly person: string; readonly userIds: readonly string[] }

export type ApprovalRules = {
  readonly people: readonly RecoverPerson[]
  /** Whether force, detach by hand, fencing, overrides and mode B need signed approvals: then one person less. */
  readonly isSigningRequired: boolean
}

/** Whether a run may have its first effect. `at`: when the cool-off or the countdown is over, in ms. */
export type Standing =
  | { readonly stands: true; readonly persons: readonly string[]; readonly isAlone: boolean }
  | { readonly stands: false; readonly kind: 'wait'; readonly until: number; readonly persons: readonly string[] }
  | { readonly stands: false; readonly kind: 'missing'; readonly others: number; readonly because: readonly string[] }

/** In public, with a Cancel: so nobody who pressed in haste, or whose account is not theirs, is alone with it. */
export const COOL_OFF_MS = 60_000
export const ALONE_COUNTDOWN_MS = 5 * 60_000

/**
 * How many persons besides the requester. Mode A as it comes: one. Force, detach by hand, fencing, mode B, overrides: two, or one
 * when all of them sign. *Bring back*: none. Source: recovery-safety 15.
 */
export function othersNeeded(plan: Pick<Plan, 'facts' | 'permissions' | 'overrides'>, isSigned: boolean): number {
  if (plan.permissions.length > 0 || plan.overrides.length > 0 || plan.facts.mode === 'B') return isSigned ? 1 : 2
  return plan.facts.mode === 'A' ? 1 : 0
}

/** Decided at the click and again at the start. Why an account may not decide; undefined when it may. */
export function whyNotEntitled(
  by: Approver,
  rules: ApprovalRules,
  holders: Seen<readonly string[]>,
): string | undefined {
  const listed = rules.people.find(({ userIds }) => userIds.includes(by.userId))
  if (listed === undefined || by.person !== listed.person) return `${by.name} is not listed as a person who may recover`
  if (by.via === 'terminal') return by.isSigned ? undefined : `${by.name} has not signed at the terminal`
  if (!holders.known) return `the roles cannot be read: ${holders.because}`
  return holders.value.includes(by.userId) ? undefined : `${by.name} does not hold the recover role`
}

/**
 * Whether the approvals of a run let it touch the world now. Once it has, it stands whatever happens to them: Postgres is down,
 * and an approver who left brings nothing back.
 *
 * `holders` are the user ids that hold the recover role at this moment; unknown refuses the start. One person counts once,
 * through however many accounts, and the requester never as another. Never throws.
 */
export function standingOf(run: Run, rules: ApprovalRules, holders: Seen<readonly string[]>, nowMs: number): Standing {
  const requester = run.requested.by.person ?? ''
  if (isTouched(run)) return { stands: true, persons: [requester], isAlone: false }
  const { plan } = run
  if (nowMs >= plan.expiresAt) return { stands: false, kind: 'missing', others: 0, because: ['the plan has expired'] }
  const barred = whyNotEntitled(run.requested.by, rules, holders)
  if (barred !== undefined) return { stands: false, kind: 'missing', others: 0, because: [barred] }

  const entitled = run.approvals.filter(({ by }) => whyNotEntitled(by, rules, holders) === undefined)
  const others = firstOfEach(entitled, requester)
  const ways = waysOf(plan, run.requested.by, others, rules)
  const enough = ways.find(({ needed, of }) => of.length >= needed)
  if (enough === undefined) {
    const alone = aloneStanding(run, rules, holders, nowMs)
    if (alone !== undefined) return alone
    const refused = run.approvals
      .map(({ by }) => whyNotEntitled(by, rules, holders))
      .filter((because) => because !== undefined)
    return {
      stands: false,
      kind: 'missing',
      others: Math.min(...ways.map(({ needed, of }) => needed - of.length)),
      because: refused,
    }
  }
  const counted = enough.of.slice(0, enough.needed)
  const persons = [requester, ...counted.map(({ by }) => by.person ?? '')]
  if (counted.length === 0) return { stands: true, persons, isAlone: false } // bring back as it comes
  const until = Math.max(...counted.map(({ at }) => at)) + COOL_OFF_MS
  return nowMs < until ? { stands: false, kind: 'wait', until, persons } : { stands: true, persons, isAlone: false }
}

/** The ways to be enough: by number, and, where the requester and another have signed, by signatures. */
function waysOf(
  plan: Plan,
  requester: Approver,
  others: readonly Approval[],
  { isSigningRequired }: ApprovalRules,
): readonly { readonly needed: number; readonly of: readonly Approval[] }[] {
  const byNumber = { needed: othersNeeded(plan, false), of: others }
  if (byNumber.needed < 2) return [byNumber]
  const bySignature = {
    needed: othersNeeded(plan, true),
    of: requester.isSigned ? others.filter(({ by }) => by.isSigned) : [],
  }
  return isSigningRequired ? [bySignature] : [bySignature, byNumber]
}

/** One approval of every person but the requester: their signed one if there is one. */
function firstOfEach(approvals: readonly Approval[], requester: string): readonly Approval[] {
  const bySigning = [...approvals].sort((a, b) => Number(b.by.isSigned) - Number(a.by.isSigned) || a.seq - b.seq)
  return bySigning.filter(
    ({ by }, index) => by.person !== requester && bySigning.findIndex((one) => one.by.person === by.person) === index,
  )
}

function aloneStanding(
  run: Run,
  rules: ApprovalRules,
  holders: Seen<readonly string[]>,
  nowMs: number,
): Standing | undefined {
  const { alone, plan } = run
  if (alone === undefined || !alone.by.isSigned || !isMildest(plan)) return undefined
  if (alone.by.person !== run.requested.by.person || whyNotEntitled(alone.by, rules, holders) !== undefined) {
    return undefined
  }
  const persons = [alone.by.person ?? '']
  const until = alone.at + ALONE_COUNTDOWN_MS
  return nowMs < until ? { stands: false, kind: 'wait', until, persons } : { stands: true, persons, isAlone: true }
}

function isMildest({ facts, permissions, overrides }: Pick<Plan, 'facts' | 'permissions' | 'overrides'>): boolean {
  return facts.mode === 'A' && permissions.length === 0 && overrides.length === 0
}

/** What *alone at 3 a.m.* is decided on. */
export type AloneClaim = {
  readonly by: Approver
  readonly plan: Plan
  /** A page-level incident is open on this server. */
  readonly isPaged: boolean
  /** When everyone of the recover tier was paged, by path; absent: was not. */
  readonly pagedAt: { readonly first?: number; readonly second?: number }
  /** Somebody of the recover tier answered since. */
  readonly isAnswered: boolean
  readonly areChecksPassed: boolean
  /** When somebody last recovered this server alone. */
  readonly lastAloneAt?: number
  /** A public key is configured for the person. */
  readonly isKeyConfigured: boolean
}

const UNANSWERED_MS = 10 * 60_000
const DAY_MS = 24 * 60 * 60_000

/** Every reason why one person may not go on alone now; empty: they may, after the countdown. Source: recovery-safety 15. */
export function whyNotAlone(claim: AloneClaim, rules: ApprovalRules, holders: Seen<readonly string[]>, nowMs: number) {
  const { first, second } = claim.pagedAt
  const paged = first === undefined || second === undefined ? undefined : Math.max(first, second)
  const reasons: readonly (readonly [boolean, string])[] = [
    [claim.isPaged, 'no page-level incident is open'],
    [paged !== undefined, 'the recover tier was not paged on both paths'],
    [paged !== undefined && nowMs - paged >= UNANSWERED_MS, 'the page is younger than 10 minutes'],
    [!claim.isAnswered, 'somebody answered the page'],
    [isMildest(claim.plan), 'only mode A without override, force, detach by hand or fencing'],
    [claim.areChecksPassed, 'not every check passes'],
    [claim.isKeyConfigured && claim.by.isSigned, 'it takes your registered SSH key'],
    [
      claim.lastAloneAt === undefined || nowMs - claim.lastAloneAt >= DAY_MS,
      'it was done once on this server within a day',
    ],
  ]
  const barred = whyNotEntitled(claim.by, rules, holders)
  return [...reasons.filter(([holds]) => !holds).map(([, why]) => why), ...(barred === undefined ? [] : [barred])]
}

/**
 * How many approved uses of a permission a run has: one from the plan's own hash, one for every grant that enough entitled
 * persons stand behind: who asked and two more, or one when both signed. A cancellation ends both.
 */
export function grantsOf(
  run: Run,
  permission: Permission,
  rules: ApprovalRules,
  holders: Seen<readonly string[]>,
): number {
  const standing = run.grants.filter((grant) => {
    if (grant.permission !== permission) return false
    const entitled = grant.by.filter((by) => whyNotEntitled(by, rules, holders) === undefined)
    const persons = new Set(entitled.map(({ person }) => person))
    const signed = new Set(entitled.filter(({ isSigned }) => isSigned).map(({ person }) => person))
    return signed.size >= 2 || (!rules.isSigningRequired && persons.size >= 3)
  })
  const isPlanned = run.plan.permissions.includes(permission) && !run.isAborting
  return (isPlanned ? 1 : 0) + standing.length
}

/** How far the wall clock may move against the monotonic one before pending approvals are void. */
const CLOCK_JUMP_MS = 5_000

/** Why pending approvals are void, or undefined. `before` is what held when they were given. Source: recovery-safety 18. */
export function whyVoid(
  before: { readonly botVersion: string; readonly configDigest: string },
  now: {
    readonly botVersion: string
    readonly configDigest: string
    readonly wallMovedMs: number
    readonly monotonicMovedMs: number
  },
): 'upgrade' | 'configuration changed' | 'clock jumped' | undefined {
  if (before.botVersion !== now.botVersion) return 'upgrade'
  if (before.configDigest !== now.configDigest) return 'configuration changed'
  return Math.abs(now.wallMovedMs - now.monotonicMovedMs) > CLOCK_JUMP_MS ? 'clock jumped' : undefined
}

/** Without a record for longer than this, a run goes on only after one person of the recover tier said so. */
const AUTOMATIC_RESUME_MS = 15 * 60_000

/** What the cluster's record and our journal say about an open run; the record is the authority. */
export type ResumeClaim = {
  readonly record: Seen<
    | {
        readonly run: string
        readonly fencing: number
        readonly head: { readonly seq: number; readonly hash: string }
        readonly at: number
      }
    | 'absent'
  >
  readonly local: {
    readonly run: string
    readonly fencing: number
    readonly headSeq: number
    /** The local journal's hash at the record's seq; undefined when it does not reach that far. */
    readonly hashAtRecord: string | undefined
  }
  readonly isConfirmed: boolean
}

/** Why an executor may not go on with an open run; undefined when it may. Source: recovery-safety 4. */
export function whyNotResume({ record, local, isConfirmed }: ResumeClaim, nowMs: number): string | undefined {
  if (!record.known) return `the cluster record cannot be read: ${record.because}`
  if (record.value === 'absent') return 'the cluster has no record of an open run'
  const { run, fencing, head, at } = record.value
  if (run !== local.run) return `the cluster records run ${run}`
  if (fencing !== local.fencing) return `the cluster records fencing number ${fencing}, this journal ${local.fencing}`
  if (local.headSeq < head.seq || local.hashAtRecord !== head.hash) return 'this journal is behind the cluster record'
  if (nowMs - at > AUTOMATIC_RESUME_MS && !isConfirmed) return 'older than 15 minutes: one person must confirm'
  return undefined
}
