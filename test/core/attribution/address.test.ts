import assert from 'node:assert/strict'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressKey, contains, parseAddress, parseRange } from '../../../src/core/attribution/address.js'

function keyOf(text: string): string | undefined {
  const address = parseAddress(text)
  return address === undefined ? undefined : addressKey(address)
}

test('one address has one key, however it is written', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['10.2.0.7', '10.2.0.7'],
    ['::ffff:10.2.0.7', '10.2.0.7'],
    ['::FFFF:0a02:0007', '10.2.0.7'],
    ['0:0:0:0:0:ffff:10.2.0.7', '10.2.0.7'],
    ['::ffff:10.2.0.7%eth0', '10.2.0.7'],
    ['::10.2.0.7', '0:0:0:0:0:0:a02:7'],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['1::', '1:0:0:0:0:0:0:0'],
  ]
  for (const [text, key] of table) assert.equal(keyOf(text), key, text)
})

test('what is no address has no key', () => {
  const garbage = [
    '',
    ' ',
    '10.2.0',
    '10.2.0.256',
    '010.2.0.7',
    '10.2.0.7 ',
    '10.2.0.7%eth0',
    '10.2.0.7/32',
    '10.2.0.-7',
  ]
  const garbage6 = [
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    '::%',
    '1.2.3.4::',
  ]
  for (const text of [...garbage, ...garbage6, 'localhost', '[::1]', '::ffff:1.2.3'])
    assert.equal(keyOf(text), undefined, text)
})

const HEX = fc.stringMatching(/^[0-9a-fA-F:.%]{0,40}$/)
const MUTATED = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(40), fc.constantFrom('', ':', '.', '0', '%', 'f', '/'))
  .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + 1))

test('what Node calls an address has a key, and nothing else has', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), HEX, MUTATED, fc.string()), (text) => {
      assert.equal(parseAddress(text) !== undefined, isIP(text) !== 0, text)
    }),
    { numRuns: 3000 },
  )
})

test('two texts have one key exactly when Node takes them for one address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.oneof(fc.ipV4(), fc.ipV6()), (one, other) => {
      for (const text of [other, one.toUpperCase()]) {
        const list = new BlockList()
        list.addAddress(one, isIPv6(one) ? 'ipv6' : 'ipv4')
        assert.equal(keyOf(one) === keyOf(text), list.check(text, isIPv6(text) ? 'ipv6' : 'ipv4'), `${one} ${text}`)
      }
    }),
  )
})

test('a range holds exactly the addresses that Node finds in it', () => {
  const near = (text: string) => fc.oneof(fc.constant(text), isIPv6(text) ? fc.ipV6() : fc.ipV4())
  const cases = fc
    .oneof(
      fc.ipV4(),
      fc.ipV6().filter((text) => parseAddress(text)?.family === 6),
    )
    .chain((base) => fc.tuple(fc.constant(base), fc.nat(isIPv6(base) ? 128 : 32), near(base), fc.nat(127)))
  fc.assert(
    fc.property(cases, ([base, bits, other, flipped]) => {
      const family = isIPv6(base) ? 'ipv6' : 'ipv4'
      const list = new BlockList()
      list.addSubnet(base, bits, family)
      const range = parseRange(`${base}/${bits}`)
      assert.ok(range)
      for (const text of [other, flip(base, flipped)]) {
        const address = parseAddress(text)
        assert.ok(address)
        assert.equal(
          contains(range, address),
          list.check(text, isIPv6(text) ? 'ipv6' : 'ipv4'),
          `${base}/${bits} ${text}`,
        )
      }
    }),
    { numRuns: 1000 },
  )
})

/** The address that differs in one bit. */
function flip(text: string, bit: number): string {
  const address = parseAddress(text)
  assert.ok(address)
  const at = bit % (address.words.length * 16)
  const words = address.words.map((word, index) => (index === at >> 4 ? word ^ (0x8000 >> (at & 15)) : word))
  return addressKey({ family: address.family, words })
}

test('a range may be a single address or written as mapped IPv6, and is nothing when it is no range', () => {
  const address = parseAddress('10.2.0.7')
  assert.ok(address)
  for (const text of ['10.2.0.7', '10.2.0.7/32', '10.2.0.9/24', '0.0.0.0/0', '::ffff:10.2.0.0/112']) {
    const range = parseRange(text)
    assert.ok(range !== undefined && contains(range, address), text)
  }
  for (const text of [
    '',
    '/',
    '10.2.0.0/',
    '10.2.0.0/33',
    '10.2.0.0/08',
    '10.2.0.0/-1',
    '10.2.0.0/8/8',
    '::/129',
    '::ffff:10.2.0.0/95',
    'fe80::1%a/64',
  ])
    assert.equal(parseRange(text), undefined, text)
  const all6 = parseRange('::/0')
  assert.ok(all6 !== undefined && !contains(all6, address))
})
