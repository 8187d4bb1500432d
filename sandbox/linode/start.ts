import type { Server } from 'node:http'
import { endServer, listenOnLoopback, portOf } from '../loopback.js'
import { type MovableClock, movableClock } from '../discord/clock.js'
import { type Faults, faultList } from './fault.js'
import { type ApiSetup, handle, type Seen } from './handler.js'
import { type LinodeSeed, type LinodeTimings, type LinodeWorld, linodeWorld } from './world.js'

export type StartOptions = {
  readonly seed: LinodeSeed
  /** 0 or absent: any free port. */
  readonly port?: number
  /** What the bot logs in with; absent: `sandbox-token`. */
  readonly token?: string
  /** As events name whoever uses the API; absent: `lifeguard`. */
  readonly username?: string
  /** Default: the machine's, which can be moved ahead. */
  readonly clock?: MovableClock
  readonly timings?: Partial<LinodeTimings>
  /** Whether somebody says that he uses the volume now. */
  readonly isInUse?: (volumeId: number) => boolean
  /** Whether volumes have `io_ready`, as they do since November 2025; absent: true. */
  readonly hasIoReady?: boolean
}

export type LinodeSandbox = {
  /** http://127.0.0.1:PORT, without the version. */
  readonly url: string
  readonly world: LinodeWorld
  readonly faults: Faults
  /** Every request so far, oldest first. */
  readonly requests: () => readonly Seen[]
  /** The server accepts only this token from now on. */
  readonly setToken: (token: string) => void
  /** Ends every connection and refuses new ones, until the answer is called, which listens on the same port again. */
  readonly stop: () => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

/** Starts the stand-in for Linode's API on loopback, over plain HTTP (the real one's TLS is node's, not ours to test). */
export async function startLinode(options: StartOptions): Promise<LinodeSandbox> {
  const clock = options.clock ?? movableClock()
  let token = options.token ?? 'sandbox-token'
  const seen: Seen[] = []
  const faults = faultList()
  const { seed, timings, isInUse } = options
  const world = linodeWorld({
    clock,
    seed,
    ...(timings === undefined ? {} : { timings }),
    ...(isInUse === undefined ? {} : { isInUse }),
  })
  const setup: ApiSetup = {
    world,
    clock,
    faults,
    token: () => token,
    username: options.username ?? 'lifeguard',
    hasIoReady: options.hasIoReady ?? true,
    seen: (request) => seen.push(request),
  }
  let server = await listen(setup, options.port ?? 0)
  const port = portOf(server)

  return {
    url: `http://127.0.0.1:${port}`,
    world,
    faults,
    requests: () => [...seen],
    setToken: (next) => {
      token = next
    },
    stop: async () => {
      await endServer(server)
      return async () => {
        server = await listen(setup, port)
      }
    },
    close: () => endServer(server),
  }
}

function listen(setup: ApiSetup, port: number): Promise<Server> {
  return listenOnLoopback((request, response) => {
    handle(setup, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  }, port)
}
