import type { Notice } from '../discord/page/notice.js'
import type { Scenario } from '../scenarios/scenario.js'
import type { Addresses } from '../site/address.js'
import { CHANNEL, PEOPLE } from './guild.js'

export function helpText(scenarios: readonly Scenario[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  return [
    'npm run demo [-- --scenario NAME] [--port NUMBER]',
    '',
    'Lifeguard against a real Postgres that fills up, with a stand-in for Discord on a page of this machine.',
    '',
    ...scenarios.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    '',
    "--port is the page's (3333, or any free one when that is taken). Ctrl-C ends everything.",
  ].join('\n')
}

export type Situation = {
  readonly scenario: Scenario
  readonly pageUrl: string
  readonly server: string
  readonly botLog: string
  readonly addresses: Addresses
}

/** Where to look and what to do, before the story starts. */
export function introduction({ scenario, pageUrl, server, botLog, addresses }: Situation): string {
  const { operator, secondOperator, viewer, outsider } = PEOPLE
  return [
    '',
    `  Lifeguard demo, scenario ${scenario.name}: ${scenario.about}.`,
    '',
    `  Page      ${pageUrl}`,
    `  Postgres  ${server}`,
    `  Bot log   ${botLog}`,
    ...(addresses === 'named'
      ? ['            (no loopback addresses but 127.0.0.1 here: pods are told apart by application_name)']
      : []),
    '',
    `  1. Open the page and look at #${CHANNEL}.`,
    ...whatToDo(scenario),
    `  ${viewer} may look (/connections show, /status), ${operator} and ${secondOperator} may act, ${outsider} may do nothing: try it.`,
    '  Ctrl-C ends everything.',
    '',
  ].join('\n')
}

function whatToDo(scenario: Scenario): readonly string[] {
  const act = `  2. Act as ${PEOPLE.operator}, press "Terminate …" on the card, read the preview, confirm.`
  if (scenario.steps.length === 0) return ['  2. Nothing should alarm. Ask for /status and /connections show.']
  if (scenario.isSiteSuperuser) {
    return [act, "  3. Superusers' backends stay: the preview says so, with what to do about it."]
  }
  return [act, '  3. The slots come back, and after ten calm seconds the incident is resolved.']
}

/** The strip on top of the page; `now` is the last line of the story. */
export function pageNotice(scenario: Scenario, addresses: Addresses, now?: string): Notice {
  const { operator, viewer } = PEOPLE
  const isQuiet = scenario.steps.length === 0
  return {
    about: isQuiet
      ? 'Demo: Lifeguard, a bot, watches the connections of a real Postgres. Nothing should alarm.'
      : 'Demo: a website fills a real Postgres, and Lifeguard, a bot, raises the alarm here.',
    hint: isQuiet
      ? 'type /status or /connections show.'
      : `as ${operator}, end the orphaned ones; as ${viewer}, be refused; in Controls, break Discord.`,
    ...(addresses === 'named'
      ? {
          caveat:
            'On this machine pods have no addresses of their own: they are told apart by name (application_name).',
        }
      : {}),
    ...(now === undefined ? {} : { now }),
  }
}

/** A line of the running story, with the minutes and seconds since its start. */
export function storyLine(sinceMs: number, line: string): string {
  const seconds = Math.floor(sinceMs / 1_000)
  return `  ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}  ${line}`
}
