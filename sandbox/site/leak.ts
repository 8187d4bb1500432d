import { isRefusal } from './session.js'
import type { Session } from './session.js'

/** Sessions that were opened and forgotten. */
export type Leak = {
  /** Opens `count` idle sessions with `open`; resolves with how many the server took. Rejects on anything but 53300. */
  add(count: number, open: (number: number) => Promise<Session>): Promise<number>
  readonly sessions: () => number
  readonly refusals: () => number
  drop(): void
}

/** A few logins at a time: hundreds at once would measure the machine's patience, not the server's limit. */
const AT_ONCE = 8

export function leak(): Leak {
  const leaked = new Set<Session>()
  let refusals = 0
  return {
    sessions: () => leaked.size,
    refusals: () => refusals,
    drop() {
      for (const session of leaked) session.drop()
    },
    async add(count, open) {
      let next = 0
      let opened = 0
      const dial = async (): Promise<void> => {
        while (next < count) {
          const number = next
          next += 1
          try {
            const session = await open(number)
            opened += 1
            leaked.add(session)
            session.gone.addEventListener('abort', () => leaked.delete(session), { once: true })
          } catch (error) {
            if (!isRefusal(error)) throw error
            refusals += 1
          }
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, dial))
      return opened
    },
  }
}
