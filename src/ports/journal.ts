import type { EventBody, JournalEvent } from '../core/incident/event.js'

/** The append-only log on disk. Every method may reject with DependencyError. */
export type Journal = {
  /** Every event of the file, oldest first, after the hash chain was checked. */
  read(): Promise<readonly JournalEvent[]>
  /** Resolves when all of `bodies` are on disk, in order and all or none. */
  append(bodies: readonly EventBody[], at: number): Promise<readonly JournalEvent[]>
  close(): Promise<void>
}
