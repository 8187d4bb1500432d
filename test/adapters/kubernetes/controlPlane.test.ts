import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'

import { systemClock } from '../../../src/adapters/clock/system.js'
import { cluster } from '../../../src/adapters/kubernetes/cluster.js'
import type { Cluster } from '../../../src/ports/cluster.js'
import { recordingLog } from '../../fakes/log.js'
import { configOf, until } from './api.js'

const program = process.env['KUBERNETES_CONTROL_PLANE']
const run = promisify(execFile)

describe('a real API server', { skip: program === undefined ? 'needs KUBERNETES_CONTROL_PLANE' : false }, () => {
  let folder: string
  let kubeconfig: string
  let server: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lifeguard-control-plane-'))
    await run(program ?? '', ['start', folder])
    kubeconfig = join(folder, 'run', 'kubeconfig')
    server = /https:\/\/127[^"]*/.exec(await readFile(kubeconfig, 'utf8'))?.[0] ?? ''
  })
  after(async () => {
    await run(program ?? '', ['stop', folder])
    await rm(folder, { recursive: true })
  })

  test('is listed and watched: a pod, its address, its end', async () => {
    const watched = open(kubeconfig)
    await until(() => watched.view().kind === 'picture', 'a picture')
    const meta = { name: 'site-1-a', namespace: 'default' }
    const spec = { containers: [{ name: 'c', image: 'i' }], nodeName: 'node-a' }
    // Refused until the controller has made the namespace's ServiceAccount and its token.
    const pods = '/api/v1/namespaces/default/pods'
    assert.equal(await call('POST', '/api/v1/nodes', { metadata: { name: 'node-a' } }), 201)
    await until(async () => (await call('POST', pods, { metadata: meta, spec })) === 201, 'the pod')
    const pod = () => {
      const view = watched.view()
      return view.kind === 'picture' ? view.picture.pods.find(({ name }) => name === meta.name) : undefined
    }
    await until(() => pod() !== undefined, 'the pod by watch')
    assert.deepEqual([pod()?.phase, pod()?.addresses, pod()?.node], ['Pending', [], 'node-a'])
    // Nobody plays the kubelet but us.
    const status = { phase: 'Running', podIP: '10.2.0.9', podIPs: [{ ip: '10.2.0.9' }] }
    assert.equal(await call('PATCH', '/api/v1/namespaces/default/pods/site-1-a/status', { status }), 200)
    await until(() => pod()?.addresses[0] === '10.2.0.9', 'its address')
    const list = await watched.list()
    assert.deepEqual(list.kind === 'picture' && list.picture.pods[0], pod())
    assert.ok(Math.abs((pod()?.createdAt ?? 0) - Date.now()) < 60_000)
    await call('DELETE', `${pods}/site-1-a?gracePeriodSeconds=0`)
    await until(() => pod() === undefined, 'its end')
    assert.equal(watched.view().problem, undefined)
    await watched.close()
  })

  test('that denies a ServiceAccount is told with the rules that are missing', async () => {
    const token = await tokenOf('lifeguard')
    const path = join(folder, 'account')
    const admin = await readFile(kubeconfig, 'utf8')
    await writeFile(path, admin.replace('admin-token', token))
    const watched = open(path)
    const none = await watched.list()
    assert.ok(none.kind === 'failed' && none.why === 'denied', JSON.stringify(none))
    assert.match(none.remedy ?? '', /"pods", "nodes"|"pods"/)

    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }]
    const roles = '/apis/rbac.authorization.k8s.io/v1'
    assert.equal(await call('POST', `${roles}/clusterroles`, { metadata: { name: 'lifeguard' }, rules }), 201)
    const subjects = [{ kind: 'ServiceAccount', name: 'lifeguard', namespace: 'default' }]
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lifeguard' }
    const binding = { metadata: { name: 'lifeguard' }, subjects, roleRef }
    assert.equal(await call('POST', `${roles}/clusterrolebindings`, binding), 201)
    await until(async () => (await watched.list()).kind === 'picture', 'the granted right')
    assert.match(watched.view().problem?.detail ?? '', /may not list replicasets, deployments, nodes/)
    await watched.close()
  })

  test('that does not know a token says so', async () => {
    const path = join(folder, 'stranger')
    await writeFile(path, (await readFile(kubeconfig, 'utf8')).replace('admin-token', 'nobody'))
    const watched = open(path)
    const list = await watched.list()
    assert.ok(list.kind === 'failed' && list.why === 'unauthorised', JSON.stringify(list))
    await watched.close()
  })

  test('whose certificate is of another CA is not spoken to', async () => {
    const path = join(folder, 'untrusting')
    await writeFile(path, (await readFile(kubeconfig, 'utf8')).replace(/, certificate-authority: [^}]*/, ''))
    const watched = open(path)
    const list = await watched.list()
    assert.ok(list.kind === 'failed' && list.why === 'unreachable', JSON.stringify(list))
    assert.match(list.detail, /TLS/)
    await watched.close()
  })

  function call(method: string, path: string, body?: object): Promise<number> {
    return asked(method, path, body).then(({ code }) => code)
  }

  async function tokenOf(name: string): Promise<string> {
    const accounts = '/api/v1/namespaces/default/serviceaccounts'
    await call('POST', accounts, { metadata: { name } })
    const { text } = await asked('POST', `${accounts}/${name}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    })
    return (JSON.parse(text) as { status: { token: string } }).status.token
  }

  function asked(method: string, path: string, body?: object): Promise<{ code: number; text: string }> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = { authorization: 'Bearer admin-token', 'content-type': type }
    return new Promise((resolve, reject) => {
      const sent = request(server + path, { method, headers, rejectUnauthorized: false }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      })
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
})

function open(path: string): Cluster {
  return cluster(configOf({ kind: 'kubeconfig', path }), {
    clock: systemClock,
    log: recordingLog(),
    random: () => 0,
    pod: { host: undefined, port: undefined },
  })
}
