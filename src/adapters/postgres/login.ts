import { Socket } from 'node:net'

import { Client } from 'pg'

import type { Clock } from '../../ports/clock.js'
import type { ConnectionConfig, Secret } from '../../ports/config.js'
import { loginFailure } from './failure.js'
import type { LoginFailure } from './failure.js'
import { within } from './limit.js'
import { attemptsOf, tlsOptions } from './tls.js'
import type { Attempt } from './tls.js'

/** Who logs in, and under which name other people see it. */
export type Login = {
  readonly connection: ConnectionConfig
  readonly user: string
  readonly password?: Secret
  readonly database: string
  readonly applicationName: string
}

export type LoggedIn = { readonly kind: 'logged in'; readonly client: Client; readonly socket: Socket }

/** The server ends a statement of ours after this long by itself, so that none outlives our interest in it. */
const STATEMENT_TIMEOUT_MS = 2_000
const LOCK_TIMEOUT_MS = 1_000
/** A peer that vanished without a word is noticed by the operating system's keep-alive, which starts after this. */
const KEEP_ALIVE_AFTER_MS = 30_000

/**
 * What a session of ours needs whatever the role's and the database's own settings are: times as ISO text in UTC (the
 * act compares them), names resolved in pg_catalog alone, and no time spent on compiling or re-planning small questions.
 */
const SESSION_OPTIONS = [
  'DateStyle=ISO',
  'TimeZone=UTC',
  'search_path=pg_catalog',
  'jit=off',
  'plan_cache_mode=force_generic_plan',
]
  .map((option) => `-c ${option}`)
  .join(' ')

/**
 * One login within `limitMs`, over every attempt that the TLS mode allows. Never rejects; a failed login leaves no
 * socket behind. The caller must listen for `error` on the client in the same turn: an idle session that is ended emits it.
 */
export async function logIn(login: Login, limitMs: number, clock: Clock): Promise<LoggedIn | LoginFailure> {
  const deadline = clock.now() + limitMs
  let failure: LoginFailure = { kind: 'unreachable', why: 'other', detail: 'no attempt was made' }
  for (const attempt of attemptsOf(login.connection.tls)) {
    const tried = await tryOnce(login, attempt, Math.max(0, deadline - clock.now()), limitMs, clock)
    if (tried.kind === 'logged in') return tried
    failure = tried.failure
    if (attempt.thenNext === undefined || !tried.happened.includes(attempt.thenNext)) break
  }
  return failure
}

type Failed = {
  readonly kind: 'failed'
  readonly failure: LoginFailure
  readonly happened: readonly NonNullable<Attempt['thenNext']>[]
}

async function tryOnce(
  login: Login,
  { encryption }: Attempt,
  leftMs: number,
  limitMs: number,
  clock: Clock,
): Promise<LoggedIn | Failed> {
  const { host, port } = login.connection
  const { user, database } = login
  const socket = new Socket()
  const seen: { accepted: boolean; firstByte?: string; passwordMissing: boolean } = {
    accepted: false,
    passwordMissing: false,
  }
  socket.once('connect', () => (seen.accepted = true))
  socket.once('data', (bytes: Buffer) => (seen.firstByte = bytes.toString('latin1', 0, 1)))

  // Every field is given: what is left out, pg reads from PG* variables of the environment and from ~/.pgpass.
  const client = new Client({
    host,
    port,
    user,
    database,
    password: () => {
      seen.passwordMissing = login.password === undefined
      return login.password?.reveal() ?? ''
    },
    ssl: tlsOptions(login.connection, encryption),
    sslnegotiation: 'postgres',
    stream: () => socket,
    application_name: login.applicationName,
    client_encoding: 'utf8',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    options: SESSION_OPTIONS,
  })
  // Without a listener an error would end the process. This one stays for the client's whole life.
  client.on('error', () => {})

  let error: unknown
  let timedOut = false
  try {
    const connected = await within(clock, leftMs, client.connect())
    if (connected.kind === 'in time') return { kind: 'logged in', client, socket }
    timedOut = true
  } catch (reason) {
    error = reason
  }
  socket.destroy()
  const tlsAnswer = encryption === 'plain' ? undefined : TLS_ANSWERS[seen.firstByte ?? '']
  const failure = loginFailure(error, {
    user,
    database,
    limitMs,
    timedOut,
    accepted: seen.accepted,
    heard: seen.firstByte !== undefined,
    ...(tlsAnswer === undefined ? {} : { tlsAnswer }),
    passwordMissing: seen.passwordMissing,
  })
  return {
    kind: 'failed',
    failure,
    happened: [
      ...(tlsAnswer === 'no' ? (['the server has no TLS'] as const) : []),
      ...(failure.kind === 'denied' ? (['the server rejected the login'] as const) : []),
    ],
  }
}

/** First byte of the server's answer to SSLRequest. Source: PostgreSQL manual, "Message Flow", SSL Session Encryption. */
const TLS_ANSWERS: Readonly<Record<string, 'yes' | 'no' | 'error'>> = { S: 'yes', N: 'no', E: 'error' }
