import { GatewayCloseCodes as Close, GatewayIntentBits } from 'discord-api-types/v10'
import type { Credentials } from '../credentials.js'
import { isAbsent, itemsOf, type Fields } from '../limits/issue.js'

const KNOWN_INTENTS = Object.values(GatewayIntentBits)
  .filter((bit): bit is GatewayIntentBits => typeof bit === 'number')
  .reduce((bits, bit) => bits | bit, 0)

/** What an IDENTIFY comes to: 'too soon' is answered with op 9 false, any other refusal closes the connection. */
type Identified =
  | { readonly kind: 'good' }
  | { readonly kind: 'too soon' }
  | { readonly kind: 'refused'; readonly code: Close; readonly message: string }

/**
 * Judges an IDENTIFY; a good one counts as a start of a session, and so does one that comes too soon.
 * Source: Discord, "Opcodes and Status Codes", gateway close event codes; "Gateway", rate limiting of identifies.
 */
export function identified(
  data: Fields,
  options: { readonly credentials: Credentials; readonly allowedIntents: number },
): Identified {
  const { credentials, allowedIntents } = options
  if (!credentials.accepts(data['token'])) return refused(Close.AuthenticationFailed, 'Authentication failed.')
  if (isAbsent(data['properties'])) return refused(Close.DecodeError, 'Error while decoding payload.')
  if (data['compress'] === true) return refused(Close.DecodeError, 'The sandbox does not compress.')
  const [shard, shards] = itemsOf(data['shard'] ?? [0, 1]).map(Number)
  if (shard === undefined || shards === undefined || !(shard >= 0 && shard < shards)) {
    return refused(Close.InvalidShard, 'Invalid shard.')
  }
  const intents = data['intents']
  if (typeof intents !== 'number' || !Number.isInteger(intents) || (intents & ~KNOWN_INTENTS) !== 0) {
    return refused(Close.InvalidIntents, 'Invalid intent(s).')
  }
  if ((intents & ~allowedIntents) !== 0) {
    return refused(Close.DisallowedIntents, `Disallowed intent(s): ${intents & ~allowedIntents}.`)
  }
  const start = credentials.start(shard)
  if (start === 'used up') {
    return refused(Close.AuthenticationFailed, 'Too many sessions were started: the token has been reset.')
  }
  return start === 'too soon' ? { kind: 'too soon' } : { kind: 'good' }
}

function refused(code: Close, message: string): Identified {
  return { kind: 'refused', code, message }
}
