import type { Because } from '../core/attribution/attribution.js'
import type { Forecast } from '../core/attribution/forecast.js'
import type { Rollout, Workload } from '../core/attribution/picture.js'
import type { LastRollout } from '../core/attribution/rollouts.js'
import type { Traced } from '../core/attribution/traced.js'
import type { DeadRollout, RoleOrigins } from '../core/attribution/summary.js'
import type { StaleOrigin } from '../core/incident/event.js'
import { backends } from './count.js'
import { code, sentence } from './escape.js'
import { relativeTime } from './time.js'

const ROLES_SHOWN = 3
const DEAD_SHOWN = 3
const ROLLOUTS_SHOWN = 3
/** A picture older than this is told with its age. */
const FRESH_MS = 60_000

export const ORIGIN_WORDS: Readonly<Record<StaleOrigin, string>> = {
  orphans: 'orphaned',
  'previous rollout': 'of a previous rollout',
}

/** The evidence for (or against) an origin, in a few words. */
export function evidenceText(because: Because['kind']): string {
  return EVIDENCE[because]
}

const EVIDENCE: Readonly<Record<Because['kind'], string>> = {
  'named itself': 'names its pod',
  'address of pod': 'has the address of its pod',
  'named pod is gone': 'names a pod that is gone',
  'named pod is gone, from elsewhere': 'names a pod that is gone, but its address may be that of a pooler or node',
  'named itself, from elsewhere': 'names a terminating pod, but its address may be that of a pooler or node',
  'seen on a pod that is gone': 'has an address that Lifeguard saw on a pod that is gone',
  'pod range without pod': 'has an address that only pods have, and no pod has it',
  'older than the pod': 'is older than the pod that has its address now',
  node: "has a node's address: who is behind it cannot be told",
  range: 'comes from a range that is declared',
  'unix socket': 'comes through a Unix socket',
  'never seen': 'has an address that no pod was ever seen with',
  'list too old': 'is too young to be judged by the latest list of pods',
  'ages too close': 'is about as old as the pod that has its address now',
  'pod without address': 'may belong to a pod that shows no address yet',
  'ambiguous address': 'has an address that several pods may have',
  'no picture': 'cannot be judged without a list of pods',
}

/** `site-6f9c2`, or the workload where the rollout is not known; for code blocks it is not marked up. */
export function rolloutName(of: { readonly workload: Workload | null; readonly rollout: Rollout | null }): string {
  return of.rollout?.name ?? (of.workload === null ? 'a pod not known' : `${of.workload.name} (${of.workload.kind})`)
}

/** What a card says of origins; empty where there is nothing to say. */
export function originLines(traced: Traced, now: number): readonly string[] {
  if (traced.kind === 'off') return []
  if (traced.kind === 'no picture') {
    return traced.problem === undefined ? [] : [`-# Whose they are is not known: ${sentence(traced.problem)}`]
  }
  const roles = traced.origins.roles.filter(({ tally }) => tally.orphans > 0 || tally.terminable.previous > 0)
  return [
    ...roles.slice(0, ROLES_SHOWN).flatMap(roleLines),
    ...tooYoungLines(traced),
    ...rolloutLines(traced),
    ...traced.forecasts.filter((one) => one.exceedsBy > 0 && one.isRollingOut).map((one) => `⚠️ ${forecastLine(one)}`),
    ...ageLines(traced, now),
  ]
}

/** The number of orphans may grow by these: without a word it would look final. */
function tooYoungLines({ origins }: Extract<Traced, { kind: 'traced' }>): readonly string[] {
  const young = origins.rows.reduce((sum, one) => sum + (one.because === 'list too old' ? one.count : 0), 0)
  return young === 0 ? [] : [`-# ${backends(young, 'more')}: too young to be judged yet, in half a minute they are`]
}

function roleLines({ role, tally, dead }: RoleOrigins): readonly string[] {
  const whose = role === null ? 'backends without a role' : `${code(role)} backends`
  const { previous } = tally.terminable
  return [
    ...(tally.orphans === 0
      ? []
      : [`**${tally.orphans} of ${tally.total} ${whose} come from pods that no longer exist:** ${deadText(dead)}.`]),
    ...(previous === 0
      ? []
      : [`${previous} of ${tally.total} ${whose} are held by terminating pods of a previous rollout.`]),
  ]
}

function deadText(dead: readonly DeadRollout[]): string {
  const more = dead.slice(DEAD_SHOWN).reduce((sum, one) => sum + one.count, 0)
  const named = dead.slice(0, DEAD_SHOWN).map((one) => {
    const gone = one.goneSince === null ? '' : `, last seen ${relativeTime(one.goneSince)}`
    return `${one.count} of ${one.rollout === null && one.workload === null ? 'pods not known by name' : code(rolloutName(one))}${gone}`
  })
  return [...named, ...(more > 0 ? [`${more} of earlier ones`] : [])].join(' · ')
}

/**
 * The services that hold connections: first, and by themselves, those that left orphans (or else the one that holds most);
 * the others in small, or they would look like suspects.
 */
export function rolloutLines(traced: Extract<Traced, { kind: 'traced' }>): readonly string[] {
  const { rows } = traced.origins
  const leaking = rows.filter((one) => one.kind === 'orphan' && one.workload !== null)
  const suspects = leaking.length > 0 ? leaking : rows.filter(({ workload }) => workload !== null).slice(0, 1)
  const isSuspect = ({ workload }: LastRollout) =>
    suspects.length === 0 ||
    suspects.some((one) => one.workload?.namespace === workload.namespace && one.workload.name === workload.name)
  const first = traced.rollouts.filter(isSuspect)
  const others = traced.rollouts.filter((one) => !isSuspect(one))
  return [
    ...(first.length === 0 ? [] : [`${first.length === 1 ? 'Last rollout' : 'Last rollouts'}: ${rolloutsText(first)}`]),
    ...(others.length === 0 ? [] : [`-# Last rollouts of others that hold connections: ${rolloutsText(others)}`]),
  ]
}

function rolloutsText(rollouts: readonly LastRollout[]): string {
  const shown = rollouts
    .slice(0, ROLLOUTS_SHOWN)
    .map(
      ({ workload, rollout, at, isComplete }) =>
        `${code(workload.name)} ${relativeTime(at)} (${code(rollout.name)}${isComplete ? '' : ', not complete'})`,
    )
  const more = rollouts.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(' · ')
}

function ageLines(traced: Extract<Traced, { kind: 'traced' }>, now: number): readonly string[] {
  const isOld = now - traced.confirmedAt > FRESH_MS
  return isOld ? [`-# Pods as they were ${relativeTime(traced.confirmedAt)}${problemText(traced.problem)}`] : []
}

function problemText(problem: string | undefined): string {
  return problem === undefined ? '' : `: ${sentence(problem)}`
}

/** `` A rollout of `site` needs 118 of 95 usable slots at its peak (2 pods × 32, and 54 others): 23 too many``. */
export function forecastLine(forecast: Forecast): string {
  const { workload, podsAtPeak, perPod, need, usable, exceedsBy, isRollingOut } = forecast
  const subject = isRollingOut
    ? `The rollout of ${code(workload.name)} that is under way`
    : `A rollout of ${code(workload.name)}`
  const others = Math.max(0, need - podsAtPeak * perPod)
  return `${subject} needs ${need} of ${usable} usable slots at its peak (${podsAtPeak} ${podsAtPeak === 1 ? 'pod' : 'pods'} × ${perPod}, and ${others} others)${exceedsBy > 0 ? `: **${exceedsBy} too many**` : ''}`
}

/** Why nothing is known of origins. */
export function noOrigins(traced: Exclude<Traced, { kind: 'traced' }>): string {
  if (traced.kind === 'off') {
    return 'Attribution is off: no cluster is configured. Set `KUBERNETES` (see the configuration page), and Lifeguard tells which pod, rollout and deployment each backend belongs to.'
  }
  return `The pods of the cluster have not been listed yet${traced.problem === undefined ? '.' : `: ${sentence(traced.problem)}`}`
}

/** Of a server, for `/status`. */
export function attributionLines(traced: Traced): readonly string[] {
  switch (traced.kind) {
    case 'off':
      return ['Pods: off, no cluster is configured (`KUBERNETES`)']
    case 'no picture':
      return [`Pods: not listed yet${problemText(traced.problem)}`]
    case 'traced': {
      const { all } = traced.origins
      const [worst] = traced.forecasts
      return [
        `Pods: ${traced.pods} listed, confirmed ${relativeTime(traced.confirmedAt)}${problemText(traced.problem)} · of ${backends(all.total)} ${all.current} of current rollouts, ${all.previous} of previous ones, ${all.orphans} orphaned, ${all.unknown + all.node} of unknown origin`,
        ...(worst === undefined ? [] : [`${worst.exceedsBy > 0 ? '⚠️ ' : ''}${forecastLine(worst)}`]),
      ]
    }
  }
}
