import type { Config, DiscordConfig } from '../ports/config.js'
import { watchDefaults } from './defaults.js'
import type { WatchDefaults } from './defaults.js'
import { understand } from './environment.js'
import type { Environment, ReadFile } from './environment.js'
import type { Place, Report } from './problem.js'
import type { Quote } from './quote.js'
import { schedule } from './schedule.js'
import { secret } from './secret.js'
import { threshold } from './threshold.js'
import { apiBase, botToken, commaList, discordId, duration, oneOf, pattern, printable, wholeNumber } from './value.js'
import type { Parser } from './value.js'
import type { VariableName } from './variables.js'

/** What all readers of settings share. */
export type Reading = {
  readonly environment: Environment
  readonly readFile: ReadFile
  readonly report: Report
  readonly quote: Quote
}

/** The part of Discord's settings that a file may hold instead of the environment. */
export type DiscordInFile = {
  readonly guild?: string | undefined
  readonly channel?: string | undefined
  readonly api?: string | undefined
  readonly roles?:
    | {
        readonly view?: readonly string[] | undefined
        readonly operate?: readonly string[] | undefined
        readonly recover?: readonly string[] | undefined
        readonly page?: string | undefined
      }
    | undefined
}

export const guildId = discordId('server', 'Copy Server ID')
export const channelId = discordId('channel', 'Copy Channel ID')
export const roleId = discordId('role', 'Copy Role ID')
export const confirm = wholeNumber(1, 20, 2)
export const noDataAfter = duration(1000, 3_600_000, '30s')
export const holdDown = duration(0, 86_400_000, '30s')
export const staleAge = duration(1000, 7 * 86_400_000, '15m')
export const application = pattern("an application's name")

const roleIds = commaList(roleId, 'a role id (17 to 20 digits), or several with commas between')
const applications = commaList(
  application,
  "applications' names with commas between, a star only at an end, such as pg_dump*,nightly",
)
const cameBackAfter = duration(1000, 600_000, '10s')
const folder = printable('the path of a folder', 1024)
const logLevel = oneOf(['trace', 'debug', 'info', 'warn', 'error'])

const MISSING = {
  DISCORD_TOKEN: "The bot's token: Developer Portal > your application > Bot",
  DISCORD_GUILD_ID: `The id of your Discord server. ${guildId.hint ?? ''}`,
  DISCORD_CHANNEL_ID: `The id of the channel for alerts. ${channelId.hint ?? ''}`,
  ROLE_OPERATE: `The ids of the roles that may acknowledge and terminate. ${roleId.hint ?? ''}`,
} as const

/**
 * Reads Discord's settings from the environment and, where it is silent, from the file. `placeInFile` knows what
 * the file holds even when `file` could not be understood, so that such a setting is not called missing as well.
 */
export function readDiscord(
  reading: Reading,
  file: DiscordInFile | undefined,
  placeInFile: (name: VariableName) => Place | undefined,
): DiscordConfig | undefined {
  const { environment, report } = reading
  const read = <T>(name: VariableName, parser: Parser<T>, inFile?: T): T | undefined =>
    understand(environment.get(name), parser, reading) ?? inFile
  const guild = read('DISCORD_GUILD_ID', guildId, file?.guild)
  const channel = read('DISCORD_CHANNEL_ID', channelId, file?.channel)
  const operate = read('ROLE_OPERATE', roleIds, file?.roles?.operate)
  const view = read('ROLE_VIEW', roleIds, file?.roles?.view)
  const recover = read('ROLE_RECOVER', roleIds, file?.roles?.recover)
  const page = read('ROLE_PAGE', roleId, file?.roles?.page)
  const api = read('DISCORD_API', apiBase, file?.api)
  const token = understand(environment.get('DISCORD_TOKEN'), tokenParser(api), { ...reading, secret: true })

  for (const [name, meaning] of Object.entries(MISSING) as [keyof typeof MISSING, string][]) {
    const isGiven = environment.has(name) || placeInFile(name) !== undefined
    if (!isGiven) report({ where: name, message: `is not set. ${meaning}` })
  }
  // Copying the server's id in place of a role's would let everybody in: @everyone has that very id.
  const everyone = [
    ['ROLE_OPERATE', operate],
    ['ROLE_RECOVER', recover],
    ['ROLE_PAGE', page === undefined ? [] : [page]],
  ] as const
  for (const [name, ids] of everyone) {
    if (guild === undefined || ids?.includes(guild) !== true) continue
    const place = { where: environment.get(name)?.where ?? name }
    report({
      ...(placeInFile(name) ?? place),
      message: `holds the server's own id, which means @everyone. ${roleId.hint ?? ''}`,
    })
  }

  if (token === undefined || guild === undefined || channel === undefined || operate === undefined) return undefined
  return {
    token: secret(token),
    guildId: guild,
    channelId: channel,
    apiBase: api ?? 'https://discord.com/api',
    ...(page === undefined ? {} : { pageRoleId: page }),
    roles: { view: view ?? operate, operate, recover: recover ?? [] },
  }
}

/** Reads what every server is watched by: the variables, else the defaults. */
export function readWatch(reading: Reading): WatchDefaults {
  const read = <T>(name: VariableName, parser: Parser<T>): T | undefined =>
    understand(reading.environment.get(name), parser, reading)
  return watchDefaults({
    schedule: read('SCHEDULE', schedule),
    totalAbove: read('TOTAL_ABOVE', threshold),
    siteAbove: read('SITE_ABOVE', threshold),
    confirm: read('CONFIRM', confirm),
    holdDownMs: read('HOLD_DOWN', holdDown),
    idleMs: read('STALE_IDLE', staleAge),
    idleInTransactionMs: read('STALE_IDLE_IN_TRANSACTION', staleAge),
    protectedApplications: read('PROTECTED_APPLICATIONS', applications),
    noDataAfterMs: read('NO_DATA_AFTER', noDataAfter),
  })
}

/** Reads what concerns the bot itself. */
export function readBot(reading: Reading): Pick<Config, 'dataDir' | 'logLevel' | 'timings'> {
  const read = <T>(name: VariableName, parser: Parser<T>): T | undefined =>
    understand(reading.environment.get(name), parser, reading)
  return {
    dataDir: read('DATA_DIR', folder) ?? './data',
    logLevel: read('LOG_LEVEL', logLevel) ?? 'info',
    timings: { cameBackAfterMs: read('CAME_BACK_AFTER', cameBackAfter) ?? 10_000 },
  }
}

/** A Discord on loopback is a stand-in, whose tokens may look as they like. */
function tokenParser(api: string | undefined): Parser<string> {
  const isStandIn = api?.startsWith('http://') ?? false
  return isStandIn ? { ...botToken, parse: (text) => (/^\S+$/.test(text) ? text : undefined) } : botToken
}
