import type { Check, Finding } from './finding.js'

/** What came of one check: findings, or why it could not be made; neither means that all is well. */
export type Checked = {
  readonly check: Check
  readonly findings: readonly Finding[]
  /** A sentence. */
  readonly unseen?: string
}

export function checked(check: Check, ...findings: readonly (Finding | undefined)[]): Checked {
  return { check, findings: findings.filter((finding) => finding !== undefined) }
}

export function unseen(check: Check, because: string): Checked {
  return { check, findings: [], unseen: because }
}

export const BACKENDS_HIDDEN = "other roles' backends are hidden from Lifeguard"
export const ROLE_SETTINGS_HIDDEN = 'pg_db_role_setting may not be read'
