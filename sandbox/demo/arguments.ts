export type Arguments =
  /** `port` is absent when any will do. */
  | { readonly kind: 'run'; readonly scenario: string; readonly port?: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string }

/** Reads the words after the script's name; the first scenario is the default. Never throws. */
export function parseArguments(words: readonly string[], scenarios: readonly string[]): Arguments {
  let scenario = scenarios[0] ?? ''
  let port: number | undefined
  const rest = words.flatMap((word) => (/^--\w+=/.test(word) ? splitAtEquals(word) : [word]))
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') return { kind: 'help' }
    const value = rest.shift()
    if (word === '--scenario') {
      if (value === undefined || !scenarios.includes(value))
        return mistake(word, value, `one of ${scenarios.join(', ')}`)
      scenario = value
    } else if (word === '--port') {
      if (value === undefined || !/^\d{1,5}$/.test(value) || Number(value) > 65_535 || value === '0')
        return mistake(word, value, 'a port from 1 to 65535')
      port = Number(value)
    } else {
      return {
        kind: 'mistake',
        message: `"${word}" is not known. There are --scenario NAME, --port NUMBER and --help.`,
      }
    }
  }
  return { kind: 'run', scenario, ...(port === undefined ? {} : { port }) }
}

function splitAtEquals(word: string): [string, string] {
  const at = word.indexOf('=')
  return [word.slice(0, at), word.slice(at + 1)]
}

function mistake(option: string, value: string | undefined, expected: string): Arguments {
  return {
    kind: 'mistake',
    message: `${option} wants ${expected}, not ${value === undefined ? 'nothing' : `"${value}"`}.`,
  }
}
