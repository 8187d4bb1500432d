export type Severity = 'info' | 'warning' | 'page'

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, page: 2 }

export function isWorse(a: Severity, b: Severity): boolean {
  return RANK[a] > RANK[b]
}

/** The worst of them; undefined for none. */
export function worst(severities: readonly Severity[]): Severity | undefined {
  return severities.reduce<Severity | undefined>(
    (sofar, one) => (sofar === undefined || isWorse(one, sofar) ? one : sofar),
    undefined,
  )
}
