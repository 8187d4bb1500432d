import { forecastRollout, rememberPerPod } from '../../src/core/attribution/forecast.js'
import type { Picture } from '../../src/core/attribution/picture.js'
import { lastRollouts } from '../../src/core/attribution/rollouts.js'
import { originsOf } from '../../src/core/attribution/summary.js'
import type { Traced } from '../../src/core/attribution/traced.js'
import { mayEndByOrigin } from '../../src/core/terminate/select.js'
import type { Live } from '../../src/core/watch/live.js'
import type { BackendGroup, Reading } from '../../src/core/watch/look.js'
import { usableSlots, usedSlots } from '../../src/core/watch/slots.js'
import { HOUR, indexOf, picture, SITE, type Known } from '../core/attribution/fixture.js'
import { group, reading, STALE, T0 } from '../core/fixture.js'
import { LIVE } from './fixture.js'

/** Backends of one group, each so old. */
export function aged(ageMs: number, of: Partial<BackendGroup> = {}): BackendGroup {
  return group({ sessionAgesMs: Array.from({ length: of.count ?? 1 }, () => ageMs), ...of })
}

/** The post-mortem's 96: 44 of site, 31 of them left behind by the rollout that went three hours ago. */
export const LEAK: Reading = reading([
  aged(5 * HOUR, { count: 31, staleCount: 31 }),
  aged(HOUR, { count: 12, clientAddr: '10.2.0.9' }),
  aged(HOUR, { count: 1, clientAddr: '10.2.0.9', state: 'active' }),
  aged(HOUR, { count: 50, role: 'metricity', database: 'metricity', clientAddr: '192.168.1.5' }),
  group({ role: 'lifeguard', database: 'postgres', applicationName: 'lifeguard monitor', isOwn: true, count: 2 }),
])

export type Of = Known & { readonly reading?: Reading; readonly confirmedAt?: number; readonly problem?: string }

/** What the tracer would say of that reading. */
export function tracedOf({ reading: of = LEAK, confirmedAt = T0, problem, ...known }: Of = {}): Extract<
  Traced,
  { kind: 'traced' }
> {
  const seen: Picture = known.picture ?? picture()
  const origins = originsOf(of, indexOf({ ...known, picture: seen }), { mayEnd: (one) => mayEndByOrigin(one, STALE) })
  const slots = { loads: origins.loads, used: usedSlots(of), usable: usableSlots(of.limits) }
  const perPod = rememberPerPod(new Map(), origins)
  return {
    kind: 'traced',
    origins,
    confirmedAt,
    pods: seen.pods.length,
    ...(problem === undefined ? {} : { problem }),
    rollouts: lastRollouts([SITE], seen),
    forecasts: seen.deployments.flatMap((deployment) => forecastRollout(deployment, perPod, slots) ?? []),
  }
}

/** The server as a card shows it. */
export function liveWith(of: Of = {}): Live {
  const { reading: look = LEAK } = of
  return { ...LIVE, look, reading: look, traced: tracedOf(of) }
}
