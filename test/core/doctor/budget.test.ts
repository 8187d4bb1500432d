import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBudgets, peaksByRole, type Budget } from '../../../src/core/doctor/budget.js'
import type { OverBudget } from '../../../src/core/doctor/finding.js'
import { held, role, SOUND } from './facts.js'

/** 2020-12-11: gunicorn with -w 4 --threads 8, two database aliases, one pod, the default strategy. */
const SITE: Budget = { name: 'site', pods: 1, workers: 4, threads: 8, aliases: 2, isRolling: true }

function over(budgets: readonly Budget[], usable: number, facts = SOUND): OverBudget | undefined {
  const [found] = checkBudgets(facts, budgets, usable).findings
  assert.ok(found === undefined || found.kind === 'over budget')
  return found
}

test('the site of 2020 fits as it runs, and not while it rolls out', () => {
  assert.deepEqual(over([SITE], 97), {
    kind: 'over budget',
    isObserved: false,
    when: 'rollout',
    service: 'site',
    steady: 64,
    peak: 128,
    others: 0,
    usable: 97,
    of: { pods: 1, workers: 4, threads: 8, aliases: 2, threadsThatFit: 6 },
  })
})

test('what it proposes fits', () => {
  const threads = over([SITE], 97)?.of?.threadsThatFit ?? 0
  assert.equal(over([{ ...SITE, threads }], 97), undefined)
  assert.notEqual(over([{ ...SITE, threads: threads + 1 }], 97), undefined)
  assert.equal(over([{ ...SITE, isRolling: false }], 97), undefined)
})

test('exactly the usable slots fit', () => {
  assert.equal(over([SITE], 128), undefined)
  assert.equal(over([SITE], 127)?.when, 'rollout')
  assert.equal(over([SITE], 63)?.when, 'always')
})

test('the other services count as they run, and those without a budget as they are', () => {
  const bot: Budget = { name: 'bot', pods: 2, workers: 1, threads: 10, aliases: 1, isRolling: true }
  const facts = {
    ...SOUND,
    roles: [role('grafana'), role('bot')],
    backends: [held('grafana', 4, 'g'), held('bot', 19, 'b')],
  }
  const found = over([bot, SITE], 151, facts)
  assert.deepEqual([found?.service, found?.others, found?.peak], ['site', 24, 128])
  assert.equal(over([bot, SITE], 152, facts), undefined)
})

test('a role limit below what its service may open is a finding of its own', () => {
  const facts = { ...SOUND, roles: [role('web', { connectionLimit: 100 })] }
  const { findings } = checkBudgets(facts, [{ ...SITE, role: 'web' }], 400)
  assert.deepEqual(findings, [
    { kind: 'over role limit', service: 'site', role: 'web', limit: 100, steady: 64, peak: 128 },
  ])
})

test('services of one role add up, one rollout at a time', () => {
  const worker: Budget = { ...SITE, name: 'worker', role: 'site', threads: 1 }
  assert.deepEqual([...peaksByRole([SITE, worker])], [['site', 64 + 8 + 64]])
})

test('without a budget the backends of the moment are doubled, as an observation', () => {
  const facts = {
    ...SOUND,
    roles: [role('site'), role('bot')],
    backends: [held('bot', 10, 'b'), held('site', 44, 's')],
  }
  assert.equal(over([], 98, facts), undefined)
  const found = over([], 97, facts)
  assert.deepEqual([found?.isObserved, found?.service, found?.others, found?.peak], [true, 'site', 10, 88])
  assert.equal(found?.of, undefined)
})
