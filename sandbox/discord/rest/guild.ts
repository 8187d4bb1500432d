import { type APIGatewayBotInfo, Locale, type RESTGetAPIOAuth2CurrentApplicationResult } from 'discord-api-types/v10'
import type { Credentials } from '../credentials.js'
import { guildPayload } from '../world/payloads.js'
import { applicationPayload, rolePayload, userPayload } from '../world/people.js'
import type { World } from '../world/state.js'
import { botMember } from './access.js'
import { DiscordRefusal, unknownThing } from './refusal.js'
import type { Call, Reply, Route } from './route.js'

/** What a bot asks about itself and its guild. `gatewayUrl` is where the gateway listens. */
export function guildRoutes(gatewayUrl: () => string, credentials: Pick<Credentials, 'startLimit'>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/gateway/bot',
      handle: () => ({ status: 200, body: gatewayInfo(gatewayUrl(), credentials) }),
    },
    {
      method: 'GET',
      path: '/users/@me',
      handle: ({ world }) => ok({ ...userPayload(botMember(world)), mfa_enabled: false, locale: Locale.EnglishUS }),
    },
    { method: 'GET', path: '/applications/@me', handle: ({ world }) => ok(ownApplication(world)) },
    {
      method: 'GET',
      path: '/oauth2/applications/@me',
      handle: ({ world }) => ok(ownApplication(world) satisfies RESTGetAPIOAuth2CurrentApplicationResult),
    },
    { method: 'GET', path: '/guilds/:guild', handle: getGuild },
    {
      method: 'GET',
      path: '/guilds/:guild/roles',
      handle: (call) => {
        requireGuild(call)
        return ok([...call.world.roles.values()].map(rolePayload))
      },
    },
    { method: 'GET', path: '/users/:user', handle: getUser },
  ]
}

function ok(body: unknown): Reply {
  return { status: 200, body }
}

/** The application with the fields that the specification has and the types have not. */
function ownApplication(world: World) {
  return { ...applicationPayload(world), type: null, explicit_content_filter: 0, eligible_oauth2_scopes: [] }
}

function gatewayInfo(url: string, credentials: Pick<Credentials, 'startLimit'>): APIGatewayBotInfo {
  return {
    url,
    shards: 1,
    session_start_limit: credentials.startLimit(),
  } satisfies APIGatewayBotInfo
}

/** A guild the bot is not in is not to be seen: 50001. */
export function requireGuild(call: Call): void {
  if (call.param('guild') !== call.world.guild.id) throw new DiscordRefusal(403, 50001, 'Missing Access')
}

function getGuild(call: Call): Reply {
  if (call.param('guild') !== call.world.guild.id) throw unknownThing(10004, 'Guild')
  return ok({ ...guildPayload(call.world), home_header: null, nsfw: false }) // in the specification, not in the types
}

function getUser(call: Call): Reply {
  const member = call.world.members.get(call.param('user'))
  if (member === undefined) throw unknownThing(10013, 'User')
  return ok(userPayload(member))
}
