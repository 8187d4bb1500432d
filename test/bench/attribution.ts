import { attribute } from '../../src/core/attribution/attribute.js'
import type { Caller } from '../../src/core/attribution/attribution.js'
import type { Picture, Pod, ReplicaSet, Sighting } from '../../src/core/attribution/picture.js'
import { pictureIndex } from '../../src/core/attribution/pictureIndex.js'
import { originsOf } from '../../src/core/attribution/summary.js'
import type { BackendGroup, Reading } from '../../src/core/watch/look.js'
import { barred, figure, stats, type Bar } from './stats.js'

const BACKENDS = 10_000
const PODS = 5000
const SERVICES = 100
const ROUNDS = 200
const HOUR = 3_600_000
const NOW = Date.UTC(2020, 11, 11, 13, 24)

/** Tracing 10,000 backends to 5,000 pods, with the index, which is built once per picture, apart. */
export async function benchAttribution(say: (line: string) => void): Promise<readonly Bar[]> {
  const known = { picture: pictureOf(), sightings: sightingsOf(), ranges: RANGES }
  const reading = readingOf()
  const callers = reading.groups.flatMap(callersOf)
  const index = pictureIndex(known)
  say(`${callers.length} backends, ${known.picture.pods.length} pods, ${known.sightings.length} sightings`)
  const attributeMs = measured(() => callers.map((caller) => attribute(caller, index)))
  const originsMs = measured(() => originsOf(reading, index))
  const indexMs = measured(() => pictureIndex(known))
  return [
    barred(`attribute ${BACKENDS} backends against ${PODS} pods`, stats(attributeMs).median, 'ms', LIMIT),
    figure(`attribute and count ${BACKENDS} backends`, stats(originsMs).median, 'ms'),
    figure(`index of ${PODS} pods and ${known.sightings.length} sightings`, stats(indexMs).median, 'ms'),
  ]
}

const LIMIT = { kind: 'at most', limit: 50 } as const
const RANGES = {
  podRanges: ['10.0.0.0/8'],
  poolers: [{ name: 'pgbouncer', range: '172.16.0.0/24' }],
  knownHosts: [{ name: 'lovelace', range: '203.0.113.7' }],
}

function measured(work: () => unknown): readonly number[] {
  return Array.from({ length: ROUNDS }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
}

function addressOf(pod: number): string {
  return `10.2.${pod >> 8}.${pod & 255}`
}

function setOf(service: number, revision: number): ReplicaSet {
  return {
    uid: `rs-${service}-${revision}`,
    namespace: 'default',
    name: `service-${service}-7d4b9c6f${revision}`,
    createdAt: NOW - (4 - revision) * HOUR,
    revision,
    owner: { kind: 'Deployment', name: `service-${service}`, uid: `d-${service}` },
  }
}

function podOf(which: number, set: ReplicaSet): Pod {
  return {
    uid: `p-${which}`,
    namespace: 'default',
    name: `${set.name}-${(100_000 + which).toString(36).padStart(5, 'x').slice(-5)}`,
    phase: 'Running',
    addresses: [addressOf(which)],
    isHostNetwork: false,
    node: `node-${which % 100}`,
    createdAt: set.createdAt,
    isTerminating: false,
    owner: { kind: 'ReplicaSet', name: set.name, uid: set.uid },
  }
}

function pictureOf(): Picture {
  const services = Array.from({ length: SERVICES }, (_, service) => service)
  return {
    listBegunAt: NOW,
    pods: Array.from({ length: PODS }, (_, which) => podOf(which, setOf(which % SERVICES, 2))),
    replicaSets: services.flatMap((service) => [setOf(service, 1), setOf(service, 2)]),
    deployments: services.map((service) => ({
      uid: `d-${service}`,
      namespace: 'default',
      name: `service-${service}`,
      revision: 2,
      replicas: PODS / SERVICES,
      strategy: { kind: 'RollingUpdate', maxSurge: '25%' },
      generation: 1,
      observedGeneration: 1,
      status: { replicas: 50, updatedReplicas: 50, availableReplicas: 50 },
      progressedAt: NOW - 2 * HOUR,
    })),
    nodes: services.map((node) => ({ name: `node-${node}`, addresses: [`192.168.0.${node}`] })),
  }
}

/** The pods of the rollout before, at the addresses behind those of the living. */
function sightingsOf(): readonly Sighting[] {
  return Array.from({ length: PODS }, (_, which): Sighting => {
    const set = setOf(which % SERVICES, 1)
    const pod = podOf(PODS + which, set)
    return {
      address: addressOf(PODS + which),
      podUid: pod.uid,
      podName: pod.name,
      workload: { namespace: 'default', kind: 'Deployment', name: `service-${which % SERVICES}` },
      rollout: { name: set.name, revision: 1, createdAt: set.createdAt },
      podCreatedAt: set.createdAt,
      firstSeenAt: set.createdAt,
      lastSeenAt: NOW - 2 * HOUR,
    }
  })
}

/** As many backends of dead pods as of living ones, some of nodes; every tenth names its pod. */
function readingOf(): Reading {
  const groups = Array.from({ length: BACKENDS / 2 }, (_, which): BackendGroup => {
    const isOfNode = which % 20 === 0
    const address = which % 2 === 0 ? addressOf(which) : addressOf(PODS + which)
    return {
      applicationName: which % 10 === 3 ? podOf(which, setOf(which % SERVICES, 2)).name : 'gunicorn',
      role: `service-${which % SERVICES}`,
      database: 'site',
      clientAddr: isOfNode ? `192.168.0.${which % 100}` : address,
      state: 'idle',
      isSuperuser: false,
      isOwn: false,
      count: 2,
      staleCount: 0,
      oldestStateAgeMs: 1000,
      longestTransactionMs: null,
      sessionAgesMs: [HOUR, 2.5 * HOUR],
    }
  })
  return {
    kind: 'reading',
    at: NOW,
    tookMs: 3,
    versionNum: 180_004,
    limits: { maxConnections: 12_000, superuserReserved: 3, reserved: 0 },
    roleLimits: [],
    databaseLimits: [],
    groups,
  }
}

function callersOf({ applicationName, clientAddr, sessionAgesMs = [] }: BackendGroup): readonly Caller[] {
  return sessionAgesMs.map((age) => ({ applicationName, clientAddr, startedAt: NOW - age }))
}
