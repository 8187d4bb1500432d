import { DiscordAPIError, HTTPError } from 'discord.js'
import type { Failed } from '../../ports/alertChannel.js'

/** discord.js waits out every 429 and retries without a cap: each call gets a deadline of its own. */
const CALL_LIMIT_MS = 10_000

/** Runs one request to Discord with a deadline. Rejects with whatever it rejected with, or when the time is up. */
export async function call<T>(request: (signal: AbortSignal) => Promise<T>, limitMs = CALL_LIMIT_MS): Promise<T> {
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      limit.abort()
      reject(new Error(`no answer from Discord in ${limitMs / 1000} s`))
    }, limitMs)
  })
  const asked = request(limit.signal)
  // After the deadline nobody waits for it any more; its rejection must not end the process.
  asked.catch(() => undefined)
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Error codes of Discord's API. Source: Discord, "Opcodes and Status Codes", JSON error codes. */
export const CODES = {
  unknownChannel: 10003,
  unknownMember: 10007,
  unknownMessage: 10008,
  unknownInteraction: 10062,
  missingAccess: 50001,
  missingPermissions: 50013,
  threadArchived: 50083,
  oldMessageEdits: 30046,
  threadExists: 160004,
} as const

export function codeOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : undefined
}

/** Discord does not know our token any more; discord.js has forgotten it too, and every later call would fail. */
export function isUnauthorised(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return error.status === 401 && error.code !== 50027
  return error instanceof Error && error.message.includes('Expected token to be set')
}

/** Discord itself is at fault, or not to be reached: nothing that is said to it now arrives. */
export function isOutage(error: unknown): boolean {
  if (error instanceof HTTPError) return error.status >= 500
  return error instanceof DiscordAPIError ? error.status >= 500 : isSocketError(error)
}

function isSocketError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(UND_ERR_|ECONN|ENOTFOUND$|EAI_AGAIN$|ETIMEDOUT$|EPIPE$|EHOSTUNREACH$|ENETUNREACH$)/.test(error.code)
  )
}

/** One line for people and the log, without a URL: those of interactions carry a token. */
export function failed(error: unknown): Failed {
  const code = codeOf(error)
  return {
    kind: 'failed',
    detail: detailOf(error),
    // A post wakes a thread that fell asleep: one that refuses it is locked, and as good as deleted for us.
    isChannelGone: code === CODES.unknownChannel || code === CODES.threadArchived,
    isRefused: isRefusal(error),
  }
}

/** A form error or a missing right, but not a rate limit or an unknown token: those say nothing about the request. */
function isRefusal(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status < 500 && error.status !== 401 && error.status !== 429
}

export function detailOf(error: unknown): string {
  if (error instanceof DiscordAPIError)
    return `Discord answered ${error.status}: ${error.rawError && 'message' in error.rawError ? error.rawError.message : 'no reason'} (code ${error.code})`
  if (error instanceof HTTPError) return `Discord answered ${error.status}`
  if (error instanceof Error) return error.name === 'AbortError' ? 'no answer from Discord in time' : error.message
  return String(error)
}
