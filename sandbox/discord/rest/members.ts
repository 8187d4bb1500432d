import { PermissionFlagsBits } from 'discord-api-types/v10'
import { guildPermissions } from '../permissions.js'
import { giveRole, takeRole } from '../world/members.js'
import { memberPayload } from '../world/people.js'
import { bySnowflake } from '../world/snowflake.js'
import type { Member, Role, World } from '../world/state.js'
import { botMember } from './access.js'
import { requireGuild } from './guild.js'
import { DiscordRefusal, refuseIf, unknownThing } from './refusal.js'
import { type Call, DONE, type Reply, type Route } from './route.js'

const ROLE = '/guilds/:guild/members/:member/roles/:role'

/** Members as a list, and their roles. The list takes the members intent: 50001 without it. */
export function memberRoutes(mayListMembers: boolean): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/guilds/:guild/members',
      handle: (call) => {
        if (!mayListMembers) throw new DiscordRefusal(403, 50001, 'Missing Access')
        return list(call)
      },
    },
    { method: 'GET', path: '/guilds/:guild/members/:member', handle: getOne },
    { method: 'PUT', path: ROLE, handle: give },
    { method: 'DELETE', path: ROLE, handle: take },
  ]
}

/** By id, one unless told, at most 1000 after `after`. */
function list(call: Call): Reply {
  requireGuild(call)
  const limit = Number(call.query.get('limit') ?? 1)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    refuseIf([{ path: ['limit'], code: 'NUMBER_TYPE_MAX', message: 'int value should be between 1 and 1000.' }])
  }
  const after = BigInt(call.query.get('after') ?? 0)
  const members = [...call.world.members.values()]
    .filter((member) => BigInt(member.id) > after)
    .sort(bySnowflake)
    .slice(0, limit)
  return { status: 200, body: members.map(memberPayload) }
}

function getOne(call: Call): Reply {
  requireGuild(call)
  return { status: 200, body: memberPayload(memberOf(call)) }
}

function give(call: Call): Reply {
  giveRole(call.world, memberOf(call), manageableRole(call))
  return DONE
}

function take(call: Call): Reply {
  takeRole(call.world, memberOf(call), manageableRole(call))
  return DONE
}

function memberOf(call: Call): Member {
  requireGuild(call)
  const id = call.param('member')
  const member = call.world.members.get(id === '@me' ? call.world.botId : id)
  if (member === undefined) throw unknownThing(10007, 'Member')
  return member
}

/** A role the bot may give and take: it manages roles, and stands above this one. @everyone is nobody's to give. */
function manageableRole(call: Call): Role {
  const { world } = call
  const role = world.roles.get(call.param('role'))
  if (role === undefined) throw unknownThing(10011, 'Role')
  const bot = botMember(world)
  const mayManage = (guildPermissions(world, bot) & PermissionFlagsBits.ManageRoles) !== 0n
  if (!mayManage || role.id === world.guild.id || role.position >= highest(world, bot)) {
    throw new DiscordRefusal(403, 50013, 'Missing Permissions')
  }
  return role
}

function highest(world: World, member: Member): number {
  return Math.max(0, ...member.roles.map((id) => world.roles.get(id)?.position ?? 0))
}
