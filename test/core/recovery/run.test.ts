import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  foldRun,
  isTouched,
  needsPerson,
  type Approver,
  type Run,
  type RunEventBody,
} from '../../../src/core/recovery/run.js'
import { plan } from './world.js'

const ann: Approver = { person: 'ann', userId: 'u1', name: 'Ann', via: 'discord', isSigned: false }
const bob: Approver = { person: 'bob', userId: 'u2', name: 'Bob', via: 'discord', isSigned: false }

function run(...bodies: readonly RunEventBody[]): Run {
  const all: readonly RunEventBody[] = [{ type: 'run.proposed', plan: plan(), hash: 'h', by: ann }, ...bodies]
  const folded = foldRun(all.map((body, index) => ({ seq: index + 1, at: index * 1000, run: 'r1', body })))
  assert.ok(folded !== undefined)
  return folded
}

const approved: RunEventBody = { type: 'run.approved', hash: 'h', by: bob }
const stopping: RunEventBody = {
  type: 'run.intent',
  step: 'stop',
  act: { verb: 'scale to 0', namespace: 'default', name: 'postgres', uid: 'dep-1', resourceVersion: '500' },
}

describe('what a run’s events say', () => {
  test('a second click of the same account and one over another hash approve nothing', () => {
    const other: RunEventBody = { type: 'run.approved', hash: 'old', by: { ...bob, userId: 'u3' } }
    assert.deepEqual(
      run(approved, approved, other).approvals.map(({ by }) => by.userId),
      ['u2'],
    )
  })

  test('a restart voids the approvals of an untouched run, and changes nothing once it was touched', () => {
    const restart: RunEventBody = { type: 'run.resumed', by: 'restart' }
    assert.equal(run(approved, restart).approvals.length, 0)
    assert.equal(run(approved, stopping, restart).approvals.length, 1)
  })

  test('saving the record touches nothing; an intent to stop does, whatever its answer', () => {
    const saving: RunEventBody = { type: 'run.intent', step: 'record', act: { verb: 'save record' } }
    assert.ok(!isTouched(run(approved, saving)))
    assert.ok(isTouched(run(approved, stopping, { type: 'run.refused', step: 'stop', detail: '409' })))
  })

  test('cancelled before the first effect it ends; after it, Postgres is brought back', () => {
    const cancelled: RunEventBody = { type: 'run.cancelled', by: bob }
    assert.equal(run(approved, cancelled).end?.kind, 'cancelled')
    const later = run(approved, stopping, cancelled)
    assert.deepEqual([later.end, later.isAborting], [undefined, true])
  })

  test('halted after the first effect it needs a person until one takes it over by name', () => {
    const halted: RunEventBody = { type: 'run.halted', because: 'another uid' }
    assert.ok(!needsPerson(run(halted)))
    assert.ok(needsPerson(run(stopping, halted)))
    assert.ok(!needsPerson(run(stopping, halted, { type: 'run.taken over', by: bob })))
  })

  test('what ended stays ended', () => {
    const ended = run(approved, { type: 'run.cancelled', by: bob }, stopping, { type: 'run.done' })
    assert.equal(ended.end?.kind, 'cancelled')
    assert.equal(ended.intents.length, 0)
  })

  test('up counts from the first of an unbroken row of sightings', () => {
    const up: RunEventBody = { type: 'run.observed', note: 'up' }
    assert.equal(run(up, up).upSince, 1000)
    assert.equal(run(up, { type: 'run.observed', note: 'not up' }, up).upSince, 3000)
  })

  test('without its proposal there is no run', () => {
    assert.equal(foldRun([{ seq: 1, at: 0, run: 'r1', body: approved }]), undefined)
  })
})
