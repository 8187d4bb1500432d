import type { Sighting } from '../../../src/core/attribution/picture.js'

/** The `index`-th sighting of a fleet: each of its own address, pod and time. */
export function sighting(index: number, more: Partial<Sighting> = {}): Sighting {
  const at = 1_700_000_000_000 + index * 1000
  return {
    address: `10.2.${index >> 8}.${index & 255}`,
    podUid: `9f7d6c1e-0000-4000-8000-${String(index).padStart(12, '0')}`,
    podName: `site-6f9c8d7b54-${String(index)}`,
    workload: { namespace: 'default', kind: 'Deployment', name: 'site' },
    rollout: { name: 'site-6f9c8d7b54', revision: 7, createdAt: at - 60_000 },
    podCreatedAt: at - 5000,
    firstSeenAt: at,
    lastSeenAt: at,
    ...more,
  }
}
