import { GatewayCloseCodes as Close, GatewayIntentBits } from 'discord-api-types/v10'
import type { Credentials } from '../credentials.js'
import { isAbsent, itemsOf, type Fields } from '../limits/issue.js'

const KNOWN_INTENTS = Object.values(GatewayIntentBits)
  .filter((bit): bit is GatewayIntentBits => typeof bit === 'number')
  .reduce((bits, bit) => bits | bit, 0)

/**
 * Why an IDENTIFY is refused, with the close code; undefined for a good one, which counts as a start of a session.
 * Source: Discord, "Opcodes and Status Codes", gateway close event codes.
 */
export function identifyRefusal(
  data: Fields,
  options: { readonly credentials: Credentials; readonly allowedIntents: number },
): { readonly code: Close; readonly message: string } | undefined {
  const { credentials, allowedIntents } = options
  if (!credentials.accepts(data['token']))
    return { code: Close.AuthenticationFailed, message: 'Authentication failed.' }
  if (isAbsent(data['properties'])) return { code: Close.DecodeError, message: 'Error while decoding payload.' }
  if (data['compress'] === true) return { code: Close.DecodeError, message: 'The sandbox does not compress.' }
  const [shard, shards] = itemsOf(data['shard'] ?? [0, 1]).map(Number)
  if (shard === undefined || shards === undefined || !(shard >= 0 && shard < shards)) {
    return { code: Close.InvalidShard, message: 'Invalid shard.' }
  }
  const intents = data['intents']
  if (typeof intents !== 'number' || !Number.isInteger(intents) || (intents & ~KNOWN_INTENTS) !== 0) {
    return { code: Close.InvalidIntents, message: 'Invalid intent(s).' }
  }
  if ((intents & ~allowedIntents) !== 0) {
    return { code: Close.DisallowedIntents, message: `Disallowed intent(s): ${intents & ~allowedIntents}.` }
  }
  return credentials.start()
    ? undefined
    : { code: Close.AuthenticationFailed, message: 'Too many sessions were started: the token has been reset.' }
}
