import type { PreviewedVictim, StaleOrigin, TerminateOutcome, TerminatePreviewed } from '../incident/event.js'
import type { Backend } from './backend.js'
import { isOfOrigin, type OriginByPid } from './select.js'

/** How long a preview may be acted on. */
export const PREVIEW_VALID_MS = 60_000

/** What became of the previewed backends by the time of the act. */
export type Fresh = {
  /** Unchanged: the act is for these only. */
  readonly unchanged: readonly PreviewedVictim[]
  readonly alreadyGone: number
  /** Still there, but it has worked since: left alone. */
  readonly changed: number
}

/** Compares a preview with a fresh list. Only the very same backend, in the very same state since then, is unchanged. */
export function compare(victims: readonly PreviewedVictim[], backends: readonly Backend[]): Fresh {
  const byPid = new Map(backends.map((backend) => [backend.pid, backend]))
  const unchanged = victims.filter((victim) => isSame(byPid.get(victim.pid), victim))
  const alreadyGone = victims.filter((victim) => byPid.get(victim.pid)?.backendStart !== victim.backendStart).length
  return { unchanged, alreadyGone, changed: victims.length - unchanged.length - alreadyGone }
}

/** Of the unchanged, those that pods listed afresh still prove to be of that origin; the others are left alone as changed. */
export function stillOfOrigin(fresh: Fresh, origin: StaleOrigin | undefined, origins: OriginByPid | undefined): Fresh {
  if (origin === undefined) return fresh
  const unchanged = fresh.unchanged.filter((victim) => isOfOrigin(origins?.get(victim.pid), origin))
  return { ...fresh, unchanged, changed: fresh.changed + fresh.unchanged.length - unchanged.length }
}

function isSame(backend: Backend | undefined, victim: PreviewedVictim): boolean {
  return (
    backend?.backendStart === victim.backendStart &&
    backend.state === victim.state &&
    backend.stateChange === victim.stateChange
  )
}

/** The pids of these victims that are still there as the same backend, whatever their state. */
export function survivors(victims: readonly PreviewedVictim[], backends: readonly Backend[]): readonly number[] {
  const alive = new Map(backends.map((backend) => [backend.pid, backend.backendStart]))
  return victims.filter((victim) => alive.get(victim.pid) === victim.backendStart).map((victim) => victim.pid)
}

/**
 * Counts what an act did from what it signalled and from a fresh list; the signal's own word is never the proof.
 * A backend that was unchanged before the act, was not signalled and is still there has changed in between; one that was
 * not signalled and is gone had ended by itself.
 */
export function settle(input: {
  readonly fresh: Fresh
  readonly signalled: readonly number[]
  readonly after: readonly Backend[]
}): Pick<TerminateOutcome, 'gone' | 'stillAlive' | 'alreadyGone' | 'changed'> {
  const { fresh, signalled, after } = input
  const alive = survivors(fresh.unchanged, after)
  const unsignalled = fresh.unchanged.filter((victim) => !signalled.includes(victim.pid))
  return {
    gone: fresh.unchanged.filter((victim) => signalled.includes(victim.pid) && !alive.includes(victim.pid)).length,
    stillAlive: alive.filter((pid) => signalled.includes(pid)),
    alreadyGone: fresh.alreadyGone + unsignalled.filter((victim) => !alive.includes(victim.pid)).length,
    changed: fresh.changed + unsignalled.filter((victim) => alive.includes(victim.pid)).length,
  }
}

/**
 * Backends of the filter's application and role that are there now and were not before the act; of a filter by origin alone,
 * those of any ended one's application and role.
 */
export function cameBack(
  { filter, victims }: Pick<TerminatePreviewed, 'filter' | 'victims'>,
  before: readonly Backend[],
  after: readonly Backend[],
): number {
  const known = new Set(before.map((backend) => `${backend.pid} ${backend.backendStart}`))
  const whose = (one: Pick<Backend, 'applicationName' | 'role'>) => JSON.stringify([one.applicationName, one.role])
  const ended = new Set(victims.map(whose))
  const isByOriginAlone = filter.applicationName === undefined && filter.role === undefined
  return after.filter(
    (backend) =>
      (filter.applicationName === undefined || backend.applicationName === filter.applicationName) &&
      (filter.role === undefined || backend.role === filter.role) &&
      (!isByOriginAlone || ended.has(whose(backend))) &&
      !known.has(`${backend.pid} ${backend.backendStart}`),
  ).length
}
