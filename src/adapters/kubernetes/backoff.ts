const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/** How long to wait after so many failures in a row (1 and up), in ms; `chance` is 0 to 1 and spreads it by a quarter either way. */
export function backoffMs(failures: number, chance: number): number {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10))
  return Math.round(ms * (0.75 + chance / 2))
}
