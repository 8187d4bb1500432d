import type { AlertChannel, AlertMessage, Failed } from '../../src/ports/alertChannel.js'
import type { MemberRead, Members } from '../../src/ports/members.js'
import { numbersOf } from '../../src/core/watch/slots.js'
import type { ManualClock } from './clock.js'
import { power as alwaysOn, type Power } from './power.js'

export const CHANNEL = 'alerts'
const NONCE_REMEMBERED_MS = 120_000

export type Stored = {
  readonly id: string
  readonly channelId: string
  readonly nonce: string
  readonly at: number
  message: AlertMessage
  edits: number
  isDeleted: boolean
}

/** What a call meets: `away` (nothing came of it), `lost answer` (it was done, the answer never came), `refused` (a 400). */
export type Fault = 'away' | 'lost answer' | 'refused' | undefined
export type Call = {
  readonly method: 'send' | 'edit' | 'find' | 'thread'
  readonly message?: AlertMessage
  readonly channelId: string
}

/** Discord's side: it outlives the bot. */
export type Guild = {
  messages: Stored[]
  /** Thread ids; a deleted one is no more in it. */
  threads: Set<string>
  members: Map<string, MemberRead>
  calls: Call[]
  /** Asked at every call. */
  fault: (call: Call) => Fault
  refusesEditsOf: (stored: Stored) => boolean
}

export function guild(): Guild {
  return {
    messages: [],
    threads: new Set(),
    members: new Map(),
    calls: [],
    fault: () => undefined,
    refusesEditsOf: () => false,
  }
}

/** What stands in the guild, oldest first. */
export function standing(on: Guild, kind?: AlertMessage['kind']): readonly Stored[] {
  return on.messages.filter((one) => !one.isDeleted && (kind === undefined || one.message.kind === kind))
}

/** What a reader would see of a message, in short: equal words, equal look. */
function wordsOf(message: AlertMessage): string {
  switch (message.kind) {
    case 'card': {
      const { incident, live, degraded, previous, threadId } = message
      const numbers = live?.reading === undefined ? undefined : numbersOf(live.reading).used
      return JSON.stringify([urgent(message), incident.because.length, numbers, degraded, previous, threadId])
    }
    case 'replaced card':
      return JSON.stringify(message.next)
    case 'page':
      return JSON.stringify([message.n, message.card])
    case 'evidence':
      return JSON.stringify(message.incident.evidence)
    case 'outcome':
      return JSON.stringify([message.act.finished?.outcome, message.act.followedUp])
  }
}

function urgent({ incident }: Extract<AlertMessage, { kind: 'card' }>): string {
  const acts = incident.acts.map((act) => [act.intended?.at, act.finished?.at])
  return JSON.stringify([incident.severity, incident.acknowledged?.at, incident.resolved?.at, acts])
}

const failed = (detail: string, of: Partial<Failed> = {}): Failed => ({
  kind: 'failed',
  detail,
  isChannelGone: false,
  isRefused: false,
  ...of,
})
const AWAY = failed('Discord answered 503')
const GONE = failed('Unknown Channel (code 10003)', { isChannelGone: true, isRefused: true })
const REFUSED = failed('Invalid Form Body (code 50035)', { isRefused: true })

/** The alert channel as a process sees it. Points: `before discord <method>`, `after discord <method> <kind>`. */
export function fakeChannel(on: Guild, clock: ManualClock, power: Power = alwaysOn()): AlertChannel {
  const isGone = (channelId: string) => channelId !== CHANNEL && !on.threads.has(channelId)
  const begin = async (call: Call): Promise<Fault> => {
    const kind = call.message === undefined ? '' : ` ${call.message.kind}`
    await power.pass(`before discord ${call.method}${kind}`)
    on.calls.push(call)
    return on.fault(call)
  }

  return {
    channelId: CHANNEL,
    hashOf: wordsOf,
    urgencyOf: (message) => (message.kind === 'card' ? urgent(message) : message.kind),

    async send(message, { channelId, nonce }) {
      const fault = await begin({ method: 'send', message, channelId })
      if (fault === 'away') return AWAY
      if (fault === 'refused') return REFUSED
      if (isGone(channelId)) return GONE
      const known = on.messages.find(
        (one) => one.channelId === channelId && one.nonce === nonce && clock.now() - one.at <= NONCE_REMEMBERED_MS,
      )
      const id = known?.id ?? `m${on.messages.length + 1}`
      if (known === undefined) {
        on.messages.push({ id, channelId, nonce, at: clock.now(), message, edits: 0, isDeleted: false })
      }
      await power.pass(`after discord send ${message.kind}`)
      return fault === 'lost answer' ? AWAY : { kind: 'sent', ref: { channelId, messageId: id } }
    },

    async edit(message, { channelId, messageId }) {
      const fault = await begin({ method: 'edit', message, channelId })
      if (fault === 'away') return AWAY
      if (fault === 'refused') return REFUSED
      if (isGone(channelId)) return GONE
      const stored = on.messages.find((one) => one.id === messageId && !one.isDeleted)
      if (stored === undefined) return { kind: 'gone' }
      if (on.refusesEditsOf(stored)) return { kind: 'edits refused' }
      stored.message = message
      stored.edits += 1
      await power.pass(`after discord edit ${message.kind}`)
      return fault === 'lost answer' ? AWAY : { kind: 'edited' }
    },

    async find(marker, channelId) {
      const fault = await begin({ method: 'find', channelId })
      if (fault !== undefined) return AWAY
      if (isGone(channelId)) return GONE
      const found = on.messages.findLast(
        (one) => one.channelId === channelId && one.message.marker === marker && !one.isDeleted,
      )
      return found === undefined ? { kind: 'none' } : { kind: 'found', ref: { channelId, messageId: found.id } }
    },

    async thread(of) {
      const fault = await begin({ method: 'thread', channelId: of.channelId })
      if (fault === 'away') return AWAY
      const isThere = on.messages.some((one) => one.id === of.messageId && !one.isDeleted)
      if (fault === 'refused' || !isThere) return REFUSED
      on.threads.add(of.messageId)
      await power.pass('after discord thread')
      return fault === 'lost answer' ? AWAY : { kind: 'sent', ref: of }
    },
  }
}

/** Discord's word on members; who is not in the list is not in the guild. */
export function fakeMembers(on: Guild, power: Power = alwaysOn()): Members {
  return {
    async read(userId) {
      await power.pass('before discord member')
      return on.members.get(userId) ?? { kind: 'gone' }
    },
  }
}
