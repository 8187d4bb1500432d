import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import pg from 'pg'
import { startDiscord, type DiscordSandbox } from '../../sandbox/discord/start.js'
import type { SeenMessage } from '../../sandbox/discord/world/seen.js'
import { startPostgres, type PostgresOptions, type SandboxPostgres } from '../../sandbox/postgres/start.js'
import { loadConfig } from '../../src/config/load.js'
import type { Config } from '../../src/ports/config.js'
import type { Log } from '../../src/ports/log.js'
import type { Schedule } from '../../src/ports/schedule.js'
import { startBot, type Bot } from '../../src/wire.js'

const TOKEN = 'sandbox-token'
const BOT_PASSWORD = 'bot-canary-secret-1'
const LOGINS = {
  lifeguard: BOT_PASSWORD,
  canary: 'canary-secret-2',
  site: 'site-secret-3',
  metricity: 'metricity-secret-4',
} as const

/** As whom `sandbox/site` logs in. */
export const SITE_LOGIN = { role: 'site', password: LOGINS.site, databases: ['postgres'] } as const

/** The whole world of a scenario: a real Postgres, the Discord stand-in, and the bot through the real discord.js. */
export type Scenario = {
  readonly postgres: SandboxPostgres
  readonly discord: DiscordSandbox
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  readonly logged: readonly string[]
  /** One slot of the schedule, by hand; resolves when the watch has judged it. */
  tick(times?: number): Promise<void>
  /** One slot of one server's schedule. */
  tickOf(server: string): Promise<void>
  /** Opens `count` sessions of a service; they stay idle until closed or ended. */
  open(
    service: keyof typeof LOGINS | 'superuser',
    count: number,
    applicationName?: string,
  ): Promise<readonly pg.Client[]>
  /** Opens sessions until the server refuses; resolves with how many it took. */
  fill(service: keyof typeof LOGINS | 'superuser'): Promise<number>
  /** Messages in the alert channel, oldest first. */
  messages(): readonly SeenMessage[]
  cards(): readonly SeenMessage[]
  pages(): readonly SeenMessage[]
  threadPosts(): readonly SeenMessage[]
  startBot(): Promise<void>
  stopBot(): Promise<void>
  close(): Promise<void>
}

export type ScenarioOptions = {
  readonly postgres?: PostgresOptions
  readonly env?: Readonly<Record<string, string>>
  /** Text of a YAML file of servers, in place of the variables of one; it may refer to ${PRODUCTION_PASSWORD}. */
  readonly file?: (server: { readonly host: string; readonly port: number }) => string
  /** Changes what no setting can. */
  readonly configure?: (config: Config) => Config
  /** Started by the test itself, as a child process or later. */
  readonly withoutBot?: boolean
}

/** Starts a world. Stale after a second, hold-down of two; ticks are by hand unless the test starts the bot by itself. */
export async function startScenario(options: ScenarioOptions = {}): Promise<Scenario> {
  const postgres = await startPostgres({ maxConnections: 30, superuserReserved: 3, reserved: 2, ...options.postgres })
  await createLogins(postgres)
  const discord = await startDiscord({
    token: TOKEN,
    seed: {
      guild: { name: 'Sandbox' },
      channels: [{ name: 'incidents' }, { name: 'general' }],
      roles: [{ name: 'DevOps' }, { name: 'Viewers' }, { name: 'On call', mentionable: true }],
      members: [
        { name: 'olga', roles: ['DevOps'] },
        { name: 'omar', roles: ['DevOps'] },
        { name: 'vera', roles: ['Viewers'] },
        { name: 'nils', roles: [] },
      ],
      bot: { name: 'Lifeguard' },
    },
    identifyEveryMs: 0, // scenarios restart the bot within Discord's five seconds; a test of the sandbox keeps to them
  })
  const dataDir = await mkdtemp(join(tmpdir(), 'lifeguard-scenario-'))
  const role = (name: string) => discord.ids.roles[name] ?? ''
  const env = {
    DISCORD_TOKEN: TOKEN,
    DISCORD_API: discord.apiBase,
    DISCORD_GUILD_ID: discord.ids.guild,
    DISCORD_CHANNEL_ID: discord.ids.channels['incidents'] ?? '',
    ROLE_OPERATE: role('DevOps'),
    ROLE_VIEW: role('Viewers'),
    ROLE_PAGE: role('On call'),
    ...(options.file === undefined
      ? {
          SERVER_NAME: 'production',
          PGHOST: postgres.host,
          PGPORT: String(postgres.port),
          PGUSER: 'lifeguard',
          PGPASSWORD: LOGINS.lifeguard,
          PGSSLMODE: 'disable',
          CANARY_USER: 'canary',
          CANARY_PASSWORD: LOGINS.canary,
        }
      : { LIFEGUARD_CONFIG: 'lifeguard.yaml', PRODUCTION_PASSWORD: LOGINS.lifeguard }),
    SITE_ABOVE: '10',
    STALE_IDLE: '1s',
    STALE_IDLE_IN_TRANSACTION: '1s',
    HOLD_DOWN: '2s',
    CAME_BACK_AFTER: '1s',
    NO_DATA_AFTER: '6s',
    DATA_DIR: dataDir,
    ...options.env,
  }
  const logged: string[] = []
  const opened: pg.Client[] = []
  const connect = async (service: keyof typeof LOGINS | 'superuser', applicationName: string = service) => {
    const { host, port } = postgres
    const login =
      service === 'superuser'
        ? { user: postgres.superuser, password: postgres.password }
        : { user: service, password: LOGINS[service] }
    const client = new pg.Client({ host, port, ...login, database: 'postgres', application_name: applicationName })
    client.on('error', () => undefined)
    await client.connect()
    opened.push(client)
    return client
  }
  const ticks = new Map<string, () => Promise<void>>()
  let bot: Bot | undefined

  const schedule: Schedule = {
    every: (_expression, name, run) => {
      ticks.set(name, run)
      return { stop: () => undefined, gaps: () => ({ missed: 0, overlapped: 0 }) }
    },
  }

  const scenario: Scenario = {
    postgres,
    discord,
    dataDir,
    env,
    logged,
    async tick(times = 1) {
      for (let n = 0; n < times; n += 1) for (const run of ticks.values()) await run()
    },
    async tickOf(server) {
      await ticks.get(server)?.()
    },
    async open(service, count, applicationName = service) {
      const clients: pg.Client[] = []
      while (clients.length < count) clients.push(await connect(service, applicationName))
      return clients
    },
    async fill(service) {
      for (let count = 0; ; count += 1) {
        try {
          await connect(service)
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === '53300') return count
          throw error
        }
      }
    },
    messages: () =>
      discord.world.messages('incidents').filter((message) => message.viewer === undefined && !message.isThinking),
    cards: () => scenario.messages().filter((message) => /Ref \w{5}\/card:\d+$/m.test(message.text)),
    pages: () => scenario.messages().filter((message) => /Ref \w{5}\/page:\d+$/m.test(message.text)),
    threadPosts: () =>
      discord.world
        .threads()
        .flatMap((thread) => discord.world.messages(thread.id).filter((message) => message.viewer === undefined)),
    async startBot() {
      const loaded = loadConfig({ env, readFile: () => options.file?.(postgres) ?? '' })
      if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded))
      bot = await startBot(options.configure?.(loaded.config) ?? loaded.config, {
        log: logInto(logged),
        version: 'test',
        onFatal: (because) => void logged.push(`fatal ${because}`),
        schedule,
      })
      await until('the bot has registered its commands', () => discord.world.commands().length === 5)
    },
    async stopBot() {
      await bot?.stop()
      bot = undefined
      await collectGarbage()
    },
    async close() {
      await bot?.stop()
      await Promise.all(opened.map((client) => client.end().catch(() => undefined)))
      await discord.close()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  if (options.withoutBot !== true) await scenario.startBot()
  return scenario
}

/** Waits for something that another process does. The limit is generous: it is for hangs, not for slowness. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`)
    await pause(20)
  }
}

/** libSQL lets go of a file it locked only when its statements are collected: a restart within one process needs this. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let times = 0; times < 3; times += 1) {
    collect()
    await pause(20)
  }
}

async function createLogins(postgres: SandboxPostgres): Promise<void> {
  for (const [name, password] of Object.entries(LOGINS)) {
    await postgres.sql(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
  }
  await postgres.sql('GRANT pg_monitor, pg_signal_backend, pg_use_reserved_connections TO lifeguard')
}

function logInto(lines: string[]): Log {
  const at =
    (level: string): Log['info'] =>
    (fields, sentence) => {
      const { err, ...rest } = fields
      lines.push(
        `${level} ${sentence} ${JSON.stringify(rest)}${err instanceof Error ? ` ${err.stack ?? err.message}` : ''}`,
      )
    }
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log }
  return log
}
