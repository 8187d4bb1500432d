import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startPostgres, type SandboxPostgres } from '../../sandbox/postgres/start.js'
import { startScenario, until, type Scenario } from './world.js'

describe('two servers from one file', () => {
  let world: Scenario
  let second: SandboxPostgres

  before(async () => {
    second = await startPostgres({ maxConnections: 30 })
    await second.sql("CREATE ROLE lifeguard LOGIN PASSWORD 'second-secret'")
    await second.sql('GRANT pg_monitor, pg_signal_backend, pg_use_reserved_connections TO lifeguard')
    world = await startScenario({
      file: ({ host, port }) => `
servers:
  - name: production
    host: ${host}
    port: ${port}
    user: lifeguard
    password: \${PRODUCTION_PASSWORD}
    sslmode: disable
    canary: off
    rules:
      - { name: site, match: [{ role: site }], above: 5, severity: warning, confirm: 1 }
  - name: staging
    host: ${second.host}
    port: ${second.port}
    user: lifeguard
    password: \${SECOND}
    sslmode: disable
    canary: off
`,
      env: { SECOND: 'second-secret' },
    })
  })
  after(async () => {
    await world.close()
    await second.stop()
  })

  test('a question without a server is answered with the names to choose from', async () => {
    const answer = await (await world.discord.as('olga').slash('connections show', { by: 'role' })).wait()
    assert.match(answer.text(), /one of `production`, `staging`/)
    const named = await (
      await world.discord.as('olga').slash('connections show', { by: 'role', server: 'staging' })
    ).wait()
    assert.match(named.text(), /`staging`: \d+ of 27 usable connections/)
    const offered = await world.discord.as('olga').autocomplete('connections show', 'server', 'sta', { by: 'role' })
    assert.deepEqual(
      offered.map((choice) => choice.value),
      ['staging'],
    )
  })

  test('a server that hangs does not delay the alarm of the other', async () => {
    second.pause()
    try {
      await world.open('site', 6)
      const slow = world.tickOf('staging')
      let isSlowDone = false
      void slow.then(() => (isSlowDone = true))
      await world.tickOf('production')
      await until('the card of production is there', () => world.cards().length === 1)
      assert.match(world.cards()[0]?.text ?? '', /WARNING — `production`/)
      assert.equal(isSlowDone, false)
      await slow
    } finally {
      second.resume()
    }
  })

  test('status shows both, each with its own reading and age', async () => {
    await until('staging answers again', async () => {
      await world.tickOf('staging')
      const text = (await (await world.discord.as('olga').slash('status')).wait()).text()
      return /`staging`[^]*27 usable connections, read/.test(text) && /`production`/.test(text)
    })
  })
})
