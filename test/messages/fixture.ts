import type { TerminateFinished, TerminatePreviewed } from '../../src/core/incident/event.js'
import { fold, type Act, type Incident } from '../../src/core/incident/incident.js'
import type { Live } from '../../src/core/watch/live.js'
import type { Link } from '../../src/messages/card.js'
import { plainText } from '../../src/messages/plainText.js'
import type { Rendered } from '../../src/messages/body.js'
import type { AlertMessage } from '../../src/ports/alertChannel.js'
import { log, MINUTE, OPENED, RESPONDER, SITE, STALE, SURGE, T0, TOTAL, victim } from '../core/fixture.js'

export const PAGE_ROLE = '267630620367257601'
export const THREAD = '787000000000000001'
export const CARD_REF = { channelId: '407290546637144064', messageId: '787000000000000002' }
export const link: Link = (ref) => `https://discord.com/channels/267624335836053506/${ref.channelId}/${ref.messageId}`

export const LIVE: Live = {
  server: 'production',
  look: SURGE,
  reading: SURGE,
  recent: [],
  traced: { kind: 'off' },
  growthPerMinute: 7.1,
  rules: [TOTAL, SITE],
  stale: STALE,
}

export const FILTER = { role: 'site', states: ['idle', 'idle in transaction'] } as const
const PREVIEWED: TerminatePreviewed = {
  type: 'terminate.previewed',
  preview: 'P0001',
  server: 'production',
  incident: '7QK2M',
  by: RESPONDER,
  filter: FILTER,
  victims: Array.from({ length: 31 }, (_, index) => victim({ pid: 4200 + index })),
  hash: 'abc',
}
export const FINISHED: TerminateFinished = {
  type: 'terminate.finished',
  preview: 'P0001',
  server: 'production',
  incident: '7QK2M',
  by: RESPONDER,
  filter: FILTER,
  tookMs: 640,
  outcome: {
    gone: 30,
    stillAlive: [],
    alreadyGone: 1,
    changed: 0,
    numbers: { used: 65, usable: 97, max: 100, at: T0 + 5 * MINUTE },
  },
}
const FOLLOWED_UP = {
  type: 'terminate.followed up',
  preview: 'P0001',
  afterMs: 10_000,
  cameBack: 2,
  numbers: { used: 67, usable: 97, max: 100, at: T0 + 5 * MINUTE + 10_000 },
} as const

export const ACKNOWLEDGED = { type: 'incident.acknowledged', incident: '7QK2M', by: RESPONDER } as const
export const ACTED = [
  PREVIEWED,
  {
    type: 'terminate.intended',
    preview: 'P0001',
    server: 'production',
    by: RESPONDER,
    hash: 'abc',
    pids: PREVIEWED.victims.map(({ pid }) => pid),
  },
  FINISHED,
  FOLLOWED_UP,
] as const
export const RESOLVED = {
  type: 'incident.resolved',
  incident: '7QK2M',
  by: 'watch',
  numbers: { used: 41, usable: 97, max: 100, at: T0 + 9 * MINUTE },
  peak: { used: 97, usable: 97, max: 100, at: T0 + MINUTE },
} as const

type Bodies = Parameters<typeof log>[0]

/** The incident of these events, a minute apart. */
export function incidentOf(...bodies: Bodies): Incident {
  const [incident] = fold(log(bodies, { everyMs: MINUTE })).incidents.values()
  if (incident === undefined) throw new Error('no event opens an incident')
  return incident
}

export const INCIDENT: Incident = incidentOf(OPENED)

export function actOf(finished: TerminateFinished = FINISHED): Act {
  const [act] = fold(log([ACTED[0], ACTED[1], finished, FOLLOWED_UP], { everyMs: MINUTE })).acts.values()
  if (act === undefined) throw new Error('no act')
  return act
}

export function card(
  of: Partial<Extract<AlertMessage, { kind: 'card' }>> = {},
): Extract<AlertMessage, { kind: 'card' }> {
  return {
    kind: 'card',
    incident: INCIDENT,
    live: LIVE,
    degraded: [],
    previous: undefined,
    threadId: undefined,
    marker: 'Ref 7QK2M/card:1',
    ...of,
  }
}

/** What people read, with Discord's timestamps as times of day (UTC), as a client there would show them. */
export function words({ body }: Rendered): string {
  return plainText(body).replaceAll(/<t:(\d+):([tTR])>/g, (_, seconds: string, style: string) => {
    if (style === 'R') return '(ago)'
    return new Date(Number(seconds) * 1000).toISOString().slice(11, style === 't' ? 16 : 19)
  })
}

/** The labels of a message's buttons, top to bottom. */
export function labels({ body }: Rendered): readonly string[] {
  return [...JSON.stringify(body.components).matchAll(/"label":"([^"]*)","custom_id"/g)].map((found) => found[1] ?? '')
}

/** Lines without the indentation of the test they stand in. */
export function lines(text: string): string {
  const all = text.split('\n').slice(1, -1)
  const indent = Math.min(...all.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return all.map((line) => line.slice(indent)).join('\n')
}
