import { writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { endServer, listenOnLoopback, portOf } from '../loopback.js'
import { type MovableClock, movableClock } from '../discord/clock.js'
import { type ApiSetup, handle, type Seen } from './api/handler.js'
import { type Rights, rightsTable } from './api/rights.js'
import type { OpenWatch } from './api/watch.js'
import { type ControllerOptions, startController } from './controller/controller.js'
import { type Faults, faultList } from './fault.js'
import { emptyStore } from './store/store.js'
import { type ClusterWorld, clusterWorld } from './world.js'

export type StartOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** What the bot logs in with; absent: `sandbox-token`. */
  readonly token?: string
  /** As error texts name it; absent: `lifeguard`. */
  readonly user?: string
  /** Default: the machine's, which can be moved ahead. */
  readonly clock?: MovableClock
  /** Absent: nobody makes ReplicaSets, pods or addresses; objects stay as they are written. */
  readonly controller?: ControllerOptions
  /** Of watches that asked for bookmarks; absent: a minute, as the real one's. */
  readonly bookmarkEveryMs?: number
}

export type KubernetesSandbox = {
  /** http://127.0.0.1:PORT */
  readonly url: string
  /** Writes a kubeconfig for this server, readable by its owner only. */
  readonly kubeconfig: (path: string) => Promise<void>
  readonly world: ClusterWorld
  readonly faults: Faults
  readonly rights: Rights
  /** Every request so far, oldest first. */
  readonly requests: () => readonly Seen[]
  readonly watches: {
    readonly open: () => number
    /** All that are open, or those of that resource (`pods`): ended properly. */
    readonly close: (plural?: string) => void
    readonly silence: (plural?: string) => void
    readonly expire: (plural?: string) => void
  }
  /** The server accepts only this token from now on. */
  readonly setToken: (token: string) => void
  /** Ends every connection and refuses new ones, until the answer is called, which listens on the same port again. */
  readonly stop: (versions?: 'kept' | 'reset') => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

/** Starts the stand-in on loopback, over plain HTTP (the real one's TLS is node's, not ours to test). */
export async function startKubernetes(options: StartOptions = {}): Promise<KubernetesSandbox> {
  const clock = options.clock ?? movableClock()
  let token = options.token ?? 'sandbox-token'
  const store = emptyStore(clock.now)
  const seen: Seen[] = []
  const faults = faultList()
  const rights = rightsTable()
  const watches = new Set<OpenWatch>()
  const held = new Set<string>()
  const setup: ApiSetup = {
    store,
    clock,
    nowMs: clock.now,
    draw: draws(1),
    bookmarkEveryMs: options.bookmarkEveryMs ?? 60_000,
    token: () => token,
    user: options.user ?? 'lifeguard',
    rights,
    faults,
    watches,
    seen: (request) => seen.push(request),
  }
  const controller =
    options.controller === undefined
      ? undefined
      : startController({ store, clock, draw: setup.draw, held }, options.controller)
  let server = await listen(setup, options.port ?? 0)
  const port = portOf(server)
  const url = `http://127.0.0.1:${port}`
  const chosen = (plural: string | undefined) =>
    [...watches].filter(({ resource }) => plural === undefined || resource.plural === plural)

  return {
    url,
    kubeconfig: (path) => writeFile(path, kubeconfigText(url, token), { mode: 0o600 }),
    world: clusterWorld({ store, clock, held, settle: () => controller?.settle() }),
    faults,
    rights,
    requests: () => [...seen],
    watches: {
      open: () => watches.size,
      close: (plural) => chosen(plural).forEach((watch) => watch.close()),
      silence: (plural) => chosen(plural).forEach((watch) => watch.silence()),
      expire: (plural) => chosen(plural).forEach((watch) => watch.expire()),
    },
    setToken: (next) => {
      token = next
    },
    stop: async (versions = 'kept') => {
      await endServer(server)
      if (versions === 'reset') store.resetVersions()
      return async () => {
        server = await listen(setup, port)
      }
    },
    close: async () => {
      controller?.stop()
      await endServer(server)
    },
  }
}

function listen(setup: ApiSetup, port: number): Promise<Server> {
  return listenOnLoopback((request, response) => {
    // The time of the answer, by the stand-in's clock: the bot measures the skew of clocks by it.
    response.setHeader('date', new Date(setup.clock.now()).toUTCString())
    handle(setup, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  }, port)
}

/** JSON is YAML. Clients refuse plain HTTP unless told to skip the check of certificates. */
function kubeconfigText(server: string, token: string): string {
  const text = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'lifeguard', user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'lifeguard' } }],
    'current-context': 'sandbox',
  }
  return `${JSON.stringify(text, undefined, 2)}\n`
}

/** Numbers in [0, 1), the same for the same seed (mulberry32): names are the same from run to run. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const again = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32
  }
}
