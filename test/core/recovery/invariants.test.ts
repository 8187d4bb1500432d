import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { standingOf } from '../../../src/core/recovery/approvals.js'
import { proofOfDeath } from '../../../src/core/recovery/death.js'
import type { Facts } from '../../../src/core/recovery/facts.js'
import { intended, type Move } from '../../../src/core/recovery/move.js'
import { next } from '../../../src/core/recovery/next.js'
import type { Observation } from '../../../src/core/recovery/observation.js'
import { isTouched, type Run, type RunEvent, type RunEventBody } from '../../../src/core/recovery/run.js'
import { changesWorld, type Permission } from '../../../src/core/recovery/step.js'
import { folded, HOLDERS, NAMES, person, RULES } from './drive.js'
import { deployment, facts, IN_USE, known, node, outsideCsi, plan, pod, seen, UNKNOWN, volume } from './world.js'

/** Mostly what a run meets on its way, so that it gets somewhere; sometimes anything. */
const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: odd, weight: 1 })

const anyDeployment = often<Observation['deployment']>(
  fc.constantFrom(known(deployment({ replicas: 0, generation: 8, observedGeneration: 8 })), known(deployment())),
  fc.constantFrom(
    UNKNOWN,
    known('absent' as const),
    known(deployment({ uid: 'dep-2' })),
    known(deployment({ uid: 'dep-2', specDigest: 'other' })),
    known(deployment({ isDeleting: true, generation: 9 })),
    known(deployment({ replicas: 0, generation: 10, observedGeneration: 10 })),
    known(deployment({ generation: 9 })),
  ),
)

const anyPods = often<Observation['pods']>(
  fc.constantFrom(
    known([]),
    known([]),
    known([pod()]),
    known([pod({ isTerminating: true })]),
    known([pod({ isTerminating: true })]),
  ),
  fc.constantFrom(
    UNKNOWN,
    known([pod({ uid: 'pod-2', isTerminating: true })]),
    known([pod({ uid: 'pod-3', deploymentUid: null })]),
    known([pod(), pod({ uid: 'pod-2', name: 'postgres-b' })]),
    known([pod({ isTerminating: true, finalizers: ['x'] })]),
  ),
)

const bot = node({ name: 'node-2', uid: 'node-uid-2', bootId: 'b', linodeId: 102, volumesInUse: [] })

const anyNodes = often<Observation['nodes']>(
  fc
    .record({
      leaseRenewed: fc.constantFrom('t0', 't1', 't2'),
      isInUse: fc.boolean(),
      isReady: fc.constantFrom(true, true, true, false),
    })
    .map(({ leaseRenewed, isInUse, isReady }) =>
      known([node({ leaseRenewed, isReady, volumesInUse: isInUse ? [IN_USE] : [] }), bot]),
    ),
  fc.constantFrom(UNKNOWN, known([bot]), known([node({ bootId: 'boot-2', volumesInUse: [] }), bot])),
)

const anyLook = fc.record({
  deployment: anyDeployment,
  replicaSets: often<Observation['replicaSets']>(fc.constant(known([])), fc.constantFrom(UNKNOWN)),
  pods: anyPods,
  nodes: anyNodes,
  attachments: often<Observation['attachments']>(
    fc.constantFrom(known([]), known([{ name: 'va', nodeName: 'node-1', isAttached: true, isDeleting: false }])),
    fc.constantFrom(UNKNOWN, known([{ name: 'va', nodeName: 'node-9', isAttached: true, isDeleting: false }])),
  ),
  volume: often<Observation['volume']>(
    fc.constantFrom(known(volume()), known(volume({ linodeId: null }))),
    fc.constantFrom(UNKNOWN, known('absent' as const), known(volume({ linodeId: 999 }))),
  ),
  instances: fc.constantFrom<Observation['instances']>(
    known([{ linodeId: 101, status: 'running' }]),
    known([{ linodeId: 101, status: 'offline' }]),
    UNKNOWN,
  ),
  postgres: fc.constantFrom<Observation['postgres']>(known({ kind: 'full' }), UNKNOWN),
  record: often<Observation['record']>(
    fc.constantFrom(known('saved' as const), known('absent' as const)),
    fc.constantFrom(UNKNOWN, known('another run' as const)),
  ),
})

const anyPerson = fc
  .tuple(fc.constantFrom(...NAMES), fc.boolean(), fc.boolean())
  .map(([name, isAlt, isSigned]) => person(name, { isSigned, userId: isAlt ? `u-${name}-alt` : `u-${name}` }))

const anyClick = fc.oneof<fc.Arbitrary<RunEventBody>[]>(
  anyPerson.map((by) => ({ type: 'run.approved', hash: 'h', by })),
  anyPerson.map((by) => ({ type: 'run.approved', hash: 'stale', by })),
  fc
    .tuple(
      anyPerson,
      fc.constantFrom<Permission>('force delete', 'detach by hand', 'fence'),
      fc.constantFrom('g1', 'g2'),
    )
    .map(([by, permission, grant]) => ({ type: 'run.permitted', grant: `${grant} ${permission}`, permission, by })),
  anyPerson.map((by) => ({ type: 'run.cancelled', by })),
  fc.constant({ type: 'run.resumed', by: 'restart' }),
  fc.constant({ type: 'run.voided', because: 'clock jumped' }),
)

/** One turn: what is seen, how long after, a click now and then, and what becomes of an act. */
const anyTurn = fc.record({
  look: anyLook,
  afterMs: often(fc.constantFrom(2_000, 16_000, 100_000), fc.constantFrom(0, 800_000)),
  isLate: often(fc.constant(false), fc.constant(true)),
  click: fc.option(anyClick, { freq: 6 }),
  answer: fc.constantFrom('run.effect', 'run.unknown', 'run.refused', 'crash'),
})

const anyPlan = fc
  .tuple(
    fc.constantFrom<Facts[]>(
      facts('A'),
      facts('B'),
      facts('bring back'),
      outsideCsi('A'),
      outsideCsi('B'),
      facts('bring back', { deployment: 'absent', pods: [] }),
    ),
    fc.subarray<Permission>(['force delete', 'detach by hand', 'fence']),
  )
  .map(([frozen, permissions]) => plan({ facts: frozen, permissions, expiresAt: 100_000_000 }))

const anyStory = fc.record({
  plan: anyPlan,
  staysDeleted: fc.boolean(),
  turns: fc.array(anyTurn, { minLength: 10, maxLength: 60 }),
})

type Sent = {
  readonly move: Extract<Move, { kind: 'act' }>
  readonly run: Run
  readonly now: Observation
  readonly earlier: Observation | undefined
  readonly nowMs: number
}

/** Plays an executor by its moves, and hands every move to `check` with what it was decided on. */
function play(
  { plan: approved, staysDeleted, turns }: typeof anyStory extends fc.Arbitrary<infer T> ? T : never,
  check: (move: Move, at: Omit<Sent, 'move'>) => void,
): readonly RunEvent[] {
  let nowMs = 0
  let earlier: Observation | undefined
  const events: RunEvent[] = []
  const append = (body: RunEventBody) => events.push({ seq: events.length + 1, at: nowMs, run: 'r1', body })
  append({ type: 'run.proposed', plan: approved, hash: 'h', by: person('ann') })
  append({ type: 'run.approved', hash: 'h', by: person('bob') })
  append({ type: 'run.approved', hash: 'h', by: person('cyd') })
  nowMs = 60_000

  for (const turn of turns) {
    nowMs += turn.afterMs
    const afterSeq = turn.isLate ? events.length - 2 : events.length
    const isDeleted =
      approved.facts.deployment === 'absent' || intended(folded(events), 'delete deployment') !== undefined
    const gone = staysDeleted && isDeleted ? { deployment: known('absent' as const) } : {}
    const now = seen({ ...turn.look, ...gone, at: nowMs, afterSeq })
    // What was noted, done or leased needs no fresh look: the executor goes on with the same one.
    for (let moves = 0; moves < 5; moves += 1) {
      const run = folded(events)
      const move = next({ run, earlier, now, rules: RULES, holders: HOLDERS, nowMs })
      check(move, { run, now, earlier, nowMs })
      if (move.kind === 'take lease') append({ type: 'run.lease', holder: 'bot', fencing: events.length })
      else if (move.kind === 'step done') {
        append({
          type: 'run.step done',
          step: move.step,
          ...(move.generation === undefined ? {} : { generation: move.generation }),
        })
      } else if (move.kind === 'note') append({ type: 'run.observed', note: move.note })
      else if (move.kind === 'halt') append({ type: 'run.halted', because: move.because })
      else if (move.kind === 'done') append({ type: 'run.done' })
      else if (move.kind === 'act') {
        append({ type: 'run.intent', step: move.step, act: move.act })
        if (turn.answer === 'crash') append({ type: 'run.resumed', by: 'restart' })
        else append({ type: turn.answer, step: move.step, detail: '' })
      } else break
    }
    if (turn.click !== null) append(turn.click)
    const isRestarted = turn.answer === 'crash' || turn.click?.type === 'run.resumed'
    earlier = isRestarted ? undefined : earlier !== undefined && nowMs - earlier.at < 15_000 ? earlier : now
  }
  return events
}

function acts(check: (sent: Sent) => void): void {
  fc.assert(
    fc.property(anyStory, (story) => {
      play(story, (move, at) => {
        if (move.kind === 'act') check({ move, ...at })
      })
    }),
    { numRuns: 500 },
  )
}

describe('over any story of looks, clicks, crashes and answers', () => {
  test('I1, I3: nothing is sent without this executor’s lease, and at most one thing on one look', () => {
    acts(({ run }) => {
      assert.ok(run.lease !== undefined && run.lease.seq > run.resumedSeq)
      assert.equal(run.end, undefined)
    })
    fc.assert(
      fc.property(anyStory, (story) => {
        const looks = new Set<Observation>()
        play(story, (move, { now }) => {
          if (move.kind !== 'act') return
          assert.ok(!looks.has(now))
          looks.add(now)
        })
      }),
    )
  })

  test('I2: a step is done only on a look that began after the last act', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (move, { run, now }) => {
          if (move.kind === 'step done' || move.kind === 'done') assert.ok(now.afterSeq >= run.lastActSeq)
        })
      }),
    )
  })

  test('I4: an act names a frozen uid or id, and nothing else', () => {
    acts(({ move, run }) => {
      const { act } = move
      if (act.verb === 'force delete pod') assert.equal(act.uid, 'pod-1')
      if (act.verb === 'scale to 0' || act.verb === 'scale to 1' || act.verb === 'delete deployment') {
        assert.equal(act.uid, 'dep-1')
      }
      if (act.verb === 'shut down instance') assert.equal(act.linodeId, 101)
      if (act.verb === 'detach volume' || act.verb === 'attach volume') {
        assert.deepEqual([act.volumeId, act.linodeId], [11, 101])
      }
      if (act.verb === 'apply manifest') {
        assert.equal(act.manifestDigest, run.plan.facts.manifest.digest)
        assert.notEqual(run.plan.facts.mode, 'A')
      }
    })
  })

  test('I5: nothing is deleted, detached or attached while a pod is on the claim or the old postmaster may live', () => {
    acts(({ move, run, now, earlier, nowMs }) => {
      if (!['delete deployment', 'detach volume', 'attach volume'].includes(move.act.verb)) return
      assert.deepEqual(now.pods, known([]))
      assert.ok(proofOfDeath(run.plan.facts, earlier, now).proven)
      assert.ok(now.deployment.known && (now.deployment.value === 'absent' || now.deployment.value.replicas === 0))
      if (move.act.verb !== 'detach volume') return
      assert.deepEqual(now.attachments, known([]))
      assert.ok(move.freshMs <= 1000 && nowMs - now.at <= 1000)
    })
  })

  test('I6: Postgres is started only when the old one is proven dead and the volume is free or where it was planned', () => {
    acts(({ move, run, now, earlier }) => {
      if (move.act.verb !== 'scale to 1' && move.act.verb !== 'apply manifest') return
      assert.deepEqual(now.pods, known([]))
      assert.ok(proofOfDeath(run.plan.facts, earlier, now).proven)
      assert.ok(now.volume.known && now.volume.value !== 'absent')
      assert.ok([null, 101].includes(now.volume.value.linodeId))
      assert.ok(now.attachments.known && now.attachments.value.every(({ nodeName }) => nodeName === 'node-1'))
    })
  })

  test('I7: the first act needs standing approvals, and each that needs a permission its own', () => {
    acts(({ move, run, nowMs }) => {
      if (!isTouched(run)) assert.ok(standingOf(run, RULES, HOLDERS, nowMs).stands)
      const needs = { 'detach volume': 'detach by hand', 'shut down instance': 'fence' }[move.act.verb as string]
      if (needs === undefined) return
      const sent = run.intents.filter(({ act, seq }) => act.verb === move.act.verb && seq > run.cancelledSeq).length
      const granted = run.grants.filter(({ permission, by }) => {
        const persons = new Set(by.map((one) => one.person))
        const signed = new Set(by.filter((one) => one.isSigned).map((one) => one.person))
        return permission === needs && (persons.size >= 3 || signed.size >= 2)
      }).length
      const planned = !run.isAborting && run.plan.permissions.some((permission) => permission === needs) ? 1 : 0
      assert.ok(sent < granted + planned)
    })
  })

  test('I8: once stopped it is not stopped again, and what ended does nothing more', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (move, { run }) => {
          if (run.end !== undefined) assert.equal(move.kind, 'ended')
          if (move.kind === 'act' && move.act.verb === 'scale to 0') {
            assert.ok(!run.doneSteps.includes('stop') && !run.doneSteps.includes('start'))
          }
        })
      }),
    )
  })

  test('I10: after a cancellation nothing is stopped, deleted or detached but by a permission given since', () => {
    acts(({ move, run }) => {
      if (!run.isAborting) return
      assert.ok(!['scale to 0', 'delete deployment'].includes(move.act.verb))
      if (['force delete pod', 'detach volume', 'shut down instance'].includes(move.act.verb)) {
        assert.ok(run.grants.length > 0)
      }
    })
  })

  test('the stories reach every act, so the sentences above say something', () => {
    const reached = new Set<string>()
    fc.assert(
      fc.property(anyStory, (story) => {
        play(story, (move) => {
          if (move.kind === 'act') reached.add(move.act.verb)
        })
      }),
      { numRuns: 2000, seed: 5 },
    )
    assert.deepEqual([...reached].filter((verb) => changesWorld(verb as 'scale to 0')).sort(), [
      'apply manifest',
      'attach volume',
      'delete deployment',
      'detach volume',
      'force delete pod',
      'scale to 0',
      'scale to 1',
      'shut down instance',
    ])
  })
})
