import { next } from '../../../../src/core/recovery/next.js'
import { foldRun, type RunEventBody } from '../../../../src/core/recovery/run.js'
import type { RunDeps } from '../../../../src/flows/recovery/pursue.js'
import type { Look, RunJournal } from '../../../../src/ports/recoveryRun.js'
import { fakeLeaseStore, fakeRunJournal, type LeaseObject, type RunDisk } from '../../../fakes/recoveryRun.js'
import { land, READS, unreadable } from './effects.js'
import type { Random } from './random.js'
import type { Schedule } from './schedule.js'
import type { Trace } from './trace.js'
import { writers, type World } from './world.js'

/** What goes wrong, as shares of calls; it clears up when the simulation says so. */
export type Weather = { lost: number; unreadable: number; slowestMs: number }

export type Stage = {
  readonly world: World
  readonly lease: LeaseObject
  readonly time: Schedule
  readonly dice: Random
  readonly weather: Weather
  readonly trace: Trace[]
  /** Numbers the processes and the requests of one simulation. */
  count: number
}

export type ProcessDeps = RunDeps & { readonly underWay: Set<string> }

/** Changes an executor's ports, to see that the judge notices. `life`: how many processes that installation had before. */
export type Control = (honest: ProcessDeps, life: number) => ProcessDeps

/** One process. It may die at any call, or be stopped for a while; what it has sent goes on without it. */
export type Process = {
  readonly name: string
  readonly depsOf: (run: string) => ProcessDeps
  isDead(): boolean
  die(): void
  dieAfter(calls: number): void
  stopFor(ms: number): void
}

export function startProcess(
  stage: Stage,
  installation: string,
  disk: RunDisk,
  said: { waiting: readonly RunEventBody[] },
): Process {
  const { world, lease, time, dice, weather, trace } = stage
  stage.count += 1
  const name = `${installation}/p${stage.count}`
  let isDead = false
  const underWay = new Set<string>()
  let callsLeft = Infinity
  let stoppedUntil = 0

  const wake = (run: () => void): void => {
    if (isDead) return
    if (time.now() < stoppedUntil) time.after(stoppedUntil - time.now(), () => wake(run))
    else run()
  }
  const delay = (most: number): number =>
    dice.chance(0.04) ? dice.between(0, weather.slowestMs) : dice.between(1, most)

  /** A request that arrives later, and an answer later still. A dead process neither sends nor hears. */
  const call = <T>(mostMs: number, work: () => T | Promise<T>): Promise<T> =>
    new Promise((resolve) => {
      callsLeft -= 1
      const isLast = callsLeft <= 0
      if (isDead || (isLast && dice.chance(0.3))) {
        isDead = true
        return
      }
      time.quietly(delay(mostMs), () => {
        const result = work()
        time.after(delay(mostMs), () => wake(() => resolve(result)))
      })
      if (isLast) isDead = true
    })

  const truth = (): Extract<Trace, { kind: 'landed' }>['truth'] => ({
    writers: writers(world).length,
    pods: world.pods.length,
    isMounted: world.nodes.some(
      ({ isMounted, isKubeletDead, linodeId }) => isMounted && !isKubeletDead && linodeId === world.volumeOn,
    ),
    replicas: world.deployment?.replicas,
  })

  const written = fakeRunJournal(disk)
  const journal: RunJournal = {
    read: () => call(20, () => disk.records),
    append: (run, body, at) =>
      call(20, () => {
        const before = disk.records
        const result = written.append(run, body, at)
        if (disk.records !== before) {
          const added = disk.records.at(-1)
          if (added !== undefined) trace.push({ kind: 'wrote', at: time.now(), who: name, record: added })
        }
        // Looked at later than it is made: a refusal must not count as unhandled until then.
        result.catch(() => undefined)
        return result
      }),
  }

  const store = fakeLeaseStore(lease)
  const depsOf = (run: string): ProcessDeps => {
    const facts = () => {
      const folded = foldRun(disk.records.filter((record) => record.run === run))
      if (folded === undefined) throw new Error(`${run} is not in the journal`)
      return folded.plan.facts
    }
    const frozen = facts()
    return {
      journal,
      underWay,
      next,
      holder: { installation, process: name.slice(installation.length + 1) },
      rules: { people: PEOPLE, isSigningRequired: false },
      holders: () => Promise.resolve({ known: true, value: PEOPLE.flatMap(({ userIds }) => userIds) }),
      decided: () => {
        const { waiting } = said
        said.waiting = []
        return waiting
      },
      isCancelled: () => said.waiting.some(({ type }) => type === 'run.cancelled'),
      page: ({ because }) => {
        trace.push({ kind: 'paged', at: time.now(), who: name, run, because })
      },
      clock: {
        now: () => time.now(),
        elapsedMs: () => time.now(),
        sleep: (ms, signal) =>
          new Promise((resolve, reject) => {
            let isOver = false
            signal?.addEventListener('abort', () => {
              isOver = true
              reject(new Error('aborted'))
            })
            time.after(ms, () => {
              if (!isOver) wake(resolve)
            })
          }),
      },
      leaseStore: {
        read: () => call(100, () => (dice.chance(weather.unreadable) ? ('unreadable' as const) : store.read())),
        write: (wanted, over) =>
          call(150, () => {
            if (dice.chance(weather.lost)) {
              if (dice.chance(0.5)) void store.write(wanted, over)
              return 'unknown' as const
            }
            return store.write(wanted, over)
          }),
      },
      patient: {
        async observe() {
          const began = time.now()
          let look: Partial<Look> = {}
          for (const read of READS) {
            const parts = await call(120, () => {
              const seen = read(world, run, frozen, time.now())
              return dice.chance(weather.unreadable) ? unreadable(seen) : seen
            })
            look = { ...look, ...parts }
          }
          const whole = look as Look
          trace.push({ kind: 'looked', at: time.now(), who: name, began, look: whole })
          return whole
        },
        act(act, deadlineMs) {
          stage.count += 1
          const id = stage.count
          const { holder, open } = lease.lease
          const base = { at: time.now(), who: name, id, run, act, holder }
          const answered = Promise.race([
            call(800, () => {
              const isUnheard = dice.chance(weather.lost)
              const isLostBefore = isUnheard && dice.chance(0.5)
              if (isLostBefore) return { kind: 'unknown', detail: 'reset' } as const
              const before = truth()
              const answer = land(world, run, frozen, act, time.now())
              trace.push({ kind: 'landed', at: time.now(), id, isAccepted: answer.kind === 'accepted', truth: before })
              return isUnheard ? ({ kind: 'unknown', detail: 'time out' } as const) : answer
            }),
            new Promise<{ readonly kind: 'unknown'; readonly detail: string }>((resolve) => {
              time.after(deadlineMs, () => wake(() => resolve({ kind: 'unknown', detail: 'no answer in time' })))
            }),
          ])
          trace.push({ kind: 'sent', ...base, unjournaled: open?.unjournaled })
          return answered.then((answer) => {
            trace.push({ kind: 'answered', at: time.now(), who: name, id })
            return answer
          })
        },
      },
    }
  }

  return {
    name,
    depsOf,
    isDead: () => isDead,
    die: () => {
      isDead = true
    },
    dieAfter: (calls) => {
      callsLeft = calls
    },
    stopFor: (ms) => {
      stoppedUntil = time.now() + ms
    },
  }
}

export const PEOPLE = [
  { person: 'ann', userIds: ['u-ann'] },
  { person: 'bob', userIds: ['u-bob'] },
  { person: 'cid', userIds: ['u-cid'] },
] as const
