import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { recoveryCluster } from '../../../src/adapters/kubernetes/recoveryCluster.js'
import type { RecoveryCluster } from '../../../src/ports/recoveryCluster.js'
import { manualClock } from '../../fakes/clock.js'
import { kubeconfigOf, until } from './api.js'
import { recoveryWorld } from './recoveryWorld.js'

const POSTGRES = { namespace: 'default', name: 'postgres' }
const AS_OF = { ...POSTGRES, uid: 'u', resourceVersion: '1' }

/** A server that says what the test tells it to. */
async function answering(
  t: { after(end: () => Promise<void>): void },
  handler: RequestListener,
): Promise<RecoveryCluster> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-recovery-'))
  const path = join(folder, 'config')
  await writeFile(path, kubeconfigOf(`http://127.0.0.1:${port}`))
  const patient = recoveryCluster(
    { kind: 'kubeconfig', path },
    { clock: manualClock(), pod: { host: undefined, port: undefined } },
  )
  t.after(async () => {
    patient.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })
  return patient
}

test('a 404 that is not the API server’s word on this object is no absence, and of a write not known', async (t) => {
  const bodies = [
    '<html>404 Not Found</html>',
    '404 page not found',
    JSON.stringify({ kind: 'Status', reason: 'NotFound', details: {}, code: 404 }),
    JSON.stringify({
      kind: 'Status',
      reason: 'NotFound',
      details: { name: 'postgres', kind: 'namespaces' },
      code: 404,
    }),
  ]
  let body = ''
  const patient = await answering(t, (_request, response) => void response.writeHead(404).end(body))
  for (body of bodies) {
    assert.equal((await patient.deployment(POSTGRES)).kind, 'unread', body)
    assert.equal((await patient.podsMounting(POSTGRES)).kind, 'unread', body)
  }
  body = bodies[0] ?? ''
  assert.equal((await patient.deleteDeployment(AS_OF)).kind, 'unknown')
  assert.equal((await patient.scale(AS_OF, 0)).kind, 'unknown')
})

test('an answer that shows another object, or none, is not believed', async (t) => {
  const bodies: readonly unknown[] = [
    null,
    [],
    'text',
    {},
    { kind: 'Status', status: 'Success' },
    { metadata: { ...AS_OF, name: 'another' }, spec: { template: { spec: {} } } },
    { metadata: { name: 'postgres', namespace: 'default' }, spec: { template: { spec: {} } } },
    { metadata: AS_OF },
    { metadata: AS_OF, spec: { template: { spec: { volumes: 'all' } } } },
    { items: [null] },
    { items: [{ metadata: AS_OF, spec: { volumes: 7 } }] },
  ]
  let body: unknown
  const patient = await answering(t, (_request, response) => void response.end(JSON.stringify(body)))
  for (body of bodies) {
    assert.equal((await patient.deployment(POSTGRES)).kind, 'unread', JSON.stringify(body))
    assert.equal((await patient.pods('default')).kind, 'unread', JSON.stringify(body))
  }
  for (body of bodies.slice(0, 6)) {
    assert.equal((await patient.scale(AS_OF, 0)).kind, 'unknown', JSON.stringify(body))
  }
  body = { metadata: AS_OF, spec: { replicas: 3 } }
  assert.equal((await patient.scale(AS_OF, 0)).kind, 'unknown', 'another scale than was asked for')
})

test('half a list is no list: one that never ends, that ends early, or whose beginning was forgotten twice', async (t) => {
  const pod = (name: string) => ({ metadata: { ...AS_OF, name } })
  const page = (items: readonly object[], metadata: object) => ({ code: 200, body: { items, metadata } })
  const gone = { code: 410, body: { kind: 'Status' } }
  let pages: { readonly code: number; readonly body: object }[] = []
  let asked = 0
  const patient = await answering(t, (_request, response) => {
    asked += 1
    const { code, body } = pages.shift() ?? page([pod('z')], { continue: `more-${asked}` })
    response.writeHead(code).end(JSON.stringify(body))
  })
  const namesOf = async () => {
    const read = await patient.pods('default')
    return read.kind === 'listed' ? read.items.map(({ name }) => name) : read.kind
  }
  pages = [page([pod('a')], { continue: 'x' }), page([pod('b')], {})]
  assert.deepEqual(await namesOf(), ['a', 'b'])
  pages = [page([pod('a')], { continue: 'x' }), gone, page([pod('c')], {})]
  assert.deepEqual(await namesOf(), ['c'], 'all over again')
  pages = [gone, gone]
  assert.equal(await namesOf(), 'unread')
  pages = [page([pod('a')], { remainingItemCount: 7 })]
  assert.equal(await namesOf(), 'unread')
  pages = [page([pod('a')], { continue: 'x' }), page([pod('a')], { continue: 'x' })]
  assert.equal(await namesOf(), 'unread')
  pages = [page([pod('a'), {}], {})]
  assert.equal(await namesOf(), 'unread', 'one item makes no sense')
  pages = []
  asked = 0
  assert.equal(await namesOf(), 'unread')
  assert.equal(asked, 100)
})

test('what could not be read is unread with its reason, and the next read is a new one', async (t) => {
  const { api, patient, clock } = await recoveryWorld(t)
  for (const kind of ['reset', 'half a body', 'status'] as const) {
    api.faults.add({ kind, match: { verb: 'get' }, times: 1 })
    assert.equal((await patient.deployment(POSTGRES)).kind, 'unread', kind)
    assert.equal((await patient.deployment(POSTGRES)).kind, 'found', kind)
  }
  api.faults.add({ kind: 'no answer', match: { verb: 'get' }, times: 1 })
  const asked = api.requests().length
  const hanging = patient.deployment(POSTGRES)
  await until(() => api.requests().length > asked, 'the request')
  await clock.advance(10_000)
  const hung = await hanging
  assert.ok(hung.kind === 'unread' && hung.why === 'hung', JSON.stringify(hung))
  assert.match(hung.detail, /get deployments "postgres" in default within 10 s/)

  api.rights.deny({ verb: 'list', resource: 'volumeattachments.storage.k8s.io' })
  const denied = await patient.attachments('pv-1')
  assert.ok(denied.kind === 'unread' && denied.why === 'denied')
  assert.match(
    denied.remedy ?? '',
    /ClusterRole: - \{apiGroups: \["storage.k8s.io"\], resources: \["volumeattachments"\]/,
  )
})

test('credentials that were renewed are used once the old ones were refused', async (t) => {
  const { api, patient, kubeconfig } = await recoveryWorld(t)
  assert.equal((await patient.deployment(POSTGRES)).kind, 'found')
  api.setToken('renewed')
  const refused = await patient.deployment(POSTGRES)
  assert.ok(refused.kind === 'unread' && refused.why === 'unauthorised')
  await api.kubeconfig(kubeconfig)
  assert.equal((await patient.deployment(POSTGRES)).kind, 'found')
})

test('a call whose credentials do not come in time was not sent', async (t) => {
  const { clock } = await recoveryWorld(t)
  const user = { exec: { command: 'sleep', args: ['5'], apiVersion: 'client.authentication.k8s.io/v1' } }
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-recovery-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'config')
  const config = { ...(JSON.parse(kubeconfigOf('http://127.0.0.1:1')) as object), users: [{ name: 'u', user }] }
  await writeFile(path, JSON.stringify(config))
  const patient = recoveryCluster({ kind: 'kubeconfig', path }, { clock, pod: { host: undefined, port: undefined } })
  const acting = patient.scale(AS_OF, 0)
  await clock.settle()
  await clock.advance(10_000)
  const effect = await acting
  assert.ok(effect.kind === 'refused' && effect.why === 'not sent', JSON.stringify(effect))
})
