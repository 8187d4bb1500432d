import fc from 'fast-check'
import type { Attribution } from '../../src/core/attribution/attribution.js'
import type { OriginRow } from '../../src/core/attribution/summary.js'
import type { Traced } from '../../src/core/attribution/traced.js'
import type { Look } from '../../src/core/watch/look.js'
import { group, OPENED, reading, RESPONDER, T0 } from '../core/fixture.js'
import { ACKNOWLEDGED, ACTED, FILTER, incidentOf, LIVE, RESOLVED } from './fixture.js'

const TRICKS = [
  '`',
  '``',
  '```',
  '\n```\n',
  '@everyone',
  '@here',
  '<@&1>',
  '<@1>',
  '<@!267624335836053506>',
  '<#1>',
  '</terminate:1>',
  '<:a:1>',
  '<t:1:R>',
  '[click](http://evil.example)',
  'https://evil.example',
  'javascript://x',
  '||',
  '**',
  '__',
  '# ',
  '-# ',
  '> ',
  '\\',
  '\n',
  '\r\n',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u001b[31m',
  '\u0000',
  '\ud83d',
  '\udd25',
  '🔥',
  '👨‍👩‍👧‍👦',
  'a\u0301\u0301\u0301',
  '統一碼',
  'site',
  ' ',
]

/** Anything an outsider can call a role, an application, a database, a host or themselves. */
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...TRICKS), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom(...TRICKS), fc.integer({ min: 1, max: 400 })).map(([one, times]) => one.repeat(times)),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
/** A server's name is the configuration's: hostile, but it fits a button id. */
const serverName = hostile.map(
  (name) =>
    name
      .replaceAll(/\p{Cs}/gu, '')
      .slice(0, 5)
      .replace(/[\ud800-\udbff]$/, '') || 's',
)

/** The words of one world: who is who in it is hostile. */
const world = fc.record({
  server: serverName,
  names: fc.array(hostile, { minLength: 1, maxLength: 12 }),
  detail: hostile,
  person: fc.oneof(fc.constant(RESPONDER), fc.record({ id: fc.oneof(hostile, fc.constant('12')), name: hostile })),
  count: fc.integer({ min: 1, max: 9999 }),
})
export type World = typeof world extends fc.Arbitrary<infer T> ? T : never

export function liveOf({ server, names, count, detail }: World): typeof LIVE {
  const groups = names.map((name, index) =>
    group({
      applicationName: name,
      role: name,
      database: name,
      clientAddr: name,
      count: index === 0 ? count : 1,
      staleCount: index % 2,
      isSuperuser: index % 5 === 4,
    }),
  )
  const limits = names.map((name) => ({ name, limit: 1, used: 1 }))
  const look = reading(groups, { roleLimits: limits, databaseLimits: limits })
  const canary = { kind: 'failed', at: T0, detail } as const
  return { ...LIVE, server, look, reading: look, canary, traced: tracedFrom({ server, names, count, detail }) }
}

/** Every kind of attribution, with each name as that of its pod, rollout, workload, node, pooler or host. */
export function attributionsOf(names: readonly string[]): readonly Attribution[] {
  return names.flatMap((name, index): Attribution[] => {
    const workload = { namespace: name, kind: index % 2 === 0 ? 'Deployment' : name, name }
    const rollout = index % 3 === 2 ? null : { name, revision: index, createdAt: T0 }
    const pod = { name, workload: index % 4 === 3 ? null : workload, rollout }
    const common = { pod, isTerminating: true, confidence: 'high', because: { kind: 'address of pod' } } as const
    return [
      { kind: 'orphan', pod, goneSince: T0, confidence: 'high', because: { kind: 'older than the pod', podNow: name } },
      { kind: 'previous rollout', isRolloutComplete: true, ...common },
      { kind: 'current rollout', ...common },
      { kind: 'node address', node: name, candidates: names, confidence: 'none', because: { kind: 'node' } },
      { kind: 'pooler', name, confidence: 'medium', because: { kind: 'range' } },
      { kind: 'known host', name, confidence: 'medium', because: { kind: 'range' } },
      { kind: 'unknown', confidence: 'none', because: { kind: 'ambiguous address', pods: names } },
    ]
  })
}

/** What a tracer may say of a cluster where everybody is called so. */
function tracedFrom({ names, detail, count }: Omit<World, 'person'>): Traced {
  const tally = {
    total: count,
    current: 1,
    previous: 1,
    orphans: count,
    node: 1,
    pooler: 1,
    known: 1,
    unknown: 1,
    terminable: { orphans: count, previous: 1 },
  }
  const workloads = names.map((name) => ({ namespace: name, kind: name, name }))
  const rolloutOf = (name: string) => ({ name, revision: 1, createdAt: T0 })
  const rows = attributionsOf(names).map((of): OriginRow => ({
    kind: of.kind,
    workload: 'pod' in of ? (of.pod?.workload ?? null) : null,
    rollout: 'pod' in of ? (of.pod?.rollout ?? null) : null,
    place: of.kind === 'node address' ? of.node : 'name' in of ? of.name : null,
    because: of.kind === 'unknown' ? of.because.kind : null,
    roles: names,
    pods: names,
    count,
    idle: 1,
    terminable: 1,
    goneSince: of.kind === 'orphan' ? of.goneSince : null,
  }))
  const dead = workloads.map((workload, index) => ({
    workload: index % 2 === 0 ? workload : null,
    rollout: index % 3 === 0 ? rolloutOf(workload.name) : null,
    pods: names,
    count,
    goneSince: index % 2 === 0 ? T0 : null,
  }))
  return {
    kind: 'traced',
    origins: { at: T0, all: tally, roles: names.map((role) => ({ role, tally, dead })), rows, loads: [] },
    confirmedAt: T0 - 3_600_000,
    pods: count,
    problem: detail,
    rollouts: workloads.map((workload) => ({ workload, rollout: rolloutOf(workload.name), at: T0, isComplete: false })),
    forecasts: workloads.map((workload) => ({
      workload,
      podsAtPeak: 2,
      perPod: count,
      need: 2 * count,
      usable: 97,
      exceedsBy: count,
      isRollingOut: true,
    })),
  }
}

export function incidentsOf({ server, names, detail, person }: World) {
  const because = names.flatMap((name) => [
    { kind: 'rule', rule: name, value: 9, limit: 8, severity: 'page' } as const,
    { kind: 'role at its limit', name, used: 5, limit: 5 } as const,
    { kind: 'no data', look: 'unreachable', detail } as const,
  ])
  const opened = { ...OPENED, server, because }
  const failed = { type: 'evidence.failed', incident: '7QK2M', detail } as const
  const acts = names.flatMap((name, index) =>
    ACTED.slice(0, 3).map((body) => ({
      ...body,
      preview: `P${1000 + index}`,
      by: person,
      filter: { role: name, applicationName: name, states: FILTER.states },
    })),
  )
  const end = { ...RESOLVED, by: person, note: detail }
  const busy = [opened, { ...ACKNOWLEDGED, by: person }, failed, ...acts] as const
  return [incidentOf(opened), incidentOf(...busy), incidentOf(...busy, end)]
}

export function everyLook({ detail }: World, look: Look): readonly Look[] {
  return [
    look,
    { kind: 'hung', at: T0, timeoutMs: 2000 },
    { kind: 'unreachable', at: T0, why: 'other', detail },
    { kind: 'denied', at: T0, detail, remedy: detail },
    { kind: 'refused', at: T0, limit: 'every slot' },
    { kind: 'refused', at: T0, limit: 'usable slots' },
    { kind: 'starting', at: T0, detail },
  ]
}

/** A property over worlds; 25 of them, as each renders hundreds of messages. */
export function everywhere(property: (of: World) => void): void {
  fc.assert(fc.property(world, property), { numRuns: 25 })
}
