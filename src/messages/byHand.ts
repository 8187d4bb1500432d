import type { StaleRule } from '../core/watch/rule.js'
import { code, fence } from './escape.js'

/**
 * The first step where Lifeguard cannot make room by itself, as something to paste. With every slot gone nobody can log
 * in, superusers neither: then an idle backend is ended from the host, by SIGTERM.
 */
export function byHandLines(
  isEverySlotGone: boolean,
  suspectRole: string | undefined,
  stale: Pick<StaleRule, 'idleMs'>,
): readonly string[] {
  // Only a name that needs no quoting may be pasted into a shell.
  const role = /^[\w-]{1,63}$/.test(suspectRole ?? '') ? suspectRole : undefined
  const whose = role === undefined ? [`Put the leaking role's name in place of ROLE.`] : []
  return isEverySlotGone
    ? [
        'First step by hand, on the database host: end the oldest idle backend of the leaking role with SIGTERM (never -9), as often as needed:',
        // The title of a backend is `postgres: [cluster: ]role database address state`.
        fence([`pkill -TERM -o -u postgres -f 'postgres: ([^ ]+: )?${role ?? 'ROLE'} .* idle$'`]),
        ...whose,
      ]
    : [
        'First step by hand, as a superuser (a reserve is left for them):',
        fence([
          'SELECT pg_terminate_backend(pid)',
          'FROM pg_stat_activity',
          `WHERE usename = '${role ?? 'ROLE'}' AND state = 'idle'`,
          `AND state_change < now() - interval '${interval(stale.idleMs)}';`,
        ]),
        ...whose,
      ]
}

/** What ends the reason why Lifeguard cannot end a role's backends. */
export function superuserRemedy(role: string): string {
  // A name of 63 bytes, each a quote to be doubled, still fits: a remedy that is cut is none.
  return code(`ALTER ROLE "${role.replaceAll('"', '""')}" NOSUPERUSER;`, 160)
}

function interval(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.ceil(ms / 1000)} s`
}
