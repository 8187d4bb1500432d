import { checked, unseen, BACKENDS_HIDDEN, type Checked } from './checked.js'
import type { ServerFacts } from './facts.js'
import type { Finding, OverBudget } from './finding.js'
import { applicationRoles } from './roles.js'

/** What a service may open: pods × workers × threads × aliases; twice that while a rolling update runs. */
export type Budget = {
  readonly name: string
  readonly role?: string
  readonly pods: number
  readonly workers: number
  readonly threads: number
  readonly aliases: number
  readonly isRolling: boolean
}

/** The role that a service logs in as; without one configured, that of its own name. */
function roleOf(budget: Budget): string {
  return budget.role ?? budget.name
}

function steadyOf({ pods, workers, threads, aliases }: Budget): number {
  return pods * workers * threads * aliases
}

/** The old pods keep theirs until they end, and the new ones open as many. */
function peakOf(budget: Budget): number {
  return steadyOf(budget) * (budget.isRolling ? 2 : 1)
}

/** The most that the services of a role may hold at once, one of them rolling out at a time; by the role's name. */
export function peaksByRole(budgets: readonly Budget[]): ReadonlyMap<string, number> {
  const roles = [...new Set(budgets.map(roleOf))]
  return new Map(
    roles.map((role) => {
      const own = budgets.filter((budget) => roleOf(budget) === role)
      const surge = Math.max(...own.map((budget) => peakOf(budget) - steadyOf(budget)))
      return [role, own.reduce((sum, budget) => sum + steadyOf(budget), 0) + surge]
    }),
  )
}

/**
 * Do the connections that services may open fit into the usable slots: all services as they run, and with the one that
 * needs most in a rollout? Without budgets the backends of the moment, doubled for one role at a time, are judged, and
 * the finding says that it is an observation.
 */
export function checkBudgets(facts: ServerFacts, budgets: readonly Budget[], usable: number): Checked {
  if (budgets.length === 0) return checkObserved(facts, usable)
  const holding = applicationRoles(facts) ?? []
  const budgeted = new Set(budgets.map(roleOf))
  const unbudgeted = holding.filter((role) => !budgeted.has(role.name)).reduce((sum, role) => sum + role.backends, 0)
  const together = budgets.reduce((sum, budget) => sum + steadyOf(budget), 0) + unbudgeted
  const worst = budgets
    .map((budget) => overBudget(budget, together - steadyOf(budget), usable))
    .toSorted((a, b) => b.peak + b.others - (a.peak + a.others))[0]
  const isOver = worst !== undefined && worst.peak + worst.others > usable
  return checked('budget', isOver ? worst : undefined, ...budgets.flatMap((budget) => overRoleLimit(facts, budget)))
}

function overBudget(budget: Budget, others: number, usable: number): OverBudget {
  const { name, pods, workers, threads, aliases } = budget
  const steady = steadyOf(budget)
  const peak = peakOf(budget)
  const perThread = pods * workers * aliases * (budget.isRolling ? 2 : 1)
  const threadsThatFit = perThread === 0 ? 0 : Math.max(0, Math.floor((usable - others) / perThread))
  return {
    kind: 'over budget',
    isObserved: false,
    when: steady + others > usable ? 'always' : 'rollout',
    service: name,
    steady,
    peak,
    others,
    usable,
    of: { pods, workers, threads, aliases, threadsThatFit },
  }
}

/** The role's own limit refuses what the service was made for, however many slots are free. */
function overRoleLimit(facts: ServerFacts, budget: Budget): readonly Finding[] {
  const role = facts.roles.find((one) => one.name === roleOf(budget))
  const peak = peakOf(budget)
  if (role === undefined || role.isSuperuser || role.connectionLimit < 0 || role.connectionLimit >= peak) return []
  const { connectionLimit: limit } = role
  return [{ kind: 'over role limit', service: budget.name, role: role.name, limit, steady: steadyOf(budget), peak }]
}

function checkObserved(facts: ServerFacts, usable: number): Checked {
  const holding = applicationRoles(facts)
  if (holding === undefined) return unseen('budget', BACKENDS_HIDDEN)
  const total = holding.reduce((sum, role) => sum + role.backends, 0)
  const [largest] = holding // most backends first
  if (largest === undefined || total + largest.backends <= usable) return checked('budget')
  return checked('budget', {
    kind: 'over budget',
    isObserved: true,
    when: total > usable ? 'always' : 'rollout',
    service: largest.name,
    steady: largest.backends,
    peak: 2 * largest.backends,
    others: total - largest.backends,
    usable,
  })
}
