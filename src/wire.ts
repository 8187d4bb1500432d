import { createHash, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { COMMANDS } from '../commands/index.js'
import { alertChannel } from './adapters/discord/alertChannel.js'
import { discordClient, logIn, TOKEN_REFUSED } from './adapters/discord/client.js'
import { members } from './adapters/discord/members.js'
import { registerCommands } from './adapters/discord/registration.js'
import { routeInteractions } from './adapters/discord/router.js'
import { selfCheck } from './adapters/discord/selfCheck.js'
import { systemClock } from './adapters/clock/system.js'
import { evidenceOnDisk } from './adapters/disk/evidence.js'
import { postgresServer } from './adapters/postgres/server.js'
import { cron } from './adapters/schedule/cron.js'
import { openJournal } from './adapters/sqlite/journal.js'
import { DependencyError } from './core/errors.js'
import { openGate } from './flows/access/gate.js'
import { startTeller } from './flows/incident/tell.js'
import { openLedger } from './flows/ledger.js'
import { openTracing } from './wire/tracing.js'
import { lifeguard as openLifeguard } from './wire/lifeguard.js'
import type { Press } from './flows/terminate/act.js'
import { reconcileActs } from './flows/terminate/reconcile.js'
import { watchedServers, type WatchedServer } from './flows/watched.js'
import { watchServer } from './flows/watch/tick.js'
import type { Config } from './ports/config.js'
import type { Journal } from './ports/journal.js'
import type { Log } from './ports/log.js'
import type { Gaps, Schedule, Scheduled } from './ports/schedule.js'
import { shutdownStack } from './wire/shutdown.js'

/** Crockford's base 32: no I, L, O or U, so that a reference can be read out over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export type Bot = {
  /** Lets go of everything; safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts the bot: journal, sessions, schedule, Discord, in that order, since the watch must not wait for Discord.
 * Rejects with UserError when it must not start (another Lifeguard on the same journal).
 */
export async function startBot(
  config: Config,
  deps: {
    readonly log: Log
    readonly version: string
    /** Ends the process: a token that Discord refuses cannot be waited out. */
    readonly onFatal: (because: string) => void
    readonly schedule?: Schedule
  },
): Promise<Bot> {
  const { log } = deps
  const clock = systemClock
  const startedAt = clock.now()
  const shutdown = shutdownStack()
  const ended = new AbortController()
  const stop = () => {
    ended.abort()
    return shutdown.run((name, error) => log.warn({ err: error, name }, 'did not end cleanly'))
  }

  let poke: () => void = () => undefined
  const journal = await openOrBroken(config.dataDir, log)
  shutdown.push('journal', () => journal.close().catch(() => undefined))
  const ledger = await openLedger({ journal, clock, log, onChange: () => poke() })
  const evidence = evidenceOnDisk(config.dataDir)
  await ledger.note([{ v: 1, type: 'bot.started', version: deps.version }])

  const client = discordClient(config.discord)
  // At the end the client forgets the token by itself, and whoever still asks for something hears it as a refusal.
  const onUnauthorised = () => {
    if (!ended.signal.aborted) deps.onFatal(TOKEN_REFUSED)
  }
  // Let go of after the last words, which need it.
  shutdown.push('discord', () => client.destroy())
  const { guildId, channelId, pageRoleId, roles } = config.discord
  const channel = alertChannel(client, { guildId, channelId, pageRoleId }, onUnauthorised)

  const tracer = await openTracing(config, { log, shutdown, clock })
  const underWay = new Map<string, Press>()
  const schedule = deps.schedule ?? cron(log)
  const scheduled = new Map<string, Scheduled>()
  const starts = config.servers.map((server) => {
    const postgres = postgresServer(server, {
      clock,
      random: Math.random,
      log: log.child({ server: server.name }),
      withSessionAges: tracer !== undefined,
    })
    shutdown.push(`sessions of ${server.name}`, () => postgres.close())
    postgres.open()
    const watch = watchServer({
      config: server,
      server: postgres,
      ledger,
      clock,
      newId,
      log,
      trace: (reading) => tracer?.trace(server.name, reading, server.stale) ?? { kind: 'off' },
      onTick: () => poke(),
    })
    const watched: WatchedServer = {
      config: server,
      postgres,
      live: () => watch.live(),
      lookNow: () => watch.lookNow(),
      peakOf: (incident) => watch.peakOf(incident),
      ...(tracer === undefined ? {} : { tracer }),
    }
    const tick = async () => {
      await watch.tick()
      if (watch.live().look?.kind === 'reading') {
        await reconcileActs({ ledger, clock, isUnderWay: (preview) => underWay.has(preview) }, watched)
      }
    }
    return { watched, begin: () => scheduled.set(server.name, schedule.every(server.schedule, server.name, tick)) }
  })
  const watched = watchedServers(starts.map((start) => start.watched))
  const gapsOf = (server: string): Gaps => scheduled.get(server)?.gaps() ?? { missed: 0, overlapped: 0 }

  const degraded = (): readonly string[] => [
    ...(ledger.problem() === undefined
      ? []
      : [
          `The journal does not take records: nothing can be acknowledged for good or terminated, and a restart may repeat alerts. ${ledger.problem() ?? ''}`,
        ]),
    ...(client.isReady()
      ? selfCheck(client, config.discord)
      : ['Not connected to Discord: buttons and commands do not work.']),
    ...(tracer?.problems() ?? []),
  ]
  const teller = startTeller({
    ledger,
    channel,
    evidence,
    clock,
    log,
    liveOf: (server) => watched.find(server)?.live(),
    // The card itself cannot be edited without Discord, and a card that blinks with every reconnect helps nobody.
    degraded: () => (ledger.problem() === undefined ? [] : degraded().slice(0, 1)),
  })
  poke = () => teller.poke()
  shutdown.push('last words', () => teller.settled())

  const gate = openGate({ guildId, roles, members: members(client, guildId), ledger, clock, newId, log })
  const desk = openLifeguard({
    ledger,
    gate,
    watched,
    clock,
    evidence,
    log,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    newId,
    cameBackAfterMs: config.timings.cameBackAfterMs,
    underWay,
    version: deps.version,
    startedAt,
    gapsOf,
    degraded: () => [...degraded(), ...teller.problems()],
    poke,
  })

  for (const start of starts) start.begin()
  shutdown.push('schedule', () => {
    for (const one of scheduled.values()) one.stop()
  })

  const route = routeInteractions({
    commands: COMMANDS,
    lifeguard: desk,
    log,
    newRef: () => newId(() => false),
    onUnauthorised,
  })
  void logIn(client, config.discord, {
    clock,
    log,
    signal: ended.signal,
    onFatal: deps.onFatal,
    onInteraction: route,
    async onReady() {
      for (const problem of selfCheck(client, config.discord)) log.warn({ problem }, 'discord self-check')
      await register(client, guildId, log)
      log.info({ servers: watched.names(), data: join(config.dataDir, 'journal.db') }, 'lifeguard is on watch')
      poke()
    },
  })
  return { stop }
}

async function register(client: ReturnType<typeof discordClient>, guildId: string, log: Log): Promise<void> {
  try {
    const applicationId = client.application?.id ?? ''
    const done = await registerCommands(
      client,
      { applicationId, guildId },
      COMMANDS.map((command) => command.data),
    )
    log.info(done, 'commands are registered')
  } catch (error) {
    // Cards and buttons work without them; the next start tries again.
    log.error({ err: error }, 'commands could not be registered')
  }
}

/** A journal at fault must not blind the watch: it then goes on from memory, and acts are refused. */
async function openOrBroken(dataDir: string, log: Log): Promise<Journal> {
  try {
    return await openJournal(dataDir, { log })
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error
    const refuse = () => Promise.reject(error)
    return { read: refuse, append: refuse, close: () => Promise.resolve() }
  }
}

function newId(isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
    if (!isTaken(id)) return id
  }
}
