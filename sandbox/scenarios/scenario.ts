/** What a scenario can make the site do. */
export type Act =
  /** A new pod with this many sessions, one each `openEveryMs`; the earlier pods' sessions are left behind. */
  | { readonly kind: 'rollout'; readonly sessions: number; readonly openEveryMs: number }
  /** Requests that update a row and never commit. */
  | { readonly kind: 'hold locks'; readonly count: number }
  /** Requests that update a row, commit and close, one each `everyMs`. */
  | { readonly kind: 'requests'; readonly count: number; readonly everyMs: number }

export type Step = {
  /** Milliseconds of the story since its start. */
  readonly atMs: number
  /** One sentence for the person who watches. */
  readonly line: string
  readonly act: Act
}

/** A story, as data. Times are the story's; `speed` says how much faster it is told (1: as it happened). */
export type Scenario = {
  readonly name: string
  /** One line: what it shows. */
  readonly about: string
  readonly speed: number
  /** The site logs in as a superuser, as it did until 2024: nothing is reserved from it. */
  readonly isSiteSuperuser: boolean
  /** Sessions the site's first pod holds before the story starts. */
  readonly startSessions: number
  /** In order of time. */
  readonly steps: readonly Step[]
}
