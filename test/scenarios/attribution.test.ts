import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rolloutName, startPodScenario, untilListed, type PodScenario } from './podWorld.js'
import { until } from './world.js'

describe('connections that earlier rollouts left behind', () => {
  let world: PodScenario

  before(async () => {
    world = await startPodScenario({ sessions: 8 })
    await world.open('metricity', 3)
    await untilListed(world)
  })
  after(async () => {
    await world.close()
  })

  const card = () => world.cards()[0]

  test('the card says how many come from which rollout that is gone, and since when the present one is there', async () => {
    await world.rollOut(4)
    await world.tick(2)
    await until('the card names the dead rollout', async () => {
      await world.tick()
      return /come from pods that no longer exist/.test(card()?.text ?? '')
    })
    const words = card()?.text ?? ''
    assert.ok(
      words.includes(
        `**8 of 12 \`site\` backends come from pods that no longer exist:** 8 of \`${rolloutName(1)}\`, last seen`,
      ),
      words,
    )
    assert.match(words, new RegExp(`Last rollouts?: \`site\` <t:\\d+:R> \\(\`${rolloutName(2)}\`\\)`))
    assert.match(words, /terminate 8 orphaned backends of `site` \(no pod is left to use them\)/)
  })

  test('/connections show by rollout has a row for each, and /connections orphans lists the dead', async () => {
    const shown = (await world.ask('connections show', { by: 'rollout' })).text()
    assert.match(shown, /rollout +all idl end what\n/)
    assert.match(shown, new RegExp(`^${rolloutName(1)} +8 +8 +8 gone`, 'm'))
    assert.match(shown, new RegExp(`^${rolloutName(2)} +4 +\\d +0 now$`, 'm'))
    assert.match(shown, /\d backends? of unknown origin: /)
    const orphans = await world.ask('connections orphans')
    assert.match(orphans.text(), /8 of 15 backends come from pods that no longer exist/)
    assert.match(
      orphans.text(),
      new RegExp(`- \\*\\*8\\*\\* of \`${rolloutName(1)}\`, last seen .*: role \`site\`, 8 idle`),
    )
    const preview = await world.press(orphans, /^Terminate 8 orphaned…$/)
    assert.match(preview.text(), /Terminate 8 backends on `production`\? Nothing has been done yet/)
  })

  test('one press previews exactly the orphans with the evidence, the second ends exactly those', async () => {
    const preview = await world.press(card()?.id ?? '', /^Terminate 8 orphaned…$/)
    assert.match(preview.text(), /Terminate 8 backends on `production`\? Nothing has been done yet/)
    assert.match(preview.text(), /role `site`, of pods that no longer exist/)
    assert.match(preview.text(), new RegExp(`- 8 of \`${rolloutName(1)}\`: each .*gone`))
    assert.match(preview.text(), /Left alone: .*of living pods/)
    assert.equal(preview.message()?.attachments.length, 1)
    assert.deepEqual(await world.sessions(), { [rolloutName(1)]: 8, [rolloutName(2)]: 4 })

    const outcome = await world.press(preview, /^Terminate 8 backends$/)
    await until('the outcome is shown', () => /8 gone/.test(outcome.text()))
    assert.match(outcome.text(), /terminated 8 of 8 orphaned backends of role `site`/)
    assert.match(outcome.text(), /8 gone · 0 still alive · 0 already gone before · 0 changed/)
    assert.deepEqual(await world.sessions(), { [rolloutName(2)]: 4 }, 'the healthy pod keeps its connections')
    assert.equal(await world.sessionsOf('metricity'), 3)
    await until('the card says what was done', () =>
      /terminated 8 orphaned backends of role `site`/.test(card()?.text ?? ''),
    )
  })

  test('/terminate orphans ends the next rollout’s as well, and of nobody says so', async () => {
    await world.rollOut(4)
    const preview = await world.ask('terminate orphans', { role: 'site' })
    assert.match(preview.text(), /Terminate 4 backends/)
    const outcome = await world.press(preview, /^Terminate 4 backends$/)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.deepEqual(await world.sessions(), { [rolloutName(3)]: 4 })
    const nobody = (await world.ask('terminate orphans')).text()
    assert.match(nobody, /Nobody to terminate on `production`/)
    assert.match(nobody, /of living pods, 3 of unproven origin|3 of unproven origin, \d+ of living pods/)
  })

  test('/terminate previous ends what a terminating pod of a replaced rollout holds, and orphans are not that', async () => {
    await world.rollOut(4, 3_600)
    assert.match((await world.ask('terminate orphans')).text(), /Nobody to terminate/)
    const preview = await world.ask('terminate previous')
    assert.match(preview.text(), /Terminate 4 backends/)
    assert.match(preview.text(), /held by terminating pods of a previous rollout, the new one being complete/)
    const outcome = await world.press(preview, /^Terminate 4 backends$/)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.match(outcome.text(), /terminated 4 of 4 backends of any role, of a previous rollout/)
    assert.deepEqual(await world.sessions(), { [rolloutName(4)]: 4 })
  })

  test('a pod that is back with its address between the two presses keeps its connections', async () => {
    await world.rollOut(4)
    const preview = await world.ask('terminate orphans')
    assert.match(preview.text(), /Terminate 4 backends/)
    const address = world.site.pods().find(({ rollout }) => rollout === 4)?.address ?? ''
    world.kube.world.putPod({ name: 'back-again', addresses: [address], createdAtMs: Date.now() - 3_600_000 })
    const outcome = await world.press(preview, /^Terminate 4 backends$/)
    assert.match(outcome.text(), /Nothing to terminate any more/)
    assert.deepEqual(await world.sessions(), { [rolloutName(4)]: 4, [rolloutName(5)]: 4 })
    world.kube.world.removePod('back-again')
    const ended = await world.press(await world.ask('terminate orphans'), /^Terminate 4 backends$/)
    await until('they are gone', () => /4 gone/.test(ended.text()))
  })

  test('a restarted bot still names the dead, by what it kept on disk', async () => {
    await world.rollOut(4)
    await world.tick()
    await world.stopBot()
    await world.startBot()
    await untilListed(world)
    const orphans = (await world.ask('connections orphans')).text()
    assert.match(orphans, new RegExp(`- \\*\\*4\\*\\* of \`${rolloutName(5)}\`, last seen`))
    const preview = await world.ask('terminate orphans')
    const outcome = await world.press(preview, /^Terminate 4 backends$/)
    await until('the outcome is shown', () => /4 gone/.test(outcome.text()))
    assert.deepEqual(await world.sessions(), { [rolloutName(6)]: 4 })
  })

  test('Discord refused nothing that the bot sent', () => {
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})

describe('an API server that fails between the two presses', () => {
  let world: PodScenario

  before(async () => {
    world = await startPodScenario({ sessions: 8 })
    await untilListed(world)
    await world.rollOut(4)
    await world.tick(2)
    await until('the card is there', () => world.cards().length === 1)
  })
  after(async () => {
    await world.close()
  })

  const listPods = { verb: 'list', resource: 'pods' } as const
  const faults: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'answers nothing (which takes the five seconds a LIST is given)',
      () => world.kube.faults.add({ match: listPods, kind: 'no answer', times: Infinity }),
      /did not answer|no answer|in time/i,
    ],
    ['denies', () => world.kube.rights.deny(listPods), /may not list pods[^]*To mend it: `.*pods.*list/],
    [
      'sends half a list',
      () => world.kube.faults.add({ match: listPods, kind: 'half a body', times: Infinity }),
      /only a part|cut|broke/i,
    ],
    [
      'answers 500',
      () => world.kube.faults.add({ match: listPods, kind: 'status', status: 500, times: Infinity }),
      /500/,
    ],
    ['refuses the token', () => world.kube.setToken('another'), /401|token/i],
  ]
  for (const [name, begin, why] of faults) {
    test(`one that ${name} is told with the reason, and nobody is ended`, async () => {
      const preview = await world.ask('terminate orphans')
      assert.match(preview.text(), /Terminate 8 backends/)
      begin()
      try {
        const answer = await world.press(preview, /^Terminate 8 backends$/)
        assert.match(answer.text(), /The pods of the cluster could not be listed/)
        assert.match(answer.text(), why)
        assert.match(answer.text(), /Without a fresh list nobody is an orphan\. Nothing was done\./)
        assert.deepEqual(await world.sessions(), { [rolloutName(1)]: 8, [rolloutName(2)]: 4 })
      } finally {
        world.kube.faults.clear()
        world.kube.rights.allowAll()
        world.kube.setToken('sandbox-token')
      }
    })
  }

  test('one that is down is told at both presses; back again, the same preview is acted on', async () => {
    const preview = await world.ask('terminate orphans')
    const restart = await world.kube.stop()
    const refused = await world.press(preview, /^Terminate 8 backends$/)
    assert.match(refused.text(), /The pods of the cluster could not be listed/)
    assert.match((await world.ask('terminate orphans')).text(), /Without a fresh list nobody is an orphan/)
    const another = await world.ask('terminate stale', { role: 'site', min_age: '1s' })
    assert.match(another.text(), /Terminate \d+ backends/, 'by age alone it goes on')
    assert.deepEqual(await world.sessions(), { [rolloutName(1)]: 8, [rolloutName(2)]: 4 })
    await restart()
    const outcome = await world.press(await world.ask('terminate orphans'), /^Terminate 8 backends$/)
    await until('the outcome is shown', () => /8 gone/.test(outcome.text()))
    assert.deepEqual(await world.sessions(), { [rolloutName(2)]: 4 })
  })
})

describe('a cluster that hangs from the beginning', () => {
  let world: PodScenario

  before(async () => {
    world = await startPodScenario({
      sessions: 12,
      whileStarting: (kube) => void kube.faults.add({ match: {}, kind: 'no answer', times: Infinity }),
    })
  })
  after(async () => {
    await world.close()
  })

  test('delays no alert: card and page come while the first LIST is still waited for', async () => {
    await world.tick(2)
    await until('the card is there', () => world.cards().length === 1)
    assert.match(world.cards()[0]?.text ?? '', /WARNING — `production`/)
    await world.fill('metricity')
    await world.tick(2)
    await until('somebody is paged', () => world.pages().length === 1)
    assert.doesNotMatch(world.cards()[0]?.text ?? '', /no longer exist/)
    assert.match((await world.ask('status')).text(), /Pods: not listed yet/)
  })
})

describe('a cluster that is down from the beginning', () => {
  let world: PodScenario

  before(async () => {
    world = await startPodScenario({ sessions: 12, whileStarting: (kube) => kube.stop() })
    await world.tick(2)
  })
  after(async () => {
    await world.close()
  })

  test('is told by /status, on the card, and to whoever asks about origins', async () => {
    await until('the problem is known', async () =>
      /The cluster is not seen as it should be: /.test((await world.ask('status')).text()),
    )
    assert.match((await world.ask('status')).text(), /Pods: not listed yet: /)
    await until('the card says so', async () => {
      await world.tick()
      return /Whose they are is not known: /.test(world.cards()[0]?.text ?? '')
    })
    const shown = (await world.ask('connections show', { by: 'rollout' })).text()
    assert.match(shown, /The pods of the cluster have not been listed yet: /)
    assert.match((await world.ask('connections orphans')).text(), /no origins/)
    assert.match((await world.ask('terminate orphans')).text(), /Without a fresh list nobody is an orphan/)
  })

  test('stops nothing else: stale backends are ended by their age', async () => {
    world.site.crash()
    await world.open('site', 3)
    await until('they are stale', async () => {
      await world.tick()
      return /3 backends/.test((await world.ask('terminate stale', { role: 'site' })).text())
    })
    const preview = await world.ask('terminate stale', { role: 'site' })
    const outcome = await world.press(preview, /^Terminate 3 backends$/)
    await until('the outcome is shown', () => /3 gone/.test(outcome.text()))
    assert.match(outcome.text(), /terminated 3 of 3 stale backends of role `site`/)
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})
