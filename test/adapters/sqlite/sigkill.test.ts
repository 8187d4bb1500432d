import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inAnotherProcess, start, temporaryFolder } from './inAnotherProcess.js'

test('nothing acknowledged is lost when the process is killed, ten times over, and no append is there by half', async (t) => {
  const dir = await temporaryFolder(t)
  let highest = 0
  for (let round = 0; round < 10; round += 1) {
    const writer = start(t, 'append for ever', dir)
    await writer.started
    // Somewhere in its work: the point need not be known, only different each time.
    await new Promise((resolve) => setTimeout(resolve, (round * 37) % 101))
    writer.child.kill('SIGKILL')
    for (const seqs of await writer.ended) {
      assert.ok(Array.isArray(seqs) && seqs.length === 2, JSON.stringify(seqs))
      highest = Math.max(highest, ...seqs.map(Number))
    }
    const [events] = await inAnotherProcess(t, 'read', dir)
    assert.ok(Array.isArray(events), JSON.stringify(events))
    assert.ok(events.length >= highest, `${events.length} events, ${highest} acknowledged`)
    assert.equal(events.length % 2, 0)
    highest = events.length
  }
  assert.ok(highest >= 20)
})
