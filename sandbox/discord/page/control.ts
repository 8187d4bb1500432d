import type { Controls } from '../controls.js'
import { fieldsOf, textOf, type Fields } from '../limits/issue.js'
import type { World } from '../world/state.js'
import { MISCHIEF } from './mischief.js'

type ControlResult = { readonly status: number; readonly body: unknown }

const MOST_AHEAD_MS = 24 * 60 * 60_000

/** What the panel asks for: roles, faults, the clock. 409 with words when it cannot be done. */
export function performControl(world: World, controls: Controls, text: string): ControlResult {
  try {
    const complaint = perform(world, controls, fieldsOf(JSON.parse(text)))
    return complaint === undefined ? { status: 200, body: {} } : { status: 409, body: { message: complaint } }
  } catch (error) {
    if (error instanceof SyntaxError) return { status: 400, body: { message: 'not JSON' } }
    throw error
  }
}

function perform(world: World, controls: Controls, asked: Fields): string | undefined {
  switch (asked['kind']) {
    case 'role': {
      const [member, role] = [textOf(asked['member']), textOf(asked['role'])]
      if (!world.members.has(member) || !world.roles.has(role)) return 'There is no such member or role.'
      if (asked['isHeld'] === true) controls.giveRole(member, role)
      else controls.takeRole(member, role)
      return undefined
    }
    case 'start': {
      const found = MISCHIEF.find(({ key }) => key === asked['key'])
      return found === undefined ? 'There is no such fault.' : found.run(world, controls, textOf(asked['channel']))
    }
    case 'stop':
      return controls.faults.remove(textOf(asked['fault'])) ? undefined : 'That fault has ended already.'
    case 'advance': {
      const byMs = asked['byMs']
      if (typeof byMs !== 'number' || !(byMs > 0 && byMs <= MOST_AHEAD_MS)) return 'The clock moves up to a day ahead.'
      controls.clock.advance(byMs)
      return undefined
    }
    default:
      return `the page cannot "${textOf(asked['kind'])}"`
  }
}
