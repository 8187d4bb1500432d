import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { cluster } from '../../../src/adapters/kubernetes/cluster.js'
import type { Pod } from '../../../src/core/attribution/picture.js'
import type { Cluster } from '../../../src/ports/cluster.js'
import type { ClusterConfig } from '../../../src/ports/config.js'
import { manualClock } from '../../fakes/clock.js'
import type { ManualClock } from '../../fakes/clock.js'
import { recordingLog } from '../../fakes/log.js'

export type Resource = 'pods' | 'replicasets' | 'deployments' | 'nodes'
type Raw = Record<string, unknown> & { readonly metadata: Record<string, unknown> }
type Handler = (response: ServerResponse, url: URL) => void

/** An API server that says what a test tells it to, byte by byte. */
export type Api = {
  readonly url: string
  readonly objects: Record<Resource, Raw[]>
  /** Every request, as `list pods` or `watch pods`, oldest first, with its query. */
  readonly asked: readonly { readonly what: string; readonly query: URLSearchParams; readonly token?: string }[]
  count(what: string): number
  /** Answers in place of the usual, until `mend`. */
  on(what: `${'list' | 'watch'} ${Resource}`, handler: Handler): void
  mend(what?: `${'list' | 'watch'} ${Resource}`): void
  /** Writes a line to the watches of a kind that are open. */
  send(resource: Resource, line: object | string | Buffer): void
  open(resource: Resource): number
  /** Ends the watches of a kind: in order, or with a broken chunk. */
  end(resource: Resource, how?: 'cut'): void
  stop(): Promise<void>
  /** Refuses every other Authorization with 401. */
  only(authorization: string): void
  /** Listens again where it did. */
  restart(): Promise<void>
}

async function startApi(clock: { now(): number }, pageSize = 500): Promise<Api> {
  const objects: Api['objects'] = { pods: [], replicasets: [], deployments: [], nodes: [] }
  const asked: { what: string; query: URLSearchParams; token?: string }[] = []
  const handlers = new Map<string, Handler>()
  const streams = new Map<Resource, Set<ServerResponse>>()

  function usual(verb: string, resource: Resource, response: ServerResponse, url: URL): void {
    if (verb === 'watch') {
      const open = streams.get(resource) ?? new Set()
      streams.set(resource, open.add(response))
      response.on('close', () => open.delete(response))
      response.writeHead(200).flushHeaders()
      return
    }
    const from = Number(url.searchParams.get('continue') ?? 0)
    const items = objects[resource].slice(from, from + pageSize)
    const rest = objects[resource].length - from - items.length
    const more = rest > 0 ? { continue: String(from + items.length), remainingItemCount: rest } : {}
    response.end(JSON.stringify({ metadata: { resourceVersion: '7', ...more }, items }))
  }
  function handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://api')
    const resource = url.pathname.split('/').at(-1) as Resource
    const verb = url.searchParams.get('watch') === 'true' ? 'watch' : 'list'
    const token = request.headers.authorization
    asked.push({ what: `${verb} ${resource}`, query: url.searchParams, ...(token === undefined ? {} : { token }) })
    response.setHeader('date', new Date(clock.now()).toUTCString())
    if (allowed !== undefined && token !== allowed) return status(401)(response, url)
    const handler = handlers.get(`${verb} ${resource}`)
    if (handler === undefined) usual(verb, resource, response, url)
    else handler(response, url)
  }

  let allowed: string | undefined
  let server = createServer(handle)
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    asked,
    count: (what) => asked.filter((one) => one.what === what).length,
    on: (what, handler) => void handlers.set(what, handler),
    mend: (what) => (what === undefined ? handlers.clear() : void handlers.delete(what)),
    send(resource, line) {
      const text = typeof line === 'string' || Buffer.isBuffer(line) ? line : `${JSON.stringify(line)}\n`
      for (const stream of streams.get(resource) ?? []) stream.write(text)
    },
    open: (resource) => streams.get(resource)?.size ?? 0,
    end(resource, how) {
      for (const stream of streams.get(resource) ?? []) {
        if (how === 'cut') stream.destroy()
        else stream.end()
      }
    },
    only: (authorization) => void (allowed = authorization),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
    async restart() {
      server = createServer(handle)
      await listen(port)
    },
  }
}

export function status(code: number): Handler {
  return (response) => {
    response.writeHead(code)
    response.end(JSON.stringify({ kind: 'Status', code, message: 'User "system:serviceaccount:ops:secret-name" …' }))
  }
}

export const silence: Handler = () => undefined

/** A running pod of ReplicaSet `site-1`. */
export function pod(name: string, address: string, more: { rv?: string; deleting?: boolean } = {}): Raw {
  return {
    metadata: {
      uid: `uid-${name}`,
      name,
      namespace: 'web',
      resourceVersion: more.rv ?? '5',
      creationTimestamp: '2020-12-11T13:00:00Z',
      ownerReferences: [{ kind: 'ReplicaSet', name: 'site-1', uid: 'uid-site-1', controller: true }],
      ...(more.deleting === true ? { deletionTimestamp: '2020-12-11T13:20:00Z' } : {}),
    },
    spec: { nodeName: 'node-a' },
    status: { phase: 'Running', podIPs: [{ ip: address }] },
  }
}

export function named(name: string): Raw {
  return { metadata: { uid: `uid-${name}`, name, namespace: 'web', creationTimestamp: '2020-12-11T12:00:00Z' } }
}

export type Watching = {
  readonly cluster: Cluster
  readonly clock: ManualClock
  readonly api: Api
  readonly shown: readonly Pod[]
  readonly lines: readonly string[]
  readonly kubeconfig: string
  readonly names: () => readonly string[]
}

/** A cluster on its own API server and clock; both end with the test. */
export async function watching(
  t: { after(end: () => Promise<void>): void },
  prepare: (api: Api) => void = () => undefined,
  pageSize?: number,
  file: 'kubeconfig' | 'no kubeconfig' = 'kubeconfig',
): Promise<Watching> {
  const clock = manualClock()
  const api = await startApi(clock, pageSize)
  prepare(api)
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-kubernetes-'))
  const kubeconfig = join(folder, 'config')
  if (file === 'kubeconfig') await writeFile(kubeconfig, kubeconfigOf(api.url))
  const log = recordingLog()
  const shown: Pod[] = []
  const watched = cluster(configOf({ kind: 'kubeconfig', path: kubeconfig }), {
    clock,
    log,
    random: () => 0.5,
    pod: { host: undefined, port: undefined },
    onPods: (pods) => shown.push(...pods),
  })
  t.after(async () => {
    await watched.close()
    await api.stop()
    await rm(folder, { recursive: true })
  })
  return {
    cluster: watched,
    clock,
    api,
    shown,
    lines: log.sentences,
    kubeconfig,
    names() {
      const view = watched.view()
      return view.kind === 'picture' ? view.picture.pods.map(({ name }) => name) : []
    },
  }
}

export function configOf(access: ClusterConfig['access']): ClusterConfig {
  return { access, podRanges: [], poolers: [], knownHosts: [] }
}

export function kubeconfigOf(server: string, token = 'a-token'): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'one',
  })
}

/** Waits for what comes over the network, which no clock can hurry; the limit is for a test that is broken. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 30_000; !(await isSo());) {
    if (Date.now() > end) throw new Error(`still waiting: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
