import type { Member, Role, World } from './state.js'

/** Gives a member exactly these roles, by id. */
export function setRoles(world: World, before: Member, roles: readonly string[]): Member {
  const member = { ...before, roles: [...new Set(roles)] }
  world.members.set(member.id, member)
  world.tell({ kind: 'member updated', member })
  return member
}

export function giveRole(world: World, member: Member, role: Role): Member {
  return member.roles.includes(role.id) ? member : setRoles(world, member, [...member.roles, role.id])
}

export function takeRole(world: World, member: Member, role: Role): Member {
  const left = member.roles.filter((id) => id !== role.id)
  return left.length === member.roles.length ? member : setRoles(world, member, left)
}

/** By name or id; throws for nobody's. */
export function memberNamed(world: World, name: string): Member {
  const member = world.members.get(name) ?? [...world.members.values()].find((one) => one.name === name)
  if (member === undefined) throw new Error(`no member is named "${name}"`)
  return member
}

/** By name or id; throws for nobody's. */
export function roleNamed(world: World, name: string): Role {
  const role = world.roles.get(name) ?? [...world.roles.values()].find((one) => one.name === name)
  if (role === undefined) throw new Error(`no role is named "${name}"`)
  return role
}
