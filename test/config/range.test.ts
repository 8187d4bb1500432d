import assert from 'node:assert/strict'
import { BlockList, isIPv6 } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import { namedRanges, range, ranges, repeatedName } from '../../src/config/range.js'

test('a range is a network or one address, of either family', () => {
  const sound = [
    '10.2.0.0/16',
    '10.0.0.0/8',
    '10.0.3.9',
    '10.0.3.9/32',
    'fd00:2::/64',
    'fd00::/8',
    '::1',
    '2001:DB8::1/128',
  ]
  for (const text of sound) assert.equal(range.parse(text), text)
})

test('what is no network, or one that holds the world, is refused', () => {
  const noAddress = ['', '10.2', '10.2.0', '10.2.0.256', '010.2.0.0', 'db.example.org', '::ffff:10.0.0.1', '10.2.0.0 ']
  const noV6 = ['fd00:2:::1', 'fd00::2::', 'fd00:2', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8::', 'g::', 'fe80::1%eth0']
  const noPrefix = ['10.2.0.0/', '10.2.0.0/33', '10.2.0.0/016', '10.2.0.0/-1', 'fd00::/129', '/16', '10.2.0.0/16/16']
  const bitsBeyond = ['10.2.0.1/16', '10.2.0.0/12', 'fd00:2::1/64']
  const tooWide = ['0.0.0.0/0', '::/0', '0.0.0.0/7']
  const unsound = [noAddress, noV6, noPrefix, bitsBeyond, tooWide].flat()
  for (const text of unsound) assert.equal(range.parse(text), undefined, text)
})

test('every address of either family is one, as Node sees it, and everything else is not', () => {
  fc.assert(fc.property(fc.ipV4(), (address) => range.parse(address) === address))
  fc.assert(fc.property(fc.ipV6(), (address) => (range.parse(address) !== undefined) === !address.includes('.')))
  const almost = fc.array(fc.constantFrom('0', 'f', 'FFFF', ':', '::', '10'), { maxLength: 18 })
  const likely = fc.oneof(
    fc.string(),
    almost.map((parts) => parts.join('')),
  )
  const isAccepted = (text: string): boolean => range.parse(text) !== undefined && !/[./]/.test(text)
  fc.assert(
    fc.property(likely, (text) => isAccepted(text) === (isIPv6(text) && !/[.%]/.test(text))),
    { numRuns: 2000 },
  )
})

test('a network is taken when its address is its first one', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 8, max: 32 }), (address, prefix) => {
      const list = new BlockList()
      list.addSubnet(address, prefix)
      const before = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) - 1
      const text = [24, 16, 8, 0].map((shift) => (before / 2 ** shift) & 255).join('.')
      const isFirst = before < 0 || !list.check(text)
      return (range.parse(`${address}/${prefix}`) !== undefined) === isFirst
    }),
    { numRuns: 1000 },
  )
})

test('several ranges stand in one variable with commas between, and one bad one spoils them', () => {
  assert.deepEqual(ranges.parse('10.2.0.0/16, fd00:2::/64,10.2.0.0/16'), ['10.2.0.0/16', 'fd00:2::/64'])
  assert.equal(ranges.parse('10.2.0.0/16,10.3.0.0/160'), undefined)
})

test('names stand before their ranges', () => {
  assert.deepEqual(namedRanges.parse('pgbouncer=10.0.3.9, our office = 192.0.2.0/24'), [
    { name: 'pgbouncer', range: '10.0.3.9' },
    { name: 'our office', range: '192.0.2.0/24' },
  ])
  for (const text of ['pgbouncer', '=10.0.3.9', 'pgbouncer=', 'a=b=10.0.3.9', `${'x'.repeat(41)}=10.0.3.9`]) {
    assert.equal(namedRanges.parse(text), undefined, text)
  }
})

test('a name that stands twice is found', () => {
  assert.equal(repeatedName(namedRanges.parse('a=10.0.0.1,b=10.0.0.2,b=10.0.0.3') ?? []), 'b')
  assert.equal(repeatedName(namedRanges.parse('a=10.0.0.1,b=10.0.0.1') ?? []), undefined)
})
