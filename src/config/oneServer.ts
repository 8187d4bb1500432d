import type { CanaryConfig, ConnectionConfig, ServerConfig, TlsConfig } from '../ports/config.js'
import { belongTogether, certificates, privateKey, sslMode, SYSTEM_ROOTS, tlsContradictions } from './certificates.js'
import type { WatchDefaults } from './defaults.js'
import { readText, understand } from './environment.js'
import { longestPauseMs } from './schedule.js'
import { secret } from './secret.js'
import type { Reading } from './settings.js'
import { host, oneOf, printable, wholeNumber } from './value.js'
import type { Parser } from './value.js'
import type { VariableName } from './variables.js'

export const port = wholeNumber(1, 65_535, 5432)
/** Short, since buttons carry it within Discord's 100 characters, each of these at most three of them. */
export const serverName: Parser<string> = {
  what: 'a name for the server, such as production (letters, digits, space, dot, hyphen, underscore; up to 24)',
  parse: (text) =>
    /^[\p{L}\p{N}._-](?:[\p{L}\p{N} ._-]*[\p{L}\p{N}._-])?$/u.test(text) &&
    encodeURIComponent(text).length <= 70 &&
    text.length <= 24
      ? text
      : undefined,
}
export const roleName = printable("a role's name, such as lifeguard", 63)
export const databaseName = printable("a database's name, such as postgres", 63)

/** Reads the one server that the environment describes. */
export function readOneServer(reading: Reading, watch: WatchDefaults): ServerConfig | undefined {
  const { environment, report } = reading
  const read = <T>(name: VariableName, parser: Parser<T>): T | undefined =>
    understand(environment.get(name), parser, reading)
  const hostGiven = read('PGHOST', host)
  const user = read('PGUSER', roleName)
  if (!environment.has('PGHOST'))
    report({ where: 'PGHOST', message: "is not set. The Postgres server's host, such as db.example.org" })
  if (!environment.has('PGUSER'))
    report({ where: 'PGUSER', message: 'is not set. The role Lifeguard logs in as, such as lifeguard' })
  // A socket's folder or a long host name would not fit into a button: then it is just called what it is.
  const fromHost = hostGiven === undefined ? undefined : (serverName.parse(hostGiven) ?? 'postgres')
  const name = read('SERVER_NAME', serverName) ?? fromHost
  const portGiven = read('PGPORT', port) ?? 5432
  const database = read('PGDATABASE', databaseName) ?? 'postgres'
  const password = environment.get('PGPASSWORD')?.text
  const tls = readTls(reading)
  const canary = readCanary(reading)
  const pauseMs = longestPauseMs(watch.schedule)
  if (pauseMs !== undefined && pauseMs >= watch.noDataAfterMs) {
    const where = environment.get('NO_DATA_AFTER')?.where ?? environment.get('SCHEDULE')?.where ?? 'NO_DATA_AFTER'
    report({ where, message: noDataTooSoon(watch.schedule, pauseMs) })
  }
  if (hostGiven === undefined || user === undefined || name === undefined) return undefined
  const connection: ConnectionConfig = {
    host: hostGiven,
    port: portGiven,
    user,
    ...(password === undefined ? {} : { password: secret(password) }),
    database,
    tls,
  }
  const { schedule, rules, stale, noDataAfterMs } = watch
  return { name, connection, canary, schedule, rules, stale, noDataAfterMs }
}

/** Why a server would be without data between any two of its ticks. */
export function noDataTooSoon(schedule: string, pauseMs: number): string {
  return `the schedule "${schedule}" reads only every ${pauseMs / 1000}s, so there would be no data between: expected NO_DATA_AFTER (no_data_after) longer than that, such as ${(3 * pauseMs) / 1000}s`
}

function readTls(reading: Reading): TlsConfig {
  const { environment, report } = reading
  const pem = (name: VariableName, parser: Parser<string>): string | undefined => {
    const given = environment.get(name)
    if (given === undefined || (name === 'PGSSLROOTCERT' && given.text === SYSTEM_ROOTS)) return undefined
    const text = readText(given.text, { ...reading, place: { where: name } })
    if (text === undefined) return undefined
    const understood = parser.parse(text)
    if (understood === undefined) report({ where: name, message: `names a file that is not ${parser.what}` })
    return understood
  }
  const mode = understand(environment.get('PGSSLMODE'), sslMode, reading) ?? 'prefer'
  const ca = pem('PGSSLROOTCERT', certificates)
  const cert = pem('PGSSLCERT', certificates)
  const key = pem('PGSSLKEY', privateKey)
  const contradictions = tlsContradictions({
    mode,
    rootCert: environment.get('PGSSLROOTCERT')?.text,
    hasCert: environment.has('PGSSLCERT'),
    hasKey: environment.has('PGSSLKEY'),
  })
  const names = { mode: 'PGSSLMODE', rootCert: 'PGSSLROOTCERT', cert: 'PGSSLCERT', key: 'PGSSLKEY' } as const
  for (const { about, message } of contradictions) report({ where: names[about], message })
  if (cert !== undefined && key !== undefined && !belongTogether(cert, key)) {
    report({ where: 'PGSSLKEY', message: 'is not the key of the certificate that PGSSLCERT names' })
  }
  return {
    mode,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: secret(key) }),
  }
}

function readCanary(reading: Reading): CanaryConfig {
  const { environment, report } = reading
  const kind = understand(environment.get('CANARY'), oneOf(['own', 'off']), reading)
  const user = understand(environment.get('CANARY_USER'), roleName, reading)
  const database = understand(environment.get('CANARY_DATABASE'), databaseName, reading)
  const password = environment.get('CANARY_PASSWORD')
  if (environment.has('CANARY_USER')) {
    if (environment.has('CANARY')) {
      report({
        where: 'CANARY',
        message: 'is set, and so is CANARY_USER: keep one of them (CANARY_USER switches the canary on)',
      })
    }
  } else {
    for (const name of ['CANARY_PASSWORD', 'CANARY_DATABASE'] as const) {
      const given = environment.get(name)
      if (given !== undefined)
        report({ where: given.where, message: 'is set without CANARY_USER: set the role it belongs to, or unset it' })
    }
  }
  if (user === undefined) return { kind: kind ?? 'own' }
  return {
    kind: 'role',
    user,
    ...(password === undefined ? {} : { password: secret(password.text) }),
    ...(database === undefined ? {} : { database }),
  }
}
