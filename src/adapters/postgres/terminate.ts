import type { Victim } from '../../core/terminate/backend.js'
import { OWN_APPLICATIONS } from './own.js'
import type { Question } from './session.js'

/** Whatever a victim says it was: nothing else than these is ever ended. */
const TERMINABLE_STATES: readonly string[] = ['idle', 'idle in transaction', 'idle in transaction (aborted)']

/** Backups look idle between two tables; ending one costs the backup. A trailing `*` matches any ending. */
const BACKUP_APPLICATIONS: readonly string[] = ['pg_dump*', 'pg_basebackup']

/**
 * The act. A victim is signalled only when it is the very backend it was shown as, in the very state, since the very
 * moment: pids are reused, and what was idle in the preview may be working now.
 *
 * Everything is decided in `target` before the first signal (MATERIALIZED keeps the planner from mixing the two): one
 * superuser's backend among the rest would fail the statement after others had been signalled. The timeout argument of
 * `pg_terminate_backend` is never used: it waits for one backend after the other.
 */
const TERMINATE_SQL = `
WITH target AS MATERIALIZED (
  SELECT a.pid
    FROM unnest($1::int[], $2::text[], $3::text[], $4::text[]) AS v (pid, backend_start, state, state_change)
    JOIN pg_stat_get_activity(NULL) a
      ON a.pid = v.pid AND a.backend_start = v.backend_start::timestamptz
     AND a.state = v.state AND a.state_change = v.state_change::timestamptz
    JOIN pg_roles r ON r.oid = a.usesysid AND NOT r.rolsuper
   WHERE a.backend_type = 'client backend'
     AND a.state = ANY ($5::text[])
     AND a.pid <> pg_backend_pid() AND a.pid <> ALL ($6::int[])
     AND NOT EXISTS (SELECT FROM pg_stat_get_wal_senders() s WHERE s.pid = a.pid)
     AND a.application_name <> ALL ($7::text[])
     AND NOT EXISTS (SELECT FROM unnest($8::text[]) p (prefix) WHERE starts_with(a.application_name, p.prefix))
   GROUP BY a.pid)
SELECT t.pid, pg_terminate_backend(t.pid) AS is_signalled FROM target t`

export type TerminateRow = { readonly pid: number; readonly is_signalled: boolean }

/** `protectedApplications`: names never to be ended; a trailing `*` matches any ending, so a lone `*` protects all. */
export function terminateQuestion(
  victims: readonly Victim[],
  protectedApplications: readonly string[],
  ownPids: readonly number[],
): Question {
  const isPrefix = (name: string): boolean => name.endsWith('*')
  const kept = [...OWN_APPLICATIONS, ...BACKUP_APPLICATIONS, ...protectedApplications]
  return {
    name: 'lifeguard terminate',
    text: TERMINATE_SQL,
    values: [
      victims.map((victim) => victim.pid),
      victims.map((victim) => victim.backendStart),
      victims.map((victim) => victim.state),
      victims.map((victim) => victim.stateChange),
      TERMINABLE_STATES,
      ownPids,
      kept.filter((name) => !isPrefix(name)),
      kept.filter(isPrefix).map((name) => name.slice(0, -1)),
    ],
  }
}
