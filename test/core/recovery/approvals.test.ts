import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ALONE_COUNTDOWN_MS,
  COOL_OFF_MS,
  grantsOf,
  othersNeeded,
  standingOf,
  whyNotAlone,
  whyNotEntitled,
  whyNotResume,
  whyVoid,
  type AloneClaim,
  type ResumeClaim,
} from '../../../src/core/recovery/approvals.js'
import type { Plan } from '../../../src/core/recovery/plan.js'
import type { Approver, RunEventBody } from '../../../src/core/recovery/run.js'
import { folded, HOLDERS, intent, log, person, RULES, STOP } from './drive.js'
import { facts, known, plan, UNKNOWN } from './world.js'

const LONG_AFTER_MS = 800_000

function proposedBy(by: Approver, of: Plan, ...bodies: readonly RunEventBody[]) {
  return folded(log([{ type: 'run.proposed', plan: of, hash: 'h', by }, ...bodies]))
}

function approvedBy(...by: readonly Approver[]): readonly RunEventBody[] {
  return by.map((one) => ({ type: 'run.approved', hash: 'h', by: one }))
}

function stands(of: Plan, requester: Approver, ...others: readonly Approver[]): boolean {
  return standingOf(proposedBy(requester, of, ...approvedBy(...others)), RULES, HOLDERS, LONG_AFTER_MS).stands
}

const [ann, bob, cyd] = [person('ann'), person('bob'), person('cyd')]
const modeB = plan({ facts: facts('B') })

describe('how many persons it takes', () => {
  test('mode A takes one more, what is heavier two, a bring back none', () => {
    assert.equal(othersNeeded(plan(), false), 1)
    assert.equal(othersNeeded(plan({ permissions: ['force delete'] }), false), 2)
    assert.equal(othersNeeded(plan({ overrides: ['verified backup'] }), false), 2)
    assert.equal(othersNeeded(modeB, false), 2)
    assert.equal(othersNeeded(modeB, true), 1)
    assert.equal(othersNeeded(plan({ facts: facts('bring back') }), false), 0)
  })

  test('the requester’s own, through whatever account, is nobody else’s', () => {
    assert.ok(!stands(plan(), ann, ann))
    assert.ok(!stands(plan(), ann, person('ann', { userId: 'u-ann-alt' })))
    assert.ok(stands(plan(), ann, bob))
  })

  test('two accounts of one person are one person', () => {
    assert.ok(!stands(modeB, ann, bob, person('bob', { userId: 'u-bob-alt' })))
    assert.ok(stands(modeB, ann, bob, cyd))
  })

  test('with signatures of both, one more is enough', () => {
    const [signed, other] = [person('ann', { isSigned: true }), person('bob', { isSigned: true })]
    assert.ok(stands(modeB, signed, other))
    assert.ok(!stands(modeB, ann, other))
    assert.ok(!stands(modeB, signed, bob))
  })

  test('where signatures are required numbers do not replace them', () => {
    const run = proposedBy(ann, modeB, ...approvedBy(bob, cyd))
    assert.ok(!standingOf(run, { ...RULES, isSigningRequired: true }, HOLDERS, LONG_AFTER_MS).stands)
  })
})

describe('who counts', () => {
  test('the role and the listed id, both', () => {
    assert.equal(whyNotEntitled(bob, RULES, HOLDERS), undefined)
    assert.match(String(whyNotEntitled(person('eve'), RULES, known(['u-eve']))), /not listed/)
    assert.match(String(whyNotEntitled(bob, RULES, known(['u-ann']))), /role/)
    assert.match(String(whyNotEntitled(person('ann', { userId: 'u-bob' }), RULES, HOLDERS)), /not listed/)
  })

  test('at a terminal the signature stands for the role', () => {
    assert.ok(whyNotEntitled(person('bob', { via: 'terminal' }), RULES, UNKNOWN) !== undefined)
    assert.equal(whyNotEntitled(person('bob', { via: 'terminal', isSigned: true }), RULES, UNKNOWN), undefined)
  })

  test('an approver who left before the start counts no more; after the first effect it changes nothing', () => {
    const left = known(['u-ann'])
    const run = proposedBy(ann, plan(), ...approvedBy(bob))
    assert.ok(!standingOf(run, RULES, left, LONG_AFTER_MS).stands)
    const touched = proposedBy(ann, plan(), ...approvedBy(bob), intent('stop', STOP))
    assert.ok(standingOf(touched, RULES, left, LONG_AFTER_MS).stands)
  })

  test('roles that cannot be read refuse the start', () => {
    assert.ok(!standingOf(proposedBy(ann, plan(), ...approvedBy(bob)), RULES, UNKNOWN, LONG_AFTER_MS).stands)
  })
})

describe('when it may start', () => {
  const run = proposedBy(ann, plan(), ...approvedBy(bob))

  test('a minute after the last approval that was needed', () => {
    assert.deepEqual(standingOf(run, RULES, HOLDERS, 1000 + COOL_OFF_MS - 1), {
      stands: false,
      kind: 'wait',
      until: 1000 + COOL_OFF_MS,
      persons: ['ann', 'bob'],
    })
    assert.ok(standingOf(run, RULES, HOLDERS, 1000 + COOL_OFF_MS).stands)
  })

  test('not from the moment the plan expires', () => {
    assert.ok(standingOf(run, RULES, HOLDERS, 899_999).stands)
    assert.ok(!standingOf(run, RULES, HOLDERS, 900_000).stands)
  })

  test('a bring back at once', () => {
    const back = proposedBy(ann, plan({ facts: facts('bring back') }))
    assert.ok(standingOf(back, RULES, HOLDERS, 0).stands)
  })
})

describe('alone at 3 a.m.', () => {
  const signed = person('ann', { isSigned: true })
  const claim: AloneClaim = {
    by: signed,
    plan: plan(),
    isPaged: true,
    pagedAt: { first: 0, second: 30_000 },
    isAnswered: false,
    areChecksPassed: true,
    isKeyConfigured: true,
  }
  const at = 630_000

  test('is allowed when everything it takes is so, and each part missing is named', () => {
    assert.deepEqual(whyNotAlone(claim, RULES, HOLDERS, at), [])
    const missing: readonly Partial<AloneClaim>[] = [
      { isPaged: false },
      { pagedAt: { first: 0, second: 30_001 } },
      { isAnswered: true },
      { plan: modeB },
      { plan: plan({ overrides: ['verified backup'] }) },
      { plan: plan({ permissions: ['fence'] }) },
      { areChecksPassed: false },
      { isKeyConfigured: false },
      { by: ann },
      { lastAloneAt: at - 86_399_999 },
    ]
    for (const part of missing) assert.equal(whyNotAlone({ ...claim, ...part }, RULES, HOLDERS, at).length, 1)
    assert.equal(whyNotAlone({ ...claim, pagedAt: { first: 0 } }, RULES, HOLDERS, at).length, 2)
  })

  test('starts after the countdown, and never for a heavier plan or without a signature', () => {
    const alone: RunEventBody = { type: 'run.alone', hash: 'h', by: signed }
    const run = proposedBy(signed, plan(), alone)
    assert.ok(!standingOf(run, RULES, HOLDERS, 1000 + ALONE_COUNTDOWN_MS - 1).stands)
    assert.deepEqual(standingOf(run, RULES, HOLDERS, 1000 + ALONE_COUNTDOWN_MS), {
      stands: true,
      persons: ['ann'],
      isAlone: true,
    })
    assert.ok(!standingOf(proposedBy(signed, modeB, alone), RULES, HOLDERS, 700_000).stands)
    assert.ok(!standingOf(proposedBy(ann, plan(), { ...alone, by: ann }), RULES, HOLDERS, 700_000).stands)
  })
})

describe('a permission given while the run is open', () => {
  const ask = (by: Approver): RunEventBody => ({ type: 'run.permitted', grant: 'g', permission: 'fence', by })

  test('takes who asked and two more, or one when both signed', () => {
    const grants = (...by: readonly Approver[]) =>
      grantsOf(proposedBy(ann, plan(), intent('stop', STOP), ...by.map(ask)), 'fence', RULES, HOLDERS)
    assert.equal(grants(ann, bob), 0)
    assert.equal(grants(ann, bob, person('bob', { userId: 'u-bob-alt' })), 0)
    assert.equal(grants(ann, bob, cyd), 1)
    assert.equal(grants(person('ann', { isSigned: true }), person('bob', { isSigned: true })), 1)
  })
})

test('an upgrade, another configuration and a wall clock that jumped void what is pending', () => {
  const before = { botVersion: '1', configDigest: 'c' }
  const now = { ...before, wallMovedMs: 10_000, monotonicMovedMs: 10_000 }
  assert.equal(whyVoid(before, now), undefined)
  assert.equal(whyVoid(before, { ...now, botVersion: '2' }), 'upgrade')
  assert.equal(whyVoid(before, { ...now, configDigest: 'd' }), 'configuration changed')
  assert.equal(whyVoid(before, { ...now, wallMovedMs: 15_000 }), undefined)
  assert.equal(whyVoid(before, { ...now, wallMovedMs: 15_001 }), 'clock jumped')
  assert.equal(whyVoid(before, { ...now, wallMovedMs: 4_999 }), 'clock jumped')
})

test('an open run goes on alone only with the cluster’s run, fencing number and head, within 15 minutes', () => {
  const record = { run: 'r1', fencing: 3, head: { seq: 9, hash: 'x' }, at: 0 }
  const claim: ResumeClaim = {
    record: known(record),
    local: { run: 'r1', fencing: 3, headSeq: 9, hashAtRecord: 'x' },
    isConfirmed: false,
  }
  assert.equal(whyNotResume(claim, 900_000), undefined)
  assert.match(String(whyNotResume(claim, 900_001)), /confirm/)
  assert.equal(whyNotResume({ ...claim, isConfirmed: true }, 900_001), undefined)
  assert.match(String(whyNotResume({ ...claim, record: UNKNOWN }, 0)), /cannot be read/)
  assert.match(String(whyNotResume({ ...claim, record: known('absent') }, 0)), /no record/)
  for (const other of [
    { run: 'r2' },
    { fencing: 2 },
    { headSeq: 8 },
    { hashAtRecord: 'y' },
    { hashAtRecord: undefined },
  ]) {
    assert.ok(whyNotResume({ ...claim, local: { ...claim.local, ...other } }, 0) !== undefined)
  }
})
