import type { Act } from '../../../../src/core/recovery/step.js'
import type { Look, RunRecord } from '../../../../src/ports/recoveryRun.js'

/** The truth at the moment a request landed. */
export type Truth = {
  readonly writers: number
  readonly pods: number
  readonly isMounted: boolean
  readonly replicas: number | undefined
}

/** Everything the simulated world saw of the executors, in order. `who`: one process. */
export type Trace =
  | { readonly kind: 'wrote'; readonly at: number; readonly who: string; readonly record: RunRecord }
  | { readonly kind: 'looked'; readonly at: number; readonly who: string; readonly began: number; readonly look: Look }
  | {
      readonly kind: 'sent'
      readonly at: number
      readonly who: string
      readonly id: number
      readonly run: string
      readonly act: Act
      readonly holder: string
      readonly unjournaled: string | undefined
    }
  | {
      readonly kind: 'landed'
      readonly at: number
      readonly id: number
      readonly isAccepted: boolean
      readonly truth: Truth
    }
  | { readonly kind: 'answered'; readonly at: number; readonly who: string; readonly id: number }
  | {
      readonly kind: 'paged'
      readonly at: number
      readonly who: string
      readonly run: string
      readonly because: string
    }
