// A second process for the journal's tests: libSQL lets go of a file for certain only when its process ends.
// Usage: journalChild.js <what> <dir> [argument]. Prints what it did, one JSON value a line.
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import type { EventBody } from '../../../src/core/incident/event.js'
import { openJournal } from '../../../src/adapters/sqlite/journal.js'
import { journalPath } from '../../../src/adapters/sqlite/journalFile.js'
import { JOURNAL_MIGRATIONS } from '../../../src/adapters/sqlite/migrations.js'
import { sealJournal } from '../../../src/adapters/sqlite/seal.js'
import { silentLog } from './silentLog.js'

const [what = '', dir = '', argument = ''] = process.argv.slice(2)
const quick = { log: silentLog, lockWaitMs: 100 }

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function note(text: string): EventBody {
  return { v: 1, type: 'bot.started', version: text }
}

async function run(): Promise<void> {
  switch (what) {
    case 'append': {
      const journal = await openJournal(dir, quick)
      for (const text of argument.split(',')) say(await journal.append([note(text)], 1_000))
      return journal.close()
    }
    case 'append for ever': {
      const journal = await openJournal(dir, quick)
      for (let count = 1; ; count += 1) {
        const events = await journal.append([note(`${count} a`), note(`${count} b`)], count)
        say(events.map((event) => event.seq))
      }
    }
    case 'hold': {
      await openJournal(dir, quick)
      say('holding')
      setInterval(() => undefined, 60_000)
      return
    }
    case 'read': {
      const journal = await openJournal(dir, quick)
      say(await journal.read())
      return journal.close()
    }
    case 'hang and exit': {
      // A statement that never ends, within SQLite: like a disk that hangs, nothing but its return can stop the thread.
      const hang = `CREATE TRIGGER hang BEFORE INSERT ON events WHEN NEW.body LIKE '%for ever%' BEGIN
        SELECT sum(i) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT i FROM n); END`
      const sleep = (ms: number, signal?: AbortSignal) => pause(ms / 10, undefined, signal && { signal })
      const journal = await openJournal(dir, { ...quick, sleep, migrations: [...JOURNAL_MIGRATIONS, [hang]] })
      await journal.append([note('small')], 1)
      const appending = journal.append([note('for ever')], 2).catch((error: Error) => say(error.name))
      if (argument !== 'at once') await appending
      await journal.close().catch(() => say('leaving'))
      return process.exit(0)
    }
    case 'sql': {
      const client = createClient({ url: pathToFileURL(journalPath(dir)).href })
      for (const statement of argument.split(';;')) {
        try {
          say((await client.execute(statement)).rows)
        } catch (error) {
          say({ error: String(error) })
        }
      }
      return
    }
    case 'seal':
      return say(await sealJournal(dir, quick))
    default:
      throw new Error(`unknown: ${what}`)
  }
}

try {
  await run()
} catch (error) {
  say(error instanceof Error ? { error: error.name, message: error.message } : { error })
}
