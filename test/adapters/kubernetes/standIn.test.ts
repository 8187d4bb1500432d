import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { startKubernetes } from '../../../sandbox/kubernetes/start.js'
import type { KubernetesSandbox } from '../../../sandbox/kubernetes/start.js'
import { systemClock } from '../../../src/adapters/clock/system.js'
import { cluster } from '../../../src/adapters/kubernetes/cluster.js'
import type { Cluster } from '../../../src/ports/cluster.js'
import { recordingLog } from '../../fakes/log.js'
import { configOf, until } from './api.js'

async function started(t: { after(end: () => Promise<void>): void }): Promise<[KubernetesSandbox, Cluster]> {
  const api = await startKubernetes()
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-stand-in-'))
  const path = join(folder, 'config')
  await api.kubeconfig(path)
  api.world.putNode({ name: 'node-a', addresses: ['192.168.0.4'] })
  rollOut(api, 'site-6f9c', ['127.0.1.1', '127.0.1.2'])
  const watched = cluster(configOf({ kind: 'kubeconfig', path }), {
    clock: systemClock,
    log: recordingLog(),
    random: () => 0,
    pod: { host: undefined, port: undefined },
  })
  t.after(async () => {
    await watched.close()
    await api.close()
    await rm(folder, { recursive: true })
  })
  await until(() => watched.view().kind === 'picture' && api.watches.open() === 4, 'picture and watches')
  return [api, watched]
}

function rollOut(api: KubernetesSandbox, replicaSet: string, addresses: readonly string[]): void {
  const pods = addresses.map((address, i) => ({ name: `${replicaSet}-aaaa${i}`, address }))
  api.world.rollOut({ deployment: 'site', pods, node: 'node-a' })
}

function addressesOf(watched: Cluster): string {
  const view = watched.view()
  return view.kind === 'picture' ? view.picture.pods.flatMap(({ addresses }) => addresses).join() : view.kind
}

test('a rollout is seen from its Deployment down to the addresses, first by LIST and then by watch', async (t) => {
  const [api, watched] = await started(t)
  const list = await watched.list()
  assert.ok(list.kind === 'picture')
  const { pods, replicaSets, deployments, nodes } = list.picture
  assert.deepEqual(nodes, [{ name: 'node-a', addresses: ['192.168.0.4'] }])
  assert.equal(addressesOf(watched), '127.0.1.1,127.0.1.2')
  assert.equal(pods[0]?.owner?.uid, replicaSets[0]?.uid)
  assert.equal(replicaSets[0]?.owner?.uid, deployments[0]?.uid)
  assert.deepEqual([replicaSets[0]?.revision, deployments[0]?.revision], [1, 1])

  rollOut(api, 'site-7a8b', ['127.0.1.3'])
  await until(() => addressesOf(watched) === '127.0.1.3', 'the next rollout')
  await until(() => {
    const view = watched.view()
    return (
      view.kind === 'picture' && view.picture.deployments[0]?.revision === 2 && view.picture.replicaSets.length === 2
    )
  }, 'its ReplicaSet and revision')
})

test('watches that are closed, or told that history is gone, miss nothing', async (t) => {
  const [api, watched] = await started(t)
  api.watches.close()
  api.world.putPod({ name: 'a', addresses: ['127.0.1.7'] })
  await until(() => addressesOf(watched).includes('127.0.1.7'), 'what came while closed')
  api.watches.expire()
  api.world.putPod({ name: 'b', addresses: ['127.0.1.8'] })
  await until(() => addressesOf(watched).includes('127.0.1.8'), 'what came while expired')
})

test('an API server that was restored from a backup is believed, once it can be reached', async (t) => {
  const [api, watched] = await started(t)
  const restart = await api.stop('reset')
  await until(() => 'problem' in watched.view(), 'the problem')
  assert.match(addressesOf(watched), /127\.0\.1\.1/)
  rollOut(api, 'site-7a8b', ['127.0.1.3'])
  await restart()
  const list = await watched.list()
  assert.equal(list.kind === 'picture' && list.picture.pods.length, 1)
  assert.equal(addressesOf(watched), '127.0.1.3')
})

test('half a body, an endless list and a page that fails are no pictures', async (t) => {
  const [api, watched] = await started(t)
  for (const kind of ['half a body', 'status'] as const) {
    api.faults.add({ kind, match: { verb: 'list', resource: 'pods' }, times: 1 })
    assert.equal((await watched.list()).kind, 'failed')
  }
  api.faults.add({ kind: 'endless list', match: { resource: 'pods' }, times: Infinity })
  assert.equal((await watched.list(1_000)).kind, 'failed')
  assert.equal(addressesOf(watched), '127.0.1.1,127.0.1.2')
})

test('a right that is missing is named, and the pods are there all the same', async (t) => {
  const [api, watched] = await started(t)
  api.rights.deny({ verb: 'list', resource: 'replicasets.apps' })
  const list = await watched.list()
  assert.ok(list.kind === 'picture' && list.picture.pods.length === 2 && list.picture.replicaSets.length === 0)
  const view = watched.view()
  assert.match(
    view.problem?.remedy ?? '',
    /apiGroups: \["apps"\], resources: \["replicasets"\], verbs: \["list", "watch"\]/,
  )
  api.rights.deny({ verb: 'list', resource: 'pods' })
  const denied = await watched.list()
  assert.ok(denied.kind === 'failed' && denied.why === 'denied')
})
