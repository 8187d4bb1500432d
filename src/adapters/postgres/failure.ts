import type { Denied, ExhaustedLimit, Refused, Starting, Unreachable } from '../../core/watch/look.js'

/** Why a login did not become a session. The same four as a look without a session, without the time. */
export type LoginFailure =
  | Pick<Refused, 'kind' | 'limit'>
  | Pick<Starting, 'kind' | 'detail'>
  | Pick<Denied, 'kind' | 'detail' | 'remedy'>
  | Pick<Unreachable, 'kind' | 'why' | 'detail'>

/** What the login saw on its way, besides the error: the driver's own errors carry no code. */
export type LoginTrace = {
  readonly user: string
  readonly database: string
  readonly limitMs: number
  readonly timedOut: boolean
  /** The peer accepted the TCP connection. */
  readonly accepted: boolean
  /** The peer sent at least one byte. */
  readonly heard: boolean
  /** The server's answer to the request for TLS; absent while none came or none was asked for. */
  readonly tlsAnswer?: 'yes' | 'no' | 'error'
  /** The server asked for a password and the configuration has none. */
  readonly passwordMissing: boolean
}

/** The fields of an error that we read: SQLSTATE or an operating system's code, and the server's C function. */
type ErrorCode = { readonly code?: string; readonly routine?: string }

/** Never reads the message: it is translated, and it changes between versions. */
export function codeOf(error: unknown): ErrorCode {
  if (typeof error !== 'object' || error === null) return {}
  const { code, routine } = error as { code?: unknown; routine?: unknown }
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof routine === 'string' ? { routine } : {}),
  }
}

/** True for a SQLSTATE. The operating system's codes can have five letters as well (EPIPE), yet no class begins with E. */
export function isSqlState(code: string): boolean {
  return /^[0-9FHPX][0-9A-Z]{4}$/.test(code)
}

/** The limit that a 53300 met, by the server's C function. Measured on 13 to 18. */
const LIMITS: Readonly<Record<string, ExhaustedLimit>> = {
  InitPostgres: 'usable slots',
  InitProcess: 'every slot',
  ProcArrayAdd: 'every slot',
  InitializeSessionUserId: 'role limit',
  CheckMyDatabase: 'database limit',
  ProcessStartupPacket: 'half-open logins',
  BackendInitialize: 'half-open logins',
}

export function exhaustedLimit(routine: string | undefined): ExhaustedLimit {
  return LIMITS[routine ?? ''] ?? 'unnamed limit'
}

/** Quotes a name for SQL, as `quote_ident` would when it must. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Translates what ended a login. Pure: everything it needs to know is in the error's codes and the trace. */
export function loginFailure(error: unknown, trace: LoginTrace): LoginFailure {
  const { code, routine } = codeOf(error)
  if (code !== undefined && isSqlState(code)) return serverFailure(code, routine, trace)
  if (trace.timedOut) return timeout(trace)
  if (trace.passwordMissing) {
    return {
      kind: 'denied',
      detail: `The server asks for a password of role ${quoted(trace.user)} and none is configured`,
      remedy: `Configure the password of role ${quoted(trace.user)}.`,
    }
  }
  if (trace.tlsAnswer === 'no') return unreachable('tls', 'the server does not offer TLS')
  if (trace.tlsAnswer === 'error') return unreachable('other', 'the server answered the request for TLS with an error')
  // The driver's error for a connection that ended has no code.
  if (code === undefined)
    return unreachable(trace.accepted ? 'reset' : 'other', 'the connection ended during the login')
  const isTls = trace.tlsAnswer === 'yes' || /^ERR_(TLS|SSL|OSSL)_/.test(code)
  return unreachable(NETWORK_ERRORS[code] ?? (isTls ? 'tls' : 'other'), code)
}

const NETWORK_ERRORS: Readonly<Record<string, Unreachable['why']>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
}

/** One line for people, without secrets. */
export function sentenceOf(failure: LoginFailure): string {
  if (failure.kind === 'refused') return `refused: ${failure.limit}`
  return failure.kind === 'unreachable' ? `${failure.why}: ${failure.detail}` : failure.detail
}

function unreachable(why: Unreachable['why'], detail: string): LoginFailure {
  return { kind: 'unreachable', why, detail }
}

function timeout({ accepted, heard, limitMs }: LoginTrace): LoginFailure {
  const within = `within ${limitMs / 1000} s`
  if (!accepted) return unreachable('other', `no answer to the TCP handshake ${within}`)
  return unreachable('silent', heard ? `the login was not finished ${within}` : `accepted, then not a byte ${within}`)
}

function serverFailure(code: string, routine: string | undefined, { user, database }: LoginTrace): LoginFailure {
  const role = quoted(user)
  switch (code) {
    case '53300':
      return { kind: 'refused', limit: exhaustedLimit(routine) }
    case '57P03':
      return { kind: 'starting', detail: 'starting up, shutting down or in recovery (57P03)' }
    case '57P01':
    case '57P02':
      return { kind: 'starting', detail: `the server ended the login (${code}): it is shutting down or was told to` }
    case '28P01':
      return {
        kind: 'denied',
        detail: `The password of role ${role} was refused, or the role does not exist (28P01)`,
        remedy: `Correct the configured password, or set it: ALTER ROLE ${role} LOGIN PASSWORD '…';`,
      }
    case '28000':
      return routine === 'InitializeSessionUserId'
        ? {
            kind: 'denied',
            detail: `Role ${role} does not exist or may not log in (28000)`,
            remedy: `CREATE ROLE ${role} LOGIN PASSWORD '…'; -- or, when it exists: ALTER ROLE ${role} LOGIN;`,
          }
        : {
            kind: 'denied',
            detail: `The server's pg_hba.conf does not let role ${role} in from here (28000)`,
            remedy: `Add a line for role ${role} and this address to pg_hba.conf, or check TLS mode and client certificate.`,
          }
    case '3D000':
      return {
        kind: 'denied',
        detail: `Database ${quoted(database)} does not exist (3D000)`,
        remedy: `Configure a database that exists, such as postgres, instead of ${quoted(database)}.`,
      }
    case '42501':
      return {
        kind: 'denied',
        detail: `Role ${role} may not connect to database ${quoted(database)} (42501)`,
        remedy: `GRANT CONNECT ON DATABASE ${quoted(database)} TO ${role};`,
      }
    default:
      return unreachable('other', `the server refused the login with SQLSTATE ${code}`)
  }
}
