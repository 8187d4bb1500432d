/** Characters that change how the text around them is shown: controls, bidi marks, zero-width ones, tags, halves of pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2028}\u{2029}]/gu

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Text from outside, made harmless without markup around it: no control or invisible characters, nothing that could
 * be a mention, and at most `max` characters, cut in the middle (both ends tell pods and hosts apart).
 */
export function inert(value: string, max: number): string {
  const visible = value
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll('@', '＠')
    .replaceAll('<', '‹')
    .replaceAll('://', ':⁄⁄')
  return cutMiddle(visible, max)
}

/** Keeps both ends and never splits a grapheme. Counts UTF-16 units, as Discord's limits do. */
export function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text
  const room = Math.max(0, max - 1)
  // Finding graphemes is slow, and only the ends are kept: whoever sends a megabyte is not read to its middle.
  const head = takeWhileFits(graphemesOf(text.slice(0, 2 * max)), Math.ceil(room / 2))
  const tail = takeWhileFits(graphemesOf(text.slice(-2 * max)).reverse(), Math.floor(room / 2)).reverse()
  return `${head.join('')}…${tail.join('')}`.slice(0, max)
}

function graphemesOf(text: string): string[] {
  return [...segmenter.segment(text)].map((one) => one.segment)
}

function takeWhileFits(graphemes: readonly string[], room: number): string[] {
  const taken: string[] = []
  let length = 0
  for (const grapheme of graphemes) {
    if (length + grapheme.length > room) break
    taken.push(grapheme)
    length += grapheme.length
  }
  return taken
}

/** Text from outside as inline code: no markdown, no mention, no link gets out of it. */
export function code(value: string, max = 60): string {
  const text = inert(value, max).replaceAll('`', 'ˋ').trim()
  return text === '' ? '`(none)`' : `\`${text}\``
}

/**
 * A sentence of Lifeguard's own that carries words from outside (a role's name, an error): no mention, no link and no
 * code gets out of it. Its remedies are read and pasted, so nothing is escaped that would be pasted with it.
 */
export function sentence(value: string): string {
  return inert(value, 400).replaceAll('`', 'ˋ').replaceAll('](', '] (').replaceAll('||', '|')
}

/** Lines for a code block; each must already be {@link inert} where it came from outside. */
export function fence(lines: readonly string[]): string {
  return ['```', ...lines.map((line) => line.replaceAll('`', 'ˋ')), '```'].join('\n')
}

/** A person by id; anything that is not an id is shown as code, so that a name can never mention somebody else. */
export function person(who: { readonly id: string; readonly name: string }): string {
  return /^\d{17,20}$/.test(who.id) ? `<@${who.id}>` : code(who.name)
}
