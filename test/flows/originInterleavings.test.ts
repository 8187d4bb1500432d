import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Pod } from '../../src/core/attribution/picture.js'
import { isLiving } from '../../src/core/attribution/pictureIndex.js'
import { DEPLOYMENT, NEW_SET, picture, pod } from '../core/attribution/fixture.js'
import { MINUTE } from '../core/fixture.js'
import { look, pods } from '../fakes/kubernetes.js'
import { backend } from '../fakes/postgres.js'
import { boot, eventsOf, operator, world, type World } from '../fakes/world.js'

type Step =
  | { readonly kind: 'roll out'; readonly address: number; readonly old: 'gone' | 'terminating' | 'stays' }
  | { readonly kind: 'open'; readonly count: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'api'; readonly fault: 'none' | 'hung' | 'before the answer' }
  | { readonly kind: 'pod'; readonly becomes: 'gone' | 'without address' | 'terminating' | 'back' }
  | { readonly kind: 'preview'; readonly origin: 'orphans' | 'previous rollout' }
  /** What a person does, and what the world does between the two presses. */
  | { readonly kind: 'preview and act'; readonly between: Extract<Step, { kind: 'pod' }>['becomes'] }
  | { readonly kind: 'informer looks' | 'act' | 'act twice' | 'restart' | 'restart without sightings' | 'tick' }

const ADDRESSES = ['10.2.0.7', '10.2.0.8', '10.2.0.9'] as const

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('roll out' as const),
    address: fc.nat({ max: 2 }),
    old: fc.constantFrom('gone' as const, 'terminating' as const, 'stays' as const),
  }),
  fc.record({ kind: fc.constant('open' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 29_000, 61_000, 10 * MINUTE) }),
  fc.record({
    kind: fc.constant('api' as const),
    fault: fc.constantFrom('none' as const, 'none' as const, 'hung' as const, 'before the answer' as const),
  }),
  fc.record({
    kind: fc.constant('pod' as const),
    becomes: fc.constantFrom('gone' as const, 'without address' as const, 'terminating' as const, 'back' as const),
  }),
  fc.record({
    kind: fc.constant('preview' as const),
    origin: fc.constantFrom('orphans' as const, 'orphans' as const, 'previous rollout' as const),
  }),
  fc.record({
    kind: fc.constant('preview and act' as const),
    between: fc.constantFrom('back' as const, 'back' as const, 'gone' as const, 'without address' as const),
  }),
  // What leads to acts comes often, or most runs would prove nothing.
  fc.record({ kind: fc.constantFrom(...(['informer looks', 'act', 'act', 'act twice', 'tick'] as const)) }),
  fc.record({ kind: fc.constantFrom(...(['act', 'tick'] as const)) }),
  fc.record({ kind: fc.constantFrom(...(['restart', 'restart without sightings'] as const)) }),
)

type Told = { readonly on: World; readonly wrongs: readonly string[] }

/** It outlives every rollout, by which the cluster is known again. Nobody connects from it. */
const DNS = pod({ uid: 'dns', name: 'dns', addresses: ['10.2.0.2'], owner: null })

/** One cluster, one server, and the bot between them; whose each backend truly is, is known here alone. */
async function live(steps: readonly Step[]): Promise<Told> {
  const kube = pods(picture([DNS], { replicaSets: [], deployments: [] }))
  const on = world({ pods: kube })
  const owner = new Map<number, string>()
  const addressOf = new Map<string, string>()
  let bot = await boot(on)
  const joe = operator(on)
  let previews: readonly string[] = []
  let gone: readonly Pod[] = []
  let made = 0
  let nextPid = 1_000
  let wrongs: Told['wrongs'] = []

  // The truth at the LIST that the act was given: nobody may be ended whose pod it shows alive.
  on.cluster.onTerminate = (victims) => {
    const intended = eventsOf(on, 'terminate.intended').at(-1)
    const origin = eventsOf(on, 'terminate.previewed').find(({ preview }) => preview === intended?.preview)?.filter
      .origin
    const list = kube.given.at(-1)
    for (const { pid } of victims) {
      const its = list?.pods.find(({ uid }) => uid === owner.get(pid))
      const isCurrent = its?.owner?.uid === list?.replicaSets.at(-1)?.uid
      const isGone = its === undefined || !isLiving(its)
      const isRight = isGone || (origin === 'previous rollout' && its.isTerminating && !isCurrent)
      if (!isRight) wrongs = [...wrongs, `${pid} of ${its?.name ?? 'nobody'} as one of ${origin ?? 'no origin'}`]
    }
  }

  const change = (becomes: (one: Pod) => readonly Pod[]): void => {
    const [first, ...others] = kube.truth.pods.filter((one) => one !== DNS)
    if (first === undefined) return
    const left = becomes(first)
    if (left.length === 0) gone = [...gone, first]
    kube.truth = { ...kube.truth, pods: [...left, ...others, DNS] }
  }

  const rollOut = ({ address, old }: Extract<Step, { kind: 'roll out' }>): void => {
    made += 1
    const set = { ...NEW_SET, uid: `rs-${made}`, name: `site-${made}`, revision: made, createdAt: on.clock.now() }
    const before = kube.truth.pods.filter((one) => {
      if (one === DNS) return false
      // Two pods never have one address, shown or not: whose it was is over before it is given away.
      const keeps = old !== 'gone' && addressOf.get(one.uid) !== ADDRESSES[address]
      if (!keeps) gone = [...gone, one]
      return keeps
    })
    const fresh = pod({
      uid: `p-${made}`,
      name: `site-${made}-pod`,
      addresses: [ADDRESSES[address] ?? ''],
      createdAt: on.clock.now(),
      owner: { kind: 'ReplicaSet', name: set.name, uid: set.uid },
    })
    const replicas = old === 'stays' ? 1 + before.length : 1
    addressOf.set(fresh.uid, ADDRESSES[address] ?? '')
    kube.truth = {
      ...kube.truth,
      pods: [
        ...before.map((one) => ({ ...one, isTerminating: one.isTerminating || old === 'terminating' })),
        fresh,
        DNS,
      ],
      replicaSets: [...kube.truth.replicaSets, set],
      deployments: [{ ...DEPLOYMENT, revision: made, status: { replicas, updatedReplicas: 1, availableReplicas: 1 } }],
    }
  }

  const take = async (one: Step): Promise<void> => {
    switch (one.kind) {
      case 'roll out':
        rollOut(one)
        return
      case 'open': {
        // No pod is made, given an address and connected within the millisecond in which another was seen with it.
        await on.clock.advance(1_000)
        const running = kube.truth.pods.filter((its) => its !== DNS && !its.isTerminating && its.addresses.length > 0)
        for (const its of running) {
          for (let n = 0; n < one.count; n += 1) {
            nextPid += 1
            const backendStart = new Date(on.clock.now()).toISOString().replace('T', ' ').replace('Z', '+00')
            const [clientAddr = null] = its.addresses
            owner.set(nextPid, its.uid)
            on.cluster.backends = [...on.cluster.backends, backend(nextPid, { backendStart, clientAddr })]
          }
        }
        return
      }
      case 'wait':
        return await on.clock.advance(one.ms)
      case 'api':
        kube.fault = one.fault === 'hung' ? { why: 'hung', detail: 'no answer in 5 s' } : undefined
        // The world moves on while the LIST is under way: what it shows is what counts.
        kube.onList = () => {
          if (one.fault === 'before the answer') rollOut({ kind: 'roll out', address: made % 3, old: 'stays' })
        }
        return
      case 'pod':
        if (one.becomes === 'gone') change(() => [])
        else if (one.becomes === 'without address') change((its) => [{ ...its, addresses: [] }])
        else if (one.becomes === 'terminating') change((its) => [{ ...its, isTerminating: true }])
        else {
          const back = gone.at(-1)
          const isFree = !kube.truth.pods.some(({ uid }) => addressOf.get(uid) === addressOf.get(back?.uid ?? ''))
          // A LIST that was wrong once: the pod had been there all along.
          if (back !== undefined && isFree) kube.truth = { ...kube.truth, pods: [...kube.truth.pods, back] }
          gone = gone.slice(0, -1)
        }
        return
      case 'informer looks':
        look(kube, on.clock)
        return
      case 'tick':
        return await bot.tick()
      case 'preview': {
        const filter = { states: ['idle'], origin: one.origin } as const
        void bot.desk.preview(joe, { kind: 'filter', server: undefined, filter }).then((answer) => {
          if (answer.kind === 'preview') previews = [...previews, answer.preview]
          return answer
        })
        return await on.clock.settle()
      }
      case 'preview and act':
        await take({ kind: 'preview', origin: 'orphans' })
        await take({ kind: 'pod', becomes: one.between })
        await take({ kind: 'act' })
        return
      case 'act':
      case 'act twice':
        for (const preview of previews.slice(-1)) {
          void bot.desk.act(joe, preview)
          if (one.kind === 'act twice') void bot.desk.act(joe, preview)
        }
        return await on.clock.settle()
      case 'restart':
      case 'restart without sightings':
        await bot.tracer?.settled()
        bot.power.cut()
        if (one.kind === 'restart without sightings') on.sightings.sightings = []
        bot = await boot(on)
    }
  }
  for (const one of steps) await take(one)
  await on.clock.advance(MINUTE)
  return { on, wrongs }
}

test('whatever comes in whatever order, nobody is ended by origin whose pod lives in the list that the act was given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const { on, wrongs } = await live(steps)
      assert.deepEqual(wrongs, [])
      assert.equal(new Set(on.cluster.signalled).size, on.cluster.signalled.length, 'somebody was signalled twice')
      const intents = eventsOf(on, 'terminate.intended').map(({ preview }) => preview)
      assert.equal(new Set(intents).size, intents.length, 'a preview is acted on once')
    }),
    { numRuns: 300, includeErrorInReport: true },
  )
})

test('the steps lead to acts of both kinds', async () => {
  const rollOut = (address: number, old: 'gone' | 'terminating'): Step => ({ kind: 'roll out', address, old })
  const open: Step = { kind: 'open', count: 3 }
  const byOrigin = async (origin: 'orphans' | 'previous rollout', old: 'gone' | 'terminating') => {
    const wait: Step = { kind: 'wait', ms: 61_000 }
    const { on } = await live([
      rollOut(0, 'gone'),
      { kind: 'informer looks' },
      open,
      { kind: 'tick' },
      wait,
      rollOut(1, old),
      open,
      wait,
      { kind: 'preview', origin },
      { kind: 'act' },
    ])
    return on.cluster.signalled.length
  }
  assert.equal(await byOrigin('orphans', 'gone'), 3)
  assert.equal(await byOrigin('orphans', 'terminating'), 0)
  assert.equal(await byOrigin('previous rollout', 'terminating'), 3)
  assert.equal(await byOrigin('previous rollout', 'gone'), 0)
})
