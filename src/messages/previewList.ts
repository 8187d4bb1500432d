import type { Attribution } from '../core/attribution/attribution.js'
import type { Selection, Spared } from '../core/terminate/select.js'
import { inert } from './escape.js'
import { evidenceText } from './origin.js'
import { shortDuration } from './time.js'

export const SPARED_WORDS: Readonly<Record<Spared, string>> = {
  ours: "Lifeguard's own",
  superuser: 'superuser',
  replication: 'replication',
  'protected application': 'protected',
  active: 'active',
  'other state': 'in another state',
  'too young': 'not idle long enough',
  'unknown age': 'of unknown age',
  'living pod': 'of living pods',
  'origin not proven': 'of unproven origin',
}

/** The attached list: every backend, plain text, one a line. */
export function listOf({ victims, spared }: Selection): string {
  const line = (
    backend: {
      pid: number
      backendStart: string
      state: string
      stateAgeMs: number | null
      applicationName: string
      role: string | null
      database: string | null
      clientAddr: string | null
      locksHeld: number
    },
    because: string,
    attribution: Attribution | undefined,
  ) =>
    [
      String(backend.pid).padStart(7),
      shortDuration(backend.stateAgeMs).padStart(4),
      backend.state.padEnd(29),
      inert(backend.role ?? '-', 24).padEnd(16),
      inert(backend.database ?? '-', 24).padEnd(16),
      inert(backend.applicationName, 32).padEnd(20),
      inert(backend.clientAddr ?? 'unix socket', 40).padEnd(16),
      `${backend.locksHeld} locks`.padEnd(9),
      `started ${backend.backendStart}`,
      because,
      originText(attribution),
    ]
      .join('  ')
      .trimEnd()
  return [
    'To be terminated:',
    ...victims.map((victim) => line(victim, '', victim.attribution)),
    '',
    'Left alone:',
    ...spared.map(({ backend, because, attribution }) => line(backend, SPARED_WORDS[because], attribution)),
    '',
  ].join('\n')
}

/** Whose it is and why, for the list. */
function originText(attribution: Attribution | undefined): string {
  if (attribution === undefined) return ''
  const pod = 'pod' in attribution ? attribution.pod : null
  const where =
    attribution.kind === 'node address' ? attribution.node : 'name' in attribution ? attribution.name : undefined
  const name = pod?.name ?? where
  const what = `${attribution.kind}${name === undefined ? '' : ` ${inert(name, 63)}`}`
  return `${what}: ${evidenceText(attribution.because.kind)} (confidence: ${attribution.confidence})`
}
