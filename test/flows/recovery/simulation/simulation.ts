import { planOf } from '../../../../src/core/recovery/plan.js'
import type { Facts } from '../../../../src/core/recovery/facts.js'
import { foldRun, isTouched, type Approver, type RunEventBody } from '../../../../src/core/recovery/run.js'
import { goOn } from '../../../../src/flows/recovery/goOn.js'
import { fakeRunJournal, leaseObject, runDisk, type RunDisk } from '../../../fakes/recoveryRun.js'
import { create, factsOf, remove } from './effects.js'
import { violations } from './judge.js'
import { PEOPLE, startProcess, type Control, type Process, type Stage } from './process.js'
import { random } from './random.js'
import { schedule } from './schedule.js'
import type { Trace } from './trace.js'
import { isUp, scale, tick, world } from './world.js'

const MINUTE_MS = 60_000
const TICK_MS = 2_000
const START = Date.UTC(2020, 11, 11, 13, 24)
/** From then on nothing goes wrong any more, and somebody looks after what is left. */
const CLEARS_UP = START + 20 * MINUTE_MS
const END = START + 90 * MINUTE_MS

export type Played = {
  readonly violations: readonly string[]
  readonly trace: readonly Trace[]
  readonly crashes: number
}

type How = 'approved' | 'restart' | Approver

type Installation = {
  readonly name: string
  readonly disk: RunDisk
  readonly said: { waiting: readonly RunEventBody[] }
  process: Process
  lives: number
  isBusy: boolean
}

/** Plays one seed: one world, its faults, its people and its executors; the same seed plays the same. */
export async function play(seed: number, control: Control = (honest) => honest): Promise<Played> {
  const dice = random(seed)
  const time = schedule(START)
  const trace: Trace[] = []
  const stage: Stage = {
    world: world(),
    lease: leaseObject(),
    time,
    dice,
    trace,
    count: 0,
    weather: {
      lost: dice.pick([0, 0.05, 0.3]),
      unreadable: dice.pick([0, 0.02, 0.1]),
      slowestMs: dice.pick([1_000, 4_000]),
    },
  }
  const { world: on } = stage
  let crashes = 0
  let runs = 0

  const installation = (name: string): Installation => {
    const disk = runDisk()
    const said = { waiting: [] }
    return { name, disk, said, process: startProcess(stage, name, disk, said), lives: 0, isBusy: false }
  }
  const one = installation('one')
  const two = installation('two')
  const isClear = (): boolean => time.now() >= CLEARS_UP

  const write = (at: Installation, id: string, body: RunEventBody): void => {
    const before = at.disk.records
    void fakeRunJournal(at.disk)
      .append(id, body, time.now())
      .catch(() => undefined)
    const record = at.disk.records.at(-1)
    if (record !== undefined && at.disk.records !== before) {
      trace.push({ kind: 'wrote', at: time.now(), who: `${at.name}/desk`, record })
    }
  }
  const propose = (at: Installation, mode: Facts['mode'], adopts: string | null): string => {
    runs += 1
    const id = `r${runs}`
    const plan = planOf({
      run: id,
      facts: factsOf(on, mode, adopts),
      permissions: [],
      overrides: [],
      requestedBy: 'ann',
      botVersion: '1',
      expiresAt: time.now() + 30 * MINUTE_MS,
    })
    write(at, id, { type: 'run.proposed', plan, hash: `hash ${id}`, by: approver('ann') })
    const approvers = mode === 'A' ? ['bob'] : mode === 'B' ? ['bob', 'cid'] : []
    for (const person of approvers) write(at, id, { type: 'run.approved', hash: `hash ${id}`, by: approver(person) })
    return id
  }

  /** Lets an installation go on with its runs until each has ended or is not its own. */
  const work = (at: Installation, id: string, by: How): void => {
    if (at.isBusy || at.process.isDead()) return
    const { process } = at
    at.isBusy = true
    const isKnown = at.disk.records.some(({ run }) => run === id)
    if (!isKnown) {
      at.isBusy = false
      return
    }
    void attend(at, process, id, by)
  }
  const attend = async (at: Installation, process: Process, id: string, by: How): Promise<void> => {
    const again = (ms: number, how: How): void => time.after(ms, () => work(at, id, how))
    try {
      const left = await goOn(control(process.depsOf(id), at.lives), id, by)
      if (process !== at.process) return
      at.isBusy = false
      if (left.kind === 'confirm') again(MINUTE_MS, approver('bob'))
      else if (left.kind === 'awaits approval') {
        const isWaiting = left.standing.kind === 'wait'
        if (!isWaiting && dice.chance(0.3)) return
        if (!isWaiting) write(at, id, { type: 'run.approved', hash: `hash ${id}`, by: approver('bob') })
        again(61_000, 'approved')
      } else if (['lease unreadable', 'not recorded', 'held by another'].includes(left.kind)) again(20_000, 'restart')
    } catch (error) {
      trace.push({ kind: 'paged', at: time.now(), who: process.name, run: id, because: `bug: ${String(error)}` })
    }
  }

  const restart = (at: Installation): void => {
    at.lives += 1
    at.isBusy = false
    at.process = startProcess(stage, at.name, at.disk, at.said)
    if (!isClear() && dice.chance(0.4)) at.process.dieAfter(dice.between(1, 120))
    // What the cluster calls open comes first, also when the journal says that it has ended.
    const recorded = stage.lease.lease.open?.run
    const open = at.disk.records.some(({ run }) => run === recorded) ? recorded : openRuns(at.disk).at(-1)
    if (open !== undefined) work(at, open, 'restart')
  }

  const watchOver = (at: Installation): void => {
    if (at.process.isDead()) {
      crashes += 1
      time.after(dice.chance(0.1) ? 20 * MINUTE_MS : dice.between(1, 60) * 1_000, () => {
        restart(at)
        time.after(1_000, () => watchOver(at))
      })
      return
    }
    time.quietly(3_000, () => watchOver(at))
  }

  const every = (): void => {
    tick(on, time.now(), dice)
    time.quietly(TICK_MS, every)
  }
  every()
  watchOver(one)
  watchOver(two)

  // The run itself.
  const mode = dice.pick<'A' | 'B'>(['A', 'A', 'B'])
  const first = propose(one, mode, null)
  if (dice.chance(0.6)) one.process.dieAfter(dice.between(1, 200))
  time.after(61_000, () => work(one, first, 'approved'))
  // The same button, pressed again.
  time.after(61_500, () => {
    if (!one.process.isDead() && one.disk.records.length > 0)
      void goOn(control(one.process.depsOf(first), one.lives), first, 'approved')
  })

  const sometime = (): number => dice.between(1, 12 * MINUTE_MS)
  if (dice.chance(0.3))
    time.after(
      sometime(),
      () => (one.said.waiting = [...one.said.waiting, { type: 'run.cancelled', by: approver('cid') }]),
    )
  if (dice.chance(0.3)) {
    const at = dice.between(1, 200_000)
    time.after(at, () => {
      const other = propose(two, 'A', null)
      time.after(61_000, () => work(two, other, 'approved'))
    })
  }
  if (dice.chance(0.5)) {
    time.after(dice.between(60_000, 300_000), () => {
      const stopped = one.process
      stopped.stopFor(dice.between(5, 120) * 1_000)
      // Somebody takes it for dead and starts another, and then it wakes up.
      if (dice.chance(0.7)) {
        time.after(5_000, () => {
          if (one.process === stopped && !stopped.isDead()) restart(one)
        })
      }
    })
  }
  if (dice.chance(0.2)) {
    time.after(sometime(), () => (one.disk.fault = dice.pick(['full', 'hung'])))
  }
  if (dice.chance(0.1)) {
    time.after(sometime(), () => {
      one.process.die()
      one.disk.records = one.disk.records.slice(0, -dice.between(1, 8))
    })
  }
  if (dice.chance(0.2)) time.after(sometime(), () => kubelet(on, true))
  if (dice.chance(0.05)) time.after(sometime(), () => deleteNode(on))
  if (dice.chance(0.3)) {
    for (let act = dice.between(1, 3); act > 0; act -= 1) {
      time.after(sometime(), () => {
        const what = dice.pick(['up', 'down', 'delete', 'apply', 'force'])
        if (what === 'up' || what === 'down') scale(on, what === 'up' ? 1 : 0, 'human')
        else if (what === 'delete') remove(on, time.now())
        else if (what === 'force') {
          on.pods = on.pods.slice(1)
          if (on.deployment !== undefined) on.deployment.scaledBy = 'human'
        } else if (on.deployment === undefined) create(on, 'human')
      })
    }
  }

  // It clears up: and whoever finds Postgres down asks for it to be brought back.
  time.after(CLEARS_UP - START, () => {
    stage.weather.lost = 0
    stage.weather.unreadable = 0
    one.disk.fault = 'none'
    kubelet(on, false)
  })
  const carer = (): void => {
    // A run that goes on asking is told to bring it back.
    if (isClear() && !isUp(on, time.now())) {
      for (const at of [one, two]) {
        if (at.isBusy || stage.lease.lease.holder === at.process.name)
          at.said.waiting = [...at.said.waiting, { type: 'run.cancelled', by: approver('cid') }]
      }
    }
    if (!isUp(on, time.now()) && !one.isBusy && !one.process.isDead() && !two.isBusy) {
      const open = openRuns(one.disk).at(-1)
      const adopts = on.record ?? stage.lease.lease.open?.run ?? null
      if (adopts === open && open !== undefined && dice.chance(0.5)) work(one, open, approver('bob'))
      else work(one, propose(one, 'bring back', adopts), 'approved')
    }
    time.after(3 * MINUTE_MS, carer)
  }
  time.after(10 * MINUTE_MS, carer)

  const isOver = (): boolean =>
    isClear() && isUp(on, time.now()) && !one.isBusy && !two.isBusy && stage.lease.lease.open === undefined
  await time.until(END, isOver)

  const found = [...violations(trace)]
  for (const page of trace) {
    if (page.kind === 'paged' && page.because.startsWith('bug')) found.push(page.because)
  }
  if (on.torn.some((by) => /^r\d/.test(by))) found.push(`two postmasters on one volume, by ${on.torn.join()}`)
  if (!isUp(on, time.now())) found.push('I9 Postgres is down when all has cleared up')
  const { open } = stage.lease.lease
  for (const at of [one, two]) {
    for (const id of openRuns(at.disk)) {
      const run = foldRun(at.disk.records.filter((record) => record.run === id))
      const isShown = open?.run === id || trace.some((page) => page.kind === 'paged' && page.run === id)
      const isAdopted =
        open === undefined ||
        // A journal restored from before its end does not open it again: the cluster's record says that it is over.
        trace.some(
          (entry) => entry.kind === 'wrote' && entry.record.run === id && entry.record.body.type === 'run.done',
        ) ||
        [...one.disk.records, ...two.disk.records].some(
          ({ body }) => body.type === 'run.proposed' && body.plan.facts.adopts === id,
        )
      if (run !== undefined && isTouched(run) && !isShown && !isAdopted) found.push(`I9 ${id} ended in silence`)
    }
  }
  return { violations: found, trace, crashes }
}

function approver(person: string): Approver {
  const userId = PEOPLE.find((known) => known.person === person)?.userIds[0] ?? ''
  return { person, userId, name: person, via: 'discord', isSigned: false }
}

function openRuns(disk: RunDisk): readonly string[] {
  const ids = [...new Set(disk.records.map(({ run }) => run))]
  return ids.filter((id) => foldRun(disk.records.filter(({ run }) => run === id))?.end === undefined)
}

function kubelet(on: Stage['world'], isDead: boolean): void {
  const node = on.nodes[0]
  if (node !== undefined) {
    node.isKubeletDead = isDead
    node.isDeleted = isDead && node.isDeleted
  }
}

/** The object only: the machine, and what runs on it, is as it was. */
function deleteNode(on: Stage['world']): void {
  const node = on.nodes[0]
  if (node !== undefined) {
    node.isDeleted = true
    node.isKubeletDead = true
  }
}
