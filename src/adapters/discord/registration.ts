import {
  Routes,
  type APIApplicationCommand,
  type Client,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js'
import { call } from './call.js'

/** What a start did to the guild's commands, by name. */
export type Registered = {
  readonly created: readonly string[]
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
}

/**
 * Makes the guild's commands what they ought to be, by difference: Discord allows 200 creations a day, and a bot that
 * restarts in a loop must not use them up. Rejects when Discord refuses.
 */
export async function registerCommands(
  client: Pick<Client, 'rest'>,
  ids: { readonly applicationId: string; readonly guildId: string },
  wanted: readonly RESTPostAPIChatInputApplicationCommandsJSONBody[],
): Promise<Registered> {
  const route = Routes.applicationGuildCommands(ids.applicationId, ids.guildId)
  const present = (await call((signal) => client.rest.get(route, { signal }))) as APIApplicationCommand[]
  const byName = new Map(present.map((command) => [command.name, command]))
  const created = wanted.filter((command) => !byName.has(command.name))
  const changed = wanted.filter((command) => {
    const known = byName.get(command.name)
    return known !== undefined && !says(known, command)
  })
  const deleted = present.filter((command) => !wanted.some((one) => one.name === command.name))

  for (const command of created) await call((signal) => client.rest.post(route, { body: command, signal }))
  for (const command of changed) {
    const known = byName.get(command.name)
    if (known === undefined) continue
    await call((signal) => client.rest.patch(`${route}/${known.id}`, { body: command, signal }))
  }
  for (const command of deleted) await call((signal) => client.rest.delete(`${route}/${command.id}`, { signal }))
  const names = (list: readonly { readonly name: string }[]) => list.map((command) => command.name)
  return { created: names(created), changed: names(changed), deleted: names(deleted) }
}

/** What a command may have that a wanted one may lack: there, it is a difference. */
const STRUCTURE = [
  'options',
  'choices',
  'required',
  'autocomplete',
  'min_length',
  'max_length',
  'min_value',
  'max_value',
]

/**
 * Whether what Discord has says what we want. Discord adds fields and leaves out defaults: a field we leave unset, and
 * a `false` or an empty list that it leaves out, are no difference; lists must be equal element by element.
 */
export function says(present: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true
  if (wanted === false) return isDefault(present)
  if (Array.isArray(wanted)) {
    const list = Array.isArray(present) ? present : []
    return list.length === wanted.length && wanted.every((one, index) => says(list[index], one))
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof present !== 'object' || present === null) return false
    const fields = present as Readonly<Record<string, unknown>>
    const isLeftOver = STRUCTURE.some((name) => !(name in wanted) && !isDefault(fields[name]))
    if (isLeftOver) return false
    return Object.entries(wanted).every(([name, value]) => says(fields[name], value))
  }
  return present === wanted
}

function isDefault(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
}
