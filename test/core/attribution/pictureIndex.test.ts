import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attribute } from '../../../src/core/attribution/attribute.js'
import type { Pod } from '../../../src/core/attribution/picture.js'
import { T0 } from '../fixture.js'
import { caller, HOUR, indexOf, picture, pod, sighting } from './fixture.js'

/** How often a backend's attribution reads anything of a pod, in a cluster of so many. */
function readsAmong(count: number): number {
  let reads = 0
  const watched = Array.from({ length: count }, (_, which): Pod => {
    const plain = pod({ uid: `p-${which}`, name: `site-${which}`, addresses: [`10.3.${which >> 8}.${which & 255}`] })
    return new Proxy(plain, {
      get(target, key, receiver) {
        reads += 1
        return Reflect.get(target, key, receiver)
      },
    })
  })
  const index = indexOf({ picture: picture(watched) })
  reads = 0
  assert.equal(attribute(caller({ clientAddr: '10.3.0.3', startedAt: T0 - HOUR }), index).kind, 'current rollout')
  assert.equal(attribute(caller({ applicationName: 'gunicorn' }), index).kind, 'orphan')
  assert.equal(attribute(caller({ clientAddr: '192.168.1.5' }), index).kind, 'node address')
  return reads
}

test('what a backend costs does not grow with the cluster', () => {
  const few = readsAmong(50)
  assert.ok(few > 0)
  assert.equal(readsAmong(5000), few)
})

test('what cannot be read as an address or a range is left out, and the rest is there', () => {
  const index = indexOf({
    picture: picture([pod({ addresses: ['', 'x', '10.2.0.9', '::ffff:10.2.0.9'] })], {
      nodes: [{ name: 'n', addresses: ['node.local'] }],
    }),
    sightings: [sighting({ address: 'x' })],
    ranges: { podRanges: ['10.2.0.0/99', '10.2.0.0/16'], poolers: [{ name: 'p', range: '' }] },
  })
  assert.deepEqual(
    [...index.podsByAddress].map(([key, pods]) => [key, pods.length]),
    [['10.2.0.9', 1]],
  )
  assert.equal(index.nodesByAddress.size, 0)
  assert.equal(index.sightingsByAddress.size, 0)
  assert.deepEqual(
    index.ranges.map(({ name }) => name),
    ['10.2.0.0/16'],
  )
})
