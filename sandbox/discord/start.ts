import type { APIApplicationCommand } from 'discord-api-types/v10'
import { GatewayIntentBits } from 'discord-api-types/v10'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { realClock, type SandboxClock } from './clock.js'
import { type Driver, driverOf } from './driver/driver.js'
import { type Fault, faultList } from './faults.js'
import { type Gateway, GATEWAY_PATH, serveGateway } from './gateway/server.js'
import { pageHandler } from './page/serve.js'
import { type Recorder, recorder } from './record.js'
import { restApi } from './rest/api.js'
import { channelNow, deleteChannel } from './world/channels.js'
import { deleteMessage } from './world/messages.js'
import { idsNamed, permissionBits, type PermissionName, type Seed, type SeededIds, seedWorld } from './world/seed.js'
import { type SeenMessage, seenMessage } from './world/seen.js'
import { bySnowflake } from './world/snowflake.js'
import type { Thread, World } from './world/state.js'

export type StartOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** What the bot logs in with. */
  readonly token: string
  readonly clock?: SandboxClock
  readonly seed: Seed
  /** Gets the wire log, one JSON line at a time. */
  readonly journal?: (line: string) => void
  /** Gateway intents the application may ask for; default Guilds, which is all that Lifeguard needs. */
  readonly allowedIntents?: number
}

export type DiscordSandbox = {
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
  readonly wire: Omit<Recorder, 'add'>
  readonly faults: { readonly add: (fault: Fault) => void; readonly clear: () => void }
  readonly gateway: Omit<Gateway, 'close'>
  /** Gives a member exactly these roles, by name. */
  readonly setRoles: (member: string, roles: readonly string[]) => void
  /** Gives a role ('@everyone' too) exactly these permissions. */
  readonly setPermissions: (role: string, permissions: readonly PermissionName[]) => void
  readonly deleteMessage: (id: string) => void
  readonly deleteChannel: (idOrName: string) => void
  readonly close: () => Promise<void>
}

/** Starts the stand-in on loopback: REST, gateway and page on one port. */
export async function startDiscord(options: StartOptions): Promise<DiscordSandbox> {
  const clock = options.clock ?? realClock
  const server = createServer()
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on a port')
  const origin = `http://127.0.0.1:${address.port}`

  const { world, ids } = seedWorld(options.seed, clock, () => `${origin}/attachments`)
  const record = recorder(clock.now, options.journal)
  const faults = faultList()
  const gatewayUrl = () => `ws://127.0.0.1:${address.port}${GATEWAY_PATH}`
  const { token } = options
  const rest = restApi({ world, token, record, faults, gatewayUrl })
  const page = pageHandler(world)
  const gateway = serveGateway(server, {
    world,
    token,
    record,
    gatewayUrl,
    allowedIntents: options.allowedIntents ?? GatewayIntentBits.Guilds,
  })
  server.on('request', (request, response) => {
    const answered = request.url?.startsWith('/api/') === true ? rest(request, response) : page(request, response)
    answered.catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      record.add({ kind: 'gateway', note: 'request failed', problem: { kind: 'sandbox bug', message } })
      response.destroy()
    })
  })

  return {
    url: `${origin}/`,
    apiBase: `${origin}/api`,
    ids,
    as: (member) => driverOf(world, memberNamed(world, member).id),
    world: readAccess(world),
    wire: { entries: record.entries, errors: record.errors, warnings: record.warnings },
    faults: { add: faults.add, clear: faults.clear },
    gateway,
    setRoles: (name, roles) => {
      const member = { ...memberNamed(world, name), roles: idsNamed(roles, world.roles.values()) }
      world.members.set(member.id, member)
      world.tell({ kind: 'member updated', member })
    },
    setPermissions: (name, permissions) => {
      const before = [...world.roles.values()].find((role) => role.name === name || role.id === name)
      if (before === undefined) throw new Error(`no role is named "${name}"`)
      const role = { ...before, permissions: permissionBits(permissions) }
      world.roles.set(role.id, role)
      world.tell({ kind: 'role updated', role })
    },
    deleteMessage: (id) => {
      const message = world.messages.get(id)
      if (message === undefined) throw new Error(`there is no message ${id}`)
      deleteMessage(world, message)
    },
    deleteChannel: (name) => deleteChannel(world, channelNamed(world, name)),
    close: async () => {
      gateway.close()
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

function memberNamed(world: World, name: string) {
  const member = world.members.get(name) ?? [...world.members.values()].find((one) => one.name === name)
  if (member === undefined) throw new Error(`no member is named "${name}"`)
  return member
}

function channelNamed(world: World, name: string) {
  const channel = world.channels.get(name) ?? [...world.channels.values()].find((one) => one.name === name)
  if (channel === undefined) throw new Error(`there is no channel "${name}"`)
  return channel
}
