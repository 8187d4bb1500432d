import type { Because, Numbers } from '../core/incident/event.js'
import type { AlertMessage } from '../ports/alertChannel.js'
import { becauseLine, numbersText } from './because.js'
import type { Link } from './card.js'
import type { Rendered } from './body.js'
import { code } from './escape.js'
import { relativeTime } from './time.js'

/**
 * The message that pings, since an edit never notifies. It names the one configured role and nobody else; without one
 * it pings nobody and the status says so. Plain text, so that the preview on a phone's lock screen reads well.
 */
export function renderPage(
  message: Extract<AlertMessage, { kind: 'page' }>,
  roleId: string | undefined,
  link: Link,
): Rendered {
  const { incident, n, card, marker } = message
  const page = incident.pages[n - 1]
  const numbers = page?.numbers
  const reason = page?.because[0]
  const words = [
    // An edit notifies nobody, but a page that still cries when all is over misleads whoever reads it next.
    ...(incident.resolved === undefined ? [] : [`**Over:** resolved ${relativeTime(incident.resolved.at)}. It was:`]),
    `${roleId === undefined ? '' : `<@&${roleId}> `}PAGE: ${code(incident.server)} ${what(reason, numbers)}.`,
    ...(reason === undefined ? [] : [`${becauseLine(reason)}.`]),
    card === undefined
      ? 'The card follows.'
      : `Card: ${link(card)}${incident.resolved === undefined ? ' — acknowledge there' : ''}.`,
    `-# ${marker}`,
  ].join('\n')
  return {
    body: {
      flags: 0,
      content: words,
      components: [],
      allowed_mentions: { parse: [], roles: roleId === undefined ? [] : [roleId] },
    },
    files: [],
  }
}

/** The news in a few words: all that a lock screen shows. */
function what(reason: Because | undefined, numbers: Numbers | undefined): string {
  if (reason?.kind === 'no data') return 'cannot be read'
  if (reason?.kind === 'locked out') return 'is full, and Lifeguard is locked out'
  if (numbers === undefined) return 'needs you'
  return numbers.used >= numbers.usable
    ? `is out of connections (${numbers.used} of ${numbers.usable} usable)`
    : `has ${numbersText(numbers)}`
}
