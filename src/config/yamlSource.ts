import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { Place, Problem } from './problem.js'

/** The way to a setting in a file: keys and indexes. */
export type Path = readonly PropertyKey[]

/** A YAML file, read: its content as text, lists and mappings, and where each of them stands. */
export type YamlSource = {
  readonly content: unknown
  /** The place of the value at a path, or of the nearest thing around it that exists. */
  readonly placeOf: (path: Path) => Place
  /** The place of the key itself. */
  readonly placeOfKey: (path: Path) => Place
}

/**
 * What the parser's codes mean. Its own messages are not shown: they quote the file, and what stands there may be a
 * password typed after the wrong sign.
 */
const MEANING: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation does not fit what stands around it; expected spaces, the same number within one mapping',
  BAD_DQ_ESCAPE: 'unknown escape in double quotes; use single quotes to take it word for word',
  BAD_SCALAR_START: 'a value that begins with @ or ` must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'two colons in one line; put the value in quotes',
  DUPLICATE_KEY: 'the same key stands here twice; keep one of them',
  MISSING_CHAR: 'a closing quote, bracket, comma or colon is missing',
  MULTIPLE_DOCS: 'a second document begins; expected one',
  TAB_AS_INDENT: 'a tab indents this line; expected spaces',
  TAG_RESOLVE_FAILED: 'tags (!word) are not supported; put a value that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'something stands here that YAML does not expect; a value with { } [ ] | # or : needs quotes',
}

/** Reads YAML with every scalar as text. Syntax errors come as problems, all of them, with line and column. */
export function readYaml(
  file: string,
  text: string,
): { readonly source: YamlSource } | { readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false, // pretty ones quote the line
    logLevel: 'error',
  })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const faults = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    where: at(pos[0]),
    message: MEANING[code] ?? `is not valid YAML (${code})`,
  }))
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return
      const message =
        'a * refers to an anchor (&name) that does not exist above; put a value that begins with * in quotes'
      faults.push({ where: at(alias.range?.[0] ?? 0), message })
    },
  })
  // One slip makes the parser stumble several times in the same line: the first says most.
  const firsts = new Map(faults.toReversed().map((fault) => [fault.where.replace(/:\d+$/, ''), fault]))
  if (faults.length > 0) return { problems: [...firsts.values()] }
  let content: unknown
  try {
    content = document.toJS()
  } catch {
    return { problems: [{ where: at(0), message: 'refers to its anchors too often; write the values out' }] }
  }
  const placeOf = (path: Path, wantsKey: boolean): Place => ({
    where: at(offsetOf(document, path, wantsKey)),
    ...(path.length === 0 ? {} : { path: pathText(path) }),
  })
  return { source: { content, placeOf: (path) => placeOf(path, false), placeOfKey: (path) => placeOf(path, true) } }
}

/** A path as people write it: `servers[0].rules[1].above`. */
function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${shownKey(String(part))}`))
    .join('')
    .replace(/^\./, '')
}

/** A key up to its first odd sign: `password:hunter2`, without a space, is a key too and would show the rest. */
function shownKey(key: string): string {
  const [plain = ''] = /^[\w-]{0,40}/.exec(key) ?? []
  return plain === key ? key : `${plain}…`
}

function offsetOf(document: Document.Parsed, path: Path, wantsKey: boolean): number {
  let node: Node | null = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const [depth, part] of path.entries()) {
    const around: unknown = isAlias(node) ? node.resolve(document) : node
    const pair = isMap(around) ? around.items.find(({ key }) => isScalar(key) && key.value === part) : undefined
    const next: unknown = isSeq(around) && typeof part === 'number' ? around.items[part] : pair?.value
    const found: unknown = wantsKey && depth === path.length - 1 ? pair?.key : next
    if (!isPositioned(found)) return offset
    node = found
    offset = found.range?.[0] ?? offset
  }
  return offset
}

function isPositioned(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
}
