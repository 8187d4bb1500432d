import {
  type ApplicationFlags,
  type APIApplication,
  type APIGuildMember,
  type APIRole,
  type APIUser,
  GuildMemberFlags,
  type RoleFlags,
  type UserFlags,
} from 'discord-api-types/v10'
import type { Member, Role, World } from './state.js'

const LONG_AGO = '2020-12-11T00:00:00.000000+00:00'

export function userPayload(member: Member): APIUser {
  return {
    id: member.id,
    username: member.name,
    discriminator: '0',
    global_name: member.isBot ? null : member.name,
    avatar: null,
    banner: null,
    accent_color: null,
    bot: member.isBot,
    system: false,
    flags: 0 as UserFlags,
    public_flags: 0 as UserFlags,
    avatar_decoration_data: null,
    primary_guild: null,
  } satisfies APIUser
}

export function memberPayload(member: Member): APIGuildMember {
  return {
    user: userPayload(member),
    nick: null,
    avatar: null,
    banner: null,
    roles: [...member.roles],
    joined_at: LONG_AGO,
    premium_since: null,
    deaf: false,
    mute: false,
    flags: GuildMemberFlags.CompletedOnboarding,
    pending: false,
    communication_disabled_until: null,
  } satisfies APIGuildMember
}

export function rolePayload(role: Role): APIRole {
  return {
    id: role.id,
    name: role.name,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: role.position,
    permissions: role.permissions.toString(),
    managed: false,
    mentionable: role.mentionable,
    flags: 0 as RoleFlags,
  } satisfies APIRole
}

export function applicationPayload(world: World): APIApplication {
  const bot = world.members.get(world.botId)
  const owner = [...world.members.values()].find((member) => !member.isBot)
  return {
    id: world.botId,
    name: bot?.name ?? 'bot',
    icon: null,
    description: '',
    bot_public: false,
    bot_require_code_grant: false,
    ...(bot === undefined ? {} : { bot: userPayload(bot) }),
    summary: '',
    verify_key: '0'.repeat(64),
    ...(owner === undefined ? {} : { owner: userPayload(owner) }),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    approximate_guild_count: 1,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    team: null,
    flags: 0 as ApplicationFlags,
    flags_new: '0',
  } satisfies APIApplication
}
