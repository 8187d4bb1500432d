import assert from 'node:assert/strict'
import test from 'node:test'
import { configOf, DISCORD, LEAST, problemsOf } from './fixture.js'

const SERVER = 'servers:\n  - name: a\n    host: db\n    user: lifeguard\n'
const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: staging
clusters: [{ name: c, cluster: { server: "https://10.0.0.1:6443" } }]
contexts: [{ name: staging, context: { cluster: c } }, { name: production, context: { cluster: c } }]
users: [{ name: u, user: { token: hunter2 } }]
`
const FILES = { '/kubeconfig': KUBECONFIG }

function said(more: Record<string, string>, files: Record<string, string> = FILES): readonly string[] {
  return problemsOf({ ...LEAST, ...more }, files).map(({ where, message }) => `${where} ${message}`)
}

test('without a setting there is no cluster, and off says the same', () => {
  assert.equal('cluster' in configOf(LEAST), false)
  assert.equal('cluster' in configOf({ ...LEAST, KUBERNETES: 'off' }), false)
  assert.equal('cluster' in configOf({ ...DISCORD, LIFEGUARD_CONFIG: 'f' }, { f: SERVER }), false)
})

test('inside a cluster one word is enough, and addresses get their meaning', () => {
  const { cluster } = configOf({
    ...LEAST,
    KUBERNETES: 'in-cluster',
    POD_RANGES: '10.2.0.0/16, fd00:2::/64',
    POOLERS: 'pgbouncer=10.2.7.0/28',
    KNOWN_HOSTS: 'office=192.0.2.0/24',
  })
  assert.deepEqual(cluster, {
    access: { kind: 'in cluster' },
    podRanges: ['10.2.0.0/16', 'fd00:2::/64'],
    poolers: [{ name: 'pgbouncer', range: '10.2.7.0/28' }],
    knownHosts: [{ name: 'office', range: '192.0.2.0/24' }],
  })
})

test('a kubeconfig is access enough, with one of its contexts or its own', () => {
  const none = { podRanges: [], poolers: [], knownHosts: [] }
  const bare = configOf({ ...LEAST, KUBERNETES_KUBECONFIG: '/kubeconfig' }, FILES)
  assert.deepEqual(bare.cluster, { access: { kind: 'kubeconfig', path: '/kubeconfig' }, ...none })
  const full = { KUBERNETES: 'kubeconfig', KUBERNETES_KUBECONFIG: '/kubeconfig', KUBERNETES_CONTEXT: 'production' }
  assert.deepEqual(configOf({ ...LEAST, ...full }, FILES).cluster, {
    access: { kind: 'kubeconfig', path: '/kubeconfig', context: 'production' },
    ...none,
  })
})

test('the file says the same as the environment, and each may hold what the other does not', () => {
  const whole = `${SERVER}cluster:
  kubeconfig: /kubeconfig
  context: production
  pod_ranges: [10.2.0.0/16]
  poolers: [{ name: pgbouncer, range: 10.2.7.0/28 }]
  known_hosts: [{ name: office, range: "fd00:9::/64" }]
`
  const expected = {
    access: { kind: 'kubeconfig', path: '/kubeconfig', context: 'production' },
    podRanges: ['10.2.0.0/16'],
    poolers: [{ name: 'pgbouncer', range: '10.2.7.0/28' }],
    knownHosts: [{ name: 'office', range: 'fd00:9::/64' }],
  }
  const env = { ...DISCORD, LIFEGUARD_CONFIG: 'f' }
  assert.deepEqual(configOf(env, { ...FILES, f: whole }).cluster, expected)
  const part = whole.replace('  kubeconfig: /kubeconfig\n', '')
  assert.deepEqual(configOf({ ...env, KUBERNETES_KUBECONFIG: '/kubeconfig' }, { ...FILES, f: part }).cluster, expected)
  assert.deepEqual(
    problemsOf({ ...env, KUBERNETES_KUBECONFIG: '/kubeconfig' }, { ...FILES, f: whole }).map(({ path }) => path),
    ['cluster.kubeconfig'],
  )
})

test('two ways of access contradict each other', () => {
  for (const kind of ['off', 'in-cluster']) {
    const problems = said({ KUBERNETES: kind, KUBERNETES_KUBECONFIG: '/kubeconfig', KUBERNETES_CONTEXT: 'staging' })
    assert.equal(problems.length, 1)
    assert.match(problems.join(), new RegExp(`^KUBERNETES is ${kind}, and KUBERNETES_KUBECONFIG .*keep one of them`))
  }
})

test('a context must be one of the kubeconfig, whose secrets are never told', () => {
  const context = said({ KUBERNETES_KUBECONFIG: '/kubeconfig', KUBERNETES_CONTEXT: 'prod' })
  assert.deepEqual(context, [
    'KUBERNETES_CONTEXT "prod" is not a context of the kubeconfig; expected one of "staging", "production"',
  ])
  const aimless = KUBECONFIG.replace('current-context: staging', 'current-context: ""')
  const current = said({ KUBERNETES_KUBECONFIG: '/kubeconfig' }, { '/kubeconfig': aimless })
  assert.match(current.join(), /^KUBERNETES_KUBECONFIG .*current-context is none of its contexts.*KUBERNETES_CONTEXT/)
  const named = { KUBERNETES_KUBECONFIG: '/kubeconfig', KUBERNETES_CONTEXT: 'staging' }
  assert.deepEqual(said(named, { '/kubeconfig': aimless }), [])
  for (const junk of ['token: hunter2', 'hunter2', '', '- hunter2', '"hunter2', '{"clusters": 1, "contexts": 2}']) {
    const problems = said({ KUBERNETES_KUBECONFIG: '/kubeconfig' }, { '/kubeconfig': junk })
    assert.match(problems.join(), /^KUBERNETES_KUBECONFIG names a file that is not a kubeconfig/)
    assert.doesNotMatch(problems.join(), /hunter2/)
  }
})

test('a kubeconfig in JSON is one too', () => {
  const json = JSON.stringify(
    { clusters: [], contexts: [{ name: 'a' }], users: [], 'current-context': 'a' },
    undefined,
    '\t',
  )
  assert.deepEqual(said({ KUBERNETES_KUBECONFIG: '/kubeconfig' }, { '/kubeconfig': json }), [])
})

test('a bad range and a name that stands twice are told with the variable', () => {
  const env = {
    KUBERNETES: 'in-cluster',
    POD_RANGES: '10.2.0.1/16',
    POOLERS: 'a=10.0.0.1,a=10.0.0.2',
    KNOWN_HOSTS: 'b',
  }
  const [pods = '', poolers = '', hosts = '', ...more] = said(env)
  assert.match(pods, /^POD_RANGES "10\.2\.0\.1\/16" is not a range of addresses such as 10\.2\.0\.0\/16/)
  assert.match(poolers, /^POOLERS holds the name "a" twice: expected one that is unique/)
  assert.match(hosts, /^KNOWN_HOSTS "b" is not names with their ranges.*such as pgbouncer=10\.0\.3\.9/)
  assert.deepEqual(more, [])
})

test('what contradicts itself in the cluster is told even beside a bad server', () => {
  const yaml = `${SERVER}    port: many\ncluster: { access: in-cluster, context: a }\n`
  assert.deepEqual(
    problemsOf({ ...DISCORD, LIFEGUARD_CONFIG: 'f' }, { f: yaml }).map(({ path }) => path),
    ['servers[0].port', 'cluster.context'],
  )
})

test('a file that is no YAML makes no further problem of the cluster', () => {
  const env = { ...DISCORD, LIFEGUARD_CONFIG: 'f', POD_RANGES: '10.2.0.0/16' }
  assert.equal(problemsOf(env, { f: `${SERVER}\tport: 5\n` }).length, 1)
})

test('what Kubernetes tells every pod of the Services beside it is not taken for a misspelt setting', () => {
  const names = [
    'KUBERNETES',
    'POOLER',
    'POOLERS',
    'CANARY',
    'SCHEDULE',
    'KNOWN_HOSTS',
    'POD_RANGES',
    'LIFEGUARD',
    'SITE',
  ]
  const links = names.flatMap((name) => [
    [`${name}_SERVICE_HOST`, '10.128.0.1'],
    [`${name}_SERVICE_PORT`, '443'],
    [`${name}_SERVICE_PORT_HTTPS`, '443'],
    [`${name}_PORT`, 'tcp://10.128.0.1:443'],
    [`${name}_PORT_443_TCP`, 'tcp://10.128.0.1:443'],
    [`${name}_PORT_443_TCP_PROTO`, 'tcp'],
    [`${name}_PORT_443_TCP_PORT`, '443'],
    [`${name}_PORT_443_TCP_ADDR`, '10.128.0.1'],
  ])
  assert.deepEqual(said(Object.fromEntries(links)), [])
  assert.deepEqual(
    said({ POD_NAME: 'x', POD_IP: 'x', POD_NAMESPACE: 'x', POD_UID: 'x', KUBERNETES_NAMESPACE: 'x' }),
    [],
  )
})

test('services arrive with what they are built to open', () => {
  const services = `    services:
      - { name: site, role: site, pods: 2, workers: 4, threads: 8, aliases: 2, strategy: recreate }
      - { name: nightly, pods: 1, workers: 1, threads: 1 }
`
  const [server] = configOf({ ...DISCORD, LIFEGUARD_CONFIG: 'f' }, { f: SERVER + services }).servers
  assert.deepEqual(server?.services, [
    { name: 'site', role: 'site', pods: 2, workers: 4, threads: 8, aliases: 2, isRolling: false },
    { name: 'nightly', pods: 1, workers: 1, threads: 1, aliases: 1, isRolling: true },
  ])
  assert.equal('services' in (configOf(LEAST).servers[0] ?? {}), false)
})
