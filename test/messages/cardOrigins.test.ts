import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Traced } from '../../src/core/attribution/traced.js'
import { renderCard } from '../../src/messages/card.js'
import { DEPLOYMENT, HOUR, oldPod, picture, pod, sighting } from '../core/attribution/fixture.js'
import { MINUTE, reading, T0 } from '../core/fixture.js'
import { card, labels, lines, link, LIVE, words } from './fixture.js'
import { aged, LEAK, liveWith, type Of } from './origins.js'

function shown(of: Of = {}): string {
  return words(renderCard(card({ live: liveWith(of) }), link))
}

function shownOf(traced: Traced): string {
  return words(renderCard(card({ live: { ...LIVE, traced } }), link))
}

describe('the card of 2020-12-11, with a cluster', () => {
  test('says which rollout the leaked backends belong to, and offers to end exactly those', () => {
    const live = liveWith()
    assert.equal(
      shown(),
      lines(`
        ### PAGE — \`production\`: 96 of 97 usable connections 🔴
        Over its limit of 90: rule \`total\`
        Over its limit of 32: rule \`site\`
        Since 13:24 ((ago)) · rising 7 a minute, full in about 8 s
        \`\`\`
        metricity       50 █████░░░░░
        site            44 █████░░░░░ 31 orphaned
        lifeguard (us)   2 █░░░░░░░░░
        \`\`\`
        **31 of 44 \`site\` backends come from pods that no longer exist:** 31 of \`site-6f9c8d7b5\`, last seen (ago).
        Last rollout: \`site\` (ago) (\`site-7d4b9c6f8\`)
        **Mildest step:** terminate 31 orphaned backends of \`site\` (no pod is left to use them). Leaves 65 of 97 in use.
        Nobody has acknowledged yet.
        -# Ref 7QK2M/card:1
      `),
    )
    assert.deepEqual(labels(renderCard(card({ live }), link)), ['Terminate 31 orphaned…', 'Inspect', 'Acknowledge'])
  })

  test('offers what terminating pods of a replaced rollout hold where there are no orphans', () => {
    const of: Of = { picture: picture([pod(), oldPod({ isTerminating: true })]) }
    assert.match(shown(of), /^31 of 44 `site` backends are held by terminating pods of a previous rollout\.$/m)
    assert.match(shown(of), /terminate 31 replaced backends of `site` \(their pods are terminating, and replaced\)/)
    assert.equal(labels(renderCard(card({ live: liveWith(of) }), link))[0], 'Terminate 31 replaced…')
  })

  test('offers stale ones by age where nobody may be ended for an origin', () => {
    const of: Of = { picture: picture([pod(), oldPod()]) }
    assert.doesNotMatch(shown(of), /no longer exist|previous rollout|Last rollouts/)
    assert.equal(labels(renderCard(card({ live: liveWith(of) }), link))[0], 'Terminate 31 stale…')
  })

  test('names the dead pods’ rollouts, those never seen, and how many there are of earlier ones', () => {
    const sightings = [1, 2, 3, 4].map((n) =>
      sighting({
        address: `10.2.1.${n}`,
        podUid: `p${n}`,
        podName: `site-${n}-pod`,
        rollout: { name: `site-${n}`, revision: n, createdAt: T0 - 20 * HOUR },
      }),
    )
    const of = {
      sightings,
      reading: reading([1, 2, 3, 4].map((n) => aged(5 * HOUR, { count: 10 - n, clientAddr: `10.2.1.${n}` }))),
    }
    assert.match(
      shown(of),
      /\*\*30 of 30 `site` backends come from pods that no longer exist:\*\* 9 of `site-1`, last seen \(ago\) · 8 of `site-2`, last seen \(ago\) · 7 of `site-3`, last seen \(ago\) · 6 of earlier ones\./,
    )
    const ranged = { sightings: [], ranges: { podRanges: ['10.2.0.0/16'] } }
    assert.match(shown(ranged), /come from pods that no longer exist:\*\* 31 of pods not known by name\./)
  })

  test('warns of a rollout under way that will not fit, and of none that stands still', () => {
    const rolling = { ...DEPLOYMENT, status: { replicas: 2, updatedReplicas: 1, availableReplicas: 1 } }
    assert.match(
      shown({ picture: picture([pod()], { deployments: [rolling] }) }),
      /^⚠️ The rollout of `site` that is under way needs 109 of 97 usable slots at its peak \(2 pods × 13, and 83 others\): \*\*12 too many\*\*$/m,
    )
    assert.doesNotMatch(shown(), /usable slots at its peak/)
  })

  test('a picture older than a minute stands with its age, and why it is old', () => {
    assert.doesNotMatch(shown({ confirmedAt: T0 - MINUTE }), /Pods as they were/)
    assert.match(shown({ confirmedAt: T0 - MINUTE - 1 }), /^-# Pods as they were \(ago\)$/m)
    assert.match(
      shown({ confirmedAt: T0 - HOUR, problem: 'no answer in 5 s: try kubectl get pods' }),
      /^-# Pods as they were \(ago\): no answer in 5 s: try kubectl get pods$/m,
    )
  })

  test('without a picture it says why, and nothing where none is wanted', () => {
    assert.match(
      shownOf({ kind: 'no picture', problem: 'denied: kubectl …' }),
      /^-# Whose they are is not known: denied: kubectl …$/m,
    )
    const plain = words(renderCard(card(), link))
    assert.equal(shownOf({ kind: 'no picture' }), plain)
    assert.equal(shownOf({ kind: 'off' }), plain)
  })

  test('a number from before is not offered for a press: the server is blind now', () => {
    const live = { ...liveWith(), look: { kind: 'hung', at: T0, timeoutMs: 2_000 } } as const
    const rendered = renderCard(card({ live }), link)
    assert.match(words(rendered), /31 of 44 `site` backends come from pods/)
    assert.doesNotMatch(words(rendered), /Mildest step/)
    assert.equal(labels(rendered)[0], 'Terminate stale…')
  })

  test('nothing of origins changes how the card looks from tick to tick while nothing happens', () => {
    const later = { ...LEAK, at: T0 + 5_000 }
    assert.equal(shown({ reading: later, confirmedAt: T0 }), shown())
  })
})
