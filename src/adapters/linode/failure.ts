import type { LinodeUnreachable } from '../../ports/linode.js'

/** A call that brought no answer of Linode's. `isSent` is false only where not one byte of it can have left. */
export type Nothing = {
  readonly kind: 'nothing'
  readonly isSent: boolean
  readonly why: LinodeUnreachable['why']
  readonly detail: string
}

export function nothing(why: Nothing['why'], isSent: boolean, detail: string): Nothing {
  return { kind: 'nothing', isSent, why, detail }
}

/**
 * Translates what `fetch` rejected with; `host` is host and port. Only codes are read: messages may hold the request,
 * and so the token.
 */
export function networkFailure(error: unknown, host: string): Nothing {
  const cause = causeOf(error)
  const code = codeOf(cause)
  if (isBeforeSending(cause)) {
    return nothing('network', false, `No connection to ${host} could be made${code === undefined ? '' : ` (${code})`}`)
  }
  return nothing('network', true, `The connection to ${host} was cut${code === undefined ? '' : ` (${code})`}`)
}

/** Not found, not connected, or not trusted: the request is written only after all three. A reset may come at any time. */
function isBeforeSending(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(isBeforeSending)
  const syscall = textAt(cause, 'syscall')
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  const code = codeOf(cause)
  return code === 'UND_ERR_CONNECT_TIMEOUT' || (code !== undefined && isDistrust(code))
}

/** OpenSSL's verdicts on a certificate have no prefix in common. */
function isDistrust(code: string): boolean {
  return /^ERR_TLS_CERT|CERT|SIGNATURE|^HOSTNAME_MISMATCH$/.test(code)
}

/** fetch says `fetch failed` or `terminated` for everything, and what happened in the cause. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}

function codeOf(error: unknown): string | undefined {
  const code = textAt(error, 'code')
  return code !== undefined && /^\w{1,60}$/.test(code) ? code : undefined
}

function textAt(error: unknown, name: 'code' | 'syscall'): string | undefined {
  if (typeof error !== 'object' || error === null || !(name in error)) return undefined
  const value = (error as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : undefined
}
