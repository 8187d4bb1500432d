import type { Forecast } from './forecast.js'
import type { LastRollout } from './rollouts.js'
import type { Origins } from './summary.js'

/** What is known of whose the backends of the latest reading are. */
export type Traced =
  /** No cluster is configured. */
  | { readonly kind: 'off' }
  /** A cluster is configured and has not been listed yet; `problem` is one line with its remedy. */
  | { readonly kind: 'no picture'; readonly problem?: string }
  | {
      readonly kind: 'traced'
      readonly origins: Origins
      /** Epoch ms: when the API server last confirmed the picture. Its age is shown. */
      readonly confirmedAt: number
      readonly pods: number
      /** Why the picture is not kept fresh, or not whole, at the moment. */
      readonly problem?: string
      /** Of the workloads that hold connections, newest first. */
      readonly rollouts: readonly LastRollout[]
      /** Of the Deployments that hold connections, those that do not fit first. */
      readonly forecasts: readonly Forecast[]
    }

/** What rollouts of the Deployments that hold connections need; empty where nobody knows. */
export function forecastsIn(traced: Traced): readonly Forecast[] {
  return traced.kind === 'traced' ? traced.forecasts : []
}
