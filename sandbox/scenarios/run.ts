import type { Clock } from '../site/clock.js'
import type { Scenario, Step } from './scenario.js'

/** What a scenario acts on. An act resolves when it is done, which may be long after the next step is due. */
export type World = {
  rollout(sessions: number, openEveryMs: number): Promise<void>
  holdLocks(count: number): Promise<unknown>
  sendRequests(count: number, everyMs: number): Promise<void>
  counts(): WorldCounts
}

/** Open sessions by what became of them; refusals are logins met with 53300, since the start. */
export type WorldCounts = {
  readonly living: number
  readonly leftBehind: number
  readonly holdingLocks: number
  readonly requests: number
  readonly others: number
  readonly refusals: number
}

export type Telling = {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/**
 * Plays the steps at their times and returns after the last has been started (at once for a story without steps).
 * Returns early when the signal aborts. An act that fails is told as a line: the story goes on without it.
 */
export async function run(scenario: Scenario, world: World, { clock, signal, onLine }: Telling): Promise<void> {
  const start = clock.now()
  for (const step of scenario.steps) {
    // From the start, not from the last step: delays do not add up.
    await sleep(clock, start + step.atMs / scenario.speed - clock.now(), signal)
    if (signal.aborted) return
    onLine(step.line)
    perform(step, scenario.speed, world).catch((error: unknown) => {
      if (!signal.aborted) onLine(`(that failed: ${error instanceof Error ? error.message : String(error)})`)
    })
  }
}

/** Tells the numbers whenever they have changed, at most each `everyMs`, until the signal aborts. */
export async function report(world: World, everyMs: number, { clock, signal, onLine }: Telling): Promise<void> {
  let last: string | undefined
  while (!signal.aborted) {
    const line = countsLine(world.counts())
    if (line !== last) onLine(line)
    last = line
    await sleep(clock, everyMs, signal)
  }
}

/** One line of numbers; parts that are zero are left out. */
export function countsLine(counts: WorldCounts): string {
  const { living, leftBehind, holdingLocks, requests, others, refusals } = counts
  const parts = [
    `site ${living} of living pods`,
    leftBehind > 0 ? `${leftBehind} left behind` : '',
    holdingLocks > 0 ? `${holdingLocks} holding locks` : '',
    requests > 0 ? `${requests} waiting` : '',
    `other services ${others}`,
    refusals > 0 ? `${refusals} logins refused so far` : '',
  ].filter((part) => part !== '')
  return `${living + leftBehind + holdingLocks + requests + others} sessions: ${parts.join(', ')}`
}

async function perform({ act }: Step, speed: number, world: World): Promise<void> {
  switch (act.kind) {
    case 'rollout':
      return world.rollout(act.sessions, act.openEveryMs / speed)
    case 'hold locks':
      await world.holdLocks(act.count)
      return undefined
    case 'requests':
      return world.sendRequests(act.count, act.everyMs / speed)
  }
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0 && !signal.aborted) await clock.sleep(ms, signal).catch(() => undefined)
}
