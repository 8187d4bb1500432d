import type { BackendGroup } from './look.js'
import type { Matcher, Rule } from './rule.js'

type Keys = Pick<BackendGroup, 'applicationName' | 'role' | 'database' | 'clientAddr'>

/** Whether a pattern with an optional trailing `*` matches; null matches no pattern. */
export function matchesPattern(value: string | null, pattern: string): boolean {
  if (value === null) return false
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern
}

/** All given fields must match. No field given: matches nothing. */
export function matches(keys: Keys, matcher: Matcher): boolean {
  const wanted = [
    [keys.applicationName, matcher.applicationName],
    [keys.role, matcher.role],
    [keys.database, matcher.database],
    [keys.clientAddr, matcher.clientAddr],
  ] as const
  const given = wanted.filter(([, pattern]) => pattern !== undefined)
  return given.length > 0 && given.every(([value, pattern]) => matchesPattern(value, pattern ?? ''))
}

/** The groups a rule counts. Our own backends take slots (so they count to the total) but belong to no other rule. */
export function groupsOf(groups: readonly BackendGroup[], rule: Pick<Rule, 'match'>): readonly BackendGroup[] {
  const { match } = rule
  if (match === 'total') return groups
  return groups.filter((group) => !group.isOwn && match.some((matcher) => matches(group, matcher)))
}
