import type { Instance, Volume, VolumeEvent } from '../core/recovery/linode.js'

/**
 * Linode's API, as far as recovery needs it. No method rejects or throws for anything Linode or the network did, and
 * nothing it returns holds the token. Ids are whole numbers above 0; any other is a bug and throws.
 *
 * A write is sent once, or not at all: Linode has no preconditions and no idempotency keys, so whoever sends it has read
 * the world a moment ago, and must read again before another try. A write is over within `withinMs`, which can only make
 * its limit shorter: no byte of it leaves later. A read waits out 429 itself, for 30 s at most beside its own time.
 */
export type Linode = {
  volume(volumeId: number): Promise<Read<Volume>>
  instance(linodeId: number): Promise<Read<Instance>>
  /** All of them, or no list at all. Disks, which count against the same limit, are not among them. */
  attachedVolumes(linodeId: number): Promise<Read<readonly Volume[]>>
  /**
   * Newest first; `since` is epoch ms by Linode's clock, rounded down to its whole seconds. Linode keeps them for 90 days,
   * and shows those that the token's user may see: for some that is none.
   */
  volumeEvents(volumeId: number, since: number): Promise<Read<readonly VolumeEvent[]>>
  /** With `persist_across_boots: false`, which needs a running Linode. Done only when `volume` shows it. */
  attach(volumeId: number, linodeId: number, withinMs?: number): Promise<Written>
  /** Linode does not look whether the volume is mounted. Done only when `volume` shows no Linode. */
  detach(volumeId: number, withinMs?: number): Promise<Written>
  /** Ordered, so that Linode's watchdog does not boot it again. Done only when `instance` shows `offline`. */
  shutDown(linodeId: number, withinMs?: number): Promise<Written>
  /** Gives up what waits; a write that was being sent is then unknown. */
  close(): void
}

export type Read<T> = { readonly kind: 'done'; readonly value: T } | LinodeRefusal | LinodeUnreachable

export type Written =
  | { readonly kind: 'accepted' }
  | LinodeRefusal
  /** Sent, perhaps, and not answered in Linode's own form: only reading tells (core's `settle`). */
  | { readonly kind: 'unknown'; readonly detail: string }
  /** Certainly not sent. */
  | LinodeUnreachable

/**
 * Linode's own answer, in its own form, that nothing was done. A proxy's page is none, whatever its status, but for
 * 429, whose status is enough.
 */
export type LinodeRefusal = {
  readonly kind: 'refused'
  /**
   * `missing` says only that this token sees no such thing: another account's looks the same. `busy` (another job of the
   * volume or the Linode runs) and `rate limited` pass by themselves; `already attached` does while a detach runs, and
   * `volume` says where to.
   */
  readonly why: 'unauthorised' | 'denied' | 'missing' | 'rate limited' | 'busy' | 'already attached' | 'invalid'
  readonly status: number
  /** Linode's own words, at most five, each on one line. */
  readonly reasons: readonly { readonly reason: string; readonly field?: string }[]
  /** Of `rate limited`, where Linode said: how long to wait yet. */
  readonly retryAfterMs?: number
  /** One line that says it all. */
  readonly detail: string
}

/** Of a read: nothing is known. Of a write: it was not sent. */
export type LinodeUnreachable = {
  readonly kind: 'unreachable'
  readonly why: 'network' | 'hung' | 'incomplete' | 'not Linode' | 'server error' | 'misconfigured' | 'closed'
  /** One line. */
  readonly detail: string
}
