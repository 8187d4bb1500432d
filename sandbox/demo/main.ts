import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startDiscord } from '../discord/start.js'
import type { DiscordSandbox } from '../discord/start.js'
import { startKubernetes } from '../kubernetes/start.js'
import { keep } from '../postgres/keeper.js'
import { report, run } from '../scenarios/run.js'
import type { Scenario } from '../scenarios/scenario.js'
import { SCENARIOS } from '../scenarios/stories.js'
import { openWorld } from '../scenarios/world.js'
import { systemClock } from '../site/clock.js'
import { parseArguments } from './arguments.js'
import { startBot } from './bot.js'
import type { BotProcess } from './bot.js'
import { startDatabase } from './database.js'
import type { DemoDatabase } from './database.js'
import { CHANNEL, GUILD, ROLES, TOKEN } from './guild.js'
import { demoHome, endLeftovers, openRecord } from './leftovers.js'
import type { DemoRecord } from './leftovers.js'
import { interruptions, shutdownStack } from './shutdown.js'
import type { Shutdown } from './shutdown.js'
import { helpText, introduction, pageNotice, storyLine } from './words.js'

const PAGE_PORT = 3333
const BOT_ENTRY = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const BOT_LOGIN_WITHIN_MS = 30_000
const REPORT_EVERY_MS = 2_000
const END_WITHIN_MS = 12_000

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

type Stage = {
  /** Aborts when the demo is to end. */
  readonly signal: AbortSignal
  readonly home: string
  readonly record: DemoRecord
  readonly shutdown: Shutdown
}

/** Everything up, and the story told until the stage's signal. Resolves with the exit code; ending is the caller's. */
async function demo(scenario: Scenario, port: number | undefined, stage: Stage): Promise<number> {
  const { signal, home, record, shutdown } = stage
  tell('Starting Postgres, the page and the bot ...')
  const database = await startDatabase()
  const { postgres } = database
  shutdown.add('Postgres', () => postgres.stop())
  record.addProcess('Postgres', postgres.pid)
  record.addFolder(postgres.folder)

  const discord = await startDiscord({ port: port ?? (await freeOr(PAGE_PORT)), token: TOKEN, seed: GUILD })
  shutdown.add('the page', () => discord.close())

  const kubernetes = await startKubernetes()
  shutdown.add('the cluster', () => kubernetes.close())
  kubernetes.world.putNode({ name: 'node-1', addresses: ['10.0.0.1'] })
  const world = await openWorld({ postgres, scenario, clock: systemClock, cluster: kubernetes.world })
  shutdown.add('the site', () => world.stop())
  discord.setNotice(pageNotice(scenario, world.site.addresses))
  if (signal.aborted) return 0

  // Below the record's home, so that a killed demo's journal is found and removed by the next one.
  const folder = join(home, `lifeguard-bot-${process.pid}`)
  const botLog = join(home, `${process.pid}.log`)
  mkdirSync(folder, { mode: 0o700 })
  record.addFolder(folder)
  shutdown.add("the bot's folder", () => rmSync(folder, { recursive: true, force: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  await kubernetes.kubeconfig(kubeconfig)
  const bot = startBot(BOT_ENTRY, botEnvironment(database, discord, { folder, kubeconfig }), botLog)
  shutdown.add('the bot', () => bot.stop())
  record.addProcess('bot', bot.pid)
  keep(bot, folder)

  const died = bot.ended.then((how) => (signal.aborted ? undefined : how))
  if (!(await loggedIn(bot, discord, signal))) {
    if (signal.aborted) return 0
    return botFailed(bot, botLog, 'did not log in')
  }
  // Who is to be traced must have been seen: the first rollout comes a second after the story's start.
  if (!(await until(signal, () => kubernetes.watches.open() > 0))) tell('(the bot does not watch the cluster yet)')
  const version = `PostgreSQL ${Math.floor(postgres.versionNum / 10_000)}.${postgres.versionNum % 10_000}`
  const server = `${postgres.host}:${postgres.port} (${version}, 100 connections; ${postgres.superuser}, ${postgres.password})`
  tell(introduction({ scenario, pageUrl: discord.url, server, botLog, addresses: world.site.addresses }))

  const start = Date.now()
  const onLine = (line: string): void => {
    tell(storyLine(Date.now() - start, line))
    discord.setNotice(pageNotice(scenario, world.site.addresses, line))
  }
  const telling = { clock: systemClock, signal, onLine }
  const story = Promise.all([run(scenario, world, telling), report(world, REPORT_EVERY_MS, telling)])
  const how = await Promise.race([died, story.then(() => undefined)])
  return how === undefined ? 0 : botFailed(bot, botLog, `ended ${how}`)
}

function botEnvironment(
  { postgres, bot, canary }: DemoDatabase,
  discord: DiscordSandbox,
  { folder, kubeconfig }: { readonly folder: string; readonly kubeconfig: string },
): Record<string, string> {
  const id = (ids: Readonly<Record<string, string>>, name: string): string => {
    const found = ids[name]
    if (found === undefined) throw new Error(`The guild of the demo has no "${name}".`)
    return found
  }
  return {
    DISCORD_TOKEN: TOKEN,
    DISCORD_API: discord.apiBase,
    DISCORD_GUILD_ID: discord.ids.guild,
    DISCORD_CHANNEL_ID: id(discord.ids.channels, CHANNEL),
    ROLE_PAGE: id(discord.ids.roles, ROLES.page),
    ROLE_VIEW: id(discord.ids.roles, ROLES.view),
    ROLE_OPERATE: id(discord.ids.roles, ROLES.operate),
    SERVER_NAME: 'production',
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGUSER: bot.role,
    PGPASSWORD: bot.password,
    PGDATABASE: 'postgres',
    PGSSLMODE: 'disable',
    CANARY_USER: canary.role,
    CANARY_PASSWORD: canary.password,
    KUBERNETES_KUBECONFIG: kubeconfig,
    // The story takes a minute instead of hours: so must the rules.
    STALE_IDLE: '10s',
    STALE_IDLE_IN_TRANSACTION: '10s',
    HOLD_DOWN: '10s',
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'info',
  }
}

async function until(signal: AbortSignal, isTrue: () => boolean): Promise<boolean> {
  const deadline = Date.now() + BOT_LOGIN_WITHIN_MS
  while (!signal.aborted && Date.now() < deadline) {
    if (isTrue()) return true
    await sleep(50)
  }
  return false
}

async function loggedIn(bot: BotProcess, discord: DiscordSandbox, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + BOT_LOGIN_WITHIN_MS
  while (!signal.aborted && Date.now() < deadline) {
    if (discord.gateway.connections() > 0) return true
    const isOver = await Promise.race([bot.ended.then(() => true), sleep(50, false)])
    if (isOver) return false
  }
  return false
}

function botFailed(bot: BotProcess, botLog: string, what: string): number {
  tell(`\nThe bot ${what}. Its last lines (all of them: ${botLog}):`)
  for (const line of bot.lastLines(10)) tell(`  ${line}`)
  return 1
}

function freeOr(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
}

async function main(): Promise<number> {
  const args = parseArguments(
    process.argv.slice(2),
    SCENARIOS.map(({ name }) => name),
  )
  if (args.kind !== 'run') {
    tell(args.kind === 'help' ? helpText(SCENARIOS) : `${args.message}\n\n${helpText(SCENARIOS)}`)
    return args.kind === 'help' ? 0 : 2
  }
  const scenario = SCENARIOS.find(({ name }) => name === args.scenario)
  if (scenario === undefined) throw new Error(`No scenario is named "${args.scenario}".`)

  const home = demoHome()
  for (const line of await endLeftovers(home)) tell(line)
  const record = openRecord(home)
  const shutdown = shutdownStack(tell)
  const abort = new AbortController()
  const force = (): never => {
    record.destroy()
    return process.exit(1)
  }
  const interrupt = interruptions(
    Date.now,
    () => {
      tell('\nEnding ... (Ctrl-C again ends it by force)')
      abort.abort()
    },
    force,
  )
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
  process.stdout.on('error', () => undefined) // the terminal is gone: end in order all the same

  let code = 1
  try {
    code = await demo(scenario, args.port, { signal: abort.signal, home, record, shutdown })
  } catch (error) {
    tell(`The demo could not be started: ${error instanceof Error ? error.message : String(error)}`)
  }
  abort.abort()
  setTimeout(force, END_WITHIN_MS).unref()
  await shutdown.run()
  record.remove()
  return code
}

// Sockets of half-ended clients must not keep the process: everything of ours has been ended by now.
process.exit(await main())
