import { type GatewayGuildMembersChunkDispatchData, GatewayIntentBits } from 'discord-api-types/v10'
import { type Fields, isAbsent, textOf } from '../limits/issue.js'
import { memberPayload } from '../world/people.js'
import type { World } from '../world/state.js'

const MOST_BY_PREFIX = 100

/**
 * The answer to op 8, with the asker's nonce. Everybody at once takes the members intent; some by id, or at most 100
 * by the beginning of their name, do not.
 */
export function membersChunk(
  world: World,
  asked: Fields,
  intents: number,
): { readonly chunk: GatewayGuildMembersChunkDispatchData } | { readonly refusal: string } {
  const prefix = textOf(asked['query'])
  const limit = Number(asked['limit'] ?? 0)
  const ids = isAbsent(asked['user_ids']) ? undefined : [asked['user_ids']].flat().map(String)
  const isEverybody = ids === undefined && prefix === '' && limit === 0
  if (isEverybody && (intents & GatewayIntentBits.GuildMembers) === 0) {
    return { refusal: 'All members need the GUILD_MEMBERS intent.' }
  }
  const named = [...world.members.values()].filter((member) => member.name.startsWith(prefix))
  const members =
    ids !== undefined
      ? ids.flatMap((id) => world.members.get(id) ?? [])
      : isEverybody
        ? named
        : named.slice(0, Math.min(limit || MOST_BY_PREFIX, MOST_BY_PREFIX))
  return {
    chunk: {
      guild_id: world.guild.id,
      members: members.map(memberPayload),
      chunk_index: 0,
      chunk_count: 1,
      ...(ids === undefined ? {} : { not_found: ids.filter((id) => !world.members.has(id)) }),
      ...(isAbsent(asked['nonce']) ? {} : { nonce: textOf(asked['nonce']) }),
    },
  }
}
