import { checked, unseen, BACKENDS_HIDDEN, type Checked } from './checked.js'
import type { ServerFacts } from './facts.js'
import { applicationRoles } from './roles.js'

/** The server's own default: one for an administrator, one for a tool, one to spare. */
const SUPERUSERS_NEED = 3

/** Who may take the last slots: superusers that are applications, and what is kept back for whom. */
export function checkSlots(facts: ServerFacts): readonly Checked[] {
  return [checkSuperusers(facts), checkReserved(facts), checkSuperuserReserve(facts)]
}

/** A superuser's logins are let into the slots that are kept for administrators, and nobody else can end them. */
function checkSuperusers(facts: ServerFacts): Checked {
  const holding = applicationRoles(facts)
  if (holding === undefined) return unseen('superuser applications', BACKENDS_HIDDEN)
  const superusers = facts.roles.filter((role) => role.isSuperuser)
  return checked(
    'superuser applications',
    ...holding
      .filter((role) => role.isSuperuser)
      .map(
        ({ name, backends, held, isBootstrap }) =>
          ({
            kind: 'superuser application',
            role: name,
            backends,
            applications: [...new Set(held.map((one) => one.applicationName))],
            standing: isBootstrap ? 'bootstrap' : superusers.length === 1 ? 'last' : 'ordinary',
          }) as const,
      ),
  )
}

function checkReserved({ reserved, versionNum, waitsForRestart }: ServerFacts): Checked {
  if (reserved === null) {
    return checked('reserved slots', { kind: 'no reserve before 16', major: Math.trunc(versionNum / 10_000) })
  }
  return checked(
    'reserved slots',
    reserved > 0
      ? undefined
      : { kind: 'no reserved slots', isWaiting: waitsForRestart.includes('reserved_connections') },
  )
}

function checkSuperuserReserve({ superuserReserved, waitsForRestart }: ServerFacts): Checked {
  return checked(
    "superusers' reserve",
    superuserReserved >= SUPERUSERS_NEED
      ? undefined
      : {
          kind: 'small superuser reserve',
          reserved: superuserReserved,
          isWaiting: waitsForRestart.includes('superuser_reserved_connections'),
        },
  )
}
