import {
  type APIChatInputApplicationCommandInteractionData,
  type APIInteraction,
  type APIInteractionDataResolved,
  type APIInteractionGuildMember,
  ApplicationIntegrationType,
  type GuildFeature,
  InteractionContextType,
  InteractionType,
  Locale,
} from 'discord-api-types/v10'
import { randomBytes } from 'node:crypto'
import { channelPermissions } from '../permissions.js'
import { attachmentPayload, channelPayload } from '../world/payloads.js'
import { memberPayload, rolePayload, userPayload } from '../world/people.js'
import type { Channel, Interaction, Member, World } from '../world/state.js'

const TYPES: Readonly<Record<Interaction['kind'], InteractionType>> = {
  command: InteractionType.ApplicationCommand,
  autocomplete: InteractionType.ApplicationCommandAutocomplete,
  component: InteractionType.MessageComponent,
  modal: InteractionType.ModalSubmit,
}

/** A new interaction of this person, not yet sent. Its id is its age, its token opens the webhook. */
export function newInteraction(
  world: World,
  member: Member,
  channel: Channel,
  about: Pick<Interaction, 'kind' | 'label'> & {
    readonly sourceId?: string
    readonly optionType?: number
    readonly commandType?: number
  },
): Interaction {
  return {
    id: world.nextId(),
    token: randomBytes(48).toString('base64url'),
    userId: member.id,
    channelId: channel.id,
    startedMs: world.clock.now(),
    state: 'waiting',
    isSettled: false,
    followUpIds: [],
    ...about,
  }
}

/** The whole INTERACTION_CREATE: what every kind has, and `data` (with `message`, where a component is on one). */
export function interactionPayload(
  world: World,
  interaction: Interaction,
  member: Member,
  channel: Channel,
  rest: { readonly data: unknown; readonly message?: unknown },
): APIInteraction {
  const bot = world.members.get(world.botId)
  const holder: APIInteractionGuildMember = {
    ...memberPayload(member),
    user: userPayload(member),
    permissions: channelPermissions(world, member, channel).toString(),
  }
  const common = {
    id: interaction.id,
    application_id: world.botId,
    type: TYPES[interaction.kind],
    token: interaction.token,
    version: 1 as const,
    guild_id: world.guild.id,
    guild: { id: world.guild.id, locale: Locale.EnglishUS, features: [] as GuildFeature[] },
    channel_id: channel.id,
    channel: channelPayload(world, channel),
    member: holder,
    app_permissions: bot === undefined ? '0' : channelPermissions(world, bot, channel).toString(),
    locale: Locale.EnglishUS,
    guild_locale: Locale.EnglishUS,
    entitlements: [],
    authorizing_integration_owners: { [ApplicationIntegrationType.GuildInstall]: world.guild.id },
    context: InteractionContextType.Guild,
    attachment_size_limit: 10 * 1024 * 1024,
  }
  // The union is discriminated by `type` and `data`, which the callers build with their own types.
  return { ...common, ...rest } as unknown as APIInteraction
}

/** Users, members, roles, channels and files that option or select values name. */
export function resolvedData(world: World, ids: readonly string[]): APIInteractionDataResolved {
  const members = ids.flatMap((id) => world.members.get(id) ?? [])
  const roles = ids.flatMap((id) => world.roles.get(id) ?? [])
  const channels = ids.flatMap((id) => world.channels.get(id) ?? [])
  const files = ids.flatMap((id) => world.uploads.get(id) ?? [])
  const byId = <T>(records: readonly { readonly id: string }[], payload: (index: number) => T): Record<string, T> =>
    Object.fromEntries(records.map((record, index) => [record.id, payload(index)]))
  return {
    ...(members.length === 0
      ? {}
      : {
          users: Object.fromEntries(members.map((member) => [member.id, userPayload(member)])),
          members: Object.fromEntries(
            members.map((member) => {
              const { user: _user, deaf: _deaf, mute: _mute, ...rest } = memberPayload(member)
              return [member.id, { ...rest, permissions: '0' }]
            }),
          ),
        }),
    ...(roles.length === 0 ? {} : { roles: Object.fromEntries(roles.map((role) => [role.id, rolePayload(role)])) }),
    ...(channels.length === 0
      ? {}
      : {
          channels: byId(channels, (index) => {
            const channel = channels[index]
            if (channel === undefined) throw new Error('an index of its own list')
            return { ...channelPayload(world, channel), permissions: '0' }
          }),
        }),
    ...(files.length === 0
      ? {}
      : {
          attachments: Object.fromEntries(
            files.map((file) => [file.id, attachmentPayload(file, { isEphemeral: true })]),
          ),
        }),
  } satisfies APIInteractionDataResolved
}

export type CommandData = Pick<APIChatInputApplicationCommandInteractionData, 'id' | 'name' | 'type'>
