import type { Act, Incident } from '../core/incident/incident.js'
import type { Live } from '../core/watch/live.js'

/** Where a message stands. */
export type MessageRef = { readonly channelId: string; readonly messageId: string }

/** One of the messages that Lifeguard keeps in its channel, as data; the adapter has the words. */
export type AlertMessage =
  | {
      readonly kind: 'card'
      readonly incident: Incident
      readonly live: Live | undefined
      /** What is wrong with Lifeguard itself, as sentences. */
      readonly degraded: readonly string[]
      readonly previous: MessageRef | undefined
      readonly threadId: string | undefined
      readonly marker: string
    }
  | {
      readonly kind: 'replaced card'
      readonly incident: Incident
      readonly next: MessageRef | undefined
      readonly marker: string
    }
  | {
      readonly kind: 'page'
      readonly incident: Incident
      readonly n: number
      readonly card: MessageRef | undefined
      readonly marker: string
    }
  | {
      readonly kind: 'evidence'
      readonly incident: Incident
      readonly file: { readonly name: string; readonly text: string } | undefined
      readonly marker: string
    }
  | { readonly kind: 'outcome'; readonly act: Act; readonly incident: Incident | undefined; readonly marker: string }

/** The alert channel. No method rejects for what Discord did; each ends within its own deadline. */
export type AlertChannel = {
  readonly channelId: string
  /** Equal hashes: the message would look the same. */
  hashOf(message: AlertMessage): string
  /** The part of a message that does not wait for its turn: equal keys, nothing urgent. */
  urgencyOf(message: AlertMessage): string
  send(message: AlertMessage, to: { readonly channelId: string; readonly nonce: string }): Promise<Sent>
  edit(message: AlertMessage, at: MessageRef): Promise<Edited>
  /** Our newest message of the channel (the last 100) that ends with the marker. */
  find(marker: string, channelId: string): Promise<Found>
  /** Starts the thread of a message, or finds the one it has. */
  thread(of: MessageRef, name: string): Promise<Sent>
}

export type Failed = {
  readonly kind: 'failed'
  readonly detail: string
  /** The channel or thread was deleted, or a thread was closed to us: no message will be taken there. */
  readonly isChannelGone: boolean
  /** Discord answered, and said no to this very request: it is there, and the same request will meet the same answer. */
  readonly isRefused: boolean
}
export type Sent = { readonly kind: 'sent'; readonly ref: MessageRef } | Failed
export type Edited =
  | { readonly kind: 'edited' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'edits refused' }
  | Failed
export type Found = { readonly kind: 'found'; readonly ref: MessageRef } | { readonly kind: 'none' } | Failed
