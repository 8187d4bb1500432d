import { CARD_EDITS_REFUSED, CARD_GONE, droppedPages, wanted, type Wanted } from '../../core/incident/owed.js'
import { mayEdit, NONCE_TRUSTED_MS, nonceOf, retryDelayMs } from '../../core/incident/cadence.js'
import { toldKey, type ToldMessage } from '../../core/incident/incident.js'
import type { Live } from '../../core/watch/live.js'
import type { AlertChannel, AlertMessage, Failed, MessageRef } from '../../ports/alertChannel.js'
import type { Clock } from '../../ports/clock.js'
import type { EvidenceStore } from '../../ports/evidence.js'
import type { Log } from '../../ports/log.js'
import type { Ledger } from '../ledger.js'
import { alertMessageOf } from './alertMessage.js'
import { threadOf } from './thread.js'

/** What ended is kept in sight this long, so that an outage of Discord delays its last words and does not lose them. */
const KEEP_MS = 24 * 60 * 60_000
/** After so many failures in a row in one pass Discord is taken to be away; the rest waits for the next pass. */
const FAILURES_PER_PASS = 2
/** Stands for the hash of a message whose words are not known; no hash is equal to it. */
const WORDS_UNKNOWN = 'found again'
/** The status has room for so many sentences about what is owed. */
const PROBLEMS_SHOWN = 5

/** Keeps Discord saying what the book says. Passes never overlap and never reject. */
export type Teller = {
  /** Asks for a pass soon; cheap, and safe to call at any time. */
  poke(): void
  /** Resolves when no pass is running or asked for. */
  settled(): Promise<void>
  /** What could not be told, as sentences; empty when all is told. */
  problems(): readonly string[]
}

type Attempt = { readonly failures: number; readonly nextAt: number; readonly detail: string }

export function startTeller(deps: {
  readonly ledger: Ledger
  readonly channel: AlertChannel
  readonly evidence: EvidenceStore
  readonly clock: Clock
  readonly log: Log
  readonly liveOf: (server: string) => Live | undefined
  readonly degraded: () => readonly string[]
}): Teller {
  const { ledger, channel, clock, log } = deps
  const startedAt = clock.now()
  const attempts = new Map<string, Attempt>()
  // Edits are not journaled unless they are urgent: what was last shown lives here, and a restart costs one edit.
  const shown = new Map<string, { readonly hash: string; readonly at: number; readonly urgency: string }>()
  let running: Promise<void> | undefined
  let again = false

  const id = (one: Wanted) => toldKey(one.incident, one.key)

  const fail = (one: Wanted, failed: Failed): void => {
    const failures = (attempts.get(id(one))?.failures ?? 0) + 1
    if (attempts.get(id(one))?.detail !== failed.detail) {
      log.warn({ incident: one.incident, key: one.key, detail: failed.detail }, 'could not be told, still owed')
    }
    attempts.set(id(one), { failures, nextAt: clock.now() + retryDelayMs(failures), detail: failed.detail })
  }

  const told = async (one: Wanted, ref: MessageRef, message: AlertMessage, isUrgent: boolean): Promise<void> => {
    const hash = channel.hashOf(message)
    attempts.delete(id(one))
    shown.set(id(one), { hash, at: clock.now(), urgency: channel.urgencyOf(message) })
    if (isUrgent) await ledger.note([{ v: 1, type: 'told', incident: one.incident, key: one.key, ...ref, hash }])
  }

  const send = async (one: Wanted, message: AlertMessage, target: string): Promise<Failed | undefined> => {
    // Within its memory Discord itself refuses a second copy by the nonce; beyond, only a look can tell.
    if (clock.now() - one.since > NONCE_TRUSTED_MS) {
      const found = await channel.find(message.marker, target)
      if (found.kind === 'failed') return await elsewhere(one, message, target, found)
      if (found.kind === 'found') {
        await standsAlready(one, found.ref)
        return undefined
      }
    }
    const sent = await channel.send(message, { channelId: target, nonce: nonceOf(one.incident, one.key) })
    if (sent.kind === 'failed') return await elsewhere(one, message, target, sent)
    // For the nonce of an earlier try Discord gives back the message of then.
    if (attempts.has(id(one)) || one.since < startedAt) await standsAlready(one, sent.ref)
    else await told(one, sent.ref, message, true)
    return undefined
  }

  /** It stands, but who knows with which words: it is told, and the next pass edits it. */
  const standsAlready = async (one: Wanted, ref: MessageRef): Promise<void> => {
    attempts.delete(id(one))
    await ledger.note([{ v: 1, type: 'told', incident: one.incident, key: one.key, ...ref, hash: WORDS_UNKNOWN }])
    again = true
  }

  /** The thread may have been deleted under us: what belongs there is better said in the channel than not at all. */
  const elsewhere = async (
    one: Wanted,
    message: AlertMessage,
    target: string,
    failed: Failed,
  ): Promise<Failed | undefined> =>
    failed.isChannelGone && target !== channel.channelId ? await send(one, message, channel.channelId) : failed

  const edit = async (one: Wanted, message: AlertMessage, before: ToldMessage): Promise<Failed | undefined> => {
    // After a restart the card still has the numbers of before: it waits for the first look, not to lose them.
    if (message.kind === 'card' && message.live !== undefined && message.live.look === undefined) return undefined
    const last = shown.get(id(one))
    const hash = channel.hashOf(message)
    // What an open card showed last is not in the journal: after a restart it is told again, whatever it was told then.
    const isOpenCard = message.kind === 'card' && message.incident.resolved === undefined
    if ((last?.hash ?? (isOpenCard ? undefined : before.hash)) === hash) return undefined
    const isUrgent = last?.urgency !== channel.urgencyOf(message)
    const isCard = one.message.kind === 'card'
    const lastEditAt = last?.at ?? before.at
    if (isCard && !mayEdit({ now: clock.now(), postedAt: before.firstAt, lastEditAt, isUrgent })) return undefined
    const at = { channelId: before.channelId, messageId: before.messageId }
    const edited = await channel.edit(message, at)
    if (edited.kind === 'edited') {
      await told(one, at, message, isUrgent)
      return undefined
    }
    // With its thread, or the channel of an earlier configuration, the message is gone too.
    const isLost = edited.kind === 'failed' && edited.isChannelGone && at.channelId !== channel.channelId
    if (edited.kind === 'failed' && !isLost) return edited
    if (one.message.kind === 'card') {
      const because = edited.kind === 'edits refused' ? CARD_EDITS_REFUSED : CARD_GONE
      await ledger.note([{ v: 1, type: 'not told', incident: one.incident, key: one.key, because }])
      attempts.delete(id(one))
      again = true
      return undefined
    }
    if (edited.kind === 'edits refused') {
      return { kind: 'failed', detail: 'Discord refuses further edits for now', isChannelGone: false, isRefused: true }
    }
    // A page or a post that somebody deleted stays deleted.
    attempts.delete(id(one))
    shown.set(id(one), { hash, at: clock.now(), urgency: channel.urgencyOf(message) })
    return undefined
  }

  const tellOne = async (one: Wanted): Promise<Failed | undefined> => {
    const book = ledger.book()
    if (one.told !== undefined) return await edit(one, await alertMessageOf(deps, book, one), one.told)
    const inThread =
      (one.message.kind === 'evidence' || one.message.kind === 'outcome') && one.message.incident !== undefined
    if (!inThread) return await send(one, await alertMessageOf(deps, book, one), channel.channelId)
    const thread = await threadOf(deps, one.incident)
    if (thread === undefined) return undefined // its card comes first; the next pass has it
    if (typeof thread !== 'string' && !thread.isRefused) return thread
    // Where Discord wants no thread (a right is missing, the card was deleted), the channel has to do.
    const target = typeof thread === 'string' ? thread : channel.channelId
    return await send(one, await alertMessageOf(deps, book, one), target)
  }

  /** One message that cannot be made must not keep the others from being told. */
  const tryOne = async (one: Wanted): Promise<Failed | undefined> => {
    try {
      return await tellOne(one)
    } catch (error) {
      log.error({ err: error, incident: one.incident, key: one.key }, 'telling failed')
      return { kind: 'failed', detail: 'a bug, see the log', isChannelGone: false, isRefused: true }
    }
  }

  /** Forgets what is not wanted any more: a page that was dropped is not owed, and memory is not endless. */
  const forget = (now: readonly Wanted[]): void => {
    const ids = new Set(now.map(id))
    for (const key of [...attempts.keys(), ...shown.keys()]) {
      if (ids.has(key)) continue
      attempts.delete(key)
      shown.delete(key)
    }
  }

  const isDropped = (one: Wanted): boolean =>
    droppedPages(ledger.book()).some((page) => page.incident === one.incident && page.key === one.key)

  const pass = async (): Promise<void> => {
    const dropped = droppedPages(ledger.book())
    await ledger.note(dropped.map((page) => ({ v: 1, type: 'not told', ...page }) as const))
    const all = wanted(ledger.book(), clock.now(), KEEP_MS)
    forget(all)
    let failuresInRow = 0
    for (const { incident, key } of all) {
      // Looked up again each time: telling one message changes what the next one can link to.
      const one = wanted(ledger.book(), clock.now(), KEEP_MS).find(
        (other) => other.incident === incident && other.key === key,
      )
      if (one === undefined || clock.now() < (attempts.get(id(one))?.nextAt ?? 0)) continue
      // Somebody may have taken it in hand while the messages before this one were told.
      if (isDropped(one)) continue
      const failed = await tryOne(one)
      // Who refuses is there: only silence means that Discord is away.
      failuresInRow = failed === undefined || failed.isRefused ? 0 : failuresInRow + 1
      if (failed !== undefined) fail(one, failed)
      if (failuresInRow >= FAILURES_PER_PASS) return
    }
  }

  const run = async (): Promise<void> => {
    do {
      again = false
      try {
        await pass()
      } catch (error) {
        log.error({ err: error }, 'telling failed')
      }
    } while (again)
    running = undefined
  }

  return {
    poke() {
      again = true
      running ??= run()
    },
    settled: async () => await (running ?? Promise.resolve()),
    problems: () => {
      const sentences = [...attempts].map(
        ([key, attempt]) => `Still owed to Discord: ${key} (${attempt.failures} tries, ${attempt.detail}).`,
      )
      const more = sentences.length - PROBLEMS_SHOWN
      return more > 0
        ? [...sentences.slice(0, PROBLEMS_SHOWN), `And ${more} more messages are owed to Discord.`]
        : sentences
    },
  }
}
