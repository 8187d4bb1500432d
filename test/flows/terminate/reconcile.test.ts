import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventBody, StaleFilter, TerminateFinished } from '../../../src/core/incident/event.js'
import { openLedger } from '../../../src/flows/ledger.js'
import { reconcileActs } from '../../../src/flows/terminate/reconcile.js'
import type { WatchedServer } from '../../../src/flows/watched.js'
import { manualClock, T0 } from '../../fakes/clock.js'
import { disk, fakeJournal } from '../../fakes/journal.js'
import { recordingLog } from '../../fakes/log.js'
import { backend, cluster, fakePostgres, STALE, type Cluster } from '../../fakes/postgres.js'
import { SERVER } from '../../fakes/world.js'

const JOE = { id: 'joe', name: 'joe' }
const FILTER: StaleFilter = { role: 'site', states: ['idle'] }

function intended(preview: string, pids: readonly number[], server = 'production'): readonly EventBody[] {
  const victims = pids.map((pid) => ({ ...backend(pid), stateChange: backend(pid).stateChange ?? '' }))
  return [
    { v: 1, type: 'terminate.previewed', preview, server, by: JOE, filter: FILTER, victims, hash: '' },
    { v: 1, type: 'terminate.intended', preview, server, by: JOE, hash: '', pids },
  ]
}

const FINISHED: TerminateFinished = {
  type: 'terminate.finished',
  preview: 'BBBBB',
  server: 'production',
  by: JOE,
  filter: FILTER,
  tookMs: 600,
  outcome: { gone: 1, stillAlive: [], alreadyGone: 0, changed: 0 },
}

async function scene(on: Cluster, events: readonly EventBody[]) {
  const clock = manualClock()
  const journal = { ...disk(), events: events.map((body, index) => ({ seq: index + 1, at: T0, body })) }
  const ledger = await openLedger({
    journal: fakeJournal(journal),
    clock,
    log: recordingLog(),
    onChange: () => undefined,
  })
  const postgres = fakePostgres(on, clock)
  const server: WatchedServer = {
    config: SERVER,
    postgres,
    live: () => ({ server: SERVER.name, recent: [], rules: [], stale: STALE, traced: { kind: 'off' } }),
    lookNow: () => postgres.look(),
    peakOf: () => undefined,
  }
  const finished = () => journal.events.map((event) => event.body).filter((body) => body.type === 'terminate.finished')
  return { clock, ledger, server, finished }
}

test('an intent without an outcome is closed by what the server shows, once', async () => {
  const { clock, ledger, server, finished } = await scene(cluster([backend(2)]), intended('AAAAA', [1, 2]))
  const deps = { ledger, clock, isUnderWay: () => false }
  await reconcileActs(deps, server)
  await reconcileActs(deps, server)
  assert.deepEqual(
    finished().map((body) => [body.outcome.gone, body.outcome.stillAlive]),
    [[1, [2]]],
  )
})

test('two that reconcile at once close an act once', async () => {
  const { clock, ledger, server, finished } = await scene(cluster(), intended('AAAAA', [1]))
  const deps = { ledger, clock, isUnderWay: () => false }
  let second: Promise<void> | undefined
  const backends = server.postgres.backends.bind(server.postgres)
  const slow: WatchedServer = {
    ...server,
    postgres: {
      ...server.postgres,
      backends: async () => {
        // While this one reads, another comes and goes.
        second ??= reconcileActs(deps, server)
        await second
        return await backends()
      },
    },
  }
  await reconcileActs(deps, slow)
  assert.equal(finished().length, 1)
})

test('a server that cannot be read closes nothing: the intent waits', async () => {
  const on = cluster()
  const { clock, ledger, server, finished } = await scene(on, intended('AAAAA', [1]))
  const deps = { ledger, clock, isUnderWay: () => false }
  on.state = 'hung'
  await reconcileActs(deps, server)
  assert.deepEqual(finished(), [])
  on.state = 'up'
  await reconcileActs(deps, server)
  assert.equal(finished().length, 1)
})

test('an act on another server, and one under way in this process, are left alone', async () => {
  const { clock, ledger, server, finished } = await scene(cluster(), [
    ...intended('AAAAA', [1], 'staging'),
    ...intended('BBBBB', [2]),
  ])
  await reconcileActs({ ledger, clock, isUnderWay: (preview) => preview === 'BBBBB' }, server)
  assert.deepEqual(finished(), [])
})

test('an act that ends while an older one is being closed keeps its own outcome', async () => {
  const on = cluster()
  const { clock, ledger, server, finished } = await scene(on, [...intended('AAAAA', [1]), ...intended('BBBBB', [2])])
  let isBUnderWay = true
  let ending: Promise<unknown> | undefined
  on.onBackendsRead = () => {
    // While the server is read for the older act, the newer one comes to its end.
    ending ??= ledger.note([{ v: 1, ...FINISHED }])
    isBUnderWay = false
  }
  await reconcileActs({ ledger, clock, isUnderWay: (preview) => preview === 'BBBBB' && isBUnderWay }, server)
  await ending
  assert.deepEqual(
    finished().map((body) => [body.preview, body.outcome.unknown === undefined]),
    [
      ['BBBBB', true],
      ['AAAAA', false],
    ],
  )
})
