import type { BaseInteraction, APIInteractionGuildMember, GuildMember } from 'discord.js'
import type { Presser } from '../../core/access/tier.js'

/** The person behind an interaction, from what this very interaction carries: never from a cache of earlier ones. */
export function presserOf(interaction: BaseInteraction): Presser {
  const { member } = interaction
  return {
    id: interaction.user.id,
    name: interaction.user.username,
    guildId: interaction.guildId ?? undefined,
    roleIds: member === null ? undefined : rolesOf(member).filter((id) => id !== interaction.guildId),
    isBot: interaction.user.bot,
    timedOutUntil: member === null ? undefined : timedOutUntil(member),
  }
}

/** @everyone has the server's own id and every member has it: it never opens a tier, so callers leave it out. */
function rolesOf(member: GuildMember | APIInteractionGuildMember): readonly string[] {
  return Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()]
}

function timedOutUntil(member: GuildMember | APIInteractionGuildMember): number | undefined {
  if ('communication_disabled_until' in member) {
    return typeof member.communication_disabled_until === 'string'
      ? Date.parse(member.communication_disabled_until)
      : undefined
  }
  return 'communicationDisabledUntilTimestamp' in member
    ? (member.communicationDisabledUntilTimestamp ?? undefined)
    : undefined
}
