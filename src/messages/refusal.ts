import { ACTIONS, type DenialReason } from '../core/access/tier.js'
import type { Refused } from '../ports/lifeguard.js'
import { COLOUR, container, text, type Rendered } from './body.js'

/** A no, in words: what was asked, what it needs, what the person has, and under which reference it stands in the log. */
export function renderRefusal(refused: Refused): Rendered {
  const { says } = ACTIONS[refused.action]
  const has = refused.has.length === 0 ? 'none' : refused.has.join(', ')
  return container(COLOUR.grey, [
    text(`You can't ${says}: ${because(refused)} You have: ${has}.\n**Nothing was done.**\n-# Ref ${refused.ref}`),
  ])
}

function because(refused: Refused): string {
  const words: Readonly<Record<DenialReason, string>> = {
    'not in a server': 'Lifeguard answers in its own Discord server only, not in direct messages.',
    'another server': 'Lifeguard answers in its own Discord server only.',
    'a bot': 'bots are not answered.',
    'roles unknown': 'Discord did not say which roles you have right now. Try again.',
    'timed out': 'you are timed out.',
    'tier missing': `it needs the ${refused.needs} tier (${rolesText(refused.roleIds)}).`,
  }
  return words[refused.because]
}

function rolesText(roleIds: readonly string[]): string {
  return roleIds.length === 0 ? 'nobody has it: no role is configured' : roleIds.map((id) => `<@&${id}>`).join(' or ')
}

/** Something went wrong that is nobody's fault: an id to find it in the log, and no stack trace. */
export function renderBug(ref: string): Rendered {
  return container(COLOUR.grey, [
    text(
      `Something went wrong inside Lifeguard, and it stopped there.\nWhether anything was done: \`/status\` and \`/connections show\` tell how it is now.\n-# Ref ${ref} in the log`,
    ),
  ])
}

/** For a button of a card or preview that this version does not understand. */
export function renderUnknownButton(): Rendered {
  return container(COLOUR.grey, [
    text(
      'This button belongs to an older message, or was damaged.\nNothing was done. `/incident list` leads to the current card.',
    ),
  ])
}
