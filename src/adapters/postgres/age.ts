/**
 * SQL for the age of a moment in ms, by the server's clock: null for no moment, and with `track_activities` off, when
 * the moments stand still; never negative. (`greatest(0, null)` is 0, which would make every idle session one in a transaction.)
 */
export function ageMsSql(state: string, moment: string): string {
  return `CASE WHEN ${state} <> 'disabled' AND ${moment} IS NOT NULL
    THEN greatest(0, floor(date_part('epoch', clock_timestamp() - ${moment}) * 1000)) END`
}
