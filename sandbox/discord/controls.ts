import type { MovableClock } from './clock.js'
import type { Faults } from './faults.js'
import type { Gateway } from './gateway/server.js'
import type { Recorder } from './record.js'
import { archiveThread, deleteChannel } from './world/channels.js'
import { giveRole, memberNamed, roleNamed, setRoles, takeRole } from './world/members.js'
import { deleteMessage } from './world/messages.js'
import { permissionBits, type PermissionName } from './world/seed.js'
import type { Channel, World } from './world/state.js'

/** What nobody can do in Discord's client, and tests and the page's panel can. Everything named may be an id too. */
export type Controls = {
  readonly clock: MovableClock
  readonly faults: Faults
  readonly gateway: Omit<Gateway, 'close'>
  readonly wire: Omit<Recorder, 'add'>
  /** The bot's token is worth nothing from now on, as after a reset in the portal. */
  readonly resetToken: () => void
  /** Gives a member exactly these roles. */
  readonly setRoles: (member: string, roles: readonly string[]) => void
  readonly giveRole: (member: string, role: string) => void
  readonly takeRole: (member: string, role: string) => void
  /** Gives a role ('@everyone' too) exactly these permissions. */
  readonly setPermissions: (role: string, permissions: readonly PermissionName[]) => void
  readonly deleteMessage: (id: string) => void
  /** A channel or a thread, with all that is in it. */
  readonly deleteChannel: (channel: string) => void
  readonly archiveThread: (thread: string, options?: { readonly isLocked?: boolean }) => void
}

/** The acts of these throw when what they name is not there. */
export function controlsOf(
  world: World,
  parts: Pick<Controls, 'clock' | 'faults' | 'gateway' | 'wire' | 'resetToken'>,
): Controls {
  const { clock } = parts
  return {
    ...parts,
    clock: {
      ...clock,
      advance: (byMs) => {
        clock.advance(byMs)
        world.tell({ kind: 'controls changed' })
      },
    },
    setRoles: (member, roles) =>
      setRoles(
        world,
        memberNamed(world, member),
        roles.map((role) => roleNamed(world, role).id),
      ),
    giveRole: (member, role) => giveRole(world, memberNamed(world, member), roleNamed(world, role)),
    takeRole: (member, role) => takeRole(world, memberNamed(world, member), roleNamed(world, role)),
    setPermissions: (name, permissions) => {
      const role = { ...roleNamed(world, name), permissions: permissionBits(permissions) }
      world.roles.set(role.id, role)
      world.tell({ kind: 'role updated', role })
    },
    deleteMessage: (id) => {
      const message = world.messages.get(id)
      if (message === undefined) throw new Error(`there is no message ${id}`)
      deleteMessage(world, message)
    },
    deleteChannel: (name) => deleteChannel(world, channelNamed(world, name)),
    archiveThread: (name, { isLocked = false } = {}) => {
      const thread = channelNamed(world, name)
      if (thread.kind !== 'thread') throw new Error(`#${thread.name} is no thread`)
      archiveThread(world, thread, isLocked)
    },
  }
}

export function channelNamed(world: World, name: string): Channel {
  const channel = world.channels.get(name) ?? [...world.channels.values()].find((one) => one.name === name)
  if (channel === undefined) throw new Error(`there is no channel "${name}"`)
  return channel
}
