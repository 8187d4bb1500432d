import { ApplicationCommandOptionType as Kind, ComponentType } from 'discord-api-types/v10'
import { fieldsOf, type Fields, itemsOf } from '../limits/issue.js'
import { channelPayload } from '../world/payloads.js'
import type { Channel, Member, World } from '../world/state.js'
import { DriverRefusal } from './refusal.js'
import { channelSeenBy } from './visibility.js'

type Pick = (world: World, person: Member, name: string, of: Fields) => string

const user: Pick = (world, _person, name) => idIn(world.members.values(), name, 'user')
const role: Pick = (world, _person, name) => idIn(world.roles.values(), name, 'role')
const mentionable: Pick = (world, _person, name) =>
  idIn([...world.members.values(), ...world.roles.values()], name, 'user or role')
const channel: Pick = (world, person, name, of) => {
  const found = channelSeenBy(world, person, name)
  requireType(world, found, itemsOf(of['channel_types']))
  return found.id
}

const OF_SELECT: Readonly<Record<number, Pick>> = {
  [ComponentType.UserSelect]: user,
  [ComponentType.RoleSelect]: role,
  [ComponentType.MentionableSelect]: mentionable,
  [ComponentType.ChannelSelect]: channel,
}
const OF_OPTION: Readonly<Record<number, Pick>> = {
  [Kind.User]: user,
  [Kind.Role]: role,
  [Kind.Mentionable]: mentionable,
  [Kind.Channel]: channel,
}

/**
 * Values of a select: its own, by value or label, or ids of what the guild has, by name or id. Their number must be
 * one that the select allows. Refuses what it does not offer, channels that this person does not see among it.
 */
export function chosenValues(world: World, person: Member, select: Fields, values: readonly string[]): string[] {
  const least = Number(select['min_values'] ?? 1)
  const most = Number(select['max_values'] ?? 1)
  if (values.length < least || values.length > most) {
    throw new DriverRefusal(`this select takes ${least} to ${most} values, not ${values.length}`)
  }
  const pick = OF_SELECT[Number(select['type'])]
  const chosen = values.map((value) => pick?.(world, person, value, select) ?? offeredValue(select, value))
  if (new Set(chosen).size < chosen.length) throw new DriverRefusal('a value can be chosen only once')
  return chosen
}

/** The value of an option with this value or label; refuses what is not offered. */
export function offeredValue(select: Fields, value: string): string {
  const option = itemsOf(select['options'])
    .map(fieldsOf)
    .find((candidate) => candidate['value'] === value || candidate['label'] === value)
  if (option === undefined) throw new DriverRefusal(`the select has no option "${value}"`)
  return String(option['value'])
}

/** The id for a command's option of a user, role, mentionable or channel; undefined for options of other types. */
export function pickedOption(world: World, person: Member, option: Fields, name: string): string | undefined {
  return OF_OPTION[Number(option['type'])]?.(world, person, name, option)
}

/** A member's id, by name or id. */
export function pickedUser(world: World, person: Member, name: string): string {
  return user(world, person, name, {})
}

function idIn(records: Iterable<{ readonly id: string; readonly name: string }>, value: string, what: string): string {
  const name = value.replace(/^@/, '')
  const found = [...records].find((record) => record.id === name || record.name === name || record.name === value)
  if (found === undefined) throw new DriverRefusal(`no ${what} is named "${value}"`)
  return found.id
}

function requireType(world: World, found: Channel, types: readonly unknown[]): void {
  const { type } = channelPayload(world, found)
  if (types.length > 0 && !types.includes(type)) throw new DriverRefusal(`#${found.name} is not of a type it takes`)
}
