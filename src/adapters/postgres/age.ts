/**
 * SQL for the age of a moment in ms, by the server's clock: null for no moment, and with `track_activities` off, when
 * the moments stand still; never negative. (`greatest(0, null)` is 0, which would make every idle session one in a transaction.)
 */
export function ageMsSql(row: string, moment: string): string {
  return `CASE WHEN ${row}.state <> 'disabled' AND ${row}.${moment} IS NOT NULL
    THEN greatest(0, extract(epoch FROM clock_timestamp() - ${row}.${moment}) * 1000)::bigint::float8 END`
}
