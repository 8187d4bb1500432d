import { PermissionFlagsBits } from 'discord-api-types/v10'

/** Every permission Lifeguard needs in its channel, with the reason; nothing else is asked for. */
export const PERMISSIONS = [
  { name: 'View Channels', bit: PermissionFlagsBits.ViewChannel, because: 'to see its channel' },
  { name: 'Send Messages', bit: PermissionFlagsBits.SendMessages, because: 'to post cards and pages' },
  {
    name: 'Create Public Threads',
    bit: PermissionFlagsBits.CreatePublicThreads,
    because: 'to start the thread of an incident',
  },
  {
    name: 'Send Messages in Threads',
    bit: PermissionFlagsBits.SendMessagesInThreads,
    because: 'to post outcomes and evidence',
  },
  { name: 'Attach Files', bit: PermissionFlagsBits.AttachFiles, because: 'to attach evidence and lists' },
  {
    name: 'Read Message History',
    bit: PermissionFlagsBits.ReadMessageHistory,
    because: 'to find its own messages again after an outage',
  },
] as const

/**
 * Needed only to ping a page role that is not mentionable. Making the role mentionable is the smaller right, so the
 * invite does not ask for this one; the start-up check names it where it is missing.
 */
export const MENTION_EVERYONE = { name: 'Mention Everyone', bit: PermissionFlagsBits.MentionEveryone } as const

/** The link that adds the bot to a server with exactly these permissions. */
export function inviteLink(applicationId: string): string {
  const permissions = PERMISSIONS.reduce((bits, permission) => bits | permission.bit, 0n)
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions: String(permissions),
  })
  return `https://discord.com/oauth2/authorize?${query.toString()}`
}
