import {
  AppsV1Api,
  AuthorizationV1Api,
  CoordinationV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1ReplicaSet,
} from '@kubernetes/client-node'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { deploymentNamed, nextPage, podOn, problemOf, watched } from './client.js'
import { type ClusterUnderTest, openControlPlane, openStandIn } from './clusters.js'
import { eventually } from './eventually.js'

const REVISION = 'deployment.kubernetes.io/revision'
const script = process.env['KUBERNETES_CONTROL_PLANE']
const namespace = 'default'

describe('the stand-in', () => contract(openStandIn))
describe('the real API server', script === undefined ? { skip: 'needs KUBERNETES_CONTROL_PLANE' } : {}, () =>
  contract(() => openControlPlane(script ?? '')),
)

/** The same sentences for both. What only one of them can show is tested elsewhere, or said here. */
function contract(open: () => Promise<ClusterUnderTest>): void {
  let cluster: ClusterUnderTest
  let config: KubeConfig
  let core: CoreV1Api
  let apps: AppsV1Api

  before(async () => {
    cluster = await open()
    config = cluster.config
    core = config.makeApiClient(CoreV1Api)
    apps = config.makeApiClient(AppsV1Api)
    await core.createNode({
      body: { metadata: { name: 'here' }, status: { addresses: [{ type: 'InternalIP', address: '10.1.0.1' }] } },
    })
  })
  after(() => cluster.close())

  const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  const makePod = (name: string, labels = {}) =>
    core.createNamespacedPod({ namespace, body: podOn('here', { name, labels }) })
  const replicaSetsOf = async (name: string): Promise<V1ReplicaSet[]> => {
    const { items } = await apps.listNamespacedReplicaSet({ namespace, labelSelector: `app=${name}` })
    return items.sort((a, b) => revisionOf(a) - revisionOf(b))
  }
  const podsOf = async (name: string): Promise<V1Pod[]> =>
    (await core.listNamespacedPod({ namespace, labelSelector: `app=${name}` })).items
  /** What a kubelet would say. */
  const becomeReady = async (name: string, address: string) => {
    const conditions = [{ type: 'Ready', status: 'True' }]
    const status = { phase: 'Running', podIP: address, podIPs: [{ ip: address }], conditions }
    await core.patchNamespacedPodStatus({ namespace, name, body: { status } }, asMerge)
  }

  test('a list and each of its items have a version, the list the higher one', async () => {
    const { data, headers } = await core.listNodeWithHttpInfo({})
    const [node] = data.items
    assert.equal(node?.metadata?.name, 'here')
    assert.equal(node?.status?.addresses?.[0]?.address, '10.1.0.1')
    assert.ok(Number(data.metadata?.resourceVersion) >= Number(node?.metadata?.resourceVersion))
    assert.ok(Number.isFinite(Date.parse(headers['date'] ?? '')), 'every answer says the server time')
  })

  test('what is created gets a uid, and a time in whole seconds', async () => {
    const { metadata, status } = await makePod('made')
    assert.match(metadata?.uid ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(metadata?.creationTimestamp?.getMilliseconds(), 0)
    assert.equal(status?.phase, 'Pending')
  })

  test('what is not there is NotFound, by its name and resource', async () => {
    const pod = await problemOf(core.readNamespacedPod({ namespace, name: 'nobody' }))
    assert.deepEqual(
      [pod.code, pod.reason, pod.message, pod.details],
      [404, 'NotFound', 'pods "nobody" not found', { name: 'nobody', kind: 'pods' }],
    )
    const deployment = await problemOf(apps.readNamespacedDeployment({ namespace, name: 'nobody' }))
    assert.equal(deployment.message, 'deployments.apps "nobody" not found')
    assert.deepEqual(deployment.details, { name: 'nobody', group: 'apps', kind: 'deployments' })
  })

  test('a dry run of a create looks at the object before it looks whether the name is taken, and makes nothing', async () => {
    const dry = (body: ReturnType<typeof deploymentNamed>) =>
      apps.createNamespacedDeployment({ namespace, body, dryRun: 'All' })
    const body = deploymentNamed('rehearsed')
    const broken = deploymentNamed('rehearsed', { selector: { matchLabels: { app: 'others' } } })
    await dry(body)
    assert.equal((await problemOf(apps.readNamespacedDeployment({ namespace, name: 'rehearsed' }))).code, 404)
    await apps.createNamespacedDeployment({ namespace, body })
    assert.equal((await problemOf(dry(body))).reason, 'AlreadyExists')
    assert.equal((await problemOf(dry(broken))).reason, 'Invalid')
    await apps.deleteNamespacedDeployment({ namespace, name: 'rehearsed' })
  })

  test('a second object of the same name is AlreadyExists', async () => {
    await makePod('twice')
    const { code, reason, message } = await problemOf(makePod('twice'))
    assert.deepEqual([code, reason, message], [409, 'AlreadyExists', 'pods "twice" already exists'])
  })

  test('an object in a namespace that is not there is refused', async () => {
    const body = podOn('here', { name: 'lost' })
    const { code, reason } = await problemOf(core.createNamespacedPod({ namespace: 'nowhere', body }))
    // The real server's admission asks for the namespace's rights first in some versions; 404 in both here.
    assert.deepEqual([code, reason], [404, 'NotFound'])
  })

  test('what breaks a rule is Invalid, with the field', async () => {
    const empty = { metadata: { name: 'empty' }, spec: { containers: [] } }
    const pod = await problemOf(core.createNamespacedPod({ namespace, body: empty }))
    assert.deepEqual([pod.code, pod.reason], [422, 'Invalid'])
    assert.equal(pod.message, 'Pod "empty" is invalid: spec.containers: Required value')
    assert.deepEqual(pod.details?.['causes'], [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' },
    ])
    const strays = deploymentNamed('strays', { selector: { matchLabels: { app: 'others' } } })
    const deployment = await problemOf(apps.createNamespacedDeployment({ namespace, body: strays }))
    assert.equal(
      deployment.message,
      'Deployment.apps "strays" is invalid: spec.template.metadata.labels: Invalid value: map[string]string{"app":"strays"}: `selector` does not match template `labels`',
    )
  })

  test('a replacement of what has changed since is a Conflict, and changes nothing', async () => {
    const first = await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'record' } } })
    const { metadata } = first
    const body = { ...(metadata === undefined ? {} : { metadata }), data: { a: 'YQ==' } }
    const second = await core.replaceNamespacedSecret({ namespace, name: 'record', body })
    assert.notEqual(second.metadata?.resourceVersion, first.metadata?.resourceVersion)
    const stale = core.replaceNamespacedSecret({ namespace, name: 'record', body: first })
    const { code, reason, message } = await problemOf(stale)
    assert.deepEqual([code, reason], [409, 'Conflict'])
    assert.equal(
      message,
      'Operation cannot be fulfilled on secrets "record": the object has been modified; please apply your changes to the latest version and try again',
    )
    assert.deepEqual((await core.readNamespacedSecret({ namespace, name: 'record' })).data, { a: 'YQ==' })
  })

  test('a replacement meant for another object of that name is a Conflict', async () => {
    const name = 'namesake'
    const { metadata } = await core.createNamespacedSecret({ namespace, body: { metadata: { name } } })
    const body = { metadata: { name, uid: 'another' } }
    const problem = await problemOf(core.replaceNamespacedSecret({ namespace, name, body }))
    assert.deepEqual([problem.code, problem.reason, problem.details], [409, 'Conflict', { name, kind: 'secrets' }])
    assert.match(
      problem.message ?? '',
      new RegExp(`UID in precondition: another, UID in object meta: ${metadata?.uid}`),
    )
  })

  test('a merge patch changes what it names, and an empty one not even the version', async () => {
    await makePod('patched', { a: '1', b: '2' })
    const call = { namespace, name: 'patched' }
    const body = { metadata: { labels: { a: '3', b: null } } }
    const changed = await core.patchNamespacedPod({ ...call, body }, asMerge)
    assert.deepEqual(changed.metadata?.labels, { a: '3' })
    const again = await core.patchNamespacedPod({ ...call, body: {} }, asMerge)
    assert.equal(again.metadata?.resourceVersion, changed.metadata?.resourceVersion)
    const stale = { metadata: { resourceVersion: '1' } }
    assert.equal((await problemOf(core.patchNamespacedPod({ ...call, body: stale }, asMerge))).reason, 'Conflict')
  })

  test('an object sent as a JSON patch, which is what client-node does unasked, is a BadRequest', async () => {
    const patch = core.patchNamespacedPod({ namespace, name: 'patched', body: { metadata: {} } })
    const { code, reason } = await problemOf(patch)
    assert.deepEqual([code, reason], [400, 'BadRequest'])
  })

  test('the scale of nothing has no replicas', async () => {
    const name = 'scaled'
    await apps.createNamespacedDeployment({ namespace, body: deploymentNamed(name) })
    assert.equal((await apps.readNamespacedDeploymentScale({ namespace, name })).spec?.replicas, 1)
    const none = { spec: { replicas: 0 } }
    const answer = await apps.patchNamespacedDeploymentScale({ namespace, name, body: none }, asMerge)
    assert.equal(answer.spec?.replicas, undefined)
    assert.equal((await apps.readNamespacedDeploymentScale({ namespace, name })).spec?.replicas, undefined)
    const { spec, metadata } = await apps.readNamespacedDeployment({ namespace, name })
    assert.deepEqual([spec?.replicas, metadata?.generation], [0, 2])
    const status = await eventually(async () => {
      const read = (await apps.readNamespacedDeployment({ namespace, name })).status
      assert.equal(read?.observedGeneration, 2)
      assert.equal(read?.replicas, undefined)
      return read
    })
    assert.equal(status?.updatedReplicas, undefined)
  })

  test('a scale meant for another object of that name, or an earlier version, is a Conflict and scales nothing', async () => {
    const name = 'guarded-scale'
    await apps.createNamespacedDeployment({ namespace, body: deploymentNamed(name) })
    const scaleTo0 = (metadata: object) =>
      problemOf(
        apps.patchNamespacedDeploymentScale({ namespace, name, body: { metadata, spec: { replicas: 0 } } }, asMerge),
      )
    const other = await scaleTo0({ uid: 'another' })
    assert.deepEqual([other.code, other.reason], [409, 'Conflict'])
    assert.match(other.message ?? '', /UID in precondition: another/)
    const stale = await scaleTo0({ resourceVersion: '1' })
    assert.deepEqual([stale.code, stale.reason], [409, 'Conflict'])
    assert.equal((await apps.readNamespacedDeployment({ namespace, name })).spec?.replicas, 1)
  })

  test('a replacement of a Lease that is gone makes it anew, but not with the uid of the old one', async () => {
    const leases = config.makeApiClient(CoordinationV1Api)
    const name = 'released'
    const { metadata } = await leases.createNamespacedLease({ namespace, body: { metadata: { name } } })
    await leases.deleteNamespacedLease({ namespace, name })
    const body = { metadata: { name, uid: metadata?.uid ?? '' } }
    const { code, reason } = await problemOf(leases.replaceNamespacedLease({ namespace, name, body }))
    assert.deepEqual([code, reason], [409, 'Conflict'])
    assert.equal((await problemOf(leases.readNamespacedLease({ namespace, name }))).code, 404)
    const anew = await leases.replaceNamespacedLease({ namespace, name, body: { metadata: { name } } })
    assert.notEqual(anew.metadata?.uid, metadata?.uid)
  })

  test('of two replacements of one version of a Lease, one is a Conflict', async () => {
    const leases = config.makeApiClient(CoordinationV1Api)
    const name = 'raced'
    const { metadata } = await leases.createNamespacedLease({ namespace, body: { metadata: { name } } })
    const version = metadata?.resourceVersion ?? ''
    const take = (holderIdentity: string) => {
      const body = { metadata: { name, resourceVersion: version }, spec: { holderIdentity } }
      return leases.replaceNamespacedLease({ namespace, name, body })
    }
    const race = await Promise.allSettled([take('one'), take('two')])
    assert.deepEqual(race.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })

  test('a delete meant for another object, or an older version of it, deletes nothing', async () => {
    const { metadata } = await makePod('guarded')
    const call = { namespace, name: 'guarded' }
    for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
      const { code, reason, details } = await problemOf(core.deleteNamespacedPod({ ...call, body: { preconditions } }))
      assert.deepEqual([code, reason, details], [409, 'Conflict', { name: 'guarded', kind: 'Pod' }])
    }
    const still = await core.readNamespacedPod(call)
    assert.equal(still.metadata?.uid, metadata?.uid)
    assert.equal(still.metadata?.deletionTimestamp, undefined)
  })

  test('a deleted pod on a node is Terminating until its grace is cut to 0', async () => {
    const { metadata } = await makePod('leaving')
    const call = { namespace, name: 'leaving' }
    const preconditions = { uid: metadata?.uid ?? '' }
    const begun: V1Pod = await core.deleteNamespacedPod({ ...call, body: { preconditions } })
    assert.equal(begun.metadata?.deletionGracePeriodSeconds, 30)
    const endsMs = begun.metadata?.deletionTimestamp?.getTime() ?? 0
    assert.ok(endsMs > Date.now() + 15_000, 'its deletionTimestamp is the end of its grace')
    await core.deleteNamespacedPod(call) // a second one shortens nothing
    assert.equal((await core.readNamespacedPod(call)).metadata?.uid, metadata?.uid)
    await core.deleteNamespacedPod({ ...call, gracePeriodSeconds: 0 })
    assert.equal((await problemOf(core.readNamespacedPod(call))).code, 404)
  })

  test('a pod with a finalizer survives its forced deletion until the finalizer is gone', async () => {
    const name = 'kept'
    const body = podOn('here', { name, finalizers: ['example.com/keep'] })
    await core.createNamespacedPod({ namespace, body })
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 })
    const { metadata } = await core.readNamespacedPod({ namespace, name })
    assert.notEqual(metadata?.deletionTimestamp, undefined)
    await core.patchNamespacedPod({ namespace, name, body: { metadata: { finalizers: null } } }, asMerge)
    await eventually(async () => {
      assert.equal((await problemOf(core.readNamespacedPod({ namespace, name }))).code, 404)
    })
  })

  test('selectors by label, name and node; an unknown field is refused', async () => {
    await makePod('one', { tier: 'a', kind: 'selected' })
    await makePod('two', { tier: 'b', kind: 'selected' })
    const names = async (query: { labelSelector?: string; fieldSelector?: string }) =>
      (await core.listPodForAllNamespaces(query)).items.map(({ metadata }) => metadata?.name)
    assert.deepEqual(await names({ labelSelector: 'kind=selected,tier!=b' }), ['one'])
    assert.deepEqual(await names({ labelSelector: 'tier in (a, b)' }), ['one', 'two'])
    assert.deepEqual(await names({ labelSelector: 'kind,!tier' }), [])
    assert.deepEqual(await names({ fieldSelector: 'metadata.name=two,spec.nodeName=here' }), ['two'])
    const { code, message } = await problemOf(core.listPodForAllNamespaces({ fieldSelector: 'spec.mood=good' }))
    assert.deepEqual([code, message], [400, 'field label not supported: spec.mood'])
  })

  test('pages of a list are of one version, whatever happens in between', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await core.createNamespacedSecret({ namespace, body: { metadata: { name, labels: { paged: 'yes' } } } })
    }
    const query = { namespace, labelSelector: 'paged=yes', limit: 2 }
    const first = await core.listNamespacedSecret(query)
    assert.equal(first.items.length, 2)
    await core.deleteNamespacedSecret({ namespace, name: 'page-c' })
    const token = nextPage(first) ?? ''
    const second = await core.listNamespacedSecret({ ...query, _continue: token })
    assert.deepEqual(
      second.items.map(({ metadata }) => metadata?.name),
      ['page-c'],
    )
    assert.equal(second.metadata?.resourceVersion, first.metadata?.resourceVersion)
    assert.equal(nextPage(second), undefined)
    const bad = await problemOf(core.listNamespacedSecret({ ...query, _continue: 'rubbish' }))
    assert.deepEqual([bad.code, bad.reason], [400, 'BadRequest'])
    // That an old token expires (410) takes the real server five minutes: it is tried on the stand-in, with its faults.
  })

  test('a watch from a list tells what came after it, in order', async () => {
    const { metadata } = await core.listNamespacedSecret({ namespace })
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'seen', labels: { in: 'yes' } } } })
    const query = { resourceVersion: metadata?.resourceVersion ?? '', timeoutSeconds: 2 }
    const path = `/api/v1/namespaces/${namespace}/secrets`
    const call = { namespace, name: 'seen' }
    const act = async () => {
      await core.patchNamespacedSecret({ ...call, body: { metadata: { labels: { in: null } } } }, asMerge)
      await core.deleteNamespacedSecret(call)
    }
    const [all, labelled] = await Promise.all([
      watched(config, path, query, act),
      watched(config, path, { ...query, labelSelector: 'in=yes' }),
    ])
    const typesOf = (events: typeof all) =>
      events.filter(({ object }) => object.metadata?.name === 'seen').map(({ type }) => type)
    assert.deepEqual(typesOf(all), ['ADDED', 'MODIFIED', 'DELETED'])
    assert.deepEqual(typesOf(labelled), ['ADDED', 'DELETED'], 'what leaves a selector is deleted to its watchers')
    const versions = all.map(({ object }) => Number(object.metadata?.resourceVersion))
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
    )
    assert.ok(all.every(({ object }) => object.kind === 'Secret'))
  })

  test('a watch without a version begins with what is there', async () => {
    const events = await watched(config, '/api/v1/nodes', { timeoutSeconds: 1 })
    assert.deepEqual(events.map(({ type, object }) => [type, object.metadata?.name]).slice(0, 1), [['ADDED', 'here']])
  })

  test('before it times out, a watch that asked for bookmarks gets one', async () => {
    const { metadata } = await core.listNamespacedSecret({ namespace })
    const query = { resourceVersion: metadata?.resourceVersion ?? '', timeoutSeconds: 4, allowWatchBookmarks: true }
    const make = async () => {
      // The real server has a bookmark only for a kind to which something happened.
      await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'marker' } } })
    }
    const events = await watched(config, `/api/v1/namespaces/${namespace}/secrets`, query, make)
    const bookmark = events.find(({ type }) => type === 'BOOKMARK')
    assert.equal(bookmark?.object.kind, 'Secret')
    assert.ok(Number(bookmark?.object.metadata?.resourceVersion) > Number(metadata?.resourceVersion))
  })

  test('a watch from a forgotten version says ERROR with 410 and ends', async () => {
    const { path, version } = await cluster.tooOld()
    const events = await watched(config, path, { resourceVersion: version, timeoutSeconds: 5 })
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.kind, object.code, object.reason]),
      [['ERROR', 'Status', 410, 'Expired']],
    )
  })

  test('a Deployment has a ReplicaSet for each template, by revision; a rollback renews the old one', async () => {
    const name = 'rolled'
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
    const made = await apps.createNamespacedDeployment({ namespace, body: deploymentNamed(name, { strategy }) })
    const [firstPod] = await eventually(async () => {
      const pods = await podsOf(name)
      assert.equal(pods.length, 1)
      return pods
    })
    const [first] = await replicaSetsOf(name)
    assert.deepEqual(controllerOf(first), ['Deployment', name, made.metadata?.uid])
    assert.deepEqual(controllerOf(firstPod), ['ReplicaSet', first?.metadata?.name, first?.metadata?.uid])
    assert.equal(first?.metadata?.annotations?.[REVISION], '1')
    await becomeReady(firstPod?.metadata?.name ?? '', '10.0.0.1')

    const image = async (version: string) => {
      const spec = { template: { spec: { containers: [{ name: 'main', image: version }] } } }
      await apps.patchNamespacedDeployment({ namespace, name, body: { spec } }, asMerge)
    }
    await image('second')
    const both = await eventually(async () => {
      const pods = await podsOf(name)
      assert.equal(pods.length, 2, 'the new pod comes before the old one goes')
      return pods
    })
    const isNew = ({ metadata }: V1Pod) => metadata?.name !== firstPod?.metadata?.name
    await becomeReady(both.find(isNew)?.metadata?.name ?? '', '10.0.0.2')
    await eventually(async () => {
      assert.deepEqual((await replicaSetsOf(name)).map(shapeOf), [
        ['1', 0],
        ['2', 1],
      ])
      const { metadata, status } = await apps.readNamespacedDeployment({ namespace, name })
      assert.equal(metadata?.annotations?.[REVISION], '2')
      assert.deepEqual([status?.replicas, status?.updatedReplicas, status?.availableReplicas], [1, 1, 1])
      const progressing = status?.conditions?.find(({ type }) => type === 'Progressing')
      assert.equal(progressing?.reason, 'NewReplicaSetAvailable')
    })

    await image('first')
    await eventually(async () => {
      const [second, again] = await replicaSetsOf(name)
      assert.deepEqual(
        [second, again].map((each) => each?.metadata?.annotations?.[REVISION]),
        ['2', '3'],
      )
      assert.equal(again?.metadata?.uid, first?.metadata?.uid)
    })
    await apps.deleteNamespacedDeployment({ namespace, name })
  })

  test('a pod of a living ReplicaSet is made anew, however it was deleted', async () => {
    const name = 'renewed'
    await apps.createNamespacedDeployment({ namespace, body: deploymentNamed(name) })
    const [pod] = await eventually(async () => {
      const pods = await podsOf(name)
      assert.equal(pods.length, 1)
      return pods
    })
    await core.deleteNamespacedPod({ namespace, name: pod?.metadata?.name ?? '', gracePeriodSeconds: 0 })
    await eventually(async () => {
      const pods = await podsOf(name)
      assert.equal(pods.length, 1)
      assert.notEqual(pods[0]?.metadata?.uid, pod?.metadata?.uid)
    })
    await apps.deleteNamespacedDeployment({ namespace, name })
  })

  test('a Deployment that is deleted takes its ReplicaSets and pods with it', async () => {
    const name = 'ended'
    await apps.createNamespacedDeployment({ namespace, body: deploymentNamed(name) })
    await eventually(async () => assert.equal((await podsOf(name)).length, 1))
    const answer = await apps.deleteNamespacedDeployment({ namespace, name, propagationPolicy: 'Background' })
    assert.equal(answer.kind, 'Status')
    assert.equal(answer.status, 'Success')
    await eventually(async () => {
      assert.deepEqual(await replicaSetsOf(name), [])
      // On no node, they have nothing to wait for.
      assert.deepEqual(await podsOf(name), [])
    })
  })

  test('an apply on a Deployment that is going answers 200 with the old one, which then goes', async () => {
    const name = 'doomed'
    const { spec, ...rest } = deploymentNamed(name)
    const { template } = spec
    const body = { ...rest, spec: { ...spec, template: { ...template, spec: { ...template.spec, nodeName: 'here' } } } }
    const made = await apps.createNamespacedDeployment({ namespace, body })
    const [pod] = await eventually(async () => {
      const pods = await podsOf(name)
      assert.equal(pods.length, 1)
      return pods
    })
    await apps.deleteNamespacedDeployment({ namespace, name, propagationPolicy: 'Foreground' })
    const applied = await apps.patchNamespacedDeployment(
      { namespace, name, body, fieldManager: 'contract', force: true },
      setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
    )
    assert.equal(applied.metadata?.uid, made.metadata?.uid)
    assert.notEqual(applied.metadata?.deletionTimestamp, undefined)
    await core.deleteNamespacedPod({ namespace, name: pod?.metadata?.name ?? '', gracePeriodSeconds: 0 })
    await eventually(async () => {
      assert.equal((await problemOf(apps.readNamespacedDeployment({ namespace, name }))).code, 404)
    })
  })

  test('one may ask for one’s rights', async () => {
    const { status } = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb: 'list', resource: 'pods' } } },
    })
    assert.equal(status?.allowed, true)
  })

  test('a wrong token is Unauthorized, and nobody at all is Forbidden', async () => {
    const wrong = withToken(config, 'wrong').makeApiClient(CoreV1Api)
    const { code } = await problemOf(wrong.listPodForAllNamespaces())
    assert.equal(code, 401)
    const nobody = withToken(config, undefined).makeApiClient(CoreV1Api)
    const { reason, message, details } = await problemOf(nobody.listPodForAllNamespaces())
    assert.equal(reason, 'Forbidden')
    assert.equal(
      message,
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    )
    assert.deepEqual(details, { kind: 'pods' })
    const one = await problemOf(nobody.readNamespacedPod({ namespace, name: 'x' }))
    assert.equal(
      one.message,
      'pods "x" is forbidden: User "system:anonymous" cannot get resource "pods" in API group "" in the namespace "default"',
    )
  })
}

function withToken(config: KubeConfig, token: string | undefined): KubeConfig {
  const other = new (config.constructor as typeof KubeConfig)()
  const cluster = config.getCurrentCluster()
  assert.ok(cluster !== null)
  other.loadFromClusterAndUser(cluster, { name: 'other', ...(token === undefined ? {} : { token }) })
  return other
}

function revisionOf({ metadata }: V1ReplicaSet): number {
  return Number(metadata?.annotations?.[REVISION])
}

function shapeOf({ metadata, spec }: V1ReplicaSet): readonly unknown[] {
  return [metadata?.annotations?.[REVISION], spec?.replicas]
}

function controllerOf(object: V1Pod | V1ReplicaSet | undefined): readonly unknown[] {
  const owner = object?.metadata?.ownerReferences?.find(({ controller }) => controller)
  return [owner?.kind, owner?.name, owner?.uid]
}
