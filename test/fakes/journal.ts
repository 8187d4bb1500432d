import { DependencyError } from '../../src/core/errors.js'
import type { JournalEvent } from '../../src/core/incident/event.js'
import type { Journal } from '../../src/ports/journal.js'
import { power as alwaysOn, type Power } from './power.js'

/** What survives a restart, and what is wrong with it. */
export type Disk = { events: readonly JournalEvent[]; fault: 'none' | 'full' | 'unreadable' }

export function disk(): Disk {
  return { events: [], fault: 'none' }
}

/** A journal on such a disk. Points: `before journal <type>` and `after journal <type>`, by the first event's type. */
export function fakeJournal(on: Disk, power: Power = alwaysOn()): Journal {
  return {
    async read() {
      await power.pass('before journal read')
      if (on.fault === 'unreadable') throw new DependencyError('journal', 'the chain is broken at event 7')
      return on.events
    },
    async append(bodies, at) {
      const type = bodies[0]?.type ?? 'nothing'
      await power.pass(`before journal ${type}`)
      if (on.fault !== 'none') throw new DependencyError('journal', 'the disk is full')
      const last = on.events.at(-1)?.seq ?? 0
      const events = bodies.map((body, index) => ({ seq: last + index + 1, at, body }))
      on.events = [...on.events, ...events]
      await power.pass(`after journal ${type}`)
      return events
    },
    close: () => Promise.resolve(),
  }
}
