/** Order statistics of one series. */
export type Stats = {
  readonly n: number
  readonly min: number
  readonly median: number
  readonly p95: number
  readonly max: number
}

export function stats(values: readonly number[]): Stats {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { n: sorted.length, min: at(0), median: at(0.5), p95: at(0.95), max: at(1) }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** A figure against its bar: at most or at least so much. */
export type Bar = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly bar: { readonly kind: 'at least' | 'at most'; readonly limit: number; readonly goal?: number } | undefined
  readonly isMet: boolean
}

export function figure(name: string, value: number, unit: string): Bar {
  return { name, value, unit, bar: undefined, isMet: true }
}

export function barred(name: string, value: number, unit: string, bar: NonNullable<Bar['bar']>): Bar {
  return { name, value, unit, bar, isMet: bar.kind === 'at least' ? value >= bar.limit : value <= bar.limit }
}
