import { AllowedMentionsTypes, type APIAllowedMentions, PermissionFlagsBits } from 'discord-api-types/v10'
import { may } from '../permissions.js'
import type { Channel, Member, Pings, World } from './state.js'

/** How Discord reads a text when nothing else is said: messages parse all, interactions and webhooks users only. */
export type MentionDefault = 'all' | 'users'

const EVERY_KIND = [AllowedMentionsTypes.Everyone, AllowedMentionsTypes.Role, AllowedMentionsTypes.User]

export const NO_PINGS: Pings = { everyone: false, roles: [], users: [] }

/**
 * Whom a text mentions once `allowed_mentions` and permissions have been applied.
 * Text in code never mentions; a backslash does not protect, since only clients read it.
 * A role needs to be mentionable, or its author the permission to mention everyone.
 */
export function mentionsIn(
  text: string,
  allowed: APIAllowedMentions | null | undefined,
  fallback: MentionDefault,
  author: Member,
  channel: Channel,
  world: World,
): Pings {
  const plain = text.replaceAll(/```[\s\S]*?```|``[\s\S]*?``|`[^`]*`/g, ' ')
  const rules: APIAllowedMentions = allowed ?? { parse: fallback === 'all' ? EVERY_KIND : [AllowedMentionsTypes.User] }
  const parse: readonly string[] = rules.parse ?? []
  const mayPingAll = may(world, author, channel, PermissionFlagsBits.MentionEveryone)
  const found = (pattern: RegExp) => [...new Set([...plain.matchAll(pattern)].map((match) => match[1] ?? ''))]
  return {
    everyone: mayPingAll && parse.includes('everyone') && /@(?:everyone|here)\b/.test(plain),
    roles: found(/<@&(\d{17,20})>/g).filter((id) => {
      const role = world.roles.get(id)
      const isAllowed = parse.includes('roles') || (rules.roles ?? []).includes(id)
      return role !== undefined && isAllowed && (role.mentionable || mayPingAll)
    }),
    users: found(/<@!?(\d{17,20})>/g).filter(
      (id) => world.members.has(id) && (parse.includes('users') || (rules.users ?? []).includes(id)),
    ),
  }
}
