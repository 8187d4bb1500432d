import type { Clock } from './clock.js'
import { isRefusal } from './session.js'
import type { Session } from './session.js'

/** Web requests that write: those that never commit hold a row's lock, and all later ones wait for it. */
export type Requests = {
  /** Opens `count` sessions that each update a row of their own and stay idle in transaction. Resolves with how many did. */
  holdLocks(count: number): Promise<number>
  /** `count` requests, one each `everyMs`: open, update a row, commit, close. Resolves when the last has been sent. */
  send(count: number, everyMs: number): Promise<void>
  readonly holding: () => number
  readonly waiting: () => number
  readonly refusals: () => number
  stop(): void
}

const TABLE = 'CREATE TABLE IF NOT EXISTS page_views (page int PRIMARY KEY, views int NOT NULL)'
const PAGES = 4
const ROWS = `INSERT INTO page_views SELECT page, 0 FROM generate_series(1, ${PAGES}) AS page ON CONFLICT DO NOTHING`

export function webRequests(clock: Clock, open: () => Promise<Session>): Requests {
  const life = new AbortController()
  const holders = new Set<Session>()
  const running = new Set<Session>()
  let refusals = 0
  let prepared = false

  return {
    holding: () => holders.size,
    waiting: () => running.size,
    refusals: () => refusals,

    async holdLocks(count) {
      for (let number = 0; number < count && !life.signal.aborted; number += 1) {
        const session = await dial(holders)
        if (session === undefined) continue
        if (!prepared) {
          await session.query(TABLE)
          await session.query(ROWS)
          prepared = true
        }
        await session.query('BEGIN')
        // Beyond the number of pages each takes a row of its own, so that a holder never waits for another.
        const page = number < PAGES ? number + 1 : PAGES + number + 1
        await session.query(
          `INSERT INTO page_views VALUES (${page}, 1) ON CONFLICT (page) DO UPDATE SET views = page_views.views + 1`,
        )
      }
      return holders.size
    },

    async send(count, everyMs) {
      for (let number = 0; number < count && !life.signal.aborted; number += 1) {
        void request((number % PAGES) + 1)
        await clock.sleep(everyMs, life.signal).catch(() => undefined)
      }
    },

    stop() {
      life.abort()
      for (const session of [...holders, ...running]) session.drop()
    },
  }

  async function request(page: number): Promise<void> {
    const session = await dial(running)
    // A lock or a terminated session fails the request; the visitor sees an error page, and nobody else cares.
    await session?.query(`UPDATE page_views SET views = views + 1 WHERE page = ${page}`).catch(() => undefined)
    await session?.end()
  }

  async function dial(among: Set<Session>): Promise<Session | undefined> {
    try {
      const session = await open()
      among.add(session)
      session.gone.addEventListener('abort', () => among.delete(session), { once: true })
      if (life.signal.aborted) session.drop()
      return session
    } catch (error) {
      if (isRefusal(error)) refusals += 1
      return undefined
    }
  }
}
