import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Move } from '../../../src/core/recovery/move.js'
import type { Observation } from '../../../src/core/recovery/observation.js'
import type { RunEventBody } from '../../../src/core/recovery/run.js'
import type { StepId } from '../../../src/core/recovery/step.js'
import { DELETE, done, intent, moveFor, person, runOf, START, STOP } from './drive.js'
import { deployment, facts, IN_USE, known, node, outsideCsi, plan, pod, UNKNOWN, volume } from './world.js'

const at0 = known(deployment({ replicas: 0, generation: 8, observedGeneration: 8 }))
const absent = known('absent' as const)
const attached = known([{ name: 'va-1', nodeName: 'node-1', isAttached: true, isDeleting: false }])
const letGo = known([node({ volumesInUse: [] })])
const free = { attachments: known([]), volume: known(volume({ linodeId: null })), nodes: letGo }

/** Stopped, no pod, the node has let go, the volume is still attached. */
const STOPPED: Partial<Observation> = { deployment: at0, pods: known([]), nodes: letGo, replicaSets: known([]) }

const STOPPED_RUN: readonly RunEventBody[] = [...done('record'), intent('stop', STOP), ...done('stop')]
const resumed: readonly RunEventBody[] = [
  { type: 'run.resumed', by: 'restart' },
  { type: 'run.lease', holder: 'bot', fencing: 2 },
]

const modeB = plan({ facts: facts('B'), permissions: ['detach by hand'] })

function words(move: Move): string {
  switch (move.kind) {
    case 'act':
      return `act ${move.act.verb}`
    case 'step done':
      return `done ${move.step}`
    case 'ask':
      return `ask ${move.ask} at ${move.step}`
    case 'note':
      return `note ${move.note}`
    default:
      return move.kind
  }
}

describe('each row of table 5.4, after a restart', () => {
  test('replicas 1 and an intent to start: it may have landed, so it is verified', () => {
    const run = runOf(
      plan(),
      ...STOPPED_RUN,
      ...done('pods gone', 'gate', 'release'),
      intent('start', START),
      ...resumed,
    )
    assert.equal(words(moveFor(run, {})), 'done start')
  })

  test('replicas 1, a stop intended and not to be seen: healthy is verified and closed, never stopped again', () => {
    const run = runOf(plan(), ...done('record'), intent('stop', STOP), ...resumed)
    assert.equal(words(moveFor(run, {})), 'done start')
    const sick = { pods: known([pod({ isReady: false })]) }
    assert.equal(words(moveFor(run, sick)), 'observe')
    assert.equal(words(moveFor(run, sick, { nowMs: 700_000 })), 'halt')
  })

  test('replicas 0 with pods: it goes on waiting for them', () => {
    const run = runOf(plan(), ...STOPPED_RUN, ...resumed)
    assert.equal(
      words(moveFor(run, { deployment: at0, pods: known([pod({ isTerminating: true })]) }, { nowMs: 20_000 })),
      'observe',
    )
  })

  test('a stop whose answer was lost is done when 0 replicas are seen, and its generation is kept', () => {
    const run = runOf(plan(), ...done('record'), intent('stop', STOP), ...resumed)
    assert.deepEqual(moveFor(run, STOPPED), { kind: 'step done', step: 'stop', generation: 8 })
  })

  test('a Deployment that is being deleted: wait, and apply nothing', () => {
    const run = runOf(modeB, ...STOPPED_RUN, ...done('pods gone', 'gate'), intent('delete', DELETE), ...resumed)
    const deleting = known(deployment({ replicas: 0, isDeleting: true, generation: 9 }))
    assert.equal(words(moveFor(run, { ...STOPPED, deployment: deleting }, { nowMs: 30_000 })), 'observe')
    const ready = runOf(modeB, ...STOPPED_RUN, ...done('pods gone', 'gate', 'delete', 'release'), ...resumed)
    assert.equal(words(moveFor(ready, { ...STOPPED, ...free, deployment: deleting }, { nowMs: 30_000 })), 'observe')
  })

  test('404 with a pod or a node that lists the volume: neither apply nor detach', () => {
    const run = runOf(
      modeB,
      ...STOPPED_RUN,
      ...done('pods gone', 'gate', 'delete'),
      intent('delete', DELETE),
      ...resumed,
    )
    for (const held of [
      { pods: known([pod({ isTerminating: true })]) },
      { nodes: known([node({ volumesInUse: [IN_USE] })]) },
    ]) {
      const world = { ...STOPPED, deployment: absent, attachments: known([]), ...held }
      assert.equal(words(moveFor(run, world, { nowMs: 30_000 })), 'observe')
    }
  })

  test('nothing left and the VolumeAttachment present: CSI is waited for, 5 minutes', () => {
    const run = runOf(plan(), ...STOPPED_RUN, ...done('pods gone', 'gate'), ...resumed)
    assert.equal(words(moveFor(run, { ...STOPPED, attachments: attached })), 'observe')
    assert.equal(
      words(moveFor(run, { ...STOPPED, attachments: attached }, { nowMs: 400_000 })),
      'ask person at release',
    )
  })

  test('the VolumeAttachment gone and the volume still on the planned Linode: a detach, if one is permitted', () => {
    const world = { ...STOPPED, attachments: known([]) }
    const events = [...STOPPED_RUN, ...done('pods gone', 'gate'), ...resumed]
    assert.equal(words(moveFor(runOf(plan(), ...events), world, { nowMs: 400_000 })), 'ask detach by hand at release')
    const permitted = runOf(plan({ permissions: ['detach by hand'] }), ...events)
    const move = moveFor(permitted, world)
    assert.ok(move.kind === 'act' && move.freshMs <= 1000)
    assert.deepEqual(move.act, { verb: 'detach volume', volumeId: 11, linodeId: 101 })
  })

  test('one POST for each permission: a detach that was sent is not sent again', () => {
    const sent = intent('release', { verb: 'detach volume', volumeId: 11, linodeId: 101 })
    const events = [...STOPPED_RUN, ...done('pods gone', 'gate'), sent, ...resumed]
    const run = runOf(plan({ permissions: ['detach by hand'] }), ...events)
    assert.equal(
      words(moveFor(run, { ...STOPPED, attachments: known([]) }, { nowMs: 400_000 })),
      'ask detach by hand at release',
    )
  })

  test('nothing left and the volume free: under CSI it is started, outside CSI attached first', () => {
    const run = runOf(plan(), ...STOPPED_RUN, ...done('pods gone', 'gate', 'release'), ...resumed)
    assert.equal(words(moveFor(run, { ...STOPPED, ...free })), 'act scale to 1')
    const outside = runOf(
      plan({ facts: outsideCsi('B') }),
      ...STOPPED_RUN,
      ...done('pods gone', 'gate', 'delete', 'release'),
      ...resumed,
    )
    assert.equal(words(moveFor(outside, { ...STOPPED, ...free, deployment: absent })), 'act attach volume')
  })

  test('the volume on a Linode nobody planned: halt', () => {
    const run = runOf(plan(), ...STOPPED_RUN, ...done('pods gone', 'gate'), ...resumed)
    assert.equal(words(moveFor(run, { ...STOPPED, volume: known(volume({ linodeId: 999 })) })), 'halt')
  })

  test('another uid of the saved spec is verified, another spec halts', () => {
    const run = runOf(modeB, ...STOPPED_RUN, ...done('pods gone', 'gate', 'delete', 'release'), ...resumed)
    const again = deployment({ uid: 'dep-2', generation: 1 })
    const own = known([pod({ uid: 'pod-9', deploymentUid: 'dep-2' })])
    assert.equal(words(moveFor(run, { deployment: known(again), pods: own })), 'done start')
    assert.equal(words(moveFor(run, { deployment: known({ ...again, specDigest: 'other' }), pods: own })), 'halt')
  })
})

describe('a bring back starts from any row, with nothing in the journal', () => {
  const start = (deploymentFacts: 'absent' | 'at 0') => {
    const frozen = facts('bring back')
    assert.ok(frozen.deployment !== 'absent')
    const was =
      deploymentFacts === 'absent' ? ('absent' as const) : { ...frozen.deployment, replicas: 0, generation: 8 }
    return runOf(plan({ facts: { ...frozen, deployment: was, pods: [] } }), ...done('record'))
  }
  const gated = (run: 'absent' | 'at 0', ...steps: readonly StepId[]) => {
    const plain = start(run)
    return { ...plain, doneSteps: [...plain.doneSteps, ...steps] }
  }
  const rows: readonly (readonly [string, Partial<Observation>, 'absent' | 'at 0', string])[] = [
    ['up already', {}, 'at 0', 'done start'],
    ['at 0, pods left', { deployment: at0, pods: known([pod({ isTerminating: true })]) }, 'at 0', 'observe'],
    ['at 0, nothing left', STOPPED, 'at 0', 'done pods gone'],
    ['deleted, nothing left', { ...STOPPED, deployment: absent }, 'absent', 'done pods gone'],
    [
      'deleted, volume on a stranger',
      { ...STOPPED, deployment: absent, volume: known(volume({ linodeId: 9 })) },
      'absent',
      'halt',
    ],
  ]
  for (const [name, world, was, expected] of rows) {
    test(`${name}: ${expected}`, () => assert.equal(words(moveFor(start(was), world, { nowMs: 20_000 })), expected))
  }

  test('it starts what is at 0 and creates what is gone', () => {
    assert.equal(
      words(moveFor(gated('at 0', 'pods gone', 'gate', 'release'), { ...STOPPED, ...free })),
      'act scale to 1',
    )
    const gone = { ...STOPPED, ...free, deployment: absent }
    assert.equal(words(moveFor(gated('absent', 'pods gone', 'gate', 'release'), gone)), 'act apply manifest')
  })

  test('a volume that CSI does not let go may stay on its planned node', () => {
    const run = gated('at 0', 'pods gone', 'gate')
    assert.equal(words(moveFor(run, { ...STOPPED, attachments: attached }, { nowMs: 400_000 })), 'done release')
  })
})

describe('what stands in the way', () => {
  const waiting = runOf(plan(), ...STOPPED_RUN)
  const stuck = { deployment: at0, pods: known([pod({ isTerminating: true })]) }

  test('a stuck pod on a node that answers is forced only by permission', () => {
    assert.equal(words(moveFor(waiting, stuck, { nowMs: 200_000 })), 'ask force delete at pods gone')
    const permitted = runOf(plan({ permissions: ['force delete'] }), ...STOPPED_RUN)
    assert.equal(words(moveFor(permitted, stuck, { nowMs: 200_000 })), 'act force delete pod')
    assert.equal(words(moveFor(permitted, stuck, { nowMs: 20_000 })), 'observe')
  })

  test('on a node that does not answer it is not forced: the Linode is shut down first, and then it is', () => {
    const both = plan({ permissions: ['force delete', 'fence'] })
    const silent = {
      ...stuck,
      nodes: known([node({ isReady: false }), node({ name: 'node-2', uid: 'n2', linodeId: 102, volumesInUse: [] })]),
    }
    const run = runOf(both, ...STOPPED_RUN)
    assert.equal(words(moveFor(waiting, silent, { nowMs: 200_000 })), 'ask fence at pods gone')
    assert.equal(words(moveFor(run, silent, { nowMs: 200_000 })), 'act shut down instance')
    const off = { ...silent, instances: known([{ linodeId: 101, status: 'offline' }]) }
    assert.equal(words(moveFor(run, off, { nowMs: 200_000 })), 'act force delete pod')
  })

  test('the machine the bot runs on is never shut down', () => {
    const home = plan({ facts: facts('A', { botNode: 'node-1' }), permissions: ['fence'] })
    const silent = { ...stuck, nodes: known([node({ isReady: false })]) }
    assert.equal(words(moveFor(runOf(home, ...STOPPED_RUN), silent, { nowMs: 200_000 })), 'ask person at pods gone')
  })

  test('finalizers and pods nobody planned are left to a person', () => {
    const permitted = runOf(plan({ permissions: ['force delete'] }), ...STOPPED_RUN)
    for (const odd of [pod({ isTerminating: true, finalizers: ['x'] }), pod({ isTerminating: true, uid: 'pod-2' })]) {
      const move = moveFor(permitted, { deployment: at0, pods: known([odd]) }, { nowMs: 200_000 })
      assert.equal(words(move), 'ask person at pods gone')
    }
  })

  test('somebody’s apply in the middle is never overrun', () => {
    const run = runOf(plan(), ...STOPPED_RUN, ...done('pods gone'))
    const applied = known(deployment({ generation: 9 }))
    assert.equal(
      words(moveFor(run, { deployment: applied, pods: known([pod({ uid: 'pod-2', isReady: false })]) })),
      'observe',
    )
    assert.equal(words(moveFor(run, { deployment: applied, pods: known([pod({ uid: 'pod-2' })]) })), 'done start')
  })

  test('what cannot be read is waited for, and asked about when the time is up', () => {
    const run = runOf(plan(), ...STOPPED_RUN, ...done('pods gone'))
    assert.equal(words(moveFor(run, { ...STOPPED, nodes: UNKNOWN })), 'observe')
    assert.equal(words(moveFor(run, { ...STOPPED, nodes: UNKNOWN }, { nowMs: 400_000 })), 'ask person at gate')
  })

  test('a look that began before the last act counts for nothing', () => {
    assert.equal(words(moveFor(waiting, { ...STOPPED, afterSeq: 2 })), 'observe')
  })

  test('a plan whose Deployment has moved since touches nothing', () => {
    const run = runOf(plan(), ...done('record'))
    assert.equal(words(moveFor(run, {})), 'act scale to 0')
    assert.equal(words(moveFor(run, { deployment: known(deployment({ generation: 8 })) })), 'halt')
  })

  test('nothing is sent without a lease, or on roles that cannot be read', () => {
    const { lease: _, ...unleased } = runOf(plan(), ...done('record'))
    assert.equal(words(moveFor(unleased, {})), 'take lease')
    assert.equal(words(moveFor(runOf(), {}, { holders: UNKNOWN })), 'await approval')
    assert.equal(words(moveFor(waiting, STOPPED, { holders: UNKNOWN })), 'done pods gone')
  })
})

describe('the verification', () => {
  const started = runOf(plan(), ...STOPPED_RUN, ...done('pods gone', 'gate', 'release', 'start'))

  test('counts a full Postgres as up, and one in recovery as not', () => {
    assert.equal(words(moveFor(started, {})), 'note up')
    assert.equal(words(moveFor(started, { postgres: known({ kind: 'login', isInRecovery: true }) })), 'observe')
  })

  test('takes a minute without a gap', () => {
    const up = { ...started, upSince: 70_000 }
    assert.equal(words(moveFor(up, {}, { nowMs: 129_000 })), 'observe')
    assert.equal(words(moveFor(up, {}, { nowMs: 130_000 })), 'done verify')
    assert.equal(words(moveFor(up, { pods: UNKNOWN }, { nowMs: 130_000 })), 'note not up')
  })

  test('two pods on the claim and a Deployment at 0 halt it', () => {
    const two = known([pod(), pod({ uid: 'pod-2', name: 'postgres-b' })])
    assert.equal(words(moveFor(started, { pods: two })), 'halt')
    assert.equal(words(moveFor(started, { deployment: at0 })), 'halt')
  })

  test('then the record is cleared, and gone it is done', () => {
    const verified = { ...started, doneSteps: [...started.doneSteps, 'verify' as const] }
    assert.equal(words(moveFor(verified, {})), 'act clear record')
    assert.equal(words(moveFor(verified, { record: known('absent') })), 'done')
  })
})

test('cancelled after the stop, a mode B run deletes and detaches nothing and brings Postgres back', () => {
  const cancelled = runOf(modeB, ...STOPPED_RUN, ...done('pods gone', 'gate'), {
    type: 'run.cancelled',
    by: person('dan'),
  })
  assert.equal(words(moveFor(cancelled, { ...STOPPED, ...free })), 'done release')
  const released = { ...cancelled, doneSteps: [...cancelled.doneSteps, 'release' as const] }
  assert.equal(words(moveFor(released, { ...STOPPED, ...free })), 'act scale to 1')
})
