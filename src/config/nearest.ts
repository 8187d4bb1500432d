/** The known name that `name` was probably meant to be: within `farthest` edits, or one being the start of the other. */
export function nearest(name: string, known: readonly string[], farthest: number): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= farthest || isStartOf(name, candidate))
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

function isStartOf(name: string, candidate: string): boolean {
  // A single word such as ROLE or KUBERNETES starts many names, which are somebody else's.
  const [short = '', long = ''] = [name, candidate].sort((a, b) => a.length - b.length)
  return short.includes('_') && long.startsWith(`${short}_`)
}

/** Levenshtein's distance: letters to insert, remove or replace. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
