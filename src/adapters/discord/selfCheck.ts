import { ChannelType, type Client } from 'discord.js'
import { MENTION_EVERYONE, PERMISSIONS } from '../../messages/invite.js'
import type { DiscordConfig } from '../../ports/config.js'

/** What is missing on Discord's side, as sentences with their remedy. From the client's cache: it costs nothing. */
export function selfCheck(client: Client, config: DiscordConfig): readonly string[] {
  const guild = client.guilds.cache.get(config.guildId)
  if (guild === undefined) {
    return [
      `The bot is not in the server ${config.guildId} (DISCORD_GUILD_ID). Add it with the invite link that is printed at start.`,
    ]
  }
  return [...channelProblems(client, config), ...roleProblems(client, config)]
}

function channelProblems(client: Client, config: DiscordConfig): readonly string[] {
  const guild = client.guilds.cache.get(config.guildId)
  const channel = guild?.channels.cache.get(config.channelId)
  const me = guild?.members.me
  if (guild === undefined || channel === undefined) {
    return [
      `There is no channel ${config.channelId} (DISCORD_CHANNEL_ID) that the bot can see. Correct the id, or give it View Channels there.`,
    ]
  }
  if (channel.type !== ChannelType.GuildText && channel.type !== ChannelType.GuildAnnouncement) {
    return [`#${channel.name} (DISCORD_CHANNEL_ID) is not a text channel.`]
  }
  if (me === null || me === undefined) return ['Discord did not say which permissions the bot has.']
  const pageRole = config.pageRoleId === undefined ? undefined : guild.roles.cache.get(config.pageRoleId)
  const allowed = channel.permissionsFor(me)
  const missing = PERMISSIONS.filter((permission) => !allowed.has(permission.bit))
  const cannotPing = pageRole !== undefined && !pageRole.mentionable && !allowed.has(MENTION_EVERYONE.bit)
  return [
    ...missing.map((permission) => `The bot lacks ${permission.name} in #${channel.name} (${permission.because}).`),
    ...(cannotPing
      ? [
          `A page cannot ping @${pageRole.name}: make the role mentionable, or give the bot ${MENTION_EVERYONE.name} in #${channel.name}.`,
        ]
      : []),
  ]
}

function roleProblems(client: Client, config: DiscordConfig): readonly string[] {
  const guild = client.guilds.cache.get(config.guildId)
  const named = [
    ...(config.pageRoleId === undefined ? [] : [{ id: config.pageRoleId, where: 'ROLE_PAGE' }]),
    ...config.roles.view.map((id) => ({ id, where: 'ROLE_VIEW' })),
    ...config.roles.operate.map((id) => ({ id, where: 'ROLE_OPERATE' })),
    ...config.roles.recover.map((id) => ({ id, where: 'ROLE_RECOVER' })),
  ]
  const missing = new Map(
    named.filter(({ id }) => guild?.roles.cache.has(id) !== true).map(({ id, where }) => [id, where]),
  )
  return [
    ...[...missing].map(([id, where]) => `There is no role ${id} (${where}) in this server.`),
    ...(config.pageRoleId === undefined ? ['No page role is configured (ROLE_PAGE): pages ping nobody.'] : []),
  ]
}
