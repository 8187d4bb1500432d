import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startScenario, until, type Scenario } from './world.js'

describe('/doctor on a server as it was in 2020', () => {
  let world: Scenario

  before(async () => {
    world = await startScenario()
    await world.postgres.sql('ALTER ROLE site SUPERUSER')
    await world.open('site', 3, 'web')
    await world.open('metricity', 2)
  })
  after(async () => {
    await world.close()
  })

  const ask = async (who: string) => await (await world.discord.as(who).slash('doctor')).wait()

  test('tells a viewer alone, worst first, with the lines as a file, and tells the channel nothing', async () => {
    const answer = await ask('vera')
    assert.equal(answer.isEphemeral(), true)
    assert.match(answer.text(), /^### `production`: \d+ findings/)
    assert.match(answer.text(), /\*\*SERIOUS\*\* Superuser application: role `site` holds 3 backends/)
    assert.match(answer.text(), /No CONNECTION LIMIT on role `metricity` \(2\)/)
    assert.match(answer.text(), /Fine: [^\n]*reserved slots/)
    assert.equal(answer.message()?.attachments.length, 1)
    assert.equal(world.messages().length, 0)
  })

  test('what is mended is gone at the next look', async () => {
    await world.postgres.sql('ALTER ROLE "metricity" CONNECTION LIMIT 4')
    const answer = await ask('olga')
    assert.doesNotMatch(answer.text(), /No CONNECTION LIMIT on role `metricity`/)
  })

  test('somebody without a tier is refused in words', async () => {
    assert.match((await ask('nils')).text(), /You can't see what is wrong with a server before an incident/)
  })

  test('a server that hangs is answered in time, with what was found before', async () => {
    world.postgres.pause()
    try {
      const answer = await ask('vera')
      assert.match(answer.text(), /could not be examined: no answer within 2 s[^]*\*\*Old findings\*\*/)
    } finally {
      world.postgres.resume()
    }
    await until('it answers again', async () => /^### `production`: \d+ findings/.test((await ask('vera')).text()))
    assert.deepEqual(world.discord.wire.errors(), [])
  })
})
