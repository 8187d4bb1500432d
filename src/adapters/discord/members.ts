import { Routes, type APIGuildMember, type Client } from 'discord.js'
import type { Members } from '../../ports/members.js'
import { call, codeOf, CODES, detailOf } from './call.js'

const READ_LIMIT_MS = 2_000

/** Members as Discord's API has them at this moment, not as a cache remembers them. */
export function members(client: Pick<Client, 'rest'>, guildId: string): Members {
  return {
    async read(userId) {
      try {
        const member = (await call(
          (signal) => client.rest.get(Routes.guildMember(guildId, userId), { signal }),
          READ_LIMIT_MS,
        )) as APIGuildMember
        const until = member.communication_disabled_until
        return {
          kind: 'member',
          roleIds: member.roles,
          timedOutUntil: typeof until === 'string' ? Date.parse(until) : undefined,
        }
      } catch (error) {
        if (codeOf(error) === CODES.unknownMember) return { kind: 'gone' }
        return { kind: 'unknown', detail: detailOf(error) }
      }
    },
  }
}
