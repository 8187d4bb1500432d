import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

import { manualClock as sandboxClock, type MovableClock } from '../../../sandbox/discord/clock.js'
import type { Seen } from '../../../sandbox/linode/handler.js'
import { type LinodeSandbox, startLinode, type StartOptions } from '../../../sandbox/linode/start.js'
import type { LinodeSeed } from '../../../sandbox/linode/world.js'
import { linode } from '../../../src/adapters/linode/linode.js'
import { secret } from '../../../src/config/secret.js'
import type { Clock } from '../../../src/ports/clock.js'
import type { Linode } from '../../../src/ports/linode.js'

export const T0 = Date.UTC(2020, 11, 11, 13, 24)
export const TOKEN = 'a-token-that-nobody-may-see'
export const VOLUME = 12_345
export const NODE = 501
export const OTHER = 502
export const FAR = 503

export const SEED: LinodeSeed = {
  instances: [
    { id: NODE, label: 'node-a', region: 'eu-central' },
    { id: OTHER, label: 'node-b', region: 'eu-central' },
    { id: FAR, label: 'node-far', region: 'us-east' },
  ],
  volumes: [{ id: VOLUME, label: 'pgdata', region: 'eu-central', linodeId: NODE }],
}

const FILE = process.env['LINODE_OPENAPI']
const JUDGE =
  FILE === undefined
    ? undefined
    : import('../../sandbox/linode/specification.js').then(({ specification }) => specification(FILE))

/** Of a request no test lets expire by itself. */
export const LIMIT_MS = 123_456

/** Waits are over at once and recorded; a time limit ends only when a test says so. */
export type WaitingClock = Clock & {
  readonly waits: readonly number[]
  /** Every time limit that runs now is over. */
  expire(): void
}

function waitingClock(): WaitingClock {
  let now = T0
  const waits: number[] = []
  const limits = new Set<() => void>()
  return {
    now: () => now,
    waits,
    expire() {
      for (const end of limits) end()
    },
    sleep(ms, signal) {
      if (ms !== LIMIT_MS) {
        waits.push(ms)
        now += ms
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        limits.add(resolve)
        signal?.addEventListener('abort', () => {
          limits.delete(resolve)
          reject(new Error('aborted'))
        })
      })
    },
  }
}

export type Standing = {
  readonly api: Linode
  readonly sandbox: LinodeSandbox
  /** Linode's time: nothing happens there until it is moved. */
  readonly world: MovableClock
  readonly clock: WaitingClock
  /** The requests that the stand-in got, as `POST /v4/volumes/1/detach`. */
  readonly asked: () => readonly string[]
}

/**
 * The adapter before its stand-in; both end with the test, and with LINODE_OPENAPI every request and answer of it but
 * those made wrong on purpose is held against the specification.
 */
export async function standing(t: TestContext, options: Partial<StartOptions> = {}): Promise<Standing> {
  const world = sandboxClock(T0)
  const sandbox = await startLinode({ seed: SEED, token: TOKEN, clock: world, ...options })
  const clock = waitingClock()
  const api = linode({ base: sandbox.url, token: secret(TOKEN), limitMs: LIMIT_MS }, clock)
  t.after(async () => {
    api.close()
    await sandbox.close()
    t.after(async () => assert.deepEqual(await unspecified(sandbox.requests()), []))
  })
  return {
    api,
    sandbox,
    world,
    clock,
    asked: () => sandbox.requests().map(({ method, path }) => `${method} ${path}`),
  }
}

async function unspecified(requests: readonly Seen[]): Promise<readonly string[]> {
  const judge = await JUDGE
  if (judge === undefined) return []
  return requests.filter(({ fault }) => fault === undefined || fault === 'job').flatMap((one) => judge(one))
}

/** Lets everything else run until it is so; after 20 s of real time it never will be. */
export async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 20_000
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error('what the test waits for did not happen')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
