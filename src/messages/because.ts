import type { Because, Numbers } from '../core/incident/event.js'
import type { Incident } from '../core/incident/incident.js'
import type { ExhaustedLimit, Look } from '../core/watch/look.js'
import { code } from './escape.js'
import { duration } from './time.js'

/** One sentence on which limit refuses, and what follows from it. */
export function limitSentence(limit: ExhaustedLimit): string {
  switch (limit) {
    case 'usable slots':
      return 'the slots of ordinary roles are gone, a reserve is left'
    case 'every slot':
      return 'every slot is gone, the superuser reserve too: a superuser application is using slots, or logins are stuck'
    case 'role limit':
      return 'its role is at its own CONNECTION LIMIT'
    case 'database limit':
      return 'the database is at its own CONNECTION LIMIT'
    case 'half-open logins':
      return 'more half-open logins than the server takes: a flood, to be stopped at the network'
    case 'unnamed limit':
      return 'a limit that the server did not name'
  }
}

/** As many as a phone shows; the rest is counted. */
const REASONS_SHOWN = 6

export function becauseLines(because: readonly Because[]): readonly string[] {
  const more = because.length - REASONS_SHOWN
  return [
    ...because.slice(0, REASONS_SHOWN).map(becauseLine),
    ...(more > 0 ? [`-# and ${more} more ${more === 1 ? 'reason' : 'reasons'}`] : []),
  ]
}

/** One line per reason, without a full stop. */
export function becauseLine(because: Because): string {
  switch (because.kind) {
    case 'rule':
      // Without the number it had then: the headline and the table have the one it has now.
      return `Over its limit of ${because.limit}: rule ${code(because.rule)}`
    case 'usable slots gone':
      return because.used > because.usable
        ? `Full: ${because.used} in use of ${because.usable} usable, reserved slots too`
        : `Full: no usable slot is left (${because.used} of ${because.usable})`
    case 'role at its limit':
      return `Role ${code(because.name)} is at its CONNECTION LIMIT (${because.used} of ${because.limit})`
    case 'database at its limit':
      return `Database ${code(because.name)} is at its CONNECTION LIMIT (${because.used} of ${because.limit})`
    case 'canary refused':
      return because.slotsFree > 0 && because.limit !== 'role limit' && because.limit !== 'database limit'
        ? `A plain login was refused although ${because.slotsFree} slots look free: logins are stuck in authentication`
        : `A plain login was refused: ${limitSentence(because.limit)}`
    case 'rollout will not fit':
      return `The rollout of ${code(because.workload)} that is under way needs ${because.need} of ${because.usable} usable slots at its peak`
    case 'locked out':
      return `Lifeguard's own login is refused: ${limitSentence(because.limit)}`
    case 'no data':
      return `${NO_DATA_WORDS[because.look]} (${code(because.detail, 120)})`
  }
}

const NO_DATA_WORDS = {
  hung: 'The session is open, but questions are not answered',
  unreachable: 'No connection can be made',
  starting: 'The server is starting, stopping or recovering',
  denied: 'The server does not let Lifeguard see what it needs',
} as const

export function severityWord(severity: Incident['severity']): string {
  return { page: 'PAGE', warning: 'WARNING', info: 'INFO' }[severity]
}

export function severitySymbol(severity: Incident['severity']): string {
  return { page: '🔴', warning: '🟡', info: '🔵' }[severity]
}

/** `96 of 97 usable connections`; above that, how many sit in the reserve. */
export function numbersText({ used, usable }: Pick<Numbers, 'used' | 'usable'>): string {
  const reserve = used > usable ? `, ${used - usable} of them in the reserve` : ''
  return `${used} of ${usable} usable connections${reserve}`
}

/** Why there are no numbers, in a few words: `hung: no answer in 2 s`. */
export function lookText(look: Look): string {
  switch (look.kind) {
    case 'reading':
      return `read in ${Math.round(look.tookMs)} ms`
    case 'hung':
      return `hung: no answer in ${duration(look.timeoutMs)}`
    case 'unreachable':
      return `unreachable, ${look.why}: ${code(look.detail, 120)}`
    case 'starting':
      return 'starting, stopping or recovering'
    case 'denied':
      return `denied: ${code(look.detail, 120)}`
    case 'refused':
      return `full, and refusing Lifeguard too: ${limitSentence(look.limit)}`
  }
}
