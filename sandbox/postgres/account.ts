import { execFileSync } from 'node:child_process'

/** The system user Postgres runs as. Undefined fields mean: the user we are. */
export type Account = { readonly uid?: number; readonly gid?: number }

const SYSTEM_USER = 'postgres'

/**
 * Postgres refuses to run as root, so root lends it the system user `postgres`, made on the spot when missing.
 * Anybody else runs it as themselves. Throws when the user can neither be found nor made.
 */
export function postgresAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const found = lookUp()
  if (found !== undefined) return found
  try {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', SYSTEM_USER],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
  } catch (cause) {
    // Two starts at once both try; the slower one fails and finds what the faster one made.
    const made = lookUp()
    if (made !== undefined) return made
    throw new Error(
      `Postgres does not run as root, and the system user "${SYSTEM_USER}" could not be made. Make it, or start as another user.`,
      { cause },
    )
  }
  const made = lookUp()
  if (made === undefined)
    throw new Error(`The system user "${SYSTEM_USER}" was made, yet "id ${SYSTEM_USER}" does not know it.`)
  return made
}

function lookUp(): Account | undefined {
  try {
    const number = (flag: string): number =>
      Number(execFileSync('id', [flag, SYSTEM_USER], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim())
    return { uid: number('-u'), gid: number('-g') }
  } catch {
    return undefined // no such user
  }
}
