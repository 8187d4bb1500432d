import assert from 'node:assert/strict'
import type { Issue } from '../../../../sandbox/discord/limits/issue.js'

/** What a rule says, shortly: 'path.to.it CODE'. */
export function said(issues: readonly Issue[]): string[] {
  return issues.map((issue) => `${issue.path.join('.')} ${issue.code}`)
}

/** A rule with a payload that it lets pass and one that breaks it, alone. */
export function assertRule(
  check: (payload: unknown) => readonly Issue[],
  { good, bad, says }: { readonly good: unknown; readonly bad: unknown; readonly says: string },
): void {
  assert.deepEqual(said(check(good)), [])
  assert.deepEqual(said(check(bad)), [says])
}
