import fc from 'fast-check'
import type { StaleFilter } from '../../../src/core/incident/event.js'
import type { Backend } from '../../../src/core/terminate/backend.js'

const ROLES = ['site', 'metricity', 'postgres'] as const
const APPLICATIONS = ['', 'site-web', 'pg_dump', 'cron'] as const
const STATES: readonly Backend['state'][] = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
  'starting',
  'unknown',
]

const ages = fc.option(fc.nat({ max: 7_200_000 }), { freq: 8 })

const anyBackend: fc.Arbitrary<Backend> = fc.record({
  pid: fc.integer({ min: 1, max: 60 }),
  backendStart: fc.constantFrom('start a', 'start b'),
  stateChange: fc.option(fc.constantFrom('change a', 'change b'), { freq: 8 }),
  applicationName: fc.constantFrom(...APPLICATIONS),
  role: fc.option(fc.constantFrom(...ROLES), { freq: 8 }),
  database: fc.constantFrom('site', null),
  clientAddr: fc.constantFrom('10.2.0.7', null),
  // Mostly idle, or hardly any backend would be a victim.
  state: fc.oneof({ weight: 3, arbitrary: fc.constant('idle' as const) }, fc.constantFrom(...STATES)),
  sessionAgeMs: fc.nat(),
  stateAgeMs: ages,
  transactionAgeMs: ages,
  waitEventType: fc.constantFrom('Client', 'Lock', null),
  locksHeld: fc.nat({ max: 3 }),
  blockedBy: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 2 }),
  isSuperuser: fc.constantFrom(false, false, false, true),
  isOwn: fc.constantFrom(false, false, false, true),
  isReplication: fc.constantFrom(false, false, false, true),
})

/** A list as one read gives it: no pid twice. */
export const backends: fc.Arbitrary<readonly Backend[]> = fc.uniqueArray(anyBackend, {
  selector: (backend) => backend.pid,
  maxLength: 40,
})

/** Filters of every shape, those that name nobody among them. */
export const filters: fc.Arbitrary<StaleFilter> = fc
  .tuple(
    fc.option(fc.constantFrom(...ROLES), { nil: undefined }),
    fc.option(fc.constantFrom(...APPLICATIONS), { nil: undefined }),
    fc.subarray(['idle', 'idle in transaction'] as const),
  )
  .map(([role, applicationName, states]) => ({
    ...(role === undefined ? {} : { role }),
    ...(applicationName === undefined ? {} : { applicationName }),
    states,
  }))
