import type { NamedRange } from '../ports/config.js'
import type { Parser } from './value.js'
import { commaList, printable } from './value.js'

/** Shorter prefixes hold so many addresses that something else than what is declared must be among them. */
const SHORTEST_PREFIX = 8
const V6_GROUPS = 8

/**
 * A CIDR, or a single address, as it was typed. What a range means decides about connections, so bits beyond the prefix
 * are refused: `10.2.0.7/16` is either the address or the network.
 */
export const range: Parser<string> = {
  what: `a range of addresses such as 10.2.0.0/16 or fd00:2::/64 (prefix from /${SHORTEST_PREFIX}, no bits set beyond it), or one address such as 10.0.3.9`,
  parse: (text) => {
    const [, address, prefixText] = /^([0-9a-fA-F:.]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
    if (address === undefined) return undefined
    const bits = bitsOf(address)
    const prefix = prefixText === undefined ? bits?.length : Number(prefixText)
    if (bits === undefined || prefix === undefined || prefix < SHORTEST_PREFIX || prefix > bits.length) return undefined
    return bits.slice(prefix).includes('1') ? undefined : text
  },
}

/** What poolers and known hosts are called; without the signs that part them in a variable. */
export const rangeName: Parser<string> = {
  what: 'a name such as pgbouncer (one line, up to 40 characters, without = and comma)',
  parse: (text) => (/[=,]/.test(text) ? undefined : printable('a name', 40).parse(text)),
}

export const ranges = commaList(range, `${range.what}; several with commas between`)

export const namedRanges = commaList(
  named(),
  'names with their ranges, commas between, such as pgbouncer=10.0.3.9,office=192.0.2.0/24 (a range: prefix from /8, no bits set beyond it)',
)

/** The name that stands in a list a second time. */
export function repeatedName(list: readonly NamedRange[]): string | undefined {
  const names = list.map(({ name }) => name)
  return names.find((name, index) => names.indexOf(name) < index)
}

function named(): Parser<NamedRange> {
  return {
    what: 'a name with its range, such as pgbouncer=10.0.3.9',
    parse: (text) => {
      const [, nameText, rangeText] = /^([^=]*)=([^=]*)$/.exec(text) ?? []
      const name = rangeName.parse(nameText?.trim() ?? '')
      const found = range.parse(rangeText?.trim() ?? '')
      return name === undefined || found === undefined ? undefined : { name, range: found }
    },
  }
}

/** An address as a row of 0 and 1. IPv4 inside IPv6 is none: the IPv4 address is what is meant, and core reads both as one. */
function bitsOf(address: string): string | undefined {
  const parts = address.split('.')
  if (parts.length === 4) {
    const isV4 = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
    return isV4 ? parts.map((part) => binary(Number(part), 8)).join('') : undefined
  }
  const [head = '', tail, ...more] = address.split('::')
  const first = groupsOf(head)
  const last = groupsOf(tail ?? '')
  const missing = V6_GROUPS - first.length - last.length
  // Two colons stand for at least one group; without them none is missing.
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last]
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return groups.map((group) => binary(Number.parseInt(group, 16), 16)).join('')
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':')
}

function binary(number: number, digits: number): string {
  return number.toString(2).padStart(digits, '0')
}
