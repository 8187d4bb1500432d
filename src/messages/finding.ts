import type { Finding, OverBudget } from '../core/doctor/finding.js'
import { forecastLine } from './origin.js'
import { code, sentence } from './escape.js'
import { backends } from './count.js'
import { duration } from './time.js'

/** As many roles as a phone shows; the rest is counted, and the attached file has all. */
const ROLES_SHOWN = 4

/** What is wrong, in one line: the number before the adjective. Without symbol. */
export function headlineOf(finding: Finding): string {
  switch (finding.kind) {
    case 'superuser application':
      return `Superuser application: role ${code(finding.role)} holds ${backends(finding.backends)}`
    case 'no connection limit':
      return finding.roles.length === 1
        ? `No CONNECTION LIMIT on role ${rolesText(finding.roles)}`
        : `No CONNECTION LIMIT on ${finding.roles.length} roles: ${rolesText(finding.roles)}`
    case 'limits over usable':
      return `CONNECTION LIMITs add up to ${finding.sum}, over ${finding.usable} usable`
    case 'no reserved slots':
      return finding.isWaiting
        ? 'reserved_connections is set, and waits for a restart'
        : 'No reserved slots: reserved_connections is 0'
    case 'no reserve before 16':
      return `PostgreSQL ${finding.major} can reserve slots for superusers only`
    case 'small superuser reserve':
      return `superuser_reserved_connections is ${finding.reserved}, under the 3 of the default${finding.isWaiting ? ', and a change waits for a restart' : ''}`
    case 'slow keep-alives':
      return `A client that vanished keeps its slot for ${duration(finding.noticedAfterS * 1000)}: keep-alives begin after ${duration((finding.keepAlives.idleS || 7_200) * 1000)}`
    case 'no connection check':
      return 'A query goes on after its client is gone: client_connection_check_interval is 0'
    case 'no idle limit':
      return `No ${finding.limit} for ${finding.roles.length === 1 ? 'role' : `${finding.roles.length} roles:`} ${rolesText(finding.roles)}`
    case 'empty application names':
      return `No application_name on ${backends(finding.roles.reduce((sum, one) => sum + one.backends, 0))}: ${rolesText(finding.roles)}`
    case 'over budget':
      return budgetHeadline(finding)
    case 'over role limit':
      return `Service ${code(finding.service)} may need ${finding.peak}, and role ${code(finding.role)} has CONNECTION LIMIT ${finding.limit}`
    case 'own weakness':
      return `Lifeguard: ${sentence(finding.weakness.says)}`
    case 'forecast':
      return forecastLine(finding.forecast)
  }
}

/** Why it matters and what else is needed: one idea a line. */
export function detailsOf(finding: Finding): readonly string[] {
  switch (finding.kind) {
    case 'superuser application':
      return [
        `It is let into the slots kept for administrators, no limit binds it, and Lifeguard can't end its backends. Applications: ${list(finding.applications)}.`,
        SUPERUSER_NEEDS[finding.standing],
      ]
    case 'no connection limit':
      return [
        `${finding.roles.length === 1 ? 'It' : 'One of them'} alone can take all ${finding.usable} usable slots. Proposed from what is held now and what budgets allow: check it against a busy day.`,
        ...finding.roles
          .filter(({ backends: held, proposed }) => held > proposed)
          .slice(0, 1)
          .map(({ name }) => `${code(name)} holds more now: it gets no new login until it is below.`),
      ]
    case 'limits over usable':
      return ['Together they can still fill the server. Proposed: the same shares, within the usable slots.']
    case 'no reserved slots':
      return [
        'Restarted while the server is full, Lifeguard and other tools cannot get in. Needs pg_use_reserved_connections and a restart of the server.',
      ]
    case 'no reserve before 16':
      return [
        'Lifeguard keeps its two sessions, and cannot come back while the server is full. What helps: CONNECTION LIMITs on all applications that leave room, no superuser application, and 16 or later.',
      ]
    case 'small superuser reserve':
      return ['When the server is full these are the only way in for an administrator.']
    case 'slow keep-alives':
      return ['A node or pod that dies without a word leaves its connections behind for that long.']
    case 'no connection check':
      return ['It works while a query runs; idle sessions are the business of keep-alives and idle limits.']
    case 'no idle limit':
      return [
        ...(finding.mayHaveGlobal
          ? [
              `They set none of their own. Whether the server sets one for everybody can't be seen from here: Lifeguard's own role has its own value.`,
            ]
          : []),
        finding.limit === 'idle_session_timeout'
          ? 'Left connections stay for ever. Per role, not for everybody: a pooler or an application with its own pool meets 57P05 on what it kept longer than this.'
          : 'A forgotten transaction holds its locks and its slot, and stops vacuum.',
      ]
    case 'empty application names':
      return [
        `Nobody can tell these apart. Better than the line: the pod's own name in the DSN (${code('application_name=…')}) or, with libpq, in the variable PGAPPNAME from ${code('metadata.name')}; then it is certain which pod a backend belongs to.`,
      ]
    case 'over budget':
      return budgetDetails(finding)
    case 'over role limit':
      return [
        `It is refused although slots are free. Raise the limit if the budget is right (${finding.steady} as it runs, ${finding.peak} in a rollout), or open less.`,
      ]
    case 'forecast':
      return [
        'Before the next rollout: fewer connections per pod, `maxSurge: 0` with `maxUnavailable: 1`, the strategy `Recreate`, or more slots.',
      ]
    case 'own weakness':
      return []
  }
}

const SUPERUSER_NEEDS = {
  ordinary:
    'First make it the owner of its database and of the tables that others made. Extensions and server files then need an administrator.',
  last: 'It is the only superuser that may log in: make another first. Then: ALTER ROLE … NOSUPERUSER, as the owner of its database and tables.',
  bootstrap:
    'It is the role that initdb made, which must stay a superuser: give the application a role of its own (CREATE ROLE … LOGIN), let that own its database and tables, and change its DSN.',
} as const

function budgetHeadline({ isObserved, when, service, steady, peak, others, usable }: OverBudget): string {
  const who = isObserved ? `role ${code(service)}` : `service ${code(service)}`
  const needs =
    when === 'always'
      ? `${steady + others} connections are needed all the time`
      : `a rollout of ${who} needs ${peak + others}`
  return `Over budget: ${needs}, of ${usable} usable`
}

function budgetDetails({ isObserved, service, steady, peak, others, usable, of }: OverBudget): readonly string[] {
  if (isObserved || of === undefined) {
    return [
      `An observation, not a budget: ${code(service)} holds ${steady} now, twice that in a rolling update, beside ${others} of others. Configure the services' budgets for a real answer.`,
    ]
  }
  const { pods, workers, threads, aliases, threadsThatFit } = of
  const fits =
    threadsThatFit >= threads || threadsThatFit === 0
      ? 'Fewer pods or workers'
      : `At most ${counted(threadsThatFit, 'thread')} instead of ${threads}`
  const recreate = peak > steady && steady + others <= usable ? ', the strategy Recreate,' : ''
  return [
    `${code(service)}: ${counted(pods, 'pod')} × ${counted(workers, 'worker')} × ${counted(threads, 'thread')} × ${aliases} database ${aliases === 1 ? 'alias' : 'aliases'} = ${steady}${peak > steady ? `, ${peak} in a rolling update` : ''}; others ${others}.`,
    `${fits}${recreate} or a pooler makes it fit.`,
  ]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function rolesText(roles: readonly { readonly name: string; readonly backends: number }[]): string {
  const more = roles.length - ROLES_SHOWN
  return `${roles
    .slice(0, ROLES_SHOWN)
    .map(({ name, backends: held }) => `${code(name, 40)} (${held})`)
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function list(names: readonly string[]): string {
  const more = names.length - ROLES_SHOWN
  return `${names
    .slice(0, ROLES_SHOWN)
    .map((name) => code(name, 40))
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
