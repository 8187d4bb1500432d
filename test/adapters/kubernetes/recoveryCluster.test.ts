import {
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  StorageV1Api,
  V1MicroTime,
  type V1PolicyRule,
} from '@kubernetes/client-node'
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'

import { systemClock } from '../../../src/adapters/clock/system.js'
import { recoveryCluster } from '../../../src/adapters/kubernetes/recoveryCluster.js'
import type { Named, SeenDeployment } from '../../../src/ports/recoveryObjects.js'
import type {
  Effect,
  Found,
  LeaseHold,
  Listed,
  RecoveryCluster,
  RightAnswer,
} from '../../../src/ports/recoveryCluster.js'
import { deploymentNamed, podOn, problemOf } from '../../sandbox/kubernetes/client.js'
import { openControlPlane, openStandIn } from '../../sandbox/kubernetes/clusters.js'
import type { ClusterUnderTest } from '../../sandbox/kubernetes/clusters.js'
import { eventually } from '../../sandbox/kubernetes/eventually.js'

const script = process.env['KUBERNETES_CONTROL_PLANE']
const namespace = 'default'
const CLAIM = 'postgres-storage'

describe('a recovery at the stand-in', () => contract(openStandIn))
describe(
  'a recovery at a real API server',
  script === undefined ? { skip: 'needs KUBERNETES_CONTROL_PLANE' } : {},
  () => contract(() => openControlPlane(script ?? '')),
)

/** The same sentences for both. */
function contract(open: () => Promise<ClusterUnderTest>): void {
  let cluster: ClusterUnderTest
  let folder: string
  let core: CoreV1Api
  let apps: AppsV1Api
  let patient: RecoveryCluster

  before(async () => {
    cluster = await open()
    folder = await mkdtemp(join(tmpdir(), 'lifeguard-recovery-'))
    await writeFile(join(folder, 'config'), cluster.config.exportConfig())
    patient = recoveryCluster(
      { kind: 'kubeconfig', path: join(folder, 'config') },
      { clock: systemClock, pod: { host: undefined, port: undefined } },
    )
    core = cluster.config.makeApiClient(CoreV1Api)
    apps = cluster.config.makeApiClient(AppsV1Api)
    await core.createNode({
      body: {
        metadata: { name: 'here' },
        spec: { providerID: 'linode://4711' },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          volumesInUse: ['kubernetes.io/csi/linodebs.csi.linode.com^7-pvc'],
          nodeInfo: nodeInfo('boot-1'),
        },
      },
    })
  })
  after(async () => {
    patient.close()
    await cluster.close()
    await rm(folder, { recursive: true })
  })

  /** A Deployment whose pod is on the node (and so is Terminating for good) and mounts the claim. */
  const deploy = async (name: string): Promise<SeenDeployment> => {
    const { spec, ...rest } = deploymentNamed(name, { strategy: { type: 'Recreate' } })
    const pod = {
      ...spec.template.spec,
      nodeName: 'here',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: CLAIM } }],
    }
    const body = { ...rest, spec: { ...spec, template: { ...spec.template, spec: pod } } }
    await apps.createNamespacedDeployment({ namespace, body })
    return eventually(async () => {
      const seen = found(await patient.deployment({ namespace, name }))
      assert.equal(seen.observedGeneration, seen.generation)
      assert.equal(seen.podCounts.all, 1)
      return seen
    })
  }
  const seenAgain = async ({ name }: SeenDeployment) => found(await patient.deployment({ namespace, name }))
  const podsOf = async (name: string) =>
    listed(await patient.pods(namespace)).filter((pod) => pod.name.startsWith(`${name}-`))

  test('a Deployment is read with what its restoring and its plan need', async () => {
    const seen = await deploy('read')
    assert.deepEqual([seen.replicas, seen.strategy, seen.claims, seen.isPaused], [1, 'Recreate', [CLAIM], false])
    assert.deepEqual(
      seen.images.map(({ image }) => image),
      ['first'],
    )
    assert.deepEqual([seen.managers, seen.isTerminating, seen.graceSeconds], [[], false, 30])
    const [set, ...none] = listed(await patient.replicaSets(seen))
    assert.deepEqual([set?.replicas, set?.revision, none], [1, 1, []])
    const pods = await podsOf('read')
    assert.equal(pods.length, 1)
    assert.equal(pods[0]?.owner?.uid, set?.uid)
    assert.equal(pods[0]?.node, 'here')
  })

  test('what mounts a claim is found by the claim, whatever its labels', async () => {
    const stranger = podOn('here', { name: 'stranger' })
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: CLAIM } }]
    await core.createNamespacedPod({ namespace, body: { ...stranger, spec: { ...stranger.spec, volumes } } })
    await core.createNamespacedPod({ namespace, body: podOn('here', { name: 'bystander' }) })
    const names = listed(await patient.podsMounting({ namespace, name: CLAIM })).map(({ name }) => name)
    assert.ok(names.includes('stranger'))
    assert.ok(!names.includes('bystander'))
    assert.deepEqual(listed(await patient.podsMounting({ namespace, name: 'other' })), [])
  })

  test('what is not there is absent, in a namespace that is not there too', async () => {
    assert.deepEqual(await patient.deployment({ namespace, name: 'nobody' }), { kind: 'absent' })
    assert.deepEqual(await patient.claim({ namespace: 'nowhere', name: CLAIM }), { kind: 'absent' })
    assert.deepEqual(await patient.lease({ namespace, name: 'nobody' }), { kind: 'absent' })
    assert.deepEqual(await patient.node('gone'), { kind: 'absent' })
    assert.deepEqual(await patient.volume('gone'), { kind: 'absent' })
  })

  test('a scale is by uid and version: a wrong uid or a stale version changes nothing', async () => {
    const seen = await deploy('scaled')
    assert.equal(why(await patient.scale({ ...seen, uid: 'another' }, 0)), 'conflict')
    const { metadata } = await apps.readNamespacedDeployment({ namespace, name: 'scaled' })
    assert.equal(why(await patient.scale({ ...seen, resourceVersion: '1' }, 0)), 'conflict')
    const now = await seenAgain(seen)
    assert.deepEqual([now.replicas, now.generation], [1, metadata?.generation])

    // Its controller writes its status whenever it likes: what lost against that is read and sent again.
    const down = await eventually(async () => done(await patient.scale(await seenAgain(seen), 0)))
    assert.deepEqual([down.uid, down.replicas], [seen.uid, 0], 'a scale of 0 has no replicas in the JSON')
    const at0 = await seenAgain(seen)
    assert.deepEqual([at0.replicas, at0.specSha256], [0, seen.specSha256])
    assert.ok(at0.generation > seen.generation)
    const up = await eventually(async () => done(await patient.scale(await seenAgain(seen), 1)))
    assert.equal(up.replicas, 1)
  })

  test('a Deployment is deleted by uid and version, and nothing otherwise', async () => {
    const seen = await deploy('deleted')
    assert.equal(why(await patient.deleteDeployment({ ...seen, uid: 'another' })), 'conflict')
    assert.equal(why(await patient.deleteDeployment({ ...seen, resourceVersion: '1' })), 'conflict')
    const still = await seenAgain(seen)
    assert.deepEqual([still.uid, still.isTerminating], [seen.uid, false])
    assert.equal((await podsOf('deleted'))[0]?.isTerminating, false)

    await eventually(async () => {
      assert.deepEqual(done(await patient.deleteDeployment(await seenAgain(seen))), { finalizers: [] })
    })
    assert.deepEqual(await patient.deployment(seen), { kind: 'absent' })
    assert.equal(why(await patient.deleteDeployment(seen)), 'absent')
    await eventually(async () => {
      assert.deepEqual(listed(await patient.replicaSets(seen)), [])
      const [pod] = await podsOf('deleted')
      assert.deepEqual([pod?.isTerminating, pod?.claims], [true, [CLAIM]], 'its pod is Terminating and holds the claim')
    })
  })

  test('the saved manifest brings back the same specification as another object, once', async () => {
    const seen = await deploy('saved')
    assert.equal(why(await patient.createDeployment(seen, seen.manifest)), 'exists')
    await eventually(async () => done(await patient.deleteDeployment(await seenAgain(seen))))
    const back = done(await patient.createDeployment(seen, seen.manifest))
    assert.notEqual(back.uid, seen.uid)
    const again = found(await patient.deployment(seen))
    assert.deepEqual([again.uid, again.specSha256, again.replicas], [back.uid, seen.specSha256, 1])
    assert.equal(why(await patient.createDeployment(seen, seen.manifest)), 'exists')
    const { metadata } = await apps.readNamespacedDeployment({ namespace, name: 'saved' })
    assert.ok(
      metadata?.managedFields?.some(({ manager }) => manager === 'lifeguard') ?? true,
      'the field manager is named',
    )
  })

  test('a manifest is not sent to a Deployment that is Terminating, which would take it along', async () => {
    const seen = await deploy('doomed')
    await apps.deleteNamespacedDeployment({ namespace, name: 'doomed', propagationPolicy: 'Foreground' })
    const refusal = await patient.createDeployment(seen, seen.manifest)
    assert.equal(why(refusal), 'exists')
    assert.match(detail(refusal), /Terminating/)
    assert.equal((await seenAgain(seen)).isTerminating, true)
    for (const pod of await podsOf('doomed')) done(await patient.forceDeletePod(pod))
    await eventually(async () => assert.deepEqual(await patient.deployment(seen), { kind: 'absent' }))
    done(await patient.createDeployment(seen, seen.manifest))
  })

  test('a manifest of something else, or one that is refused, says which field and quotes nothing', async () => {
    const seen = await deploy('original')
    const other = { namespace, name: 'other' }
    assert.equal(why(await patient.createDeployment(other, seen.manifest)), 'invalid')
    const wrong = seen.manifest.replaceAll('"original"', '"other"').replace('"app":"other"', '"app":"secret-value"')
    const refusal = await patient.createDeployment(other, wrong)
    assert.ok(refusal.kind === 'refused' && refusal.why === 'invalid', JSON.stringify(refusal))
    assert.ok((refusal.causes?.length ?? 0) > 0)
    assert.match(refusal.detail, /spec\./)
    assert.doesNotMatch(JSON.stringify(refusal), /secret-value/)
  })

  test('a manifest is tried without a trace, whether its name is taken or free', async () => {
    const seen = await deploy('tried')
    assert.equal(done(await patient.tryManifest(seen, seen.manifest)), 'accepted')
    const broken = seen.manifest.replace('"app":"tried"', '"app":"another"')
    for (const name of ['tried', 'untried']) {
      const which = { namespace, name }
      const renamed = (manifest: string) => manifest.replaceAll('"tried"', `"${name}"`)
      assert.equal(done(await patient.tryManifest(which, renamed(seen.manifest))), 'accepted')
      assert.equal(why(await patient.tryManifest(which, renamed(broken))), 'invalid')
    }
    assert.deepEqual(await patient.deployment({ namespace, name: 'untried' }), { kind: 'absent' })
    const left = await seenAgain(seen)
    assert.deepEqual([left.uid, left.generation, left.specSha256], [seen.uid, seen.generation, seen.specSha256])
  })

  test('a pod is deleted by uid, gracefully or not; a finalizer survives both', async () => {
    await core.createNamespacedPod({ namespace, body: podOn('here', { name: 'stuck' }) })
    await core.createNamespacedPod({
      namespace,
      body: podOn('here', { name: 'bound', finalizers: ['example.com/hold'] }),
    })
    const find = async (name: string) => {
      const pod = listed(await patient.pods(namespace)).find((each) => each.name === name)
      assert.ok(pod !== undefined)
      return pod
    }
    const stuck = await find('stuck')
    assert.equal(why(await patient.deletePod({ ...stuck, uid: 'another' })), 'conflict')
    assert.equal(why(await patient.forceDeletePod({ ...stuck, uid: 'another' })), 'conflict')
    assert.equal((await find('stuck')).isTerminating, false)
    done(await patient.deletePod(stuck))
    assert.equal((await find('stuck')).isTerminating, true, 'no kubelet ends it')
    done(await patient.forceDeletePod(stuck))
    assert.equal(why(await patient.forceDeletePod(stuck)), 'absent')

    const bound = await find('bound')
    assert.deepEqual(done(await patient.forceDeletePod(bound)).finalizers, ['example.com/hold'])
    const left = await find('bound')
    assert.deepEqual([left.uid, left.isTerminating, left.finalizers], [bound.uid, true, ['example.com/hold']])
  })

  test('a Lease has one winner, and a replacement keeps what others wrote', async () => {
    const which = { namespace, name: 'lifeguard-postgres-storage' }
    const first = done(await patient.createLease(which, hold('one', 1)))
    assert.equal(why(await patient.createLease(which, hold('two', 1))), 'exists')
    assert.deepEqual([first.holder, first.durationMs, first.renewedAt, first.transitions], ['one', 15_000, AT, 1])

    const coordination = cluster.config.makeApiClient(CoordinationV1Api)
    const body = { metadata: { labels: { team: 'ops' } } }
    await coordination.patchNamespacedLease({ ...which, body }, asMerge)
    assert.equal(why(await patient.replaceLease(first, hold('one', 1))), 'conflict', 'somebody wrote in between')
    const read = found(await patient.lease(which))
    const race = await Promise.all([
      patient.replaceLease(read, hold('two', 2)),
      patient.replaceLease(read, hold('three', 2)),
    ])
    assert.deepEqual(race.map(({ kind }) => kind).sort(), ['done', 'refused'])

    const taken = found(await patient.lease(which))
    const noted = done(
      await patient.replaceLease(taken, { ...hold(taken.holder, 2), annotations: { run: 'r1', step: '2' } }),
    )
    const changed = done(await patient.replaceLease(noted, { ...hold('', 2), annotations: { step: null } }))
    assert.deepEqual([changed.holder, changed.annotations], ['', { run: 'r1' }])
    const { metadata: kept } = await coordination.readNamespacedLease(which)
    assert.deepEqual(kept?.labels, { team: 'ops' })

    assert.equal(why(await patient.replaceLease({ ...changed, uid: 'another' }, hold('x', 3))), 'conflict')
    assert.equal(why(await patient.deleteLease(noted)), 'conflict')
    done(await patient.deleteLease(changed))
    // A PUT without a uid would make it anew.
    assert.equal(why(await patient.replaceLease(changed, hold('x', 3))), 'conflict')
    assert.deepEqual(await patient.lease(which), { kind: 'absent' })
  })

  test('a Secret of a fixed name says that another run is open', async () => {
    const which = { namespace, name: 'lifeguard-recovery' }
    const made = done(await patient.createSecret(which, { manifest: '{"ä":1}' }))
    assert.equal(why(await patient.createSecret(which, {})), 'exists')
    assert.deepEqual(found(await patient.secret(which)).data, { manifest: '{"ä":1}' })
    assert.equal(why(await patient.deleteSecret({ ...made, uid: 'another' })), 'conflict')
    done(await patient.deleteSecret(made))
    assert.deepEqual(await patient.secret(which), { kind: 'absent' })
  })

  test('storage is followed from the claim to the node', async () => {
    await core.createPersistentVolume({
      body: {
        metadata: { name: 'pv-1' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          capacity: { storage: '25Gi' },
          claimRef: { namespace, name: CLAIM, uid: 'claim-uid' },
          csi: { driver: 'linodebs.csi.linode.com', volumeHandle: '7-pvc' },
          persistentVolumeReclaimPolicy: 'Retain',
        },
      },
    })
    const volume = found(await patient.volume('pv-1'))
    assert.deepEqual([volume.linode, volume.reclaimPolicy], [{ id: 7, label: 'pvc' }, 'Retain'])
    assert.deepEqual(volume.claim, { namespace, name: CLAIM, uid: 'claim-uid' })
    await core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name: CLAIM },
        spec: { accessModes: ['ReadWriteOnce'], volumeName: 'pv-1', resources: { requests: { storage: '25Gi' } } },
      },
    })
    const claim = found(await patient.claim({ namespace, name: CLAIM }))
    assert.deepEqual([claim.volume, claim.accessModes], ['pv-1', ['ReadWriteOnce']])
    const node = found(await patient.node('here'))
    assert.deepEqual([node.linodeId, node.bootId, node.isSchedulable], [4711, 'boot-1', true])
    assert.deepEqual(node.volumesInUse, ['kubernetes.io/csi/linodebs.csi.linode.com^7-pvc'])
    assert.deepEqual(
      listed(await patient.nodes()).map(({ name }) => name),
      ['here'],
    )

    const storage = cluster.config.makeApiClient(StorageV1Api)
    const attacher = 'linodebs.csi.linode.com'
    for (const [name, persistentVolumeName] of [
      ['va-1', 'pv-1'],
      ['va-2', 'pv-2'],
    ] as const) {
      const spec = { attacher, nodeName: 'here', source: { persistentVolumeName } }
      await storage.createVolumeAttachment({ body: { metadata: { name }, spec } })
    }
    const attachments = listed(await patient.attachments('pv-1'))
    assert.deepEqual(
      attachments.map(({ name, node: at, isAttached }) => [name, at, isAttached]),
      [['va-1', 'here', false]],
    )

    const leases = cluster.config.makeApiClient(CoordinationV1Api)
    const renewTime = new V1MicroTime(Date.now() - 40_000)
    const body = { metadata: { name: 'here' }, spec: { holderIdentity: 'here', renewTime } }
    await leases.createNamespacedLease({ namespace: 'kube-node-lease', body })
    const heartbeat = found(await patient.heartbeat('here'))
    assert.ok(Math.abs(heartbeat.ageMs - 40_000) < 20_000, String(heartbeat.ageMs))
  })

  test('warnings are the Warning events of pods, newest first', async () => {
    for (const [name, type, kind, minutes] of [
      ['older', 'Warning', 'Pod', 9],
      ['newer', 'Warning', 'Pod', 2],
      ['calm', 'Normal', 'Pod', 1],
      ['node', 'Warning', 'Node', 1],
    ] as const) {
      const involvedObject = { kind, name, namespace, uid: `uid-${name}` }
      const lastTimestamp = new Date(Date.now() - minutes * 60_000)
      const body = { metadata: { name: `event-${name}` }, involvedObject, type, reason: 'FailedMount', lastTimestamp }
      await core.createNamespacedEvent({ namespace, body })
    }
    const events = listed(await patient.warnings(namespace)).filter(({ pod }) =>
      ['older', 'newer', 'calm', 'node'].includes(pod),
    )
    assert.deepEqual(
      events.map(({ pod, reason }) => [pod, reason]),
      [
        ['newer', 'FailedMount'],
        ['older', 'FailedMount'],
      ],
    )
  })

  test('no autoscaler is an empty list', async () => {
    assert.deepEqual(listed(await patient.autoscalers(namespace)), [])
  })

  const POSTGRES = { namespace, name: 'postgres' }
  const WORK = {
    kind: 're-create',
    deployment: POSTGRES,
    claim: { namespace, name: CLAIM },
    lease: { namespace, name: 'lifeguard-lock' },
    secret: { namespace, name: 'lifeguard-saved' },
  } as const

  test('every right of a run is asked for by name, and may all be had', async () => {
    const answers = await patient.rights(WORK)
    assert.ok(
      answers.every(({ answer }) => answer === 'allowed'),
      JSON.stringify(answers),
    )
    assert.ok(answers.some(({ right }) => right === 'patch deployments/scale "postgres" in default'))
    assert.equal(new Set(answers.map(({ right }) => right)).size, answers.length)
    assert.equal((await problemOf(core.readNamespacedSecret(WORK.secret))).code, 404, 'asking changes nothing')
  })

  // The stand-in has no roles to grant; that a write is denied there is told in recoveryWrite.test.ts.
  if (open !== openStandIn) {
    test('an account without rights is denied all by name; with the rules it is told, and no other, it can do the whole', async () => {
      const seen = await deploy('postgres')
      const account = { namespace, name: 'lifeguard' }
      await core.createNamespacedServiceAccount({ namespace, body: { metadata: account } })
      const body = { spec: { audiences: [] } }
      const { status } = await core.createNamespacedServiceAccountToken({ ...account, body })
      const path = join(folder, 'account')
      await writeFile(path, cluster.config.exportConfig().replace('admin-token', status?.token ?? ''))
      const bot = recoveryCluster(
        { kind: 'kubeconfig', path },
        { clock: systemClock, pod: { host: undefined, port: undefined } },
      )
      const answers = await bot.rights(WORK)
      assert.ok(
        answers.every(({ answer }) => answer === 'denied'),
        JSON.stringify(answers),
      )
      const refusal = await bot.deleteDeployment(seen)
      assert.equal(why(refusal), 'denied')
      assert.match(detail(refusal), /may not delete deployments "postgres" in default/)
      assert.equal((await bot.nodes()).kind, 'unread')

      await grant(account, answers)
      await eventually(async () => {
        const granted = await bot.rights(WORK)
        assert.deepEqual(
          granted.filter(({ answer }) => answer !== 'allowed'),
          [],
        )
      })
      await bot.nodes().then(listed)
      await bot.node('here').then(found)
      await bot.volume('pv-1').then(found)
      await bot.claim(WORK.claim).then(found)
      await bot.attachments('pv-1').then(listed)
      await bot.heartbeat('here').then(found)
      await bot.warnings(namespace).then(listed)
      await bot.autoscalers(namespace).then(listed)
      const lease = done(await bot.createLease(WORK.lease, hold('bot', 1)))
      const renewed = done(await bot.replaceLease(lease, hold('bot', 1)))
      const secret = done(await bot.createSecret(WORK.secret, { manifest: seen.manifest }))
      await bot.secret(WORK.secret).then(found)
      const readAgain = () => bot.deployment(POSTGRES).then(found)
      await eventually(async () => done(await bot.scale(await readAgain(), 0)))
      const [set] = listed(await bot.replicaSets(seen))
      for (const pod of listed(await bot.podsMounting(WORK.claim)).filter(({ owner }) => owner?.uid === set?.uid)) {
        done(await bot.deletePod(pod))
        done(await bot.forceDeletePod(pod))
      }
      await eventually(async () => done(await bot.deleteDeployment(await readAgain())))
      done(await bot.createDeployment(POSTGRES, seen.manifest))
      done(await bot.deleteSecret(secret))
      await bot.lease(WORK.lease).then(found)
      done(await bot.deleteLease(renewed))
      const other = await bot.lease({ namespace, name: 'another' })
      assert.ok(other.kind === 'unread' && other.why === 'denied', 'and nothing else of that kind')
      bot.close()
    })
  }

  /** Gives the account the rules that the remedies tell, where they tell it. */
  const grant = async (account: Named, answers: readonly RightAnswer[]) => {
    const roles = cluster.config.makeApiClient(RbacAuthorizationV1Api)
    const rulesFor = (place: string) =>
      answers.flatMap(({ remedy = '' }) => (remedy.includes(`Lifeguard's ${place}: `) ? rulesIn(remedy) : []))
    const subjects = [{ kind: 'ServiceAccount', ...account }]
    const bind = (kind: string) => ({
      metadata: account,
      subjects,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: account.name },
    })
    await roles.createClusterRole({ body: { metadata: { name: account.name }, rules: rulesFor('ClusterRole') } })
    const { metadata: _namespaced, ...everywhere } = bind('ClusterRole')
    await roles.createClusterRoleBinding({ body: { metadata: { name: account.name }, ...everywhere } })
    for (const place of [namespace, 'kube-node-lease']) {
      const metadata = { namespace: place, name: account.name }
      await roles.createNamespacedRole({ namespace: place, body: { metadata, rules: rulesFor(`Role in ${place}`) } })
      await roles.createNamespacedRoleBinding({ namespace: place, body: { ...bind('Role'), metadata } })
    }
  }
}

const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
const AT = Date.UTC(2020, 11, 11, 13, 24, 5, 123)

function rulesIn(remedy: string): V1PolicyRule[] {
  return parse(remedy.slice(remedy.indexOf('- {'))) as V1PolicyRule[]
}

function hold(holder: string, transitions: number): LeaseHold {
  return { holder, durationMs: 15_000, acquiredAt: AT, renewedAt: AT, transitions }
}

function nodeInfo(bootID: string) {
  const rest = { machineID: '', systemUUID: '', kernelVersion: '', osImage: '', containerRuntimeVersion: '' }
  return { ...rest, bootID, kubeletVersion: '', kubeProxyVersion: '', operatingSystem: '', architecture: '' }
}

function found<T>(read: Found<T>): T {
  assert.ok(read.kind === 'found', JSON.stringify(read))
  return read.value
}

function listed<T>(read: Listed<T>): readonly T[] {
  assert.ok(read.kind === 'listed', JSON.stringify(read))
  return read.items
}

function done<T>(effect: Effect<T>): T {
  assert.ok(effect.kind === 'done', JSON.stringify(effect))
  return effect.value
}

function why(effect: Effect<unknown>): string {
  return effect.kind === 'refused' ? effect.why : effect.kind
}

function detail(effect: Effect<unknown>): string {
  return effect.kind === 'done' ? '' : effect.detail
}
