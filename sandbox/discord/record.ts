import type { Issue } from './limits/issue.js'

/** One line of the wire log. Tokens of the bot are never in it; `n` counts from 1, `atMs` is epoch milliseconds. */
export type WireEntry = { readonly n: number; readonly atMs: number } & WireEvent

type WireEvent =
  | {
      readonly kind: 'rest'
      readonly method: string
      /** After /api/v10, without the query. */
      readonly path: string
      readonly query: string
      readonly body: unknown
      readonly files: readonly { readonly filename: string; readonly sizeBytes: number }[]
      /** X-Audit-Log-Reason as it came, URL-encoded. */
      readonly reason?: string
      /** Absent when the connection was cut or left without an answer. */
      readonly status?: number
      readonly response?: unknown
      readonly tookMs: number
      /** The fault that was switched on for it. */
      readonly fault?: string
      readonly problem?: Problem
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'dispatch'; readonly event: string; readonly sequence: number; readonly data: unknown }
  | { readonly kind: 'gateway'; readonly note: string; readonly problem?: Problem }

/** What a test should not overlook: a route the sandbox lacks, a payload that Discord refuses, a bug of the sandbox. */
export type Problem = { readonly kind: 'unknown route' | 'refused payload' | 'sandbox bug' | 'protocol' } & {
  readonly message: string
  readonly issues?: readonly Issue[]
}

export type Recorder = {
  readonly add: (event: WireEvent) => void
  readonly entries: () => readonly WireEntry[]
  readonly errors: () => readonly WireEntry[]
  /** Requests that Discord takes without a word, but that no bot can mean. */
  readonly warnings: () => readonly WireEntry[]
  /** Told of each new entry; the answer ends it. */
  readonly watch: (listener: (entry: WireEntry) => void) => () => void
}

/** Keeps all that goes over the wire in order; each entry is also given to `journal` as one JSON line. */
export function recorder(nowMs: () => number, journal?: (line: string) => void): Recorder {
  const entries: WireEntry[] = []
  const listeners = new Set<(entry: WireEntry) => void>()
  return {
    add(event) {
      const entry = { n: entries.length + 1, atMs: nowMs(), ...event }
      entries.push(entry)
      journal?.(JSON.stringify(entry))
      for (const listener of listeners) listener(entry)
    },
    entries: () => [...entries],
    errors: () => entries.filter((entry) => entry.kind !== 'dispatch' && entry.problem !== undefined),
    warnings: () => entries.filter((entry) => entry.kind === 'rest' && entry.warnings.length > 0),
    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
