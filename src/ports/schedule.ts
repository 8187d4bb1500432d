/** Work that recurs by the clock on the wall. */
export type Schedule = {
  /**
   * Runs `run` at each slot of `expression` (six cron fields, seconds first), never twice at once. What `run` throws
   * is logged under `name` and the schedule goes on. Throws UserError when the expression is not valid.
   */
  every(expression: string, name: string, run: () => Promise<void>): Scheduled
}

export type Scheduled = {
  /** No slot starts a run from now on; a run under way ends by itself. */
  stop(): void
  gaps(): Gaps
}

/** Slots since the start that did not run. They are not made up for. */
export type Gaps = {
  /** The process was too busy, or asleep, when the slot came. */
  readonly missed: number
  /** The run before was still going. */
  readonly overlapped: number
  /** Epoch ms of the slot last skipped, for either reason. */
  readonly lastAt?: number
}
