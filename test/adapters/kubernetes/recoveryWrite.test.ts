import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'

import type { Fault } from '../../../sandbox/kubernetes/fault.js'
import type { AsOf, Named } from '../../../src/ports/recoveryObjects.js'
import type { Effect, LeaseHold, RecoveryCluster } from '../../../src/ports/recoveryCluster.js'
import { T0 } from '../../fakes/clock.js'
import { until } from './api.js'
import { recoveryWorld } from './recoveryWorld.js'
import type { RecoveryWorld } from './recoveryWorld.js'

const POSTGRES = { namespace: 'default', name: 'postgres' }
const RECORD = { namespace: 'default', name: 'lifeguard-postgres' }
const HOLD: LeaseHold = { holder: 'us', durationMs: 15_000, acquiredAt: T0, renewedAt: T0, transitions: 1 }

/** What is there before, the one write, and whether the world shows that it was done. */
type Case = {
  readonly name: string
  readonly verb: 'patch' | 'delete' | 'create' | 'update'
  readonly prepare: (world: RecoveryWorld) => Promise<(patient: RecoveryCluster) => Promise<Effect<unknown>>>
  readonly isDone: (world: RecoveryWorld) => boolean
}

const CASES: readonly Case[] = [
  {
    name: 'scale',
    verb: 'patch',
    prepare: async (world) => {
      const before = await deployment(world)
      return (patient) => patient.scale(before, 0)
    },
    isDone: ({ api }) => api.world.find('deployments', 'postgres')?.spec?.['replicas'] === 0,
  },
  {
    name: 'deletion of the Deployment',
    verb: 'delete',
    prepare: async (world) => {
      const before = await deployment(world)
      return (patient) => patient.deleteDeployment(before)
    },
    isDone: ({ api }) => api.world.find('deployments', 'postgres') === undefined,
  },
  {
    name: 'creation of the Deployment',
    verb: 'create',
    prepare: async (world) => {
      const { manifest } = await deployment(world)
      world.api.world.remove('deployments', 'postgres')
      return (patient) => patient.createDeployment(POSTGRES, manifest)
    },
    isDone: ({ api }) => api.world.find('deployments', 'postgres') !== undefined,
  },
  {
    name: 'deletion of a pod',
    verb: 'delete',
    prepare: async (world) => {
      const before = pod(world)
      return (patient) => patient.deletePod(before)
    },
    isDone: ({ api }) => api.world.find('pods', 'postgres-1-a')?.metadata.deletionTimestamp !== undefined,
  },
  {
    name: 'forced deletion of a pod',
    verb: 'delete',
    prepare: async (world) => {
      const before = pod(world)
      return (patient) => patient.forceDeletePod(before)
    },
    isDone: ({ api }) => api.world.find('pods', 'postgres-1-a') === undefined,
  },
  {
    name: 'creation of the Lease',
    verb: 'create',
    prepare: async () => (patient) => patient.createLease(RECORD, HOLD),
    isDone: ({ api }) => api.world.find('leases', RECORD.name) !== undefined,
  },
  {
    name: 'replacement of the Lease',
    verb: 'update',
    prepare: async ({ patient }) => {
      const made = await patient.createLease(RECORD, HOLD)
      assert.ok(made.kind === 'done')
      return () => patient.replaceLease(made.value, { ...HOLD, holder: 'another' })
    },
    isDone: ({ api }) => api.world.find('leases', RECORD.name)?.spec?.['holderIdentity'] === 'another',
  },
  {
    name: 'creation of the Secret',
    verb: 'create',
    prepare: async () => (patient) => patient.createSecret(RECORD, { run: 'r1' }),
    isDone: ({ api }) => api.world.find('secrets', RECORD.name) !== undefined,
  },
  {
    name: 'deletion of the Secret',
    verb: 'delete',
    prepare: async ({ patient }) => {
      const made = await patient.createSecret(RECORD, {})
      assert.ok(made.kind === 'done')
      return () => patient.deleteSecret(made.value)
    },
    isDone: ({ api }) => api.world.find('secrets', RECORD.name) === undefined,
  },
]

const FAULTS: readonly (Omit<Fault, 'match' | 'times'> & { readonly isDone: boolean })[] = [
  { kind: 'no answer', isDone: false },
  { kind: 'no answer after doing', isDone: true },
  { kind: 'reset', isDone: false },
  { kind: 'reset after doing', isDone: true },
  { kind: 'status', status: 503, isDone: false },
  { kind: 'status after doing', status: 500, isDone: true },
  { kind: 'status after doing', status: 504, isDone: true },
  { kind: 'half a body', isDone: true },
]

describe('a write whose answer is lost is unknown, whether it was done or not, and is sent once', () => {
  for (const each of CASES) {
    test(each.name, async (t) => {
      for (const { isDone, ...fault } of FAULTS) {
        const world = await recoveryWorld(t)
        const { api, clock, patient } = world
        const act = await each.prepare(world)
        const before = api.requests().length
        api.faults.add({ ...fault, match: { verb: each.verb }, times: 1 })
        const acting = act(patient)
        const writes = () =>
          api
            .requests()
            .slice(before)
            .filter(({ verb }) => verb === each.verb)
        await until(() => writes().length > 0, 'the write')
        if (fault.kind.startsWith('no answer')) await clock.advance(10_000)
        const effect = await acting
        assert.equal(effect.kind, 'unknown', `${fault.kind} ${fault.status ?? ''}: ${JSON.stringify(effect)}`)
        assert.equal(each.isDone(world), isDone, fault.kind)
        assert.equal(writes().length, 1)
      }
    })
  }
})

describe('a write that the server refused did nothing, and says why', () => {
  const refusals: readonly (readonly [number, string])[] = [
    [401, 'unauthorised'],
    [403, 'denied'],
    [429, 'busy'],
  ]
  for (const each of CASES) {
    test(each.name, async (t) => {
      const world = await recoveryWorld(t)
      const act = await each.prepare(world)
      for (const [status, why] of refusals) {
        world.api.faults.add({ kind: 'status', status, match: { verb: each.verb }, times: 1, retryAfterSeconds: 7 })
        const effect = await act(world.patient)
        assert.ok(effect.kind === 'refused' && effect.why === why, JSON.stringify(effect))
        assert.equal(effect.retryAfterMs, status === 429 ? 7_000 : undefined)
        assert.equal(each.isDone(world), false)
      }
      const effect = await act(world.patient)
      assert.equal(effect.kind, 'done', JSON.stringify(effect))
      assert.equal(each.isDone(world), true)
    })
  }
})

test('a write to a server that nobody listens at was not sent', async (t) => {
  for (const each of CASES) {
    const world = await recoveryWorld(t)
    const act = await each.prepare(world)
    const restart = await world.api.stop()
    const effect = await act(world.patient)
    assert.ok(effect.kind === 'refused' && effect.why === 'not sent', `${each.name}: ${JSON.stringify(effect)}`)
    await restart()
    assert.equal((await act(world.patient)).kind, 'done', 'the next one is')
  }
})

test('a write to a server with which TLS fails was not sent', async (t) => {
  const { api, patient, kubeconfig, ...rest } = await recoveryWorld(t)
  const before = await deployment({ api, patient, kubeconfig, ...rest })
  const tls = (await readFile(kubeconfig, 'utf8')).replace('http://', 'https://')
  await writeFile(kubeconfig, tls)
  api.setToken('renewed') // so that the kubeconfig is read again
  assert.equal((await patient.deployment(POSTGRES)).kind, 'unread')
  const effect = await patient.scale(before, 0)
  assert.ok(effect.kind === 'refused' && effect.why === 'not sent', JSON.stringify(effect))
  assert.match(effect.detail, /TLS/)
})

test('the server sees the preconditions of every delete, in a body whose length is said', async (t) => {
  const { api, patient, ...rest } = await recoveryWorld(t)
  const world = { api, patient, ...rest }
  const postgres = await deployment(world)
  const lost = pod(world)
  await patient.deletePod(lost)
  await patient.forceDeletePod(lost)
  await patient.deleteDeployment(postgres)
  const lease = await patient.createLease(RECORD, HOLD)
  assert.ok(lease.kind === 'done')
  await patient.deleteLease(lease.value)
  const { uid, resourceVersion } = postgres
  const record = { uid: lease.value.uid, resourceVersion: lease.value.resourceVersion }
  const deletes = api.requests().filter(({ verb }) => verb === 'delete')
  assert.deepEqual(
    deletes.map(({ body }) => {
      const { apiVersion: _version, kind: _kind, ...options } = JSON.parse(body) as Record<string, unknown>
      return options
    }),
    [
      { preconditions: { uid: lost.uid } },
      { preconditions: { uid: lost.uid }, gracePeriodSeconds: 0 },
      { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' },
      { preconditions: record },
    ],
  )
})

test('every write but a delete names its field manager', async (t) => {
  const world = await recoveryWorld(t)
  await world.patient.scale(await deployment(world), 0)
  const lease = await world.patient.createLease(RECORD, HOLD)
  assert.ok(lease.kind === 'done')
  await world.patient.replaceLease(lease.value, HOLD)
  await world.patient.createSecret(RECORD, {})
  const writes = world.api.requests().filter(({ verb }) => verb !== 'get' && verb !== 'list')
  assert.deepEqual(
    writes.map(({ query }) => query.get('fieldManager')),
    Array(4).fill('lifeguard'),
  )
})

test('a manifest is not sent without a look that says 404', async (t) => {
  const world = await recoveryWorld(t)
  const { manifest } = await deployment(world)
  world.api.world.remove('deployments', 'postgres')
  world.api.faults.add({ kind: 'status', status: 503, match: { verb: 'get' }, times: 1 })
  const effect = await world.patient.createDeployment(POSTGRES, manifest)
  assert.ok(effect.kind === 'refused' && effect.why === 'not sent', JSON.stringify(effect))
  assert.equal(world.api.world.find('deployments', 'postgres'), undefined)
})

test('a write’s answer is awaited for as long as is said', async (t) => {
  const world = await recoveryWorld(t)
  const before = await deployment(world)
  world.api.faults.add({ kind: 'no answer after doing', match: { verb: 'patch' }, times: 1 })
  const acting = world.patient.within(3_000).scale(before, 0)
  await until(() => world.api.requests().some(({ verb }) => verb === 'patch'), 'the write')
  await world.clock.advance(3_000)
  const effect = await acting
  assert.ok(effect.kind === 'unknown' && effect.detail.includes('within 3 s'), JSON.stringify(effect))
})

test('closing gives up a write that was sent, which is then unknown', async (t) => {
  const world = await recoveryWorld(t)
  const before = await deployment(world)
  world.api.faults.add({ kind: 'no answer after doing', match: { verb: 'patch' }, times: 1 })
  const acting = world.patient.scale(before, 0)
  await until(() => world.api.requests().some(({ verb }) => verb === 'patch'), 'the write')
  world.patient.close()
  assert.equal((await acting).kind, 'unknown')
})

test('a right that is missing is named with the rule that grants it, before and at the act', async (t) => {
  const world = await recoveryWorld(t)
  const before = await deployment(world)
  world.api.rights.deny({ verb: 'patch', resource: 'deployments.apps/scale' })
  const answers = await world.patient.rights({ kind: 'scale', deployment: POSTGRES, lease: RECORD })
  const denied = answers.filter(({ answer }) => answer !== 'allowed')
  assert.deepEqual(denied, [
    {
      right: 'patch deployments/scale "postgres" in default',
      answer: 'denied',
      detail: 'Lifeguard may not patch deployments/scale "postgres" in default',
      remedy: `Add to the rules of Lifeguard's Role in default: - {apiGroups: ["apps"], resources: ["deployments/scale"], resourceNames: ["postgres"], verbs: ["patch"]}`,
    },
  ])
  const effect = await world.patient.scale(before, 0)
  assert.ok(effect.kind === 'refused' && effect.why === 'denied')
  assert.equal(effect.remedy, denied[0]?.remedy)

  world.api.faults.add({ kind: 'status', status: 500, match: {}, times: Infinity })
  const unasked = await world.patient.rights({ kind: 'restart pods', deployment: POSTGRES, lease: RECORD })
  assert.ok(unasked.every(({ answer }) => answer === 'unknown'))
})

async function deployment({ patient }: RecoveryWorld) {
  const read = await patient.deployment(POSTGRES)
  assert.ok(read.kind === 'found', JSON.stringify(read))
  return read.value
}

function pod({ api }: RecoveryWorld): AsOf & Named {
  const { uid, resourceVersion, name } = api.world.find('pods', 'postgres-1-a')?.metadata ?? {}
  assert.ok(uid !== undefined && resourceVersion !== undefined && name !== undefined)
  return { namespace: 'default', name, uid, resourceVersion }
}
