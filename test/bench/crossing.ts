import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startDiscord, type DiscordSandbox } from '../../sandbox/discord/start.js'
import { secret } from '../../src/config/secret.js'
import type { Rule } from '../../src/core/watch/rule.js'
import type { Config } from '../../src/ports/config.js'
import { startBot } from '../../src/wire.js'
import { hold, QUIET, release, serverConfig, startBenchServer } from './load.js'
import { barred, figure, stats, type Bar } from './stats.js'
import { startProcess } from '../scenarios/process.js'

const SERVERS = 20
const ROUNDS = 10
const LIMIT = 3
/**
 * From the backend that crosses a limit to the card in Discord: 20 watched servers, 10 rounds, the 5 s schedule, two
 * readings to confirm. The 20 are entries of one configuration on one real Postgres, each with a limit of its own.
 */
export async function benchCrossing(say: (line: string) => void): Promise<readonly Bar[]> {
  const postgres = await startBenchServer()
  const discord = await startDiscord({ token: 'bench', seed: SEED })
  const dataDir = await mkdtemp(join(tmpdir(), 'lifeguard-bench-'))
  const names = Array.from({ length: SERVERS }, (_, n) => `server-${n + 1}`)
  for (const name of names) await postgres.sql(`CREATE ROLE "${name}" LOGIN PASSWORD 'bench'`)
  const bot = await startBot(
    { ...configFor(discord, dataDir), servers: names.map((name) => serverConfig(postgres, name, [ruleFor(name)])) },
    { log: QUIET, version: 'bench', onFatal: (because) => say(because) },
  )
  const delays: number[] = []
  try {
    while (discord.world.commands().length < 5) await pause(50)
    for (let round = 0; round < ROUNDS; round += 1) {
      delays.push(...(await Promise.all(names.map((name) => oneCrossing(postgres, discord, name)))))
      say(`round ${round + 1} of ${ROUNDS}: p95 so far ${(stats(delays).p95 / 1_000).toFixed(1)} s`)
    }
  } finally {
    await bot.stop()
    await discord.close()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  const { median, p95, max } = stats(delays)
  return [
    figure(`crossing to posted message (${SERVERS} servers × ${ROUNDS} rounds), median`, median / 1_000, 's'),
    figure('crossing to posted message, worst', max / 1_000, 's'),
    barred('crossing to posted message, p95', p95 / 1_000, 's', { kind: 'at most', limit: 11 }),
  ]
}

/** Resident memory of the bot as a process of its own: one server, no cluster, after a minute of ticks of a second. */
export async function benchMemory(say: (line: string) => void): Promise<readonly Bar[]> {
  if (process.platform !== 'linux') {
    say('resident memory is read from /proc: not on this system')
    return []
  }
  const postgres = await startBenchServer()
  const discord = await startDiscord({ token: 'bench', seed: SEED })
  const dataDir = await mkdtemp(join(tmpdir(), 'lifeguard-bench-'))
  const { discord: settings } = configFor(discord, dataDir)
  const held = await hold(postgres, 90)
  const bot = startProcess({
    DISCORD_TOKEN: 'bench',
    DISCORD_API: settings.apiBase,
    DISCORD_GUILD_ID: settings.guildId,
    DISCORD_CHANNEL_ID: settings.channelId,
    ROLE_OPERATE: settings.roles.operate.join(','),
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGUSER: 'lifeguard',
    PGPASSWORD: 'bench',
    PGSSLMODE: 'disable',
    SCHEDULE: '* * * * * *',
    DATA_DIR: dataDir,
  })
  const readings: number[] = []
  try {
    for (let second = 0; second < 60; second += 1) {
      await pause(1_000)
      const status = await readFile(`/proc/${bot.pid}/status`, 'utf8')
      readings.push(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024)
    }
  } finally {
    await bot.stop()
    await release(held)
    await discord.close()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  const settled = readings.slice(10)
  return [
    figure('resident memory, highest', stats(settled).max, 'MB'),
    barred('resident memory, median', stats(settled).median, 'MB', { kind: 'at most', limit: 150 }),
  ]
}

async function oneCrossing(
  postgres: Awaited<ReturnType<typeof startBenchServer>>,
  discord: DiscordSandbox,
  name: string,
): Promise<number> {
  const cards = () => discord.world.messages('incidents').filter((message) => message.text.includes(`\`${name}\``))
  const before = cards().length
  await pause(Math.random() * 5_000) // anywhere between two ticks
  const clients = await hold(postgres, LIMIT + 1, name)
  const crossed = Date.now()
  while (cards().length === before) await pause(10)
  const posted = cards().at(-1)?.createdMs ?? Date.now()
  await release(clients)
  while (cards().at(-1)?.text.includes('RESOLVED') !== true) await pause(100)
  return posted - crossed
}

function ruleFor(name: string): Rule {
  const above = { kind: 'count', count: LIMIT } as const
  return {
    name: 'own',
    match: [{ role: name }],
    above,
    clearBelow: above,
    severity: 'warning',
    confirm: 2,
    forMs: 0,
    holdDownMs: 1_000,
  }
}

const SEED = {
  guild: { name: 'Bench' },
  channels: [{ name: 'incidents' }],
  roles: [{ name: 'DevOps' }],
  members: [],
  bot: { name: 'Lifeguard' },
} as const

function configFor(discord: DiscordSandbox, dataDir: string): Config {
  return {
    discord: {
      token: secret('bench'),
      guildId: discord.ids.guild,
      channelId: discord.ids.channels['incidents'] ?? '',
      apiBase: discord.apiBase,
      roles: { view: [], operate: [discord.ids.roles['DevOps'] ?? ''], recover: [] },
    },
    servers: [],
    dataDir,
    logLevel: 'error',
    timings: { cameBackAfterMs: 10_000 },
  }
}
