import type { Instance, Volume, VolumeEvent } from './linode.js'

/** An attach or detach whose answer was lost, and what was known before it was sent. */
export type LostWrite = {
  readonly act: 'attach' | 'detach'
  readonly volumeId: number
  /** Where it was to be attached, or from where detached. */
  readonly linodeId: number
  /**
   * Ids of the volume's events, listed before the write was sent. The events it is settled by must be listed since the
   * same moment, or an old one would pass for new. Ids and not times: Linode's clock is not ours.
   */
  readonly eventsBefore: readonly number[]
}

/** What is read now: the events first, then the volume. */
export type Aftermath = {
  readonly volume: Volume | 'missing'
  readonly events: readonly VolumeEvent[]
  /** Since the write was given up, in ms of a clock that never jumps. */
  readonly sinceMs: number
}

/**
 * - `done`: what was asked for is so, whoever did it.
 * - `under way`: read again.
 * - `failed`: Linode took it and could not do it; nothing changed.
 * - `untraced`: it never arrived, or left nothing. It may be sent once more, after every precondition was read again.
 * - `contradicted`: the world is not the one the write was meant for.
 */
export type Settlement =
  | { readonly kind: 'done' | 'untraced' }
  | { readonly kind: 'under way' | 'contradicted'; readonly because: string }
  | { readonly kind: 'failed'; readonly reason?: string }

/** How long a request that was given up may still arrive, and its event be late: 2 minutes, longer than proxies keep one. */
export const LATE_MS = 120_000

/**
 * Says what became of a write whose answer was lost. Never repeats, never guesses: without a trace it waits LATE_MS first.
 *
 * A detached volume without an event of it is not `done` before that time either: the lost request may still be on its
 * way, and would detach the volume under whatever is attached to it next. What is left: an event that is another's is
 * taken for ours, as Linode names no request.
 */
export function settle(write: LostWrite, { volume, events, sinceMs }: Aftermath): Settlement {
  if (volume === 'missing') return contradicted('the volume does not exist any more')
  if (volume.id !== write.volumeId) return contradicted(`volume ${volume.id} was read`)
  const isLate = sinceMs >= LATE_MS
  const trace = newest(events.filter((event) => isTrace(event, write)))
  if (write.act === 'detach') {
    if (volume.linodeId === null) {
      return trace !== undefined || isLate
        ? { kind: 'done' }
        : underWay('it is detached, but no event says by whom: the lost request may still arrive')
    }
    if (volume.linodeId !== write.linodeId) return contradicted(`it is attached to Linode ${volume.linodeId}`)
    return settledBy(trace, isLate, 'still attached')
  }
  if (volume.linodeId === write.linodeId) {
    return volume.isIoReady === false ? underWay('it is attached, but not ready for use') : { kind: 'done' }
  }
  if (volume.linodeId !== null) return contradicted(`it is attached to Linode ${volume.linodeId}`)
  return settledBy(trace, isLate, 'not attached')
}

/**
 * Says what became of an order to shut down a Linode whose answer was lost. `missing` needs a token that saw it before.
 * What is left: an order that is `untraced` here could still come, and stop a Linode that somebody started since.
 */
export function settleShutDown(instance: Instance | 'missing', sinceMs: number): Settlement {
  if (instance === 'missing' || instance.status === 'offline') return { kind: 'done' }
  if (instance.status !== 'running') return underWay(`it is ${instance.status}`)
  return sinceMs >= LATE_MS ? { kind: 'untraced' } : underWay('it runs: the order may still arrive')
}

/** The volume is not yet as it was meant to be. */
function settledBy(trace: VolumeEvent | undefined, isLate: boolean, as: string): Settlement {
  switch (trace?.status) {
    case undefined:
      return isLate ? { kind: 'untraced' } : underWay('no event of it yet: it may still arrive')
    case 'failed':
    case 'canceled':
      return trace?.message === undefined ? { kind: 'failed' } : { kind: 'failed', reason: trace.message }
    case 'finished':
      return isLate
        ? contradicted(`its event says finished, and the volume is ${as}`)
        : underWay(`its event says finished, and the volume is ${as}`)
    default:
      return underWay(`its event says ${trace?.status}`)
  }
}

function isTrace(event: VolumeEvent, { act, eventsBefore }: LostWrite): boolean {
  return event.action === `volume_${act}` && !eventsBefore.includes(event.id)
}

function newest(events: readonly VolumeEvent[]): VolumeEvent | undefined {
  return [...events].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id)[0]
}

function underWay(because: string): Settlement {
  return { kind: 'under way', because }
}

function contradicted(because: string): Settlement {
  return { kind: 'contradicted', because }
}
