import type { Forecast } from '../attribution/forecast.js'
import type { IdleLimit, KeepAlives, Weakness } from './facts.js'

/**
 * How bad it is. `serious`: one service can take every slot, or Lifeguard is blind. `risk`: it makes an incident likelier
 * or longer. `advice`: it makes the next one easier to understand.
 */
export type Gravity = 'serious' | 'risk' | 'advice'

/** What is looked at, in the order of the list. */
export const CHECKS = [
  'budget',
  'superuser applications',
  'own rights',
  'connection limits',
  'sum of the limits',
  'reserved slots',
  "superusers' reserve",
  'rollout forecast',
  'keep-alives',
  'limits for idle transactions',
  'limits for idle sessions',
  'connection checks',
  'application names',
] as const
export type Check = (typeof CHECKS)[number]

export type Finding =
  | {
      readonly kind: 'superuser application'
      readonly role: string
      readonly backends: number
      readonly applications: readonly string[]
      /** `last`: no other superuser may log in. `bootstrap`: it cannot be made an ordinary role. */
      readonly standing: 'ordinary' | 'last' | 'bootstrap'
    }
  | { readonly kind: 'no connection limit'; readonly usable: number; readonly roles: readonly ProposedLimit[] }
  | {
      readonly kind: 'limits over usable'
      readonly sum: number
      readonly usable: number
      readonly roles: readonly ProposedLimit[]
    }
  | { readonly kind: 'no reserved slots'; readonly isWaiting: boolean }
  | { readonly kind: 'no reserve before 16'; readonly major: number }
  | { readonly kind: 'small superuser reserve'; readonly reserved: number; readonly isWaiting: boolean }
  | { readonly kind: 'slow keep-alives'; readonly keepAlives: KeepAlives; readonly noticedAfterS: number }
  | { readonly kind: 'no connection check' }
  | {
      readonly kind: 'no idle limit'
      readonly limit: IdleLimit
      /** The server may have one for everybody, which cannot be seen. */
      readonly mayHaveGlobal: boolean
      readonly roles: readonly Unlimited[]
    }
  | { readonly kind: 'empty application names'; readonly roles: readonly { name: string; backends: number }[] }
  | OverBudget
  | ({
      readonly kind: 'over role limit'
      readonly service: string
      readonly role: string
      readonly limit: number
    } & Needs)
  | { readonly kind: 'own weakness'; readonly weakness: Weakness }
  | { readonly kind: 'forecast'; readonly forecast: Forecast }

/** `limit` is the present one, -1 for none. */
export type ProposedLimit = {
  readonly name: string
  readonly backends: number
  readonly limit: number
  readonly proposed: number
}

/** `database`: the place where it is switched off, when that is not the role alone. */
export type Unlimited = { readonly name: string; readonly database: string | null; readonly backends: number }

/** Connections of one service: always, and at the peak of a rollout. */
export type Needs = { readonly steady: number; readonly peak: number }

/**
 * More than the usable slots are needed: by all services as they run (`always`), or while one of them rolls out.
 * `others`: what everybody else holds or may hold at that time.
 */
export type OverBudget = {
  readonly kind: 'over budget'
  readonly isObserved: boolean
  readonly when: 'always' | 'rollout'
  readonly service: string
  readonly others: number
  readonly usable: number
  /** The factors, where they are configured; `threadsThatFit` is 0 when even one is too many. */
  readonly of?: {
    readonly pods: number
    readonly workers: number
    readonly threads: number
    readonly aliases: number
    readonly threadsThatFit: number
  }
} & Needs

export function gravityOf(finding: Finding): Gravity {
  switch (finding.kind) {
    case 'superuser application':
      return 'serious'
    case 'over budget':
      return finding.isObserved ? 'risk' : 'serious'
    case 'own weakness':
      return finding.weakness.about === 'grant' ? 'serious' : 'risk'
    case 'no idle limit':
      return finding.mayHaveGlobal ? 'advice' : 'risk'
    case 'no connection limit':
    case 'no reserved slots':
    case 'small superuser reserve':
    case 'slow keep-alives':
    case 'over role limit':
    case 'forecast':
      return 'risk'
    case 'limits over usable':
    case 'no reserve before 16':
    case 'no connection check':
    case 'empty application names':
      return 'advice'
  }
}
