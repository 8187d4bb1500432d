import type { Verdict } from './assess.js'

/** What has to be remembered of one rule between two looks. Times are epoch ms. */
export type RuleTrack = {
  readonly aboveInRow: number
  readonly aboveSince: number | null
  readonly clearSince: number | null
  readonly firing: boolean
}

export const NEW_TRACK: RuleTrack = { aboveInRow: 0, aboveSince: null, clearSince: null, firing: false }

/**
 * One step of a rule's hysteresis.
 *
 * It starts firing after `confirm` looks in a row that lasted at least `forMs`, and stops only after `holdDownMs`
 * of nothing but clear looks. A look without data neither confirms nor clears; it restarts the hold-down, so that
 * nothing falls silent while nobody can see.
 */
export function stepTrack(track: RuleTrack, verdict: Verdict, now: number): RuleTrack {
  switch (verdict.standing) {
    case 'above': {
      const aboveInRow = track.aboveInRow + 1
      const aboveSince = track.aboveSince ?? now
      const confirmed = aboveInRow >= verdict.confirm && now - aboveSince >= verdict.forMs
      return { aboveInRow, aboveSince, clearSince: null, firing: track.firing || confirmed }
    }
    case 'between':
      return { ...NEW_TRACK, firing: track.firing }
    case 'clear': {
      const clearSince = track.clearSince ?? now
      return { ...NEW_TRACK, clearSince, firing: track.firing && now - clearSince < verdict.holdDownMs }
    }
    case 'unknown':
      return { ...track, clearSince: null }
  }
}
