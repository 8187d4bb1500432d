import { setMaxListeners } from 'node:events'
import type { Clock } from './clock.js'
import { isRefusal } from './session.js'
import type { Session } from './session.js'

export type PodOptions = {
  readonly name: string
  readonly clock: Clock
  /** How many sessions it wants. Each is opened again when it is lost, for as long as the pod lives. */
  readonly sessions: number
  /** From one session to the next, when starting; 0: all at once. */
  readonly openEveryMs: number
  /** Each session works this often, so that none of a living pod looks stale. */
  readonly trafficEveryMs: number
  /** Opens the session of this number, counted from 0. */
  open(number: number): Promise<Session>
}

export type Pod = {
  readonly name: string
  readonly isAlive: () => boolean
  readonly sessions: () => number
  /** Logins refused with 53300. */
  readonly refusals: () => number
  /** Resolves when each wanted session has been opened or refused once (or the pod was ended before). */
  readonly settled: Promise<void>
  /** The pod is gone and forgets its sessions, which stay open, idle, with nobody to use or close them. */
  leave(): void
  /** The pod's process dies: its sockets are dropped. */
  crash(): void
}

const RETRY_MS = 500
/** Long enough that a look now and then meets a session at work. */
const WORK = 'SELECT pg_sleep(0.1)'

/** Starts a pod: one loop per session, which opens it, works with it and opens it again. */
export function startPod(options: PodOptions): Pod {
  const { clock, openEveryMs, trafficEveryMs } = options
  const life = new AbortController()
  setMaxListeners(0, life.signal) // one per session, and a session per thread is no leak
  const open = new Set<Session>()
  let crashed = false
  let refusals = 0

  const settled = Promise.all(
    Array.from({ length: options.sessions }, (_, number) => new Promise<void>((tried) => void thread(number, tried))),
  ).then(() => undefined)

  return {
    name: options.name,
    settled,
    isAlive: () => !life.signal.aborted,
    sessions: () => open.size,
    refusals: () => refusals,
    leave: () => life.abort(),
    crash() {
      crashed = true
      life.abort()
      for (const session of open) session.drop()
    },
  }

  async function thread(number: number, tried: () => void): Promise<void> {
    await pause(number * openEveryMs)
    while (!life.signal.aborted) {
      const session = await dial(number)
      tried()
      if (session === undefined) await pause(RETRY_MS)
      else await work(session, trafficEveryMs + ((number * 37) % 100)) // not all in step
    }
    tried()
  }

  async function dial(number: number): Promise<Session | undefined> {
    try {
      const session = await options.open(number)
      open.add(session)
      session.gone.addEventListener('abort', () => open.delete(session), { once: true })
      // A login that was under way when the pod left is left behind with the others.
      if (crashed) session.drop()
      return session
    } catch (error) {
      if (isRefusal(error)) refusals += 1
      return undefined // a server that is down or paused: tried again like any other failure
    }
  }

  async function work(session: Session, everyMs: number): Promise<void> {
    const until = AbortSignal.any([life.signal, session.gone])
    while (!until.aborted) {
      try {
        await session.query(WORK)
      } catch {
        session.drop() // terminated in the middle of it
      }
      await clock.sleep(everyMs, until).catch(() => undefined)
    }
  }

  async function pause(ms: number): Promise<void> {
    if (ms > 0) await clock.sleep(ms, life.signal).catch(() => undefined)
  }
}
