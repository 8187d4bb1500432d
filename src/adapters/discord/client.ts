import { Client, Events, GatewayIntentBits, type Interaction } from 'discord.js'
import type { Clock } from '../../ports/clock.js'
import type { DiscordConfig } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import { detailOf, isUnauthorised } from './call.js'
import { requestSeeingOldEdits } from './oldEdits.js'

/** What Discord says of a token it does not know, as a sentence for the terminal. */
export const TOKEN_REFUSED =
  'Discord does not accept DISCORD_TOKEN. Was it reset? Developer Portal > your application > Bot > Reset Token, put the new one into .env, and start again.'

/** A client that asks for one intent, Guilds, and mentions nobody by default. */
export function discordClient(config: Pick<DiscordConfig, 'apiBase' | 'token'>): Client {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    allowedMentions: { parse: [] },
    rest: { api: config.apiBase, timeout: 9_000, makeRequest: requestSeeingOldEdits },
  })
  // The alert channel needs no gateway: a page goes out while the login is still being tried.
  client.rest.setToken(config.token.reveal())
  return client
}

/**
 * Logs in, trying again for as long as Discord is away (5 s doubling to a minute), since the watch does not wait for
 * it. Resolves once ready, or when `signal` aborts. A refused token is fatal and is reported as such.
 */
export async function logIn(
  client: Client,
  config: Pick<DiscordConfig, 'token'>,
  deps: {
    readonly clock: Clock
    readonly log: Log
    readonly signal: AbortSignal
    readonly onReady: () => Promise<void>
    readonly onInteraction: (interaction: Interaction) => Promise<void>
    readonly onFatal: (because: string) => void
  },
): Promise<void> {
  const { clock, log, signal, onFatal } = deps
  client.on(Events.Error, (error) => log.warn({ detail: detailOf(error) }, 'discord client error'))
  client.on(Events.ShardError, (error) => log.warn({ detail: detailOf(error) }, 'gateway error, reconnecting'))
  client.on(Events.ShardReconnecting, () => log.info({}, 'gateway lost, reconnecting'))
  client.on(Events.ShardResume, (_shard, replayed) => log.info({ replayed }, 'gateway resumed'))
  client.on(Events.Invalidated, () => onFatal('Discord ended the session for good.'))
  client.on(Events.ShardDisconnect, ({ code }) => {
    // The codes that discord.js does not come back from. Source: Discord, "Gateway Close Event Codes".
    if (code === 4004) onFatal(TOKEN_REFUSED)
    else if (code === 4013 || code === 4014)
      onFatal(
        'Discord refuses the Guilds intent: that should not happen to any application. Check it in the Developer Portal.',
      )
    else log.warn({ code }, 'gateway closed')
  })
  client.on(Events.InteractionCreate, (interaction) => void deps.onInteraction(interaction))
  client.once(Events.ClientReady, () => void deps.onReady())

  for (let delayMs = 5_000; !signal.aborted; delayMs = Math.min(60_000, delayMs * 2)) {
    try {
      await client.login(config.token.reveal())
      return
    } catch (error) {
      if (isUnauthorised(error) || isTokenInvalid(error)) {
        onFatal(TOKEN_REFUSED)
        return
      }
      log.warn({ detail: detailOf(error), retryInMs: delayMs }, 'could not log in to Discord, watching all the same')
      client.rest.setToken(config.token.reveal())
      await clock.sleep(delayMs, signal).catch(() => undefined)
    }
  }
}

function isTokenInvalid(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'TokenInvalid'
}
