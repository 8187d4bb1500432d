// A second process for the tests of the sightings: libSQL lets go of a file for certain only when its process ends.
// Usage: sightingsChild.js <what> <dir> [argument]. Prints what it did, one JSON value a line.
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { historyPath } from '../../../src/adapters/sqlite/historyFile.js'
import { openSightings } from '../../../src/adapters/sqlite/sightings.js'
import { sighting } from './sightingFixture.js'
import { silentLog } from './silentLog.js'

const [what = '', dir = '', argument = ''] = process.argv.slice(2)

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

if (what === 'sql') {
  const client = createClient({ url: pathToFileURL(historyPath(dir)).href })
  for (const statement of argument.split(';;')) say((await client.execute(statement)).rows)
} else {
  const store = await openSightings(dir, { log: silentLog, lockWaitMs: 100 })
  if (what === 'save') {
    const indexes = Array.from({ length: Number(argument) }, (_, index) => index)
    await store.save(indexes.map((index) => sighting(index)))
    await store.close()
  } else if (what === 'read') {
    say(await store.read())
  } else {
    // 'save and die', 'hold': saved, but never closed.
    await store.save([sighting(1), sighting(2)])
    say('saved')
    setInterval(() => undefined, 60_000)
  }
}
