import type { Picture, Sighting } from '../core/attribution/picture.js'

/** The cluster whose pods hold connections. No method rejects or throws for anything the API server or the network did. */
export type Cluster = {
  /** What is known without asking: never waits. */
  view(): ClusterView
  /**
   * A complete, cluster-wide LIST begun after the call; never taken from the informer. `deadlineMs` bounds the whole
   * (default: 5 s); half a list is a failure.
   */
  list(deadlineMs?: number): Promise<ClusterList>
  /** Asks for a newer LIST in the background: one at a time, and not more often than every 10 s. */
  refresh(): void
  close(): Promise<void>
}

export type ClusterView =
  | { readonly kind: 'none yet'; readonly since: number; readonly problem?: ClusterProblem }
  | {
      readonly kind: 'picture'
      readonly picture: Picture
      /** Epoch ms: when the API server last confirmed it (a LIST, an event or a bookmark of every watch). Its age is shown. */
      readonly confirmedAt: number
      /** Why it is not kept fresh at the moment. */
      readonly problem?: ClusterProblem
    }

export type ClusterList =
  | { readonly kind: 'picture'; readonly picture: Picture }
  | ({ readonly kind: 'failed' } & ClusterProblem)

/** `denied` names the missing right, with the line that grants it as `remedy`. */
export type ClusterProblem = {
  readonly why: 'unreachable' | 'hung' | 'unauthorised' | 'denied' | 'incomplete' | 'other'
  /** One line, without secrets. */
  readonly detail: string
  readonly remedy?: string
}

/** Where sightings are kept. Losing them costs names, never safety: what was not seen is unknown. Rejects with DependencyError. */
export type SightingStore = {
  read(): Promise<readonly Sighting[]>
  /** Adds, or updates by address and pod uid. */
  save(sightings: readonly Sighting[]): Promise<void>
  /** Forgets those last seen before that time. */
  forgetBefore(at: number): Promise<void>
  close(): Promise<void>
}
