import { type APIApplicationCommand, ApplicationCommandType } from 'discord-api-types/v10'
import { commandEditIssues, commandIssues, commandListIssues, hasRoomFor, nameTaken } from '../limits/commands.js'
import { fieldsOf, type Fields, isAbsent, itemsOf, textOf } from '../limits/issue.js'
import type { World } from '../world/state.js'
import { requireGuild } from './guild.js'
import { DiscordRefusal, refuseIf, unknownThing } from './refusal.js'
import { type Call, DONE, type Reply, type Route } from './route.js'

const ALL = '/applications/:application/guilds/:guild/commands'
const CREATIONS_A_DAY = 200
const DAY_MS = 24 * 3_600_000
const ONE = `${ALL}/:command`

export const COMMAND_ROUTES: readonly Route[] = [
  { method: 'GET', path: ALL, handle: guarded(({ world }) => ({ status: 200, body: [...world.commands.values()] })) },
  { method: 'PUT', path: ALL, handle: guarded(replaceAll) },
  { method: 'POST', path: ALL, handle: guarded(upsert) },
  { method: 'GET', path: ONE, handle: guarded((call) => ({ status: 200, body: commandOf(call) })) },
  { method: 'PATCH', path: ONE, handle: guarded(edit) },
  { method: 'DELETE', path: ONE, handle: guarded(remove) },
]

function guarded(handle: (call: Call) => Reply): (call: Call) => Reply {
  return (call) => {
    if (call.param('application') !== call.world.botId) {
      throw new DiscordRefusal(403, 20012, 'You are not authorized to perform this action on this application')
    }
    requireGuild(call)
    return handle(call)
  }
}

/** PUT: the list takes the place of all commands; those with the same name and type keep their id. */
function replaceAll({ world, json }: Call): Reply {
  refuseIf(commandListIssues(json))
  const before = [...world.commands.values()]
  countCreations(world, itemsOf(json).filter((item) => named(before, fieldsOf(item)) === undefined).length)
  const after = itemsOf(json).map((item) => stored(world, fieldsOf(item), named(before, fieldsOf(item))))
  world.commands.clear()
  for (const command of after) world.commands.set(command.id, command)
  world.tell({ kind: 'commands changed' })
  return { status: 200, body: after }
}

/** POST: a command of the same name and type is replaced (200), another is new (201). */
function upsert({ world, json }: Call): Reply {
  refuseIf(commandIssues(json))
  const before = named([...world.commands.values()], fieldsOf(json))
  if (before === undefined) {
    const type = Number(fieldsOf(json)['type'] ?? ApplicationCommandType.ChatInput)
    if (!hasRoomFor(type, [...world.commands.values()])) {
      throw new DiscordRefusal(400, 30032, 'Maximum number of application commands reached')
    }
    countCreations(world, 1)
  }
  const command = stored(world, fieldsOf(json), before)
  world.commands.set(command.id, command)
  world.tell({ kind: 'commands changed' })
  return { status: before === undefined ? 201 : 200, body: command }
}

/** 200 creations a day: who registers everything anew at every start meets 30034 one day. */
function countCreations(world: World, added: number): void {
  const nowMs = world.clock.now()
  const recent = world.commandsCreatedMs.filter((atMs) => nowMs - atMs < DAY_MS)
  if (recent.length + added > CREATIONS_A_DAY) {
    throw new DiscordRefusal(
      400,
      30034,
      `Max number of daily application command creates has been reached (${CREATIONS_A_DAY})`,
    )
  }
  world.commandsCreatedMs.splice(0, Infinity, ...recent, ...Array.from({ length: added }, () => nowMs))
}

function edit(call: Call): Reply {
  const before = commandOf(call)
  const taken = named([...call.world.commands.values()], {
    name: before.name,
    ...fieldsOf(call.json),
    type: before.type,
  })
  refuseIf([
    ...commandEditIssues(call.json, before.type),
    ...(taken === undefined || taken.id === before.id ? [] : [nameTaken(['name'])]),
  ])
  const command = stored(
    call.world,
    { ...(before as unknown as Fields), ...fieldsOf(call.json), type: before.type },
    before,
  )
  call.world.commands.set(command.id, command)
  call.world.tell({ kind: 'commands changed' })
  return { status: 200, body: command }
}

function remove(call: Call): Reply {
  call.world.commands.delete(commandOf(call).id)
  call.world.tell({ kind: 'commands changed' })
  return DONE
}

function commandOf(call: Call): APIApplicationCommand {
  const command = call.world.commands.get(call.param('command'))
  if (command === undefined) throw unknownThing(10063, 'application command')
  return command
}

function named(commands: readonly APIApplicationCommand[], payload: Fields): APIApplicationCommand | undefined {
  const type = payload['type'] ?? ApplicationCommandType.ChatInput
  return commands.find((command) => command.name === payload['name'] && command.type === type)
}

/** A command as Discord gives it back: defaults filled in, absent options left out. */
function stored(world: World, payload: Fields, before: APIApplicationCommand | undefined): APIApplicationCommand {
  const options = itemsOf(payload['options'])
  return {
    id: before?.id ?? world.nextId(),
    application_id: world.botId,
    guild_id: world.guild.id,
    version: world.nextId(),
    type: Number(payload['type'] ?? ApplicationCommandType.ChatInput) as ApplicationCommandType,
    name: String(payload['name']),
    name_localizations: (payload['name_localizations'] ?? null) as null,
    description: textOf(payload['description']),
    description_localizations: (payload['description_localizations'] ?? null) as null,
    default_member_permissions: isAbsent(payload['default_member_permissions'])
      ? null
      : textOf(payload['default_member_permissions']),
    nsfw: payload['nsfw'] === true,
    contexts: (payload['contexts'] ?? null) as null,
    integration_types: [0],
    ...(options.length === 0 ? {} : { options: options as NonNullable<APIApplicationCommand['options']> }),
  } satisfies APIApplicationCommand
}
