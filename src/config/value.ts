/** Understands one setting's text, whether it came from the environment or from the file. */
export type Parser<T> = {
  /** Completes "expected …" and "… is not …"; holds an example. */
  readonly what: string
  /** Where people find the right value. */
  readonly hint?: string
  /** `undefined`: not understood. Never throws. */
  readonly parse: (text: string) => T | undefined
}

const ID = /^[1-9]\d{16,19}$/
const LARGEST_ID = 2n ** 64n - 1n
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u
const HOST = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const BOT_TOKEN = /^[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}$/

/** A Discord id (snowflake) of `thing`; a string, because it does not fit into a number. */
export function discordId(thing: string, menu: string): Parser<string> {
  return {
    what: `a ${thing} id (17 to 20 digits)`,
    hint: `Discord: Settings > Advanced > Developer Mode, then right-click the ${thing} > ${menu}`,
    parse: (text) => (ID.test(text) && BigInt(text) <= LARGEST_ID ? text : undefined),
  }
}

/** Several texts in one variable, split at commas. */
export function commaList<T>(one: Parser<T>, what: string): Parser<readonly T[]> {
  return {
    ...one,
    what,
    parse: (text) => {
      const values = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => one.parse(part))
      const known = values.filter((value) => value !== undefined)
      return known.length === values.length && known.length > 0 ? [...new Set(known)] : undefined
    },
  }
}

/** A duration in milliseconds, at least `leastMs`, at most `mostMs`. A bare number has no unit and is refused. */
export function duration(leastMs: number, mostMs: number, example: string): Parser<number> {
  const least = leastMs >= 1000 ? `${leastMs / 1000}s` : `${leastMs}ms`
  return {
    what: `a duration with its unit (ms, s, m, h or d) from ${leastMs === 0 ? '0s' : least} to ${mostMs / 3_600_000}h, such as ${example}`,
    parse: (text) => {
      const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)$/.exec(text) ?? []
      if (amount === undefined || unit === undefined) return undefined
      const ms = Math.round(Number(amount) * (UNIT_MS[unit] ?? Number.NaN))
      return ms >= leastMs && ms <= mostMs ? ms : undefined
    },
  }
}

export function wholeNumber(least: number, most: number, example: number): Parser<number> {
  return {
    what: `a whole number from ${least} to ${most}, such as ${example}`,
    parse: (text) => {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
      return number >= least && number <= most ? number : undefined
    },
  }
}

export function oneOf<const T extends string>(values: readonly T[]): Parser<T> {
  return {
    what: `one of ${values.join(', ')}`,
    parse: (text) => values.find((value) => value === text),
  }
}

/** A name of something, up to `longest` characters on one line. */
export function printable(what: string, longest: number): Parser<string> {
  return {
    what: `${what} (one line, up to ${longest} characters)`,
    parse: (text) => (text.length <= longest && PRINTABLE.test(text) && text.trim() === text ? text : undefined),
  }
}

/** A name to compare with; a star may end it. */
export function pattern(what: string): Parser<string> {
  const { parse } = printable(what, 128)
  return {
    what: `${what}, with a star only at its end, such as pg_dump*`,
    parse: (text) => (text.slice(0, -1).includes('*') ? undefined : parse(text)),
  }
}

export const host: Parser<string> = {
  what: "a host's name, address or socket folder, such as db.example.org",
  parse: (text) =>
    HOST.test(text) || /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%\w+)?$/.test(text) || /^\/[^\p{C}]*$/u.test(text)
      ? text
      : undefined,
}

/** The base of Discord's REST API. Plain http only where nothing leaves the machine: the token travels with it. */
export const apiBase: Parser<string> = {
  what: 'an https address without version and without a slash at its end, such as https://discord.com/api (http: loopback only)',
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || /[\s?#]/.test(text) || url.username !== '' || url.password !== '') return undefined
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
    return isSafe && !/\/$|\/v\d+$/.test(text) ? text : undefined
  },
}

/** Three parts with dots between: the client secret and the public key, which are pasted by mistake, have none. */
export const botToken: Parser<string> = {
  what: 'a bot token (three parts with dots between, without "Bot " before it)',
  hint: 'Developer Portal > your application > Bot > Reset Token; the client secret and the public key are other things',
  parse: (text) => (BOT_TOKEN.test(text) ? text : undefined),
}

/** The application's id, which is the first part of its bot's token; `undefined` when it is not there. */
export function applicationIdOf(token: string): string | undefined {
  const [first, ...rest] = token.split('.')
  const id = first === undefined || rest.length === 0 ? '' : Buffer.from(first, 'base64url').toString('latin1')
  return ID.test(id) ? id : undefined
}
