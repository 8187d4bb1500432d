// The journal's thread on a disk that hangs, or that takes the thread down, where and for as long as the test says.
import { setImmediate as turn } from 'node:timers/promises'
import { openJournalStore } from '../../../src/adapters/sqlite/journalStore.js'
import { serve } from '../../../src/adapters/sqlite/serve.js'
import type { StallingOptions } from './stalling.js'
import { REACHED, WHAT, WHATS } from './stallingWords.js'

/** Blocks the thread as a call to the system does, until the test writes another word. */
async function meet(gate: Int32Array, point: 'before' | 'after'): Promise<void> {
  const code = Atomics.load(gate, WHAT)
  if (WHATS[code] === `hang ${point}`) {
    Atomics.store(gate, REACHED, 1)
    Atomics.wait(gate, WHAT, code)
  }
  if (WHATS[code] === `crash ${point}`) {
    Atomics.store(gate, WHAT, 0)
    setImmediate(() => {
      throw new Error('the thread is out of memory, say')
    })
    for (;;) await turn()
  }
}

await serve({
  journal: async (dir, options) => {
    const store = await openJournalStore(dir, options)
    const { gate } = options as unknown as StallingOptions
    return {
      ...store,
      append: async (...args: Parameters<typeof store.append>) => {
        await meet(gate, 'before')
        const appended = await store.append(...args)
        await meet(gate, 'after')
        return appended
      },
    }
  },
})
