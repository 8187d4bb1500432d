import { el } from './dom.js'

const INLINE = new RegExp(
  [
    '(?<escape>\\\\[^A-Za-z0-9\\s])',
    '(?<code2>``.+?``)',
    '(?<code>`[^`]+`)',
    '<t:(?<unix>-?\\d{1,13})(?::(?<style>[tTdDfFRsS]))?>',
    '<@!?(?<user>\\d{17,20})>',
    '<@&(?<role>\\d{17,20})>',
    '<#(?<channel>\\d{17,20})>',
    '</(?<command>[^:>]+):\\d+>',
    '(?<everyone>@everyone|@here)\\b',
    '\\[(?<label>[^\\]\\n]+)\\]\\(<?(?<target>https?://[^\\s)>]+)>?\\)',
    '<(?<angled>https?://[^\\s>]+)>',
    '(?<bare>https?://[^\\s<>)\\]]+[^\\s<>)\\].,:;!?\'"])',
    '\\*\\*(?<bold>[^]+?)\\*\\*(?!\\*)',
    '__(?<under>[^]+?)__(?!_)',
    '~~(?<strike>[^]+?)~~',
    '\\|\\|(?<spoiler>[^]+?)\\|\\|',
    '\\*(?<italic>[^\\s*][^*]*?)\\*',
    '(?<![A-Za-z0-9])_(?<italic2>[^_]+?)_(?![A-Za-z0-9])',
  ].join('|'),
  'gu',
)

/** Text with markup as nodes: fences, headings, lists, quotes, and everything inline. */
export function markdown(text, context) {
  return text.split(/(```[^]*?```)/).flatMap((part) => {
    const fence = /^```(?:[\w+-]*\n)?([^]*?)\n?```$/.exec(part)
    return fence ? [el('pre', {}, el('code', {}, fence[1]))] : blocks(part.replace(/^\n|\n$/g, ''), context)
  })
}

function blocks(text, context) {
  const nodes = []
  let lines = []
  let list
  const flush = () => {
    if (lines.length > 0) nodes.push(el('p', {}, inline(lines.join('\n'), context)))
    lines = []
  }
  for (const line of text.split('\n')) {
    const item = /^\s*(?:([-*])|(\d+)\.)\s+(.*)$/.exec(line)
    const heading = /^(#{1,3})\s+(.*)$/.exec(line)
    const small = /^-#\s+(.*)$/.exec(line)
    const quote = /^>\s?(.*)$/.exec(line)
    if (item === null) list = undefined
    if (item) {
      flush()
      if (list === undefined) nodes.push((list = el(item[1] ? 'ul' : 'ol', item[1] ? {} : { start: item[2] })))
      list.append(el('li', {}, inline(item[3], context)))
    } else if (heading || small || quote) {
      flush()
      if (heading) nodes.push(el('p', { class: `h h${heading[1].length}` }, inline(heading[2], context)))
      if (small) nodes.push(el('p', { class: 'small' }, inline(small[1], context)))
      if (quote) nodes.push(el('blockquote', {}, inline(quote[1], context)))
    } else if (line.trim() === '') flush()
    else lines.push(line)
  }
  flush()
  return nodes
}

function inline(text, context) {
  const nodes = []
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index), one(match, context))
    end = match.index + match[0].length
  }
  nodes.push(text.slice(end))
  return nodes.filter((node) => node !== '')
}

function one(match, context) {
  const g = match.groups
  const wrap = (tag, inner, attributes = {}) => el(tag, attributes, inline(inner, context))
  if (g.escape) return g.escape.slice(1)
  if (g.code2) return el('code', {}, g.code2.slice(2, -2).trim())
  if (g.code) return el('code', {}, g.code.slice(1, -1))
  if (g.unix) return time(Number(g.unix), g.style ?? 'f', context.nowMs())
  if (g.user) return mention(`@${context.member(g.user)?.name ?? 'somebody'}`, g.user === context.self)
  if (g.role) return mention(`@${context.role(g.role)?.name ?? 'a role'}`, context.holds(g.role))
  if (g.channel) return place(`#${context.channel(g.channel)?.name ?? 'a channel'}`, () => context.open(g.channel))
  if (g.command) return place(`/${g.command}`, () => context.type(`/${g.command} `))
  if (g.everyone) return mention(g.everyone, true)
  if (g.label) return link(g.target, inline(g.label, context), context)
  if (g.angled) return link(g.angled, g.angled, context)
  if (g.bare) return link(g.bare, g.bare, context)
  if (g.bold) return wrap('strong', g.bold)
  if (g.under) return wrap('u', g.under)
  if (g.strike) return wrap('s', g.strike)
  if (g.italic ?? g.italic2) return wrap('em', g.italic ?? g.italic2)
  const reveal = (event) => event.currentTarget.classList.add('shown')
  return wrap('span', g.spoiler, { class: 'spoiler', tabindex: 0, onclick: reveal, onkeydown: reveal })
}

function mention(text, isOwn) {
  return el('span', { class: isOwn ? 'mention own' : 'mention' }, text)
}

function place(text, go) {
  return el('button', { type: 'button', class: 'mention place', onclick: go }, text)
}

/** A link to a message of this guild leads there; all others open beside the page. */
export function link(url, label, context) {
  const here = /\/channels\/\d+\/(\d+)(?:\/(\d+))?$/.exec(url)
  if (here && context.channel(here[1])) {
    const name = `#${context.channel(here[1]).name}${here[2] ? ' › message' : ''}`
    return place(label === url ? name : label, () => context.open(here[1], here[2]))
  }
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label)
}

const FORMATS = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
}

function time(unix, style, nowMs) {
  const date = new Date(unix * 1000)
  const node = el('time', { datetime: date.toISOString(), 'data-unix': unix, 'data-style': style })
  node.title = new Intl.DateTimeFormat('en-GB', FORMATS.F).format(date)
  node.textContent = timeText(unix, style, nowMs)
  return node
}

/** One of Discord's timestamp styles as text; R is relative to `nowMs`. */
export function timeText(unix, style, nowMs) {
  if (style !== 'R') return new Intl.DateTimeFormat('en-GB', FORMATS[style]).format(new Date(unix * 1000))
  const seconds = unix - nowMs / 1000
  const [size, unit] = [
    [31_536_000, 'year'],
    [2_592_000, 'month'],
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ].find(([length]) => Math.abs(seconds) >= length) ?? [1, 'second']
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / size), unit)
}
