import type { Forecast } from '../attribution/forecast.js'
import { checkBudgets, peaksByRole, type Budget } from './budget.js'
import { checked, type Checked } from './checked.js'
import type { ServerFacts } from './facts.js'
import { CHECKS, gravityOf, type Check, type Finding, type Gravity } from './finding.js'
import { checkLimits } from './limits.js'
import { checkSessions } from './sessions.js'
import { checkSlots } from './slots.js'

/** What is wrong with a server before any incident, worst first, and what is not. */
export type Diagnosis = {
  readonly findings: readonly Finding[]
  readonly fine: readonly Check[]
  /** What could not be looked at, each with the reason as a sentence. */
  readonly unseen: readonly { readonly check: Check; readonly because: string }[]
}

export type DiagnoseInput = {
  readonly facts: ServerFacts
  /** As configured; none: the backends of the moment are judged instead. */
  readonly budgets: readonly Budget[]
  /** Slots that ordinary roles can have. */
  readonly usable: number
  /** What rollouts to come would need, by what the cluster says. Absent: not asked. */
  readonly forecasts?: readonly Forecast[]
}

const WEIGHT: Readonly<Record<Gravity, number>> = { serious: 0, risk: 1, advice: 2 }

/** Makes every check. Pure, never throws; what the facts do not say is `unseen`, never fine and never a finding. */
export function diagnose({ facts, budgets, usable, forecasts }: DiagnoseInput): Diagnosis {
  const all: readonly Checked[] = [
    checkBudgets(facts, budgets, usable),
    ...checkSlots(facts),
    ...checkLimits(facts, usable, peaksByRole(budgets)),
    ...checkSessions(facts),
    checkOwn(facts),
    ...(forecasts === undefined
      ? []
      : [
          checked(
            'rollout forecast',
            ...forecasts
              .filter(({ exceedsBy }) => exceedsBy > 0)
              .map((forecast) => ({ kind: 'forecast', forecast }) as const),
          ),
        ]),
  ].toSorted((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check))
  return {
    // Sorting is stable: within a gravity the order of the checks stays.
    findings: all.flatMap((one) => one.findings).toSorted((a, b) => WEIGHT[gravityOf(a)] - WEIGHT[gravityOf(b)]),
    fine: all.filter((one) => one.findings.length === 0 && one.unseen === undefined).map((one) => one.check),
    unseen: all.flatMap(({ check, unseen }) => (unseen === undefined ? [] : [{ check, because: unseen }])),
  }
}

/** The reserve is a check of its own unless it is there and only our right to it, or its size, is lacking. */
function checkOwn(facts: ServerFacts): Checked {
  const isReserveReported = facts.reserved === null || facts.reserved === 0
  return checked(
    'own rights',
    ...facts.own.weaknesses
      .filter((weakness) => weakness.about !== 'reserve' || !isReserveReported)
      .map((weakness) => ({ kind: 'own weakness', weakness }) as const),
  )
}
