import type { APIApplicationCommand } from 'discord-api-types/v10'
import { GatewayIntentBits } from 'discord-api-types/v10'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { type MovableClock, movableClock } from './clock.js'
import { channelNamed, type Controls, controlsOf } from './controls.js'
import { credentials } from './credentials.js'
import { type Driver, driverOf } from './driver/driver.js'
import { faultList } from './faults.js'
import { GATEWAY_PATH, serveGateway } from './gateway/server.js'
import type { Notice } from './page/notice.js'
import { pageHandler } from './page/serve.js'
import { recorder } from './record.js'
import { restApi } from './rest/api.js'
import type { RateLimits } from './rest/rateLimit.js'
import { channelNow } from './world/channels.js'
import { memberNamed } from './world/members.js'
import { type Seed, type SeededIds, seedWorld } from './world/seed.js'
import { type SeenMessage, seenMessage } from './world/seen.js'
import { bySnowflake } from './world/snowflake.js'
import type { Thread, World } from './world/state.js'

export type StartOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** What the bot logs in with. */
  readonly token: string
  /** Default: the machine's, which can be moved ahead. */
  readonly clock?: MovableClock
  readonly seed: Seed
  /** Gets the wire log, one JSON line at a time. */
  readonly journal?: (line: string) => void
  /** Gateway intents the application may ask for; default Guilds, which is all that Lifeguard needs. */
  readonly allowedIntents?: number
  /** What HELLO asks for; default 41,250. */
  readonly heartbeatMs?: number
  /** Default: Discord's 50 requests a second over all routes, and 10,000 invalid ones in ten minutes. */
  readonly rateLimits?: RateLimits
  /** How often a session may be started in a day before the token is reset; default 1000, as Discord's. */
  readonly sessionStartsADay?: number
  /** How long after one IDENTIFY the next is taken, for the one shard there is; default 5000, as Discord's. */
  readonly identifyEveryMs?: number
  /** Of the faults that strike by chance. */
  readonly faultSeed?: number
}

export type DiscordSandbox = Controls & {
  /** The page: http://127.0.0.1:PORT/ */
  readonly url: string
  /** For `rest.api`: http://127.0.0.1:PORT/api */
  readonly apiBase: string
  readonly ids: SeededIds
  /** Acts as a member, by name or id. */
  readonly as: (member: string) => Driver
  readonly world: {
    /** Oldest first, ephemeral ones included. A channel or thread by id or name. */
    readonly messages: (channel: string) => readonly SeenMessage[]
    readonly message: (id: string) => SeenMessage | undefined
    readonly threads: () => readonly Thread[]
    readonly commands: () => readonly APIApplicationCommand[]
    /** Told after every change of anything; the answer stops it. */
    readonly watch: (listener: () => void) => () => void
  }
  /** The strip on top of the page, for whoever sees it for the first time. */
  readonly setNotice: (notice: Notice) => void
  readonly close: () => Promise<void>
}

/** Starts the stand-in on loopback: REST, gateway and page on one port. */
export async function startDiscord(options: StartOptions): Promise<DiscordSandbox> {
  const clock = options.clock ?? movableClock()
  const server = createServer()
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on a port')
  const origin = `http://127.0.0.1:${address.port}`

  const { world, ids } = seedWorld(options.seed, clock, () => `${origin}/attachments`)
  const controlsChanged = () => world.tell({ kind: 'controls changed' })
  const record = recorder(clock.now, options.journal)
  record.watch(controlsChanged)
  const faults = faultList({
    nowMs: clock.now,
    changed: controlsChanged,
    ...(options.faultSeed === undefined ? {} : { seed: options.faultSeed }),
  })
  const gatewayUrl = () => `ws://127.0.0.1:${address.port}${GATEWAY_PATH}`
  const allowedIntents = options.allowedIntents ?? GatewayIntentBits.Guilds
  const login = credentials(options.token, clock, options)
  const rest = restApi({
    world,
    credentials: login,
    record,
    faults,
    gatewayUrl,
    rateLimits: options.rateLimits ?? {},
    mayListMembers: (allowedIntents & GatewayIntentBits.GuildMembers) !== 0,
  })
  const { close: closeGateway, ...gateway } = serveGateway(server, {
    world,
    credentials: login,
    record,
    faults,
    gatewayUrl,
    allowedIntents,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  })
  const { add: _add, ...wire } = record
  const controls = controlsOf(world, { clock, faults, gateway, wire, resetToken: login.reset })
  let notice: Notice | undefined
  const page = pageHandler(world, controls, () => notice)
  server.on('request', (request, response) => {
    const answered = request.url?.startsWith('/api/') === true ? rest(request, response) : page(request, response)
    answered.catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      record.add({ kind: 'gateway', note: 'request failed', problem: { kind: 'sandbox bug', message } })
      response.destroy()
    })
  })

  return {
    ...controls,
    url: `${origin}/`,
    apiBase: `${origin}/api`,
    ids,
    as: (member) => driverOf(world, memberNamed(world, member).id),
    world: readAccess(world),
    setNotice: (next) => {
      notice = next
      controlsChanged()
    },
    close: async () => {
      closeGateway()
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

function readAccess(world: World): DiscordSandbox['world'] {
  return {
    messages: (name) => {
      const { id } = channelNamed(world, name)
      return [...world.messages.values()]
        .filter((message) => message.channelId === id)
        .sort(bySnowflake)
        .map((message) => seenMessage(world, message))
    },
    message: (id) => {
      const message = world.messages.get(id)
      return message === undefined ? undefined : seenMessage(world, message)
    },
    threads: () =>
      [...world.channels.keys()].flatMap((id) => {
        const channel = channelNow(world, id)
        return channel?.kind === 'thread' ? [channel] : []
      }),
    commands: () => [...world.commands.values()],
    watch: (listener) => world.watch(() => listener()),
  }
}
