/** An IP address, whatever way it was written. `words` are 16 bits each, most significant first: two for IPv4, eight for IPv6. */
export type Address = { readonly family: 4 | 6; readonly words: readonly number[] }

/** All addresses that agree with `words` in the first `bits` bits. */
export type AddressRange = Address & { readonly bits: number }

/**
 * Reads an address as Postgres, Kubernetes or a person writes it. A zone (`%eth0`) is dropped; an IPv4-mapped IPv6 address is
 * its IPv4 address, since which of the two a dual-stack server shows depends on how it listens. Undefined for anything else,
 * octal-looking IPv4 parts (`010.0.0.1`) included. Never throws.
 */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const words = ipv4Words(text)
    return words === undefined ? undefined : { family: 4, words }
  }
  const [, bare] = /^([^%]+)(?:%[0-9a-zA-Z.:-]+)?$/.exec(text) ?? []
  const words = bare === undefined ? undefined : ipv6Words(bare)
  if (words === undefined) return undefined
  return isMapped(words) ? { family: 4, words: words.slice(6) } : { family: 6, words }
}

const DOT = 46
const ZERO = 48
const NINE = 57

/** One text per address, fit as a key of a map. */
export function addressKey({ family, words }: Address): string {
  const [high = 0, low = 0] = words
  return family === 4
    ? `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
    : words.map((word) => word.toString(16)).join(':')
}

/** Reads a CIDR such as `10.2.0.0/16`, or a single address; bits behind the prefix are ignored. Undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.lastIndexOf('/')
  const written = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(written)
  if (address === undefined) return undefined
  const full = address.words.length * 16
  if (slash < 0) return { ...address, bits: full }
  if (written.includes('%')) return undefined
  const prefix = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  // `::ffff:10.2.0.0/112` is 10.2.0.0/16; a mapped range wider than all of IPv4 has no IPv4 form.
  const bits = Number(prefix) - (address.family === 4 && written.includes(':') ? 96 : 0)
  return bits < 0 || bits > full ? undefined : { ...address, bits }
}

/** Whether the address lies in the range. IPv4 and IPv6 never do in each other's. */
export function contains(range: AddressRange, address: Address): boolean {
  if (range.family !== address.family) return false
  for (let index = 0; index * 16 < range.bits; index += 1) {
    const mask = (0xffff << Math.max(0, 16 * (index + 1) - range.bits)) & 0xffff
    if ((((range.words[index] ?? 0) ^ (address.words[index] ?? 0)) & mask) !== 0) return false
  }
  return true
}

function isMapped(words: readonly number[]): boolean {
  return words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0)
}

/** By hand, not by pattern: a tick may read ten thousand of them. */
function ipv4Words(text: string): readonly number[] | undefined {
  let value = 0
  let part = -1
  let dots = 0
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at)
    if (code === DOT) {
      if (part < 0) return undefined
      value = value * 256 + part
      part = -1
      dots += 1
    } else if (code < ZERO || code > NINE || part === 0) return undefined
    else part = Math.max(0, part) * 10 + (code - ZERO)
    if (part > 255 || dots > 4) return undefined
  }
  return dots === 4 ? [Math.floor(value / 65_536), value % 65_536] : undefined
}

function ipv6Words(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves
  const first = groupWords(head ?? '', tail === undefined)
  if (first === undefined) return undefined
  if (tail === undefined) return first.length === 8 ? first : undefined
  const last = groupWords(tail, true)
  if (last === undefined) return undefined
  // `::` stands for one group of zeros at least.
  const zeros = 8 - first.length - last.length
  return zeros < 1 ? undefined : [...first, ...Array.from({ length: zeros }, () => 0), ...last]
}

function groupWords(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === '') return []
  const words: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) words.push(Number.parseInt(group, 16))
    else {
      const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? ipv4Words(group) : undefined
      if (ipv4 === undefined) return undefined
      words.push(...ipv4)
    }
  }
  return words
}
