import type { Scenario, Step } from './scenario.js'

/**
 * 2020-12-11: sessions of earlier deployments of `site` stay open until Postgres is full.
 *
 * With 20 sessions of other services, 2 of the bot and 12 of the first pod, the 91st is reached after about 25 s and the
 * 95th (100 less 3 and 2 reserved slots) about 5 s later; what was left behind is then 15 s old and more.
 */
export const surge: Scenario = {
  name: 'surge',
  about: '2020-12-11: every rollout of site leaves its old sessions open, until Postgres is full',
  speed: 1,
  isSiteSuperuser: false,
  startSessions: 12,
  steps: rollouts(16),
}

/** The same with `site` as superuser, as it really was: the superuser's reserve goes too, and nobody else gets in. */
export const surgeSuperuser: Scenario = {
  ...surge,
  name: 'surge-superuser',
  about: 'the same with site as superuser: the reserved slots go too, and its backends cannot be terminated',
  isSiteSuperuser: true,
  steps: rollouts(26),
}

/**
 * 2021-07-11, 00:27 to 00:32: from calm to full in five minutes, told six times faster.
 *
 * A few requests keep rows locked and never commit; every later one waits for them with its connection open.
 * The waiting are active, hence never stale; ending the few lets all others finish.
 */
export const july2021: Scenario = {
  name: 'july-2021',
  about:
    '2021-07-11: a few transactions left open hold locks, everybody waits for them; full in five minutes (told 6 times faster)',
  speed: 6,
  isSiteSuperuser: false,
  startSessions: 10,
  steps: [
    { atMs: 24_000, line: '00:27 six requests update a row and never commit', act: { kind: 'hold locks', count: 6 } },
    {
      atMs: 30_000,
      line: '00:28 visitors keep coming, each waits for a lock with its connection open',
      act: { kind: 'requests', count: 110, everyMs: 4_200 },
    },
  ],
}

/** Normal load for ever: nothing should alarm. */
export const quiet: Scenario = {
  name: 'quiet',
  about: 'normal load for ever; nothing should alarm',
  speed: 1,
  isSiteSuperuser: false,
  startSessions: 16,
  steps: [],
}

export const SCENARIOS: readonly Scenario[] = [surge, surgeSuperuser, july2021, quiet]

/** Three quick rollouts and a slow one, so that a person sees the last slots go. */
function rollouts(lastSessions: number): readonly Step[] {
  return [
    rollout(1_000, 16, 200, 'site is deployed again; the old pod is gone, its sessions are not'),
    rollout(6_000, 16, 200, 'and again'),
    rollout(11_000, 16, 200, 'and again'),
    rollout(15_500, lastSessions, 1_250, 'and once more: the last free slots go one by one'),
  ]
}

function rollout(atMs: number, sessions: number, openEveryMs: number, line: string): Step {
  return { atMs, line, act: { kind: 'rollout', sessions, openEveryMs } }
}
