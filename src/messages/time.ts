/** `40 s`, `9 min`, `2 h 02 min`, `3 d 4 h`. Rounds down: nothing is said to be older than it is. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** For tables, at most four characters: `40s`, `9m`, `2h`, `3d`, `4y`. */
export function shortDuration(ms: number | null): string {
  if (ms === null) return ''
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  const days = Math.floor(seconds / 86_400)
  return days < 1000 ? `${days}d` : `${Math.min(999, Math.floor(days / 365))}y`
}

/** Discord shows these in the reader's own time: `13:24`. Seconds, not milliseconds. */
export function clockTime(at: number): string {
  return `<t:${Math.floor(at / 1000)}:t>`
}

/** `13:24:10`, with seconds, for ages that matter. */
export function exactTime(at: number): string {
  return `<t:${Math.floor(at / 1000)}:T>`
}

/** `4 minutes ago`, kept current by the client: a message with it needs no edit for its age. */
export function relativeTime(at: number): string {
  return `<t:${Math.floor(at / 1000)}:R>`
}
