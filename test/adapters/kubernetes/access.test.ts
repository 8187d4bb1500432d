import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import { openAccess } from '../../../src/adapters/kubernetes/access.js'
import type { Access } from '../../../src/adapters/kubernetes/access.js'
import { networkFailure } from '../../../src/adapters/kubernetes/problem.js'
import type { Failure } from '../../../src/adapters/kubernetes/problem.js'
import { kubeconfigOf, until, watching } from './api.js'

const NOWHERE = { host: undefined, port: undefined }
const TOKEN = 'very-secret-token'
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifeguard-access-'))
})
after(() => rm(folder, { recursive: true }))

async function opened(text: string | undefined, context?: string): Promise<Access | Failure> {
  const path = join(folder, 'config')
  await rm(path, { force: true })
  if (text !== undefined) await writeFile(path, text)
  return openAccess({ kind: 'kubeconfig', path, ...(context === undefined ? {} : { context }) }, NOWHERE)
}

function sentence(access: Access | Failure): string {
  assert.ok(access.kind === 'failed', 'it was let pass')
  const text = [access.problem.detail, access.problem.remedy ?? ''].join(' ')
  assert.doesNotMatch(text, new RegExp(TOKEN))
  return text
}

describe('a kubeconfig that is no good is a sentence, without what stands in it', () => {
  const cases: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['absent', undefined, /config can't be read \(ENOENT\)/],
    ['empty', '', /not a valid kubeconfig/],
    ['not YAML', `users: [{name: u, user: {token: ${TOKEN}`, /not a valid kubeconfig/],
    ['a scalar', TOKEN, /not there or has no cluster/],
    ['without a context', 'clusters: []', /has no cluster.*Write a context/],
    ['of a server that is no URL', kubeconfigOf('somewhere', TOKEN), /not a URL/],
    ['of plain http to another host', kubeconfigOf('http://10.0.0.1:8080', TOKEN), /http:\/\/, where anybody/],
  ]
  for (const [what, text, expected] of cases) {
    test(what, async () => assert.match(sentence(await opened(text)), expected))
  }

  test('of another context than it has', async () => {
    assert.match(sentence(await opened(kubeconfigOf('https://a:1', TOKEN), 'two')), /"two".*one of its contexts: "one"/)
  })
})

test('plain http is let pass on loopback, and elsewhere where the kubeconfig says it is meant', async () => {
  assert.equal((await opened(kubeconfigOf('http://127.0.0.1:8001'))).kind, 'access')
  const meant = kubeconfigOf('http://10.0.0.1:8080').replace('"server"', '"insecure-skip-tls-verify":true,"server"')
  assert.equal((await opened(meant)).kind, 'access')
})

test('a context is chosen by its name', async () => {
  const two = {
    clusters: ['one', 'two'].map((name) => ({ name, cluster: { server: `https://${name}:6443` } })),
    users: [{ name: 'u', user: { token: TOKEN } }],
    contexts: ['one', 'two'].map((name) => ({ name, context: { cluster: name, user: 'u' } })),
    'current-context': 'one',
  }
  const access = await opened(JSON.stringify(two), 'two')
  assert.ok(access.kind === 'access')
  assert.equal(access.server.host, 'two:6443')
})

describe('a program that gives the token', () => {
  const kubeconfigWith = (user: object) =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://a:6443' } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'one',
    })

  test('is started once for all who ask at once: one that hangs must not pile up', async () => {
    const runs = join(folder, 'runs')
    const credential = JSON.stringify({ status: { token: TOKEN } })
    const args = ['-c', `echo run >> '${runs}'; echo '${credential}'`]
    const access = await opened(kubeconfigWith({ exec: { command: 'sh', args } }))
    assert.ok(access.kind === 'access')
    const all = await Promise.all([access.options(), access.options(), access.options()])
    assert.ok(all.every(({ headers }) => JSON.stringify(headers).includes(TOKEN)))
    assert.equal(await readFile(runs, 'utf8'), 'run\n')
    await access.options()
    assert.equal(await readFile(runs, 'utf8'), 'run\nrun\n')
  })

  test('of a kind that the library waits for with the whole process is refused', async () => {
    for (const name of ['gcp', 'azure']) {
      const config = { 'cmd-path': 'sleep', 'cmd-args': '60', 'access-token': TOKEN, expiry: '2020-01-01T00:00:00Z' }
      assert.match(sentence(await opened(kubeconfigWith({ 'auth-provider': { name, config } }))), /exec plugin/)
    }
  })
})

describe('in a cluster', () => {
  const SERVICE_ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount'

  test('the mounted token is used', async () => {
    await mkdir(join(folder, SERVICE_ACCOUNT), { recursive: true })
    await writeFile(join(folder, SERVICE_ACCOUNT, 'token'), TOKEN)
    await writeFile(join(folder, SERVICE_ACCOUNT, 'ca.crt'), 'a CA')
    const access = await openAccess({ kind: 'in cluster' }, { host: 'fd00::1', port: '443', root: `${folder}/` })
    assert.ok(access.kind === 'access')
    assert.equal(access.server.href, 'https://[fd00::1]/')
    const { headers } = await access.options()
    assert.deepEqual(headers, { Authorization: `Bearer ${TOKEN}` })
  })

  test('outside of a pod is a sentence', async () => {
    assert.match(sentence(await openAccess({ kind: 'in cluster' }, NOWHERE)), /KUBERNETES_SERVICE_HOST is not set/)
  })
})

test('a kubeconfig that appears later is read then', async (t) => {
  const { cluster, api, clock, kubeconfig } = await watching(t, undefined, undefined, 'no kubeconfig')
  await until(() => 'problem' in cluster.view(), 'the problem')
  await writeFile(kubeconfig, kubeconfigOf(api.url))
  await clock.advance(1_000)
  await until(() => cluster.view().kind === 'picture', 'the picture')
})

test('a token that was renewed in the kubeconfig is used after the old one was refused', async (t) => {
  const { cluster, api, clock, kubeconfig } = await watching(t)
  await until(() => cluster.view().kind === 'picture', 'the picture')
  api.only('Bearer renewed')
  const refused = await cluster.list()
  assert.ok(refused.kind === 'failed' && refused.why === 'unauthorised', JSON.stringify(refused))
  assert.match(refused.remedy ?? '', /Renew/)
  await writeFile(kubeconfig, kubeconfigOf(api.url, 'renewed'))
  await clock.advance(1_000)
  assert.equal((await cluster.list()).kind, 'picture')
})

describe('what the network does is told apart by its code', () => {
  const cases: readonly (readonly [string | undefined, string, RegExp])[] = [
    ['ECONNREFUSED', 'unreachable', /Nobody listens at api:6443/],
    ['ENOTFOUND', 'unreachable', /has no address/],
    ['ECONNRESET', 'unreachable', /was cut/],
    ['EHOSTUNREACH', 'unreachable', /EHOSTUNREACH/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable', /TLS with api:6443 failed/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unreachable', /TLS/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable', /TLS/],
    ['ERR_OSSL_PEM_NO_START_LINE', 'unreachable', /TLS/],
    ['EACCES', 'unauthorised', /can't be read/],
    [undefined, 'other', /failed/],
  ]
  for (const [code, why, detail] of cases) {
    test(String(code), () => {
      const { problem } = networkFailure(
        Object.assign(new Error(TOKEN), code === undefined ? {} : { code }),
        'api:6443',
      )
      assert.equal(problem.why, why)
      assert.match(problem.detail, detail)
      assert.doesNotMatch(JSON.stringify(problem), new RegExp(TOKEN))
    })
  }
})

test('a server that speaks no TLS where TLS is asked for is told as that', async (t) => {
  const plain = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', () => resolve()))
  t.after(() => plain.close())
  const { port } = plain.address() as AddressInfo
  const { cluster, clock, kubeconfig } = await watching(t, undefined, undefined, 'no kubeconfig')
  await writeFile(kubeconfig, kubeconfigOf(`https://127.0.0.1:${port}`))
  await clock.settle()
  const list = await cluster.list()
  assert.ok(list.kind === 'failed' && list.why === 'unreachable', JSON.stringify(list))
  assert.match(list.detail, /TLS/)
})
